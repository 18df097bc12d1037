"""Which rows of the notebook are on the screen, and how that stays so while the notebook changes.

Before a change a row is *held*: that of my caret, or with that out of sight the first on the
screen. After it the window is put so that this row is where it was. Cells come into sight with an
estimated height and are drawn then; what that moves is made good in the same way, so that nothing
that was on the screen jumps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cocalc_tui.widgets.editor.scroll import Scroll
from cocalc_tui.widgets.notebook.cell import GAP, CellView
from cocalc_tui.widgets.notebook.stack import Stack

TRIES = 20
"""Cells that come into sight because others turned out to be lower; then it stays as it is."""


class Held(NamedTuple):
    """A row to keep where it is on the screen."""

    cells: Sequence[CellView]
    """All cells as they were ..."""
    place: int
    """... and which of them it is in: should that one go, the next that is left counts."""
    within: int
    """Which row of the cell; of no meaning for the row of my caret."""
    caret: bool
    on_screen: int
    mine: bool = False
    """Whether the cell I am at is to stay in sight."""
    whole: bool = False
    """Whether its end is, too, as far as its first row stays."""


class Window:
    """A window of `scroll.height` rows on a stack of cells."""

    def __init__(self, stack: Stack, mine: Callable[[], tuple[str, int] | None]) -> None:
        """`mine`: the cell I am at, and the row of my caret within it."""
        self._stack = stack
        self._mine = mine
        self.scroll = Scroll()

    @property
    def top(self) -> int:
        """The first row on the screen."""
        return self.scroll.top

    @property
    def bottom(self) -> int:
        """The last row on the screen."""
        return self.scroll.top + self.scroll.height - 1

    # --- keeping a row in place ----------------------------------------------------------------

    def hold(self, mine: tuple[str, int] | None = None) -> Held:
        """Note the row of my caret; with that out of sight, the first on the screen.

        `mine`: where that is, should the text not be any more as it is painted.
        """
        mine = mine or self._mine()
        if mine is not None:
            key, within = mine
            row = self._stack.top(key) + within
            if self.scroll.shows(row):
                place = self._stack.place(key)
                return Held(self._stack.cells, place, within, True, row - self.top)
        return self.hold_row(self.top)

    def hold_row(self, row: int) -> Held:
        """Note a row."""
        found = self._stack.at(row)
        cells, on_screen = self._stack.cells, row - self.top
        if found is None:
            return Held(cells, len(cells), row, False, on_screen)
        key = found[0].key
        return Held(cells, self._stack.place(key), row - self._stack.top(key), False, on_screen)

    def keep(self, held: Held) -> bool:
        """Put the held row where it was, and draw what is in sight; True when it scrolled."""
        before = self.top
        for _ in range(TRIES):
            self._to(self._row(held) - held.on_screen)
            if not self._stack.settle(self.top, self.bottom):
                break
        if held.mine:
            self.show(lambda: self._my_rows(whole=held.whole))
        return self.top != before

    def _my_rows(self, *, whole: bool) -> tuple[int, int]:
        mine = self._mine()
        if mine is None:
            return self.top, self.top
        top = self._stack.top(mine[0])
        row = top + mine[1]
        return row, max(row, top + self._stack[mine[0]].height - 1) if whole else row

    def _to(self, top: int) -> None:
        """Have `top` be the first row, even where that leaves rows empty below the notebook.

        What is above the last cell can only stay in place when that may be.
        """
        top = min(top, max(0, self._stack.total - 1))
        self.scroll.total = max(self._stack.total, top + self.scroll.height)
        self.scroll.to(top)

    def _row(self, held: Held) -> int:
        if held.place >= len(held.cells):
            return held.within
        left = (cell.key for cell in held.cells[held.place :] if cell.key in self._stack)
        key = next(left, None)
        if key is None:
            return self._stack.total
        top = self._stack.top(key)
        if key != held.cells[held.place].key:
            return top
        mine = self._mine()
        if held.caret and mine is not None and mine[0] == key:
            return top + mine[1]
        return top + max(0, min(held.within, self._stack[key].height - 1))

    def hold_printing(self, *, editing: bool, mine: bool = False) -> Held:
        """Note the row that should stay while outputs grow.

        While I edit, that of my caret. Else the first on the screen, as one reads what is printed
        from its top; the cell I am at stays in sight all the same, and where what it prints is
        `mine` its end, if that was.
        """
        held, top = self.hold(), self.hold_row(self.top)
        if editing or not held.caret:
            return held
        _, end = self._my_rows(whole=True)
        return top._replace(mine=True, whole=mine and self.scroll.shows(end))

    # --- moving --------------------------------------------------------------------------------

    def to(self, top: int) -> bool:
        """Scroll so that `top` is the first row, as far as the notebook goes."""
        before, beyond = self.top, self.top > self._end
        for _ in range(TRIES):
            by = top - self.top
            goal = max(0, min(top, max(self._end, min(top, self.top))))
            near = abs(by) <= self.scroll.height
            held = self.hold_row(self.top if near else goal)
            self.keep(held._replace(on_screen=held.on_screen + self.top - goal))
            top = self._row(held) + by
            # The notebook may go on where it was taken to end.
            if not near or self.top >= min(top, self._end):
                break
        if self.top > max(0, self._end) and not beyond:
            last = self.hold_row(self._stack.total - GAP - 1)
            self.keep(last._replace(on_screen=self.scroll.height - GAP - 1))
        return self.top != before

    @property
    def _end(self) -> int:
        """The first row when the last cell is at the foot of the screen."""
        return self._stack.total - self.scroll.height

    def show(self, rows: Callable[[], tuple[int, int]], margin: int = 0) -> bool:
        """Scroll as little as shows these rows, the first before all; True when it moved."""
        before = self.top
        for _ in range(TRIES):
            first, last = rows()
            margin = min(margin, (self.scroll.height - 1) // 2)
            top = max(self.top, last + margin - self.scroll.height + 1)
            self._to(min(top, first - margin))
            if not self._stack.settle(self.top, self.bottom):
                break
        return self.top != before
