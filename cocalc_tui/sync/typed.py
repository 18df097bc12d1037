"""A sealed block of nothing but typing, read column by column.

Two people who type in turn, key by key, leave a link in the log for every key. Made into a patch
each they would cost twenty times what they are worth; here their columns are taken apart by
session, and what somebody typed in a row is one step again, however many keys of others came in
between.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, repeat

from cocalc_tui.sync.blocks import (
    BACKSPACE,
    DELETE,
    INSERT,
    JUMPS,
    KIND,
    MOST,
    REPLACE,
    Block,
)
from cocalc_tui.sync.columns import DamagedLog, unzigzag
from cocalc_tui.sync.patch import MAIN, Splice
from cocalc_tui.sync.runs import Lengths, Many
from cocalc_tui.sync.stretch import Step, Stretch


def is_typing(block: Block) -> bool:
    """Whether `Typed` can read a block: its operations are splices of the main text."""
    plain = {*range(REPLACE + 1), *range(JUMPS, JUMPS + REPLACE + 1)}
    kinds = block.numbers("kind")
    if not plain.issuperset(kinds):
        return False
    odd = [n for column in ("operations", "inserts", "deletes") for n in block.numbers(column)]
    if odd and not 0 < min(odd) <= max(odd) < MOST:
        return False
    again = block.numbers("again")
    return not any(m for kind, m in zip(kinds, again, strict=True) if kind & KIND == REPLACE)


class Typed:
    """What the patches of a block do. Its patches count from 0 within the block."""

    def __init__(self, block: Block, cut: int) -> None:
        """Patch number `cut` begins a step of its own."""
        self._many = Many(block)
        kinds, counts = block.numbers("kind"), [more + 1 for more in block.numbers("again")]
        if sum(counts) > MOST:
            raise DamagedLog("a block of the log claims to be too long")
        jump = iter(block.numbers("jump"))
        jumps = [unzigzag(next(jump)) if kind & JUMPS else 0 for kind in kinds]
        kinds = [kind & KIND for kind in kinds]
        self._edges = {*self._many.ends, *self._many.ends.values(), self._many.before(cut)}
        if not self._edges.issubset((0, sum(counts))):
            kinds, counts, jumps = _cut(kinds, counts, jumps, sorted(self._edges))
        self._kinds, self._counts, self._jumps = kinds, counts, jumps
        self._ends = list(accumulate(self._counts))
        """By run: how many operations there are up to its end."""
        if self._ends[-1] != self._many.before(block.count):
            raise DamagedLog("a block of the log has the wrong number of operations")
        self._inserts = Lengths(block, "inserts", self._counts_of(INSERT, REPLACE))
        self._deletes = Lengths(block, "deletes", self._counts_of(BACKSPACE, DELETE, REPLACE))
        self._text = block.string("typed")
        if len(self._text) != sum(self._inserts.totals):
            raise DamagedLog("a block of the log lacks typed text")

    def _counts_of(self, *wanted: int) -> list[int]:
        """By run: how many operations of some kinds it has."""
        pairs = zip(self._kinds, self._counts, strict=True)
        return [count if kind in wanted else 0 for kind, count in pairs]

    def stops(self, sizes: Iterable[int]) -> list[int]:
        """Behind which run each link ends, given how many patches each has."""
        before = self._many.before
        ends = [before(patch) for patch in accumulate(sizes)]
        stops = list(map(bisect_right, repeat(self._ends), ends))
        if [self._ends[stop - 1] for stop in stops] != ends:
            raise DamagedLog("a block of the log has runs of more than one session")
        return stops

    def steps(self, runs: Sequence[int], starts: Sequence[int]) -> Iterator[tuple[int, Step]]:
        """What a session's patches do, given all its runs.

        `starts` are places in `runs`, rising from 0 on, where a step must begin; each step comes
        with the number of the last of them that it is not before.
        """
        columns = (self._kinds, self._jumps, self._inserts.totals, self._deletes.totals)
        kinds, jumps, typed, deleted = (list(map(column.__getitem__, runs)) for column in columns)
        carets = list(accumulate(map(_moved, kinds, jumps, typed, deleted)))
        counts = [0, *accumulate(map(self._counts.__getitem__, runs))]
        written, erased = [0, *accumulate(typed)], [0, *accumulate(deleted)]
        froms = self._inserts.offsets
        text = "".join([self._text[froms[run] : froms[run + 1]] for run in runs])
        ahead = iter([*starts[1:], len(runs)])
        number, following = 0, next(ahead)
        many = self._many.ends
        together: list[Splice] = []
        until = 0
        for first, stop in pairwise([*self._begins(runs, kinds, jumps, starts), len(runs)]):
            if first == following:
                number, following = number + 1, next(ahead)
            kind, delete, count = kinds[first], erased[stop] - erased[first], counts[stop]
            count -= counts[first]
            if kind in (INSERT, REPLACE):
                insert, pos = text[written[first] : written[stop]], carets[first] - typed[first]
            else:
                insert, pos = "", carets[stop - 1]
            whole = Splice(pos, delete, insert, MAIN)
            until = until or (many.get(self._first(runs[first]), 0) if many else 0)
            if until:
                together.append(whole)
                if self._ends[runs[stop - 1]] == until:
                    yield number, tuple(together)
                    together, until = [], 0
            elif count == 1:
                yield number, whole
            else:
                ends = self._lengths(runs[first:stop], count, delete or len(insert), kind)
                yield number, Stretch(whole, ends, backward=kind == BACKSPACE)

    def _first(self, run: int) -> int:
        """The place of a run's first operation."""
        return self._ends[run] - self._counts[run]

    def _lengths(self, runs: Sequence[int], count: int, total: int, kind: int) -> Sequence[int]:
        """How many characters so many operations type, or delete, by then."""
        if total == count:
            return range(1, count + 1)
        lengths = self._inserts if kind == INSERT else self._deletes
        return array("q", accumulate([n for run in runs for n in lengths.of(run)]))

    def _begins(
        self, runs: Sequence[int], kinds: list[int], jumps: list[int], starts: Sequence[int]
    ) -> list[int]:
        """The places in `runs` where what is done does not just go on."""
        found = {
            at
            for at, (one, other) in enumerate(pairwise(kinds), 1)
            if one != other or other == REPLACE or jumps[at]
        }
        edges = self._edges
        if len(edges) > 1:
            found.update(at for at, run in enumerate(runs) if self._first(run) in edges)
            found.update(at for at, run in enumerate(runs[:-1], 1) if self._ends[run] in edges)
        return sorted(found.union(starts))


def _moved(kind: int, jump: int, typed: int, deleted: int) -> int:
    """How far a run moves the caret of its session."""
    return jump - deleted if kind == BACKSPACE else jump + typed


def _cut(
    kinds: list[int], counts: list[int], jumps: list[int], edges: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """Runs, cut where an edge, the place of an operation, lies within."""
    ends = list(accumulate(counts))
    cut: tuple[list[int], list[int], list[int]] = ([], [], [])
    done = 0
    for edge in edges:
        at = bisect_right(ends, edge)
        if at < len(ends) and edge > ends[at] - counts[at]:
            cut[0].extend(kinds[done : at + 1])
            cut[1].extend((*counts[done:at], edge - ends[at] + counts[at]))
            cut[2].extend(jumps[done : at + 1])
            counts[at], jumps[at], done = ends[at] - edge, 0, at
    return cut[0] + kinds[done:], cut[1] + counts[done:], cut[2] + jumps[done:]
