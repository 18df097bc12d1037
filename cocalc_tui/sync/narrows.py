"""Where a log narrows to one point: the versions that all later patches have seen.

Such a *critical* version has also seen all before it, and nothing after it cancels what is before.
So what comes after can be looked at without what came before, given the state it left: a long log
falls into parts that have nothing to do with each other.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from cocalc_tui.sync.blocks import CANCEL, Block, Link
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.patch import Cancel, PatchId
from cocalc_tui.sync.shelf import Shelf


class _Session:
    """The links of one session: the number of the first patch of each, rising, and its entry's."""

    __slots__ = ("end", "firsts", "last", "seqs")

    def __init__(self) -> None:
        self.end = 0
        """The number behind its last patch."""
        self.last = 0
        """The number of the entry that has its last patch."""
        self.firsts = array("q")
        self.seqs = array("q")


class Outline(NamedTuple):
    """What a log tells of itself without a look at what its patches do."""

    wide: list[tuple[int, int]]
    """The ranges (both ends included) of numbers of versions that are not critical, rising."""
    heads: list[PatchId]
    """Sorted."""
    counts: dict[str, int]
    """By session: how many patches it has."""
    clock: int
    """The greatest time."""


def outline(log: Shelf) -> Outline:
    """Go over who was on top of whom; raises DamagedLog."""
    walk = _Walk()
    wide: list[tuple[int, int]] = []
    for first, last in sorted(walk.through(log)):
        if wide and first <= wide[-1][1] + 1:
            wide[-1] = wide[-1][0], max(last, wide[-1][1])
        else:
            wide.append((first, last))
    counts = {name: one.end for name, one in walk.known.items() if one.end}
    return Outline(wide, sorted(PatchId(*head) for head in walk.heads), counts, walk.clock)


class _Walk:
    """A way through a log, block by block: what was met so far.

    It passes over the versions between a patch and the ones that it is on top of, or that it
    cancels, and over those after a patch that nobody is on top of.
    """

    def __init__(self) -> None:
        self._seq = 1
        """The number of the next entry."""
        self.known: dict[str, _Session] = {}
        self.heads: set[tuple[str, int]] = set()
        self.clock = 0
        self._last: tuple[tuple[str, int], ...] | None = None
        """The last patch before."""

    def through(self, log: Shelf) -> Iterator[tuple[int, int]]:
        """The ranges that the patches of a log pass over, both ends included."""
        for place in range(len(log)):
            first, block = self._seq, log.block(place)
            self.clock = max(self.clock, block.latest)
            here = [self.known.setdefault(name, _Session()) for name in block.sessions]
            if block.is_line:
                yield from self._links([block.first_link()], here, block.sessions)
                self._along(block, here)
            else:
                yield from self._links(block.links, here, block.sessions)
            if block.cancels:
                yield from self._cancelled(log, place, first)
        for head in self.heads:
            if (number := self._number(*head)) < self._seq - 1:
                yield number, self._seq - 1

    def _links(
        self, links: Sequence[Link], here: Sequence[_Session], names: Sequence[str]
    ) -> Iterator[tuple[int, int]]:
        """What links pass over up to their parents."""
        heads, seq, last = self.heads, self._seq, self._last
        for s, n, size, parents in links:
            one, session = here[s], names[s]
            if n != one.end:
                raise _lacking(session, one.end)
            one.firsts.append(n)
            one.seqs.append(seq)
            if parents is None:
                heads.discard((session, n - 1))
                least = one.last
            elif parents == last:
                heads.discard(parents[0])
                least = seq - 1
            else:
                heads.difference_update(parents)
                least = min([self._parent(*parent) for parent in parents], default=0)
            if least + 1 < seq:
                yield least + 1, seq - 1
            seq += size
            one.end, one.last = n + size, seq - 1
            last = ((session, n + size - 1),)
            heads.add(last[0])
        self._seq, self._last = seq, last

    def _along(self, block: Block, here: Sequence[_Session]) -> None:
        """Note the links of a block that is a line, which the first goes before."""
        seq = self._seq
        links = zip(block.owners, block.firsts, block.sizes, strict=True)
        for s, n, size in islice(links, 1, None):
            one = here[s]
            if n != one.end:
                raise _lacking(block.sessions[s], one.end)
            one.firsts.append(n)
            one.seqs.append(seq)
            seq += size
            one.end, one.last = n + size, seq - 1
        self.heads.difference_update(self._last or ())
        end = block.firsts[-1] + block.sizes[-1]
        self._seq, self._last = seq, ((block.sessions[block.owners[-1]], end - 1),)
        self.heads.add(self._last[0])

    def _cancelled(self, log: Shelf, place: int, first: int) -> Iterator[tuple[int, int]]:
        """What cancels pass over up to their targets; `first` is the block's first entry."""
        for patch, cancel in _cancels(log, place):
            by = first + patch
            if (target := self._number(cancel.session, cancel.first)) < by:
                yield max(target, 1), by - 1

    def _parent(self, session: str, n: int) -> int:
        """The number of the entry of a parent; raises DamagedLog where it did not come before."""
        if session not in self.known or n >= self.known[session].end:
            raise _lacking(session, n)
        return self._number(session, n)

    def _number(self, session: str, n: int) -> int:
        """The number of an entry; 0 where it is not here."""
        found = self.known.get(session)
        at = bisect_right(found.firsts, n) - 1 if found is not None else -1
        return found.seqs[at] + n - found.firsts[at] if found is not None and at >= 0 else 0


def _lacking(session: str, n: int) -> DamagedLog:
    return DamagedLog(f"the log lacks patch {n} of {session}")


def _cancels(log: Shelf, place: int) -> Iterator[tuple[int, Cancel]]:
    """The cancels of a block, each with the place of its patch."""
    runs = log.runs(place)
    patches = (runs.patch(run) for run, kind in enumerate(runs.kinds) if kind == CANCEL)
    return zip(patches, runs.block.cancels, strict=True)
