"""The patches of a graph that cancel others: how far back they reach, how high they are piled up.

A merge goes over all that is cancelled again, and what comes after a critical version may still
cancel what is before it. So whoever looks for a place to begin asks here first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

MOST_CANCELS = 100
"""How high cancels of cancels may be piled up. Each turns over all below it, so without an end a
million of them would keep everybody busy for ever. Undo and redo pile up two."""

_first = itemgetter(0)


class Cancels:
    """By index, of those that fit."""

    def __init__(self) -> None:
        self.reach: dict[int, int] = {}
        """The least index that each of them cancels, through other cancels too."""
        self._heights: dict[int, int] = {}
        """How high cancels are piled up in each of them."""
        self._indexes: list[int] = []
        """The keys of `reach`, rising."""
        self._reaching: list[tuple[int, int]] = []
        """Those of `reach` that reach back further than all later ones, rising in both numbers."""

    def add(self, index: int, targets: Sequence[int]) -> None:
        """Add the one at an index, later than all others, that cancels these patches."""
        least = self.reach[index] = self.least(targets)
        self._heights[index] = self.height(targets)
        self._indexes.append(index)
        while self._reaching and self._reaching[-1][1] >= least:
            self._reaching.pop()
        self._reaching.append((index, least))

    def height(self, targets: Iterable[int]) -> int:
        """How high cancels are piled up with one on top that cancels these patches."""
        heights = self._heights
        return max([heights[index] for index in targets if index in heights], default=0) + 1

    def least(self, targets: Iterable[int]) -> int:
        """The least index that one reaches that cancels these patches."""
        return min([self.reach.get(index, index) for index in targets])

    def between(self, first: int, stop: int) -> list[int]:
        """The indexes from `first` on, before `stop`."""
        found = self._indexes
        return found[bisect_left(found, first) : bisect_left(found, stop)]

    def next(self, first: int, stop: int) -> int:
        """The least index from `first` on, before `stop`; `stop` without one."""
        at = bisect_left(self._indexes, first)
        return min(self._indexes[at], stop) if at < len(self._indexes) else stop

    def last(self, first: int, stop: int) -> int | None:
        """The greatest index from `first` on, before `stop`; None without one."""
        at = bisect_left(self._indexes, stop)
        return self._indexes[at - 1] if at and self._indexes[at - 1] >= first else None

    def across(self, index: int) -> int | None:
        """The least index that is reached from behind `index`, where that is not behind it too."""
        at = bisect_right(self._reaching, index, key=_first)
        if at == len(self._reaching) or self._reaching[at][1] > index:
            return None
        return self._reaching[at][1]
