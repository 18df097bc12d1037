"""A log as a small graph: each span one patch, so that a merge costs what the typing is worth.

What a span does is one patch with joined operations, on top of the spans that end with its
parents. Nobody names a patch inside a span, so the graph of spans merges to the same document,
with the same order of characters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import Cancel, Entry, PatchId, Splice
from cocalc_tui.sync.spans import Span, spans
from cocalc_tui.sync.strand import Strand
from cocalc_tui.sync.walker import Walker

_LABEL = ("typing", None, None)
"""No merge reads it."""


class SpanGraph:
    """Spans as the patches of a graph, numbered within each session."""

    def __init__(self) -> None:
        self._ends: dict[str, list[int]] = {}
        """By session, the number of the last patch of each span."""
        self.graph = Graph()

    def _number(self, span: Span) -> PatchId:
        """The id that the next span of its session has here."""
        session, n = span.first
        ends = self._ends.setdefault(session, [])
        ends.append(n + span.size - 1)
        return PatchId(session, len(ends) - 1)

    def add(self, span: Span) -> None:
        """Put a span into the graph; raises DamagedLog where what it stands on is not here."""
        parents = tuple([self.coarse(parent) for parent in span.parents])
        ops = tuple(span.ops)
        if span.size == 1:
            ops = tuple([self._cancel(op) if type(op) is Cancel else op for op in ops])
        step = ops[0] if len(ops) == 1 and type(ops[0]) is Splice else ops
        strand = Strand(self._number(span), parents, (span.time,), (step,), _LABEL)
        if self.graph.add(strand) is not None:
            session, n = span.first
            raise DamagedLog(f"the log lacks what patch {n} of {session} stands on")

    def coarse(self, patch_id: PatchId) -> PatchId:
        """The span that has a patch, as its id here."""
        session, n = patch_id
        return PatchId(session, bisect_left(self._ends.get(session, ()), n))

    def targets(self, span: Span) -> Iterator[int]:
        """The indexes of the spans that a span cancels, as often as it names them."""
        for op in span.ops:
            if isinstance(op, Cancel):
                yield from self.graph.targets(self._cancel(op))

    def _cancel(self, op: Cancel) -> Cancel:
        session, first, last = op
        if not 0 <= first <= last:
            return op
        return Cancel(session, *(self.coarse(PatchId(session, n)).n for n in (first, last)))


class Coarse:
    """A whole log, merged span by span, with nothing forgotten that was deleted.

    A patch's index in `graph` is its span's place in `spans`.
    """

    def __init__(self, blocks: Sequence[Block], tail: Sequence[Entry]) -> None:
        self._merge(blocks, tail, single=False)
        if any(self.spans[index].size > 1 for index in self.graph.empty):
            self._merge(blocks, tail, single=True)

    def _merge(self, blocks: Sequence[Block], tail: Sequence[Entry], *, single: bool) -> None:
        """Merge. A span that does not fit may have patches that do: then once more, patch by patch.

        Only a program that is not ours makes such patches.
        """
        self.spans = list(spans(blocks, tail, single=single))
        self._span_graph = SpanGraph()
        self.graph = self._span_graph.graph
        for span in self.spans:
            self._span_graph.add(span)
        empty = Merger(self.graph)
        self.records = empty.records
        self.walker = Walker(empty, ROOT)
        if self.spans:
            self.walker.visit(len(self.spans))

    def cancelled_by(self, index: int) -> Iterator[int]:
        """The spans that a span cancels, as often as it names them."""
        return self._span_graph.targets(self.spans[index])
