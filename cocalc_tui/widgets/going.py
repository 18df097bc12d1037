"""Going places from everywhere: files, panes, people, the past, what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.pane import Pane

if TYPE_CHECKING:
    from textual.containers import Vertical

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Json
    from cocalc_tui.widgets.documents import Documents
    from cocalc_tui.widgets.files import FileTree
    from cocalc_tui.widgets.memory import Memory
    from cocalc_tui.widgets.past import PastScreen
    from cocalc_tui.widgets.project import Project
    from cocalc_tui.widgets.report import Report
    from cocalc_tui.widgets.searching.panel import SearchPanel
    from cocalc_tui.widgets.tiles import Tiles


class GoingActs(Screen[None]):
    """Part of the main screen: where one can go."""

    project: Project
    tiles: Tiles
    files: FileTree
    report: Report
    memory: Memory
    documents: Documents
    search: SearchPanel | None
    """Made once the first screen is there: starting does not wait for it."""
    room: Vertical
    """Where the tiles are, and what stands below them."""
    side: Vertical
    click: Callable[[str], None]
    fit: Callable[[], None]
    show_soon: Callable[[], None]

    def visit(
        self, path: str, place: Mapping[str, Json] | None = None, *, focus: bool = True
    ) -> None:
        """Show a document, as the main screen does."""
        raise NotImplementedError

    def show_past(self, document: SharedDocument, at: int | None = None) -> PastScreen:
        """Show the past of a document, as the main screen does."""
        raise NotImplementedError

    async def do_open(self) -> None:
        """Open a file by a few letters of its name."""
        from cocalc_tui.widgets.opening import ask_file

        path = await ask_file(self, self.project, self.memory.recent)
        if path is not None:
            self.visit(path)

    async def do_outside(self) -> None:
        """Open what shows here in another program of this machine."""
        if (view := self.tiles.division.current.view) is not None:
            await self.files.open_outside(view.path)

    async def do_new(self) -> None:
        """Make a file and open it."""
        await self.files.do_new()

    def do_search(self) -> None:
        """Find in all files, at first what is selected."""
        from cocalc_tui.widgets.editor.host import TextHost

        pane = self.tiles.pane
        editor = pane.text_editor() if isinstance(pane, TextHost) else None
        chosen = editor.selected if editor is not None else ""
        if self.search is not None:
            self.search.open("" if "\n" in chosen else chosen)

    def do_search_chats(self) -> None:
        """Find in all that was said."""
        if self.search is not None:
            self.search.open("", chats=True)

    def do_next_found(self) -> None:
        """Go to the next place found in all files."""
        if self.search is not None:
            self.search.step(1)

    def do_previous_found(self) -> None:
        """Go to the place found before."""
        if self.search is not None:
            self.search.step(-1)

    def make_search(self) -> None:
        """Make the panel of what is searched in all files: the first screen does without."""
        from cocalc_tui.widgets.searching.panel import SearchPanel

        self.search = SearchPanel(self.documents, self.visit, self.tiles.focus_pane)
        self.room.mount(self.search)

    def do_history(self) -> None:
        """Show the past of the document."""
        if (document := self.tiles.document) is None:
            desk(self).notice("Open a file first: this shows its past")
        else:
            self.show_past(document)

    async def do_terminal(self) -> None:
        """Open a shared terminal, a new one or one that is there."""
        from cocalc_tui.widgets.terminal.choosing import ask_terminal

        if (path := await ask_terminal(self, self.project)) is not None:
            self.visit(path)

    async def do_kernels(self) -> None:
        """Choose one of the kernels that run: to go to its notebook, to restart or stop it."""
        from cocalc_tui.widgets.notebook.running import ask_kernel

        if (path := await ask_kernel(self, self.project)) is not None:
            self.visit(path)

    async def do_snapshots(self) -> None:
        """Choose a snapshot of the project folder and go through it."""
        from cocalc_tui.client.snapshots import Snapshots
        from cocalc_tui.widgets.snapshots.browser import SnapshotBrowser, ask_snapshot

        snapshots = Snapshots(self.project.requests)
        if (chosen := await ask_snapshot(self, self.project, snapshots)) is not None:
            self.app.push_screen(SnapshotBrowser(snapshots, chosen))

    async def do_kept(self) -> None:
        """Choose a copy of work that was not taken, and read it."""
        from cocalc_tui.widgets.kept import Kept, ask_copy

        copy = await ask_copy(self)
        if copy is not None:
            self.app.push_screen(Kept(copy))

    def do_jump(self) -> None:
        """Show a letter on everything one can go to."""
        from cocalc_tui.widgets.jump import Jump

        def go(where: Callable[[], None] | None) -> None:
            if where is not None:
                where()

        self.app.push_screen(Jump([(region.offset, act) for region, act in self._jumps()]), go)

    def _jumps(self) -> list[tuple[Region, Callable[[], None]]]:
        found: list[tuple[Region, Callable[[], None]]] = [
            (Region(at.x, at.y, width, 1), partial(self.click, act))
            for act, at, width in self.report.top.places()
        ]
        found += self.tiles.jumps()
        if (search := self.search) is not None and search.display:
            found.append((search.region, lambda: self._focus(search.keyboard())))
        return found + self.files.jumps() if self.side.display else found

    def _focus(self, widget: Widget) -> None:
        self.set_focus(widget)

    def do_side_bar(self) -> None:
        """Open or close the side bar, and keep it so."""
        self.memory.side_bar = not self.side.display
        self.fit()
        if not self.side.display:
            self.tiles.focus_pane()
        self.show_soon()

    def do_files(self) -> None:
        """Go to the files, opening the side bar for it."""
        if not self.side.display:
            self.do_side_bar()
        self.set_focus(self.files)

    def do_next_pane(self) -> None:
        """Go to the next tile; the files come after the last."""
        self._step(1)

    def do_previous_pane(self) -> None:
        """Go to the tile before; the files come before the first."""
        self._step(-1)

    def _step(self, by: int) -> None:
        stops: list[Widget] = self.tiles.showing()
        if self.search is not None and self.search.display:
            stops.append(self.search)
        if self.side.display:
            stops.append(self.files)
        here = set(self.focused.ancestors_with_self) if self.focused is not None else set()
        at = next((index for index, place in enumerate(stops) if place in here), 0)
        place = stops[(at + by) % len(stops)]
        if place is self.search:
            place = self.search.keyboard()
        self.set_focus(place.keyboard() if isinstance(place, Pane) else place)
