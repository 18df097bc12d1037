"""What is done with tiles and tabs by key: split, close, zoom, turn, move, more or less room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.widget import Widget

from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.layout import Layout

STEP = 0.05
"""Share of the room that a key gives or takes."""


class Sync(Protocol):
    """Brings the widgets in line with the division."""

    def __call__(self, *, focus: bool = True) -> None:
        """`focus`: and gives the keyboard to the current tile."""
        ...


class TileActs(Widget):
    """Part of `Tiles`: its actions."""

    division: Layout
    keep: Callable[[], None]
    sync: Sync

    def do_close(self) -> None:
        """Close the view."""
        view = self.division.current.view
        if view is not None:
            self.division.close(view)
            self.sync()

    def do_close_tile(self) -> None:
        """Close the tile and its views."""
        self.division.close_tile(self.division.current)
        self.sync()

    def do_split_right(self) -> None:
        """Show the document twice, side by side."""
        self._split(across=True)

    def do_split_below(self) -> None:
        """Show the document twice, one below the other."""
        self._split(across=False)

    def _split(self, *, across: bool) -> None:
        if not self.division.room_to_split(*self.size, across=across):
            desk(self).notice("There is no room to split: zoom or close something", bad=True)
            return
        self.keep()
        self.division.split(across=across)
        self.sync()

    def do_zoom(self) -> None:
        """Show this tile alone, or all again."""
        self.division.zoomed = not self.division.zoomed and self.division.several
        self.sync()

    def do_next_tab(self) -> None:
        """Show the next tab."""
        self.division.turn(1)
        self.sync()

    def do_previous_tab(self) -> None:
        """Show the tab before."""
        self.division.turn(-1)
        self.sync()

    def do_move(self) -> None:
        """Move the view to the next tile."""
        self.division.move_view(1)
        self.sync()

    def do_grow(self) -> None:
        """Take room from the neighbours."""
        self.division.resize(STEP)
        self.sync()

    def do_shrink(self) -> None:
        """Give room to the neighbours."""
        self.division.resize(-STEP)
        self.sync()
