"""Where one is in what is read, what is on the screen, and finding in it. No widget.

A place is a row of a block. Blocks not looked at are not laid out, so nobody knows which row of all
it is: going on and back counts rows, everything else is a share of the whole.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual.strip import Strip

from cocalc_tui.query import Query
from cocalc_tui.widgets.outputs.rows import Frame
from cocalc_tui.widgets.reader.blocks import Block, Laid

KEPT = 48
"""Blocks that are kept as they were laid out."""


class Spot(NamedTuple):
    """A row of a block."""

    block: int
    row: int


class Reader:
    """What is read, in a window of some rows."""

    def __init__(self, blocks: Sequence[Block], frame: Frame, height: int) -> None:
        self.blocks = blocks
        self.frame = frame
        self.height = height
        self.top = Spot(0, 0)
        self._laid: OrderedDict[int, Laid] = OrderedDict()

    # --- laying out ----------------------------------------------------------------------------

    def laid(self, block: int) -> Laid:
        """A block as rows."""
        if block not in self._laid:
            self._laid[block] = self.blocks[block].lay(self.frame)
            while len(self._laid) > KEPT:
                self._laid.popitem(last=False)
        self._laid.move_to_end(block)
        return self._laid[block]

    def fit(self, frame: Frame, height: int) -> None:
        """Lay out for another size; the first line on the screen stays the first."""
        line = self._line(self.top)
        self.frame, self.height = frame, height
        self._laid.clear()
        if self.blocks:
            lines = self.laid(self.top.block).lines
            row = lines[min(line, len(lines) - 1)] if lines else 0
            self.top = self._no_later(Spot(self.top.block, row))

    def _line(self, spot: Spot) -> int:
        """Which line of its block a row is of."""
        if not self.blocks:
            return 0
        return max(0, sum(first <= spot.row for first in self.laid(spot.block).lines) - 1)

    def came(self) -> None:
        """Lay out anew what waited for something."""
        self._laid = OrderedDict((at, laid) for at, laid in self._laid.items() if not laid.waits)

    def show(self, blocks: Sequence[Block]) -> None:
        """Read something else that begins as this did; who was at its end is there again."""
        at_end = self.at_end
        self.blocks = blocks
        self._laid.clear()
        if at_end or self.top.block >= len(blocks):
            self.to_end()

    # --- rows ----------------------------------------------------------------------------------

    def on(self, spot: Spot) -> Iterator[Spot]:
        """Rows from one on."""
        block, row = spot
        while block < len(self.blocks):
            for at in range(row, len(self.laid(block).rows)):
                yield Spot(block, at)
            block, row = block + 1, 0

    def back(self, spot: Spot) -> Iterator[Spot]:
        """Rows before one, the nearest first."""
        block, row = spot
        while block >= 0:
            for at in range(row - 1, -1, -1):
                yield Spot(block, at)
            block -= 1
            row = len(self.laid(block).rows) if block >= 0 else 0

    def visible(self) -> list[Spot]:
        """The rows on the screen."""
        return [spot for spot, _ in zip(self.on(self.top), range(self.height), strict=False)]

    def strip(self, spot: Spot) -> Strip:
        """A row as it is drawn."""
        return self.laid(spot.block).rows[spot.row]

    @property
    def absent(self) -> list[Block]:
        """Blocks on the screen that are to be loaded."""
        return [self.blocks[at] for at, _ in self.visible() if not self.blocks[at].here]

    # --- going ---------------------------------------------------------------------------------

    def go(self, by: int) -> None:
        """Go some rows on, or back."""
        rows = self.on(self.top) if by >= 0 else self.back(self.top)
        steps = abs(by) + (by >= 0)
        for spot, _ in zip(rows, range(steps), strict=False):
            self.top = spot
        self.top = self._no_later(self.top)

    def to(self, spot: Spot) -> None:
        """Have a row be the first."""
        self.top = self._no_later(spot)

    def show_row(self, spot: Spot) -> None:
        """Have a row on the screen, with some before it."""
        if spot not in self.visible():
            top = spot
            for found, _ in zip(self.back(spot), range(self.height // 3), strict=False):
                top = found
            self.to(top)

    def to_start(self) -> None:
        """Go to its beginning."""
        self.top = Spot(0, 0)

    def to_end(self) -> None:
        """Go to its end."""
        self.top = self._last_top()

    def to_share(self, share: float) -> None:
        """Go to about there, 0 for the beginning and 1 for the end."""
        goal = share * sum(block.weight for block in self.blocks)
        for at, block in enumerate(self.blocks):
            goal -= block.weight
            if goal < 0:
                rows = len(self.laid(at).rows)
                self.to(Spot(at, max(0, min(rows - 1, int((1 + goal / block.weight) * rows)))))
                return
        self.to_end()

    def to_output(self, by: int) -> None:
        """Go to the beginning of the next output, or of this one and then the one before."""
        if not self.blocks:
            return
        starts = [
            Spot(at, 0)
            for at, block in enumerate(self.blocks)
            if not at or block.output != self.blocks[at - 1].output
        ]
        beyond = [spot for spot in starts if (spot > self.top if by > 0 else spot < self.top)]
        if beyond:
            self.to(beyond[0] if by > 0 else beyond[-1])
        elif by > 0:
            self.to_end()

    def _last_top(self) -> Spot:
        """The first row when the last is the last on the screen."""
        spot = Spot(0, 0)
        for found, _ in zip(self.back(Spot(len(self.blocks), 0)), range(self.height), strict=False):
            spot = found
        return spot

    def _no_later(self, spot: Spot) -> Spot:
        rows = self.on(spot)
        if sum(1 for _ in zip(rows, range(self.height), strict=False)) == self.height:
            return spot
        return min(spot, self._last_top())

    @property
    def at_end(self) -> bool:
        """Whether the last row is on the screen."""
        return self.top >= self._last_top()

    @property
    def output(self) -> int:
        """Which output the first row is of."""
        return self.blocks[self.top.block].output if self.blocks else 0

    @property
    def share(self) -> float:
        """How far one is, 0 at the beginning and 1 with the end on the screen."""
        if not self.blocks or self.at_end:
            return 1.0
        before = sum(block.weight for block in self.blocks[: self.top.block])
        rows = max(1, len(self.laid(self.top.block).rows))
        within = self.blocks[self.top.block].weight * self.top.row / rows
        return (before + within) / max(1, sum(block.weight for block in self.blocks))

    # --- finding -------------------------------------------------------------------------------

    def places(self, block: int, query: Query) -> list[Spot]:
        """The rows of a block in which something begins, from above. Raises SearchError."""
        laid = self.laid(block)
        ends = [*laid.lines[1:], len(laid.rows)]
        found = []
        for first, end in zip(laid.lines, ends, strict=False):
            text = "".join(row.text for row in laid.rows[first:end])
            rows = laid.rows[first:end]
            found += [
                Spot(block, first + _row_of(rows, match.start())) for match in query.matches(text)
            ]
        return found


def _row_of(rows: Sequence[Strip], at: int) -> int:
    """The row of a line in which one of its characters is."""
    for number, row in enumerate(rows):
        at -= len(row.text)
        if at < 0:
            return number
    return max(0, len(rows) - 1)
