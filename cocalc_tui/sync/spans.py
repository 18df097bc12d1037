"""A log in as few pieces as can be: what long stretches of typing do together.

Whoever replays a whole log (to open it, to look through its versions) need not see every
keystroke: what somebody typed in a row, while nobody else went on from the middle of it, merges as
one. A log of 260,000 keystrokes is some ten thousand such operations.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cocalc_tui.sync.blocks import Block, Chain, readable
from cocalc_tui.sync.patch import Cancel, Entry, Op, PatchId, Splice
from cocalc_tui.sync.stretch import Step, Stretch


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

    def steps(self) -> Iterator[Step]:
        """What the patches do, those that were joined as stretches."""
        patch = at = 0
        while patch < self.size:
            stop = at
            while stop < len(self.ops) and self.patches[stop] == patch:
                stop += 1
            ops = tuple(self.ops[at:stop])
            first, unit = (ops[0], self.units[at]) if ops else (None, 1)
            if type(first) is Splice and abs(unit) > 1:
                yield Stretch(first, range(1, abs(unit) + 1), backward=unit < 0)
            else:
                yield first if type(first) is Splice and len(ops) == 1 else ops
            patch, at = patch + abs(unit), stop


def spans(
    blocks: Sequence[Block], tail: Sequence[Entry] = (), *, single: bool = False
) -> Iterator[Span]:
    """A whole log: blocks, then the entries after them. With `single` each patch is a span."""
    ends = cuts(blocks, tail)
    for block in blocks:
        yield from block_spans(block, ends, single=single)
    for entry in tail:
        patch, one = entry.patch, len(entry.patch.ops)
        yield Span(
            entry.seq, patch.id, 1, patch.parents, patch.time, patch.ops, [1] * one, [0] * one
        )


def cuts(blocks: Sequence[Block], tail: Sequence[Entry]) -> Mapping[str, list[int]]:
    """By session the numbers, rising, behind which a span ends since somebody else names them."""
    ends: dict[str, set[int]] = defaultdict(set)
    firsts = [chain.parents for block in blocks for chain in block.chains]
    for parents in (*firsts, *(entry.patch.parents for entry in tail)):
        for parent in parents:
            ends[parent.session].add(parent.n)
    sealed = [cancel for block in blocks for cancel in block.cancels]
    for op in (*sealed, *(op for entry in tail for op in entry.patch.ops)):
        if isinstance(op, Cancel):
            ends[op.session] |= {op.first - 1, op.last}
    return {session: sorted(numbers) for session, numbers in ends.items()}


def block_spans(
    block: Block, cuts: Mapping[str, list[int]], *, single: bool = False
) -> Iterator[Span]:
    """The spans of one block, given where those of the log end."""
    with readable():
        yield from _BlockSpans(block).read(cuts, single=single)


class _BlockSpans:
    """Reads the spans of one block."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._operations = block.operations()
        self._totals, self._counts = block.reader("operations"), block.reader("operations")
        self._times: list[int] = []

    def read(self, cuts: Mapping[str, list[int]], *, single: bool) -> Iterator[Span]:
        done = 0
        for chain in self._block.chains:
            ends = cuts.get(chain.first.session, [])
            for first, size, parents in _pieces(chain, ends, single=single):
                if self._are_splices(size):
                    yield self._span(done, first, size, parents, 0)
                    done += size
                    continue
                self._times = self._times or self._block.times()
                session, n = first
                for patch_id in (PatchId(session, n + i) for i in range(size)):
                    yield self._span(done, patch_id, 1, parents, self._times[done])
                    parents = (patch_id,)
                    done += 1

    def _are_splices(self, size: int) -> bool:
        """Whether the next patches do nothing but splices."""
        if self._operations.only_splices:
            return True
        return self._operations.are_splices(self._totals.take(size))

    def _span(
        self, done: int, first: PatchId, size: int, parents: tuple[PatchId, ...], time: int
    ) -> Span:
        ops: list[Op] = []
        units: list[int] = []
        patches: list[int] = []
        at = 0
        while at < size:
            if ones := self._counts.ones(size - at):
                self._operations.read(first.session, ones, ops, units)
                for unit in units[len(patches) :]:
                    patches.append(at)
                    at += abs(unit)
            else:
                for _ in range(self._counts.take(1)):
                    self._operations.read(first.session, 1, ops, units)
                    patches.append(at)
                at += 1
        return Span(self._block.first + done, first, size, parents, time, ops, units, patches)


def _pieces(
    chain: Chain, cuts: Sequence[int], *, single: bool
) -> list[tuple[PatchId, int, tuple[PatchId, ...]]]:
    """Cut a chain behind the numbers at which somebody else goes on."""
    (session, n), size, parents, *_ = chain
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
