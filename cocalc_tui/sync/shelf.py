"""The blocks of a log as they are stored, of which those looked at last are taken apart.

Taken apart a block is thirty times as large. Who looks through a year of history wants one or two
of them at a time: the others stay as they came, and are read again when somebody looks there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from cocalc_tui.sync.blocks import Block, extent
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.runs import Runs
from cocalc_tui.sync.spans import Part

_OPEN: Final = 4
"""Blocks that are kept taken apart."""
_BEGUN: Final = 16
"""Blocks of which what says who did it is kept until the rest is asked for."""


class Slice(NamedTuple):
    """Some patches of a block in a row; they begin and end where runs do."""

    block: int
    """Which one of the log's."""
    start: int
    stop: int
    """The places in it of the first and of the one behind the last."""


class Shelf:
    """The blocks of a log, in order; may be used by several threads at once."""

    def __init__(self, blocks: Sequence[bytes]) -> None:
        """Raises DamagedLog where one is missing."""
        self._stored = blocks
        self._open: dict[int, Runs] = {}
        self._begun: dict[int, Block] = {}
        self.starts = [0]
        """By block: how many entries come before it; at last how many there are."""
        for first, count in map(extent, blocks):
            if first != self.starts[-1] + 1:
                raise DamagedLog(f"the log lacks entry {self.starts[-1] + 1}")
            self.starts.append(self.starts[-1] + count)

    def __len__(self) -> int:
        return len(self._stored)

    def whole(self, place: int) -> Slice:
        """A block as a slice."""
        return Slice(place, 0, self.starts[place + 1] - self.starts[place])

    def block(self, place: int) -> Block:
        """A block; raises DamagedLog."""
        runs = self._open.get(place)
        if runs is not None:
            return runs.block
        found = self._begun.get(place) or Block(self._stored[place])
        if len(self._begun) < _BEGUN:
            self._begun[place] = found
        return found

    def runs(self, place: int) -> Runs:
        """What the operations of a block do; raises DamagedLog."""
        # Each line leaves it whole for another thread: at worst a block is read twice.
        runs = self._open.pop(place, None) or Runs(self.block(place))
        self._open[place] = runs
        self._begun.pop(place, None)
        for oldest in list(self._open)[:-_OPEN]:
            self._open.pop(oldest, None)
        return runs

    def parts(self, slices: Iterable[Slice]) -> list[Part]:
        """Slices as they are read."""
        return [Part(self.runs(place), start, stop) for place, start, stop in slices]
