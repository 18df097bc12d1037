"""A whole log, read at once: the checkpoint that a document can begin with.

Applying 260,000 patches one by one takes seconds. Most logs begin with a long line (everybody had
seen all there was), and a line needs no merge: its splices are done one after the other, on a text
in chunks. Only what comes after is merged, span by span.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.sync.blocks import Block
from cocalc_tui.sync.checkpoint import Checkpoint
from cocalc_tui.sync.chunks import Chunks
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    DoesNotFit,
    Entry,
    Op,
    PatchId,
    Splice,
    TextId,
)
from cocalc_tui.sync.records import Records
from cocalc_tui.sync.strand import Strand
from cocalc_tui.sync.stretch import Stretch
from cocalc_tui.sync.threads import threads


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
        times = [*(block.latest for block in blocks), *(entry.patch.time for entry in tail)]
        self._clock = max(times, default=0)
        self._seq = sum([block.count for block in blocks]) + len(tail)
        log, length = threads(blocks, tail)
        line = _Line()
        try:
            for strand in log[:length]:
                line.take(strand)
        except DoesNotFit:
            line, length = _Line(), 0
        texts = {at: str(text) for at, text in line.texts.items()}
        self._texts = {at: text for at, text in texts.items() if text}
        self._records = line.records
        self._graph = Graph(*_version(log[:length]))
        if length < len(log):
            self._merge(log[length:])

    def _merge(self, rest: Sequence[Strand]) -> None:
        """Merge what comes after the line."""
        for strand in rest:
            if (need := self._graph.add(strand)) is not None:
                raise DamagedLog(f"the log lacks patch {need.n} of {need.session}")
        merger = Merger(self._graph, self._texts)
        merger.records = Records.restore(merger, self._records.save())
        merger.merge(0, len(self._graph))
        merger.records.settle()
        self._texts, self._records = merger.texts.all(), merger.records

    def checkpoint(self) -> Checkpoint:
        """All of the log."""
        return Checkpoint(
            self._seq,
            self._graph.ids(self._graph.heads),
            self._graph.counts(),
            self._clock,
            self._texts,
            self._records.save(),
        )


def _version(line: Sequence[Strand]) -> tuple[dict[str, int], list[PatchId]]:
    """How many patches of each session a line has, and its end."""
    counts = {strand.first.session: strand.last().n + 1 for strand in line}
    return counts, [strand.last() for strand in line[-1:]]


class _Line:
    """The beginning of a log in which everybody saw exactly all before, and nothing is cancelled.

    It is also the version that they saw.
    """

    def __init__(self) -> None:
        self.texts: dict[TextId, Chunks] = {}
        self.records = Records(self)

    def take(self, strand: Strand) -> None:
        """Do what a strand does; raises DoesNotFit."""
        on_records = False
        for step in strand.steps:
            if isinstance(step, Stretch):
                on_records |= self._do(step.whole)
            elif isinstance(step, Splice):
                on_records |= self._do(step)
            else:
                on_records |= max([self._do(op) for op in step], default=False)
        if on_records:
            for patch in strand.patches():
                self.records.check(patch, self)
                self.records.add(patch, self)
            self.records.settle()

    def _do(self, op: Op) -> bool:
        """Do an operation on a text; whether it is about records."""
        if isinstance(op, Splice):
            if op.at not in self.texts:
                self.texts[op.at] = Chunks()
            self.texts[op.at].splice(op.pos, op.delete, op.insert)
            return op.at != MAIN
        if isinstance(op, Cancel):
            raise DoesNotFit("what it cancels was never there")
        return True

    def __contains__(self, patch_id: PatchId, /) -> bool:
        return True

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        """Nothing is."""
        return False
