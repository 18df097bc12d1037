"""A whole log, read at once: the checkpoint that a document can begin with.

Applying 260,000 patches one by one takes seconds. Most logs begin with a long line (everybody had
seen all there was), and a line needs no merge: its splices are done one after the other, on a text
in chunks. Only what comes after is merged, span by span.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.checkpoint import Checkpoint
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.fit import is_text
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.intake import Intake
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    DoesNotFit,
    Entry,
    Patch,
    PatchId,
    Splice,
    TextId,
)
from cocalc_tui.sync.records import Records
from cocalc_tui.sync.spans import Span, spans

_CHUNK: Final = 2048
"""Characters of a chunk as it is made; twice as many split it."""


def open_log(blocks: Sequence[Block], tail: Sequence[Entry] = ()) -> Document:
    """A document as blocks and the entries after them give it; raises DamagedLog.

    It is one that begins with a checkpoint: for a patch that did not see all of the log, or that
    cancels a part of it, its patches must be applied one by one instead.
    """
    return Document(read_log(blocks, tail))


def read_log(blocks: Sequence[Block], tail: Sequence[Entry] = ()) -> Checkpoint:
    """The state that blocks and the entries after them give; raises DamagedLog."""
    return _Reader(blocks, tail).checkpoint()


class _Reader:
    """Reads a log: its beginning as a line, the rest by merging."""

    def __init__(self, blocks: Sequence[Block], tail: Sequence[Entry]) -> None:
        self._log = list(spans(blocks, tail))
        times = [*(block.latest for block in blocks), *(entry.patch.time for entry in tail)]
        self._clock = max(times, default=0)
        cancels = [cancel for block in blocks for cancel in block.cancels]
        cancels += [op for e in tail for op in e.patch.ops if isinstance(op, Cancel)]
        line = _Line()
        length = _line_length(self._log, cancels)
        try:
            for span in self._log[:length]:
                line.take(span)
        except DoesNotFit:
            line, length = _Line(), 0
        texts = {at: str(text) for at, text in line.texts.items()}
        self._texts = {at: text for at, text in texts.items() if text}
        self._records = line.records
        self._graph = Graph(*_version(self._log[:length]))
        if length < len(self._log):
            self._merge(self._log[length:])

    def _merge(self, rest: Sequence[Span]) -> None:
        """Merge what comes after the line."""
        intake = Intake(self._graph)
        intake.offer_log([span.strand() for span in rest])
        intake.take()
        if waiting := intake.waiting():
            session, n = waiting[0].first
            raise DamagedLog(f"the log lacks what patch {n} of {session} stands on")
        merger = Merger(self._graph, self._texts)
        merger.records = Records.restore(merger, self._records.save())
        merger.merge(0, len(self._graph))
        merger.records.settle()
        self._texts, self._records = merger.texts.all(), merger.records

    def checkpoint(self) -> Checkpoint:
        """All of the log."""
        return Checkpoint(
            self._log[-1].seq + self._log[-1].size - 1 if self._log else 0,
            self._graph.ids(self._graph.heads),
            self._graph.counts(),
            self._clock,
            self._texts,
            self._records.save(),
        )


def _version(line: Sequence[Span]) -> tuple[dict[str, int], list[PatchId]]:
    """How many patches of each session spans have, each of which saw all before, and their end."""
    counts: dict[str, int] = {}
    heads: list[PatchId] = []
    for span in line:
        session, n = span.first
        if n != counts.get(session, 0):
            raise DamagedLog(f"the log lacks patch {counts.get(session, 0)} of {session}")
        counts[session] = n + span.size
        heads = [PatchId(session, n + span.size - 1)]
    return counts, heads


def _line_length(log: Sequence[Span], cancels: Iterable[Cancel]) -> int:
    """How many spans there are before anybody had not seen all, or something is cancelled."""
    least: dict[str, int] = {}
    for session, first, _ in cancels:
        least[session] = min(first, least.get(session, first))
    before: tuple[PatchId, ...] = ()
    named: set[PatchId] = set()
    ends = []
    for span in log:
        if span.parents != before:
            named.update(span.parents)
            if not span.parents:
                return 0
        session, n = span.first
        ends.append(PatchId(session, n + span.size - 1))
        before = (ends[-1],)
    before = ()
    for length, (span, end) in enumerate(zip(log, ends, strict=True)):
        if span.parents != before or least.get(end.session, end.n + 1) <= end.n:
            return length
        if end in named:
            return length + 1
        before = (end,)
    return len(log)


class _Line:
    """The beginning of a log in which everybody saw exactly all before, and nothing is cancelled.

    It is also the version that they saw.
    """

    def __init__(self) -> None:
        self.texts: dict[TextId, _Chunks] = {}
        self.records = Records(self)

    def take(self, span: Span) -> None:
        """Do what a span does; raises DoesNotFit."""
        on_records = False
        for op in span.ops:
            if isinstance(op, Splice):
                if op.at not in self.texts:
                    self.texts[op.at] = _Chunks()
                self.texts[op.at].splice(op.pos, op.delete, op.insert)
                on_records = on_records or op.at != MAIN
            elif isinstance(op, Cancel):
                raise DoesNotFit("what it cancels was never there")
            else:
                on_records = True
        if on_records:
            patch = Patch(span.first, span.time, span.parents, tuple(span.ops))
            self.records.check(patch, self)
            self.records.add(patch, self)
            self.records.settle()

    def __contains__(self, patch_id: PatchId, /) -> bool:
        return True

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        """Nothing is."""
        return False


class _Chunks:
    """A text on which splices are done one after the other, mostly near the last one."""

    def __init__(self) -> None:
        self._chunks = [""]
        self._at = 0
        """The chunk of the last splice."""
        self._start = 0
        """Where it begins."""
        self._length = 0

    def __str__(self) -> str:
        return "".join(self._chunks)

    def splice(self, pos: int, delete: int, insert: str) -> None:
        """Replace `delete` characters from `pos` by `insert`; raises DoesNotFit."""
        if min(pos, delete) < 0 or pos + delete > self._length or not is_text(insert):
            raise DoesNotFit("a splice is not within its text")
        chunks, at, start = self._chunks, self._at, self._start
        while pos < start:
            at -= 1
            start -= len(chunks[at])
        while pos > start + len(chunks[at]):
            start += len(chunks[at])
            at += 1
        first, stop = pos - start, pos - start + delete
        chunk = chunks[at]
        if stop > len(chunk):
            last, end = at, len(chunk)
            while end < stop:
                last += 1
                end += len(chunks[last])
            chunk = "".join(chunks[at : last + 1])
            del chunks[at + 1 : last + 1]
        chunks[at] = chunk = chunk[:first] + insert + chunk[stop:]
        if len(chunk) > 2 * _CHUNK:
            chunks[at : at + 1] = [chunk[i : i + _CHUNK] for i in range(0, len(chunk), _CHUNK)]
        self._at, self._start = at, start
        self._length += len(insert) - delete
