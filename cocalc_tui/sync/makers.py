"""Who made which entry of a log, when and how."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import compress, pairwise
from operator import add, sub
from typing import Any, NamedTuple

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.shelf import Shelf


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


class _Notes:
    """What a block says of who made its entries, in little room."""

    def __init__(self, block: Block) -> None:
        self.stamps: list[list[str]] = block.stamps
        self.labels: list[list[Any]] = block.labels
        self.ends = array("q", block.ends)
        """By link: how many entries there are up to its end."""
        self.stamp = array("q", block.numbers("stamp"))
        """By link: a place in `stamps`."""
        self.label = array("q", block.numbers("label"))
        self.times = block.times()
        """By entry: milliseconds of its author's clock."""
        self.received = array("q", map(add, self.times, block.times("received")))
        """By entry: milliseconds of the relay's."""

    def link(self, place: int) -> int:
        """The link that has an entry."""
        return bisect_right(self.ends, place)

    def made(self, place: int, link: int) -> Made:
        """Who made an entry, which a link has."""
        author, role = self.stamps[self.stamp[link]]
        label = self.labels[self.label[link]]
        return Made(author, role, self.times[place], self.received[place], *label)

    def edges(self, start: int, stop: int, rest: int) -> list[int]:
        """Where something is made otherwise than before, or after a rest: places, both ends too."""
        found = {start, stop}
        first, last = self.link(start), self.link(stop - 1)
        whose = list(zip(self.stamp[first : last + 1], self.label[first : last + 1], strict=True))
        ends = self.ends[first:last]
        found.update(end for end, (a, b) in zip(ends, pairwise(whose), strict=True) if a != b)
        for clock in (self.times, self.received):
            gaps = map(sub, clock[start + 1 : stop], clock[start : stop - 1])
            found.update(compress(range(start + 1, stop), map(rest.__le__, gaps)))
        return sorted(found)


class Makers:
    """Who made the entries of a log. A block is read when somebody asks."""

    def __init__(self, log: Shelf) -> None:
        self._log = log
        self._notes: dict[int, _Notes] = {}

    def _at(self, block: int) -> _Notes:
        found = self._notes.get(block)
        if found is None:
            found = self._notes[block] = _Notes(self._log.block(block))
        return found

    def _find(self, version: int) -> tuple[_Notes, int]:
        """What is noted of the block that has an entry, and the entry's place there."""
        starts = self._log.starts
        block = bisect_right(starts, version - 1) - 1
        return self._at(block), version - 1 - starts[block]

    def author(self, version: int) -> str:
        """The Unix user who made the entry with this number."""
        notes, place = self._find(version)
        return notes.stamps[notes.stamp[notes.link(place)]][0]

    def made(self, version: int) -> Made:
        """All that is known."""
        notes, place = self._find(version)
        return notes.made(place, notes.link(place))

    def alike(self, rest: int, first: int, last: int) -> Iterator[Alike]:
        """Some entries, in as few pieces as can be; `rest` in milliseconds, by any clock."""
        while first <= last:
            notes, place = self._find(first)
            after = first - place
            stop = min(last + 1 - after, len(notes.times))
            for begin, end in pairwise(notes.edges(place, stop, rest)):
                begun = ended = notes.made(begin, link := notes.link(begin))
                if end > begin + 1:
                    ended = notes.made(end - 1, link)
                yield Alike(after + begin, after + end - 1, begun, ended)
            first = after + stop

    def shares(self) -> Iterator[tuple[Made, int]]:
        """How much was made by whom: an entry that stands for some made alike, and how many."""
        for block in range(len(self._log)):
            notes = self._at(block)
            ends = [0, *notes.ends]
            found: dict[tuple[int, int], list[int]] = {}
            """By stamp and label: a link, and how many entries."""
            for link, (start, end) in enumerate(pairwise(ends)):
                one = found.setdefault((notes.stamp[link], notes.label[link]), [link, 0])
                one[1] += end - start
            for link, count in found.values():
                yield notes.made(ends[link], link), count
