"""Who made which entry of a log, when and how."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from cocalc_tui.sync.blocks import Block


class Made(NamedTuple):
    """Who made an entry, when and how."""

    author: str
    role: str
    time: int
    """By the author's clock, milliseconds."""
    received: int
    """By the relay's."""
    kind: str
    acting_for: str | None
    group: str | None


class Makers:
    """Who made the entries of blocks. Times are read from a block when somebody asks."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._starts = [0, *accumulate([block.count for block in blocks])]

    def _find(self, version: int) -> tuple[Block, int]:
        """The block that has an entry, and the entry's place there."""
        at = bisect_right(self._starts, version - 1) - 1
        return self._blocks[at], version - 1 - self._starts[at]

    def author(self, version: int) -> str:
        """The Unix user who made the entry with this number."""
        block, place = self._find(version)
        return block.stamps[block.numbers("stamp")[bisect_right(block.ends, place)]][0]

    def made(self, version: int) -> Made:
        """All that is known."""
        block, place = self._find(version)
        return _made(block, place, bisect_right(block.ends, place))


def _made(block: Block, place: int, link: int) -> Made:
    author, role = block.stamps[block.numbers("stamp")[link]]
    label = block.labels[block.numbers("label")[link]]
    time = block.times()[place]
    return Made(author, role, time, time + block.times("received")[place], *label)
