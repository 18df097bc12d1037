"""The lines between tiles: drawn, and dragged with the mouse to give one tile more room.

Beside each other tiles have a rule between them. Below each other the lower one's tabs are the
line; it is taken hold of where no tab is.
"""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, MouseDown, MouseEvent, MouseMove, MouseUp
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.widgets.layout import Edge, Layout
from cocalc_tui.widgets.theme import colour


class TileEdges(Widget):
    """Part of `Tiles`: what is between them."""

    division: Layout
    tab_at: Callable[[int, int], bool]
    """Whether there is a tab at a cell of the screen."""
    _changed: Callable[[], None]
    _held: Edge | None = None
    """The line that the mouse has hold of."""

    def render_line(self, y: int) -> Strip:
        """What no tile covers: the rules between them."""
        width, ground = self.size.width, self.rich_style
        faint = ground + Style(color=colour(self, "rule"))
        cells = [Segment(" ", faint)] * width
        for edge in self.division.place(*self.size).edges:
            box = edge.box
            if edge.split.across and box.y <= y < box.y + box.height and box.x < width:
                held = self._held is not None and self._same(edge, self._held)
                lit = ground + Style(color=colour(self, "accent")) if held else faint
                cells[box.x] = Segment("│", lit)
        return Strip(cells, width).simplify()

    @staticmethod
    def _same(one: Edge, other: Edge) -> bool:
        return one.split is other.split and one.before == other.before

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of a line."""
        if event.button == 1 and (edge := self._edge_at(event)) is not None:
            event.stop()
            self._held = edge
            self.capture_mouse()
            self.refresh()

    def _edge_at(self, event: MouseEvent) -> Edge | None:
        """The line at the mouse, which may be over a row of tabs."""
        at = event.screen_offset
        if self.tab_at(*at):
            return None
        inside = at - self.region.offset
        return self.division.place(*self.size).edge_at(*inside)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Move the line along."""
        if self._held is not None:
            inside = event.screen_offset - self.region.offset
            self.division.move_edge(self._held, inside.x if self._held.split.across else inside.y)
            self._place_again()

    def _place_again(self) -> None:
        self.refresh(layout=True)
        # A child's wish makes Textual ask us anew where everything is; our own would not.
        self.children[0].refresh(layout=True)

    def on_mouse_up(self, _: MouseUp) -> None:
        """Let go."""
        if self._held is not None:
            self._held = None
            self.release_mouse()
            self.refresh()
            self._changed()

    def on_click(self, event: Click) -> None:
        """Twice: the same room for all that are divided there."""
        if event.chain == 2 and (edge := self._edge_at(event)) is not None:
            self.division.level(edge)
            self._place_again()
            self._changed()
