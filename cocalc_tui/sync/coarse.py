"""A log as a small graph: each span one patch, so that a merge costs what the typing is worth.

What a span does is one patch with joined operations, on top of the spans that end with its
parents. Nobody names a patch inside a span, so the graph of spans merges to the same document,
with the same order of characters. Nothing that was deleted is forgotten.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.effects import Effects
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import Cancel, Entry, Patch, PatchId, TextId
from cocalc_tui.sync.spans import Span, spans
from cocalc_tui.sync.walker import Walker


class Coarse:
    """A whole log, merged span by span; a patch's index in the graph is its span's place."""

    def __init__(self, blocks: Sequence[Block], tail: Sequence[Entry]) -> None:
        self._build(blocks, tail, single=False)
        if any(self.spans[index].size > 1 for index in self.graph.empty):
            self._build(blocks, tail, single=True)

    def _build(self, blocks: Sequence[Block], tail: Sequence[Entry], *, single: bool) -> None:
        """Merge. A span that does not fit may have patches that do: then once more, patch by patch.

        Only a program that is not ours makes such patches.
        """
        self.spans: list[Span] = []
        self.graph = Graph()
        empty = Merger(self.graph)
        self.records = empty.records
        self._ends: dict[str, list[int]] = {}
        """By session, the number of the last patch of each span."""
        for span in spans(blocks, tail, single=single):
            self._add(span)
        self.walker = Walker(empty, ROOT)
        if self.spans:
            self.walker.visit(len(self.spans), _Unseen())

    def _add(self, span: Span) -> None:
        session, n = span.first
        parents = tuple(self.coarse(parent) for parent in span.parents)
        ops = tuple(self._cancel(op) if isinstance(op, Cancel) else op for op in span.ops)
        ends = self._ends.setdefault(session, [])
        if self.graph.add(Patch(PatchId(session, len(ends)), span.time, parents, ops)) is None:
            raise DamagedLog(f"the log lacks what patch {n} of {session} stands on")
        ends.append(n + span.size - 1)
        self.spans.append(span)

    def coarse(self, patch_id: PatchId) -> PatchId:
        """The span that has a patch, as its id here."""
        session, n = patch_id
        return PatchId(session, bisect_left(self._ends.get(session, ()), n))

    def _cancel(self, op: Cancel) -> Cancel:
        session, first, last = op
        if not 0 <= first <= last:
            return op
        return Cancel(session, *(self.coarse(PatchId(session, n)).n for n in (first, last)))

    def cancelled_by(self, index: int) -> Iterator[int]:
        """The spans that a span cancels, as often as it names them."""
        for op in self.spans[index].ops:
            if isinstance(op, Cancel):
                yield from self.graph.targets(self._cancel(op))


class _Unseen(Effects):
    """Nobody looks at how the texts changed on the way."""

    def inserted(self, at: TextId, pos: int, text: str, by: PatchId) -> None:
        """Text came."""

    def deleted(self, at: TextId, pos: int, length: int, by: PatchId) -> None:
        """Text went."""
