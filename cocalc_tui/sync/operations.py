"""Reads what the patches of a sealed block do: one by one, or joined as far as asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from cocalc_tui.sync.blocks import BACKSPACE, CANCEL, INSERT, PUT, REMOVE, REPLACE, Block, readable
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.patch import (
    Create,
    Entry,
    Json,
    Op,
    Patch,
    PatchId,
    Put,
    Remove,
    Splice,
    TextId,
)
from cocalc_tui.sync.runs import Runs


def entries(block: Block) -> Iterator[Entry]:
    """Every entry as it was sealed; raises DamagedLog."""
    with readable():
        operations, counts = Operations(Runs(block)), block.reader("operations")
        times, lags = iter(block.times()), iter(block.times("received"))
        seq = block.first
        for chain in block.chains():
            author, role = block.stamps[chain.stamp]
            kind, acting_for, group = block.labels[chain.label]
            (session, n), parents = chain.first, chain.parents
            for _ in range(chain.size):
                ops: list[Op] = []
                for _ in range(counts.take(1)):
                    operations.read(1, ops, [])
                patch_id, time = PatchId(session, n), next(times)
                patch = Patch(patch_id, time, parents, tuple(ops), kind, acting_for, group)
                yield Entry(seq, author, role, time + next(lags), patch)
                parents = (patch_id,)
                seq, n = seq + 1, n + 1


class Operations:
    """Reads the operations of a block in turn, from the start of a run on."""

    def __init__(self, runs: Runs, run: int = 0) -> None:
        self._runs = runs
        self._kinds = runs.kinds
        self._typed = runs.typed
        self._next = run
        """The run after the present one, of which there is left:"""
        self._left = 0
        self._kind = INSERT
        self._at: TextId
        self._caret = self._read = 0
        """Where the next operation is, and where in all that was typed what it types is."""
        self._inserts: Sequence[int] = ()
        self._deletes: Sequence[int] = ()
        """The lengths of what operations of the run type and delete; () where all are 1."""
        self._records = runs.block.numbers("record")

    def read(self, count: int, ops: list[Op], units: list[int]) -> None:
        """Append the next `count` operations to `ops`, and to `units` how many each stands for.

        Only splices of one character each are joined; where they go backwards, as backspace does,
        their number is negative.
        """
        while count:
            if not self._left:
                self._open()
            kind, caret = self._kind, self._caret
            most, part = min(count, self._left), 1
            if kind == INSERT:
                part, length = self._ones(self._inserts, most)
                stop = self._read + length
                ops.append(Splice(caret, 0, self._typed[self._read : stop], self._at))
                self._caret, self._read = caret + length, stop
            elif kind < REPLACE:
                part, length = self._ones(self._deletes, most)
                if kind == BACKSPACE:
                    self._caret = caret = caret - length
                ops.append(Splice(caret, length, "", self._at))
            else:
                ops.append(self._other() if kind > REPLACE else self._replace())
            units.append(-part if kind == BACKSPACE and part > 1 else part)
            self._left -= part
            count -= part

    def _open(self) -> None:
        """Begin the next run."""
        runs, run = self._runs, self._next
        self._kind, self._left = self._kinds[run], runs.counts[run]
        self._at, self._caret = runs.texts[run], runs.carets[run]
        self._read = runs.inserts.offsets[run]
        self._inserts = runs.inserts.of(run) if runs.inserts.mixed else ()
        self._deletes = runs.deletes.of(run) if runs.deletes.mixed else ()
        self._next = run + 1

    def _ones(self, lengths: Sequence[int], most: int) -> tuple[int, int]:
        """How many operations to join, and how many characters they are."""
        if not lengths:
            return most, most
        first = len(lengths) - self._left
        stop = first
        while stop < first + most and lengths[stop] == 1:
            stop += 1
        return (stop - first, stop - first) if stop > first else (1, lengths[first])

    def are_splices(self, count: int) -> bool:
        """Whether the next `count` operations are splices."""
        run = self._next
        count -= self._left
        plain = not self._left or self._kind <= REPLACE
        while plain and count > 0:
            plain = self._kinds[run] <= REPLACE
            count -= self._runs.counts[run]
            run += 1
        return plain

    def _replace(self) -> Op:
        start, caret = self._read, self._caret
        insert, delete = (
            lengths[len(lengths) - self._left] if lengths else 1
            for lengths in (self._inserts, self._deletes)
        )
        self._read, self._caret = start + insert, caret + insert
        return Splice(caret, delete, self._typed[start : start + insert], self._at)

    def _other(self) -> Op:
        runs, run, kind = self._runs, self._next - 1, self._kind
        if kind == CANCEL:
            return runs.block.cancels[runs.before(CANCEL, run)]
        words, word = runs.block.words, runs.word(run)
        key = words[self._records[word]]
        if kind == REMOVE:
            return Remove(key)
        if kind == PUT:
            return Put(key, words[self._records[word + 1]], json.loads(runs.value(run)))
        return Create(key, fields_of(runs.value(run)))


def fields_of(value: str) -> dict[str, Json]:
    """The fields with which a record is made."""
    fields: Json = json.loads(value)
    if not isinstance(fields, dict):
        raise DamagedLog("a block of the log has a record without fields")
    return fields
