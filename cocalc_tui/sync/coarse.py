"""A log as a small graph: each span one patch, so that a merge costs what the typing is worth.

What a span does is one patch with joined operations, on top of the spans that end with its
parents. Nobody names a patch inside a span, so the graph of spans merges to the same document,
with the same order of characters.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import Cancel, Op, PatchId, TextId
from cocalc_tui.sync.records import Records, SavedRecords
from cocalc_tui.sync.spans import Part, Span, part_spans
from cocalc_tui.sync.strand import Strand
from cocalc_tui.sync.stretch import Step, fold
from cocalc_tui.sync.used import Used
from cocalc_tui.sync.walker import Walker

_LABEL = ("typing", None, None)
"""No merge reads it."""


class Base(NamedTuple):
    """The state at a critical version: what comes after is merged on top of it."""

    heads: tuple[PatchId, ...]
    """Its one head; none before the first patch."""
    texts: Mapping[TextId, str]
    records: SavedRecords


NOTHING = Base((), {}, SavedRecords({}, Used()))
"""What a log begins with."""


class SpanGraph:
    """Spans as the patches of a graph, numbered within each session."""

    def __init__(self, parts: Sequence[Part], base: Base, *, single: bool = False) -> None:
        """Raises DamagedLog where what a span stands on is not here."""
        self._ends = {session: [n] for session, n in base.heads}
        """By session, the number of the last patch of each span."""
        heads = [PatchId(session, 0) for session, _ in base.heads]
        self.graph = Graph(dict.fromkeys(self._ends, 1), heads)
        self.spans: list[Span] = []
        """Thread after thread: what somebody did without a look at the others merges as one."""
        threads = _threads(part_spans(parts, single=single))
        firsts: list[PatchId] = []
        """By thread: the id of its first span."""
        for thread in threads:
            session = thread[0].first.session
            ends = self._ends.setdefault(session, [])
            firsts.append(PatchId(session, len(ends)))
            ends += [span.last().n for span in thread]
            self.spans += thread
        for thread, first in zip(threads, firsts, strict=True):
            self._add(thread, first, fold(map(self._step, thread)))

    def merger(self, base: Base) -> Merger:
        """What merges them on top of what they stand on, as `base` has it."""
        merger = Merger(self.graph, dict(base.texts))
        merger.records = Records.restore(merger, base.records)
        return merger

    def merge(self, base: Base) -> Merger:
        """Merge them."""
        merger = self.merger(base)
        merger.merge(0, len(self.spans))
        return merger

    def hides(self) -> bool:
        """Whether a span that does not fit may have patches that do.

        Only a program that is not ours makes such patches; then each must be a span.
        """
        return any(self.spans[index].size > 1 for index in self.graph.empty)

    def _add(self, thread: Sequence[Span], first: PatchId, steps: Sequence[Step]) -> None:
        """Put spans of a session into the graph, each on top of just the one before."""
        parents = tuple([self._coarse(parent) for parent in thread[0].parents])
        times = [span.time for span in thread]
        if self.graph.add(Strand(first, parents, times, steps, _LABEL)) is not None:
            session, n = thread[0].first
            raise DamagedLog(f"the log lacks what patch {n} of {session} stands on")

    def _step(self, span: Span) -> tuple[Op, ...]:
        """What a span does."""
        if span.size > 1:
            return tuple(span.ops)
        return tuple([self._cancel(op) if type(op) is Cancel else op for op in span.ops])

    def _coarse(self, patch_id: PatchId) -> PatchId:
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
        return Cancel(session, *(self._coarse(PatchId(session, n)).n for n in (first, last)))


def _threads(spans: Iterable[Span]) -> list[list[Span]]:
    """Spans by threads, in the order in which these begin.

    A *thread* is what a session did from one patch on, as long as each was on top of just the one
    before of its own: as little as somebody did between two looks at what others did, or all that
    they typed in a day offline. In the log its patches may stand far apart; together they merge as
    one. Threads that begin earlier never stand on one that begins later.
    """
    found: list[list[Span]] = []
    last: dict[str, list[Span]] = {}
    for span in spans:
        thread = last.get(span.first.session)
        if thread is None or span.parents != (thread[-1].last(),):
            thread = last[span.first.session] = []
            found.append(thread)
        thread.append(span)
    return found


def merged(parts: Sequence[Part], base: Base) -> tuple[dict[TextId, str], SavedRecords]:
    """The texts and records that some of a log gives on top of its base."""
    graph = SpanGraph(parts, base)
    merger = graph.merge(base)
    if graph.hides():
        graph = SpanGraph(parts, base, single=True)
        merger = graph.merge(base)
    merger.records.settle()
    return merger.texts.all(), merger.records.save()


class Coarse:
    """Some of a log, merged span by span, with nothing forgotten that was deleted.

    A patch's index in `graph` is its span's place in `spans`.
    """

    def __init__(self, parts: Sequence[Part], base: Base = NOTHING) -> None:
        self.base = base
        self._merge(parts, single=False)
        if self._span_graph.hides():
            self._merge(parts, single=True)

    def _merge(self, parts: Sequence[Part], *, single: bool) -> None:
        self._span_graph = span_graph = SpanGraph(parts, self.base, single=single)
        self.spans, self.graph = span_graph.spans, span_graph.graph
        empty = span_graph.merger(self.base)
        self.records = empty.records
        self.walker = Walker(empty, ROOT)
        if self.spans:
            self.walker.visit(len(self.spans))

    def cancelled_by(self, index: int) -> Iterator[int]:
        """The spans that a span cancels, as often as it names them."""
        return self._span_graph.targets(self.spans[index])
