"""Who made which entry of a log, when and how."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from operator import add
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


class Alike(NamedTuple):
    """Entries `first` .. `last`, made alike and without a rest."""

    first: int
    last: int
    begun: Made
    ended: Made


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

    def alike(self, rest: int) -> Iterator[Alike]:
        """All entries, in as few pieces as can be; `rest` is so many milliseconds, by any clock."""
        for block, start in zip(self._blocks, self._starts, strict=False):
            link = 0
            for place, stop in pairwise(sorted(_edges(block, rest))):
                while block.ends[link] <= place:
                    link += 1
                begun = ended = _made(block, place, link)
                if stop > place + 1:
                    time = block.times()[stop - 1]
                    received = time + block.times("received")[stop - 1]
                    ended = begun._replace(time=time, received=received)
                yield Alike(start + place + 1, start + stop, begun, ended)


def _edges(block: Block, rest: int) -> set[int]:
    """The places of a block where something is made otherwise than before, or after a rest."""
    edges = {0, block.count}
    whose = zip(block.numbers("stamp"), block.numbers("label"), strict=True)
    edges.update(end for end, (a, b) in zip(block.ends, pairwise(whose), strict=False) if a != b)
    times = block.times()
    for clock in (times, list(map(add, times, block.times("received")))):
        edges.update(place for place, (a, b) in enumerate(pairwise(clock), 1) if b - a >= rest)
    return edges


def _made(block: Block, place: int, link: int) -> Made:
    author, role = block.stamps[block.numbers("stamp")[link]]
    label = block.labels[block.numbers("label")[link]]
    time = block.times()[place]
    return Made(author, role, time, time + block.times("received")[place], *label)
