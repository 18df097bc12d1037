"""A log in as few pieces as can be: what long stretches of typing do together.

Whoever replays a whole log (to open it, to look through its versions) need not see every
keystroke: what somebody typed in a row, while nobody else went on from the middle of it, merges as
one. A log of 260,000 keystrokes is some ten thousand such operations.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cocalc_tui.sync.blocks import CANCEL, REPLACE, Block, Chain, readable
from cocalc_tui.sync.operations import Operations
from cocalc_tui.sync.patch import Cancel, Op, PatchId
from cocalc_tui.sync.runs import Runs


class Span(NamedTuple):
    """Some patches of a session in a row, each on top of the one before.

    No other patch has one of them but the last as a parent, or cancels some of them and not all:
    no merge looks inside.
    """

    seq: int
    """Of the first."""
    first: PatchId
    size: int
    """How many patches."""
    parents: tuple[PatchId, ...]
    """Of the first; the others have the one before."""
    time: int
    """Of its patch, which is alone, where an operation is no splice; else nothing reads it."""
    ops: Sequence[Op]
    """What they do, one after the other. Typing is joined, so these are fewer than theirs."""
    units: Sequence[int]
    """How many operations each stands for. Only splices of one character are joined, those that
    are each all of their patch; where they go backwards, as backspace does, it is negative."""
    patches: Sequence[int]
    """With which patch of the span (0 is the first) each operation begins."""

    def last(self) -> PatchId:
        """The id of the last patch."""
        return PatchId(self.first.session, self.first.n + self.size - 1)


class Part(NamedTuple):
    """Some patches of a block in a row; they begin and end where runs do."""

    runs: Runs
    start: int
    stop: int
    """The places in the block of the first and of the one behind the last."""

    def last(self) -> PatchId:
        """The id of the last one."""
        block = self.runs.block
        at = bisect_left(block.ends, self.stop)
        n = block.firsts[at] + block.sizes[at] - 1 - block.ends[at] + self.stop
        return PatchId(block.sessions[block.owners[at]], n)

    def operations(self) -> range:
        """Its runs."""
        return range(self.runs.first(self.start), self.runs.first(self.stop))


def part_spans(parts: Sequence[Part], *, single: bool = False) -> Iterator[Span]:
    """The spans of parts of a log in a row. With `single` each patch is a span."""
    with readable():
        readers = [_PartSpans(part) for part in parts]
        chains = [chain for reader in readers for chain in reader.chains]
        cancels = (op for part in parts for op in _cancels(part))
        ends = _cuts([chain.parents for chain in chains], cancels)
        for reader in readers:
            yield from reader.read(ends, single=single)


def _cuts(
    firsts: Iterable[tuple[PatchId, ...]], cancels: Iterable[Cancel]
) -> Mapping[str, list[int]]:
    ends: dict[str, set[int]] = defaultdict(set)
    for parents in firsts:
        for parent in parents:
            ends[parent.session].add(parent.n)
    for session, first, last in cancels:
        ends[session] |= {first - 1, last}
    return {session: sorted(numbers) for session, numbers in ends.items()}


def _cancels(part: Part) -> Iterator[Cancel]:
    """The cancels of a part."""
    runs, start, stop = part
    first, last = (runs.before(CANCEL, runs.first(patch)) for patch in (start, stop))
    return iter(runs.block.cancels[first:last])


class _PartSpans:
    """Reads the spans of some patches of one block in a row."""

    def __init__(self, part: Part) -> None:
        runs, start, stop = part
        self._block = block = runs.block
        self._start = start
        self._operations = Operations(runs, runs.first(start))
        self._only_splices = max(runs.kinds, default=0) <= REPLACE
        self._totals, self._counts = block.reader("operations"), block.reader("operations")
        for reader in (self._totals, self._counts):
            reader.take(start)
        self.chains = list(_chains(block, start, stop))

    def read(self, cuts: Mapping[str, list[int]], *, single: bool) -> Iterator[Span]:
        """The spans, given where those of the log end."""
        done = self._start
        for chain in self.chains:
            ends = cuts.get(chain.first.session, [])
            for first, size, parents in _pieces(chain, ends, single=single):
                if self._are_splices(size):
                    yield self._span(done, first, size, parents, 0)
                    done += size
                    continue
                times = self._block.times()
                session, n = first
                for patch_id in (PatchId(session, n + i) for i in range(size)):
                    yield self._span(done, patch_id, 1, parents, times[done])
                    parents = (patch_id,)
                    done += 1

    def _are_splices(self, size: int) -> bool:
        """Whether the next patches do nothing but splices."""
        return self._only_splices or self._operations.are_splices(self._totals.take(size))

    def _span(
        self, done: int, first: PatchId, size: int, parents: tuple[PatchId, ...], time: int
    ) -> Span:
        ops: list[Op] = []
        units: list[int] = []
        patches: list[int] = []
        at = 0
        while at < size:
            if ones := self._counts.ones(size - at):
                self._operations.read(ones, ops, units)
                for unit in units[len(patches) :]:
                    patches.append(at)
                    at += abs(unit)
            else:
                for _ in range(self._counts.take(1)):
                    self._operations.read(1, ops, units)
                    patches.append(at)
                at += 1
        return Span(self._block.first + done, first, size, parents, time, ops, units, patches)


def _chains(block: Block, start: int, stop: int) -> Iterator[Chain]:
    """The chains of some patches of a block."""
    ends = block.ends
    at = bisect_right(ends, start)
    end = ends[at - 1] if at else 0
    for chain in block.chains(at, bisect_left(ends, stop) + 1):
        begin, end = end, end + chain.size
        if start <= begin and end <= stop:
            yield chain
        else:
            yield _part(chain, max(start - begin, 0), chain.size - max(end - stop, 0))


def _part(chain: Chain, start: int, stop: int) -> Chain:
    """Some of the patches of a chain."""
    session, n = chain.first
    parents = (PatchId(session, n + start - 1),) if start else chain.parents
    return chain._replace(first=PatchId(session, n + start), size=stop - start, parents=parents)


def _pieces(
    chain: Chain, cuts: Sequence[int], *, single: bool
) -> list[tuple[PatchId, int, tuple[PatchId, ...]]]:
    """Cut a chain behind the numbers at which somebody else goes on."""
    (session, n), size, parents, *_ = chain
    if size == 1:
        return [(chain.first, 1, parents)]
    last = n + size - 1
    start = bisect_left(cuts, n)
    ends: Sequence[int] = cuts[start : bisect_left(cuts, last, start)]
    if single:
        ends = range(n, last)
    pieces = []
    for end in ends:
        pieces.append((PatchId(session, n), end - n + 1, parents))
        parents = (PatchId(session, end),)
        n = end + 1
    return [*pieces, (PatchId(session, n), last - n + 1, parents)]
