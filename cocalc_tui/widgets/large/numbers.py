"""Which line is where in a large file, by how many lines end in each block of it.

The host side counts: a file of gigabytes need not come over the relay to be numbered. What is not
counted yet has no number, and nothing waits for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


class Numbers:
    """Line breaks before each block."""

    def __init__(self) -> None:
        self._before = [0]
        self.whole = False
        """Whether all of the file is counted."""

    @property
    def blocks(self) -> int:
        """Blocks that are counted, from the first on."""
        return len(self._before) - 1

    @property
    def breaks(self) -> int:
        """Line breaks in what is counted."""
        return self._before[-1]

    def add(self, counts: Sequence[int]) -> None:
        """Take in the next blocks."""
        for count in counts:
            self._before.append(self._before[-1] + count)

    def forget(self, block: int) -> None:
        """A block, and all behind it, may be another now."""
        del self._before[max(block, 0) + 1 :]
        self.whole = False

    def before(self, block: int) -> int | None:
        """Line breaks before a block; None where that is not known."""
        return self._before[block] if block < len(self._before) else None

    def block_of(self, count: int) -> int | None:
        """The block in which the line break of this number (from 1) is; None where not known."""
        return bisect_left(self._before, count) - 1 if 0 < count <= self.breaks else None
