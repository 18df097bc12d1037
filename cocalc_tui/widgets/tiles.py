"""The tiles on the screen: a pane for each view, placed by the `Layout`, with tabs above.

All panes and tab bars are children of one widget and are placed by one layout of our own. So a
view that moves to another tile, a split and a zoom change places only: no pane is unmounted, none
loses its caret, and nothing of its document is loaded again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, WidgetPlacement
from textual.layout import Layout as TextualLayout
from textual.widget import Widget

from cocalc_tui.widgets.acting import Acting
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.documents import Documents
from cocalc_tui.widgets.layout import Layout, Tile, View
from cocalc_tui.widgets.notes import Welcome
from cocalc_tui.widgets.pane import Pane
from cocalc_tui.widgets.phrases import Word, tabs
from cocalc_tui.widgets.tile_acts import TileActs
from cocalc_tui.widgets.tile_edges import TileEdges
from cocalc_tui.widgets.tile_opening import TileOpening

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.settings import Settings


class _Placing(TextualLayout):
    """Puts tab bars and panes where the division says."""

    name = "tiles"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Place the children that show."""
        assert isinstance(parent, Tiles)
        return [
            WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, widget)
            for widget, region in parent.places(size).items()
            if widget in children
        ]


class Tiles(TileActs, TileEdges, TileOpening, Acting, Widget):
    """All tiles. One has the keyboard, or would have it if the side bar had not."""

    DEFAULT_CSS = """
    Tiles { width: 1fr; height: 1fr; background: $background; pointer: ew-resize; }
    """

    def __init__(
        self,
        division: Layout,
        documents: Documents,
        settings: Settings,
        changed: Callable[[], None],
    ) -> None:
        """`changed` is told when other views show than before."""
        super().__init__(id="tiles")
        self._settings = settings
        self.division = division
        self.documents = documents
        self._changed = changed
        self.may_make = set()
        self._panes: dict[View, Widget] = {}
        self._bars: dict[Tile, Bar] = {}
        self.welcome = Welcome()

    @property
    def layout(self) -> TextualLayout:
        """Our own."""
        return _Placing()

    def use(self, settings: Settings) -> None:
        """Have other settings, of which the keys come to what is open already."""
        from cocalc_tui.widgets.editor.host import TextHost

        self._settings = settings
        for pane in self._panes.values():
            if isinstance(pane, TextHost):
                pane.use_keys(settings.editor_keys)
                pane.refresh()

    def scopes(self) -> Sequence[str]:
        """What is done with tiles and tabs."""
        return ("tile",)

    # --- what shows ----------------------------------------------------------------------------

    @property
    def pane(self) -> Widget:
        """What shows in the current tile."""
        view = self.division.current.view
        return self.welcome if view is None else self._panes[view]

    @property
    def document(self) -> SharedDocument | None:
        """The document in the current tile, once it is open."""
        return _document_of(self.pane)

    def documents_of(self, tile: Tile) -> list[SharedDocument | None]:
        """The documents of a tile's views, None for those still being opened."""
        return [_document_of(self._panes.get(view)) for view in tile.views]

    @property
    def several(self) -> bool:
        """Whether tiles need tab bars of their own: a single one has its tabs in the top line."""
        return self.division.several

    def places(self, size: Size) -> dict[Widget, Region]:
        """Where each widget that shows is."""
        found: dict[Widget, Region] = {}
        for tile, box in self.division.place(size.width, size.height).tiles.items():
            region = Region(*box)
            if self.several:
                found[self._bars[tile]] = Region(box.x, box.y, box.width, min(1, box.height))
                region = Region(box.x, box.y + 1, box.width, max(box.height - 1, 0))
            found[self.welcome if tile.view is None else self._panes[tile.view]] = region
        return found

    def sync(self, *, focus: bool = True) -> None:
        """Bring the widgets in line with the division."""
        views = set(self.division.views())
        for view in self._panes.keys() - views:
            self._leave(self._panes.pop(view))
        for view in views - self._panes.keys():
            self._panes[view] = self._open(view)
        self._sync_bars()
        showing = self.places(self.size)
        for widget in self.children:
            widget.display = widget in showing
        self.refresh()
        # A child's wish makes Textual ask us anew where everything is; our own would not.
        self.pane.refresh(layout=True)
        if focus:
            self.focus_pane()
        self.say_tabs()
        self._changed()

    def _sync_bars(self) -> None:
        tiles = set(self.division.tiles())
        for tile in self._bars.keys() - tiles:
            self._bars.pop(tile).remove()
        for tile in tiles - self._bars.keys():
            self._bars[tile] = Bar(partial(self._click, tile))
            self.mount(self._bars[tile])
        if not self.welcome.is_attached:
            self.mount(self.welcome)

    def say_tabs(self) -> None:
        """Show the tabs of each tile."""
        for tile, bar in self._bars.items():
            bar.say(self.tab_words(tile))

    def tab_words(self, tile: Tile) -> list[Word]:
        """The tabs of a tile."""
        return tabs(
            [view.path for view in tile.views],
            tile.active,
            [document is not None and not document.saved for document in self.documents_of(tile)],
            current=tile is self.division.current,
            ground="background",
        )

    def tab_at(self, x: int, y: int) -> bool:
        """Whether there is a tab at a cell of the screen."""
        return any(
            at.y == y and at.x <= x < at.x + width
            for bar in self._bars.values()
            if bar.display
            for _, at, width in bar.places()
        )

    def _click(self, tile: Tile, act: str) -> None:
        index = int(act.removeprefix("tab "))
        if index < len(tile.views):
            self.division.show(tile.views[index])
            self.sync()

    def focus_pane(self) -> None:
        """Give the keyboard to what shows in the current tile."""
        self._focus(self.pane)

    def _focus(self, pane: Widget) -> None:
        # Nobody should type into what a window too small does not show.
        hidden = any(not node.display for node in self.ancestors_with_self)
        if self.screen.is_current and not hidden:
            part = pane.keyboard() if isinstance(pane, Pane) else pane
            self.screen.set_focus(part, scroll_visible=False)

    def has(self, widget: Widget | None) -> bool:
        """Take note of which pane has the keyboard now; whether it is one of ours."""
        for view, pane in self._panes.items():
            if widget is not None and pane in widget.ancestors_with_self:
                if view is not self.division.current.view:
                    self.division.show(view)
                    self.say_tabs()
                return True
        return widget is self.welcome

    # --- panes ---------------------------------------------------------------------------------

    def _leave(self, pane: Widget) -> None:
        if isinstance(pane, Pane):
            self.documents.close(pane.document)
        pane.remove()

    def keep(self) -> None:
        """Have each view remember where it is."""
        for view, pane in self._panes.items():
            if isinstance(pane, Pane):
                view.memento = pane.memento()

    def follow_renames(self) -> None:
        """Views of moved files are called by their new names."""
        for view, pane in self._panes.items():
            if isinstance(pane, Pane):
                view.path = pane.document.path
        self.say_tabs()

    def visit(
        self, path: str, place: Mapping[str, Json] | None = None, *, focus: bool = True
    ) -> None:
        """Show a document: where it shows already, else as a new tab of the current tile.

        `place` is where in it, as a pane's memento says it. `focus`: with the keyboard.
        """
        self.division.visit(path)
        view = self.division.current.view
        pane: object = self._panes.get(view) if view is not None else None
        if place is not None and view is not None:
            view.memento = dict(place)
            if isinstance(pane, Pane):
                pane.recall(view.memento)
        self.sync(focus=focus)

    def beside(self, path: str, share: float) -> None:
        """Go to a document, where it is not open yet in a tile of its own at the right."""
        there = [view for view in self.division.views() if view.path == path]
        if there:
            self._show(there[0])
            return
        if not self.division.room_to_dock(*self.size):
            self.visit(path)
            return
        self.keep()
        self.division.dock(path, share)
        self.sync()

    def go_back_to(self, path: str) -> None:
        """Give a document the keyboard, if it is open: the chat beside it was closed."""
        view = next((view for view in self.division.views() if view.path == path), None)
        if view is not None:
            self._show(view)

    def showing(self) -> list[Widget]:
        """The panes that show, in the order in which they are read."""
        tiles = self.division.place(*self.size).tiles
        return [self.welcome if tile.view is None else self._panes[tile.view] for tile in tiles]

    def jumps(self) -> Sequence[tuple[Region, Callable[[], None]]]:
        """What one can jump to here: tabs and panes."""
        return [
            (Region(at.x, at.y, width, 1), partial(self._click, tile, act))
            for tile, bar in self._bars.items()
            if bar.display and bar.is_on_screen
            for act, at, width in bar.places()
        ] + [
            (pane.region, partial(self._show, view))
            for view, pane in self._panes.items()
            if pane.display and pane.is_on_screen
        ]

    def _show(self, view: View) -> None:
        self.division.show(view)
        self.sync()


def _document_of(pane: object) -> SharedDocument | None:
    return pane.document if isinstance(pane, Pane) else None
