"""A long list of small numbers with quick sums over its beginning: rows of lines, of cells.

Finding a row, and a line that comes or goes, cost the same in a file of ten lines and of a million.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

BLOCK = 512


class Heights:
    """How many rows each of many lines takes; 0 for one that does not show."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        all_heights = list(heights)
        self._blocks = [all_heights[at : at + BLOCK] for at in range(0, len(all_heights), BLOCK)]
        self._sums = [sum(block) for block in self._blocks]
        self._sum()

    def _sum(self) -> None:
        """Sums before each block; a few hundred additions even for a hundred thousand lines."""
        self._lines = [0, *accumulate(map(len, self._blocks))]
        self._rows = [0, *accumulate(self._sums)]

    @property
    def total(self) -> int:
        """Sum of all."""
        return self._rows[-1]

    def __getitem__(self, line: int) -> int:
        block, within = self._find(line, self._lines)
        return self._blocks[block][within]

    def top(self, line: int) -> int:
        """Sum of those before `line`."""
        block, within = self._find(line, self._lines)
        if block == len(self._blocks):
            return self.total
        return self._rows[block] + sum(self._blocks[block][:within])

    def at(self, row: int) -> tuple[int, int]:
        """The line that covers `row`, and which of its rows that is."""
        block, within = self._find(row, self._rows)
        if block == len(self._blocks):
            return self._lines[-1], 0
        for index, height in enumerate(self._blocks[block]):
            if within < height:
                return self._lines[block] + index, within
            within -= height
        raise AssertionError("a block is as high as its lines")

    @staticmethod
    def _find(value: int, sums: list[int]) -> tuple[int, int]:
        at = min(bisect_right(sums, value) - 1, len(sums) - 1)
        return at, value - sums[at]

    def replace(self, start: int, end: int, heights: list[int]) -> None:
        """Put other heights in the place of lines start..end."""
        first, within = self._find(start, self._lines)
        last, after = self._find(end, self._lines)
        head = self._blocks[first][:within] if first < len(self._blocks) else []
        tail = self._blocks[last][after:] if last < len(self._blocks) else []
        merged = head + heights + tail
        if len(merged) <= 2 * BLOCK:
            middle = [merged] if merged else []
        else:
            middle = [merged[at : at + BLOCK] for at in range(0, len(merged), BLOCK)]
        self._put(first, last, middle)

    def _put(self, first: int, last: int, blocks: list[list[int]]) -> None:
        """Put other blocks in the place of first..last."""
        self._blocks[first : last + 1] = blocks
        self._sums[first : last + 1] = [sum(block) for block in blocks]
        self._sum()
