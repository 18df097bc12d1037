"""How much there is of a document at most, without merging it.

The host side merges and says now and then how much there was after which entry; what people added
since is counted here. So a text is not typed beyond what a file may have: it would be saved, and
could never be opened again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from cocalc_tui.protocol.messages import LARGEST_OPENED, WireEntry

_COARSE = 2**16
"""Bytes up to which commits are counted together."""


class Growth:
    """Of one document; it may grow freely until it was measured."""

    def __init__(self) -> None:
        self._size: int | None = None
        self._since: deque[tuple[int, int]] = deque()
        """The last entry and the bytes of some, none of which was measured yet."""
        self._added = 0

    def measured(self, seq: int, size: int) -> None:
        """After entries 1..seq there are so many bytes."""
        self._size = size
        while self._since and self._since[0][0] <= seq:
            self._added -= self._since.popleft()[1]

    def came(self, entries: Sequence[WireEntry]) -> None:
        """Entries were committed; what the host side adds may be what is on the disk already."""
        if self._size is None:
            return
        size = sum(len(e.patch.ops) for e in entries if e.role != "host")
        if size:
            self._added += size
            if self._since and self._since[-1][1] + size <= _COARSE:
                size += self._since.pop()[1]
            self._since.append((entries[-1].seq, size))

    def has_room(self, more: int) -> bool:
        """Whether it may grow by so many bytes."""
        return self._size is None or self._size + self._added + more <= LARGEST_OPENED
