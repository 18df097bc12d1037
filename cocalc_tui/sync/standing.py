"""What a long log gives, brought forward part by part, without an object for a patch.

To look at the versions of one part of a log, the state before it must be known, and deleted text
is not stored: all before has to be gone over. Where everybody had seen all there was, as is nearly
always so, that takes a microsecond or two for each run of typing: a splice of a text, or the place
where the fields of a record are written, which nobody reads unless asked. Other parts are merged.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from cocalc_tui.sync.blocks import BACKSPACE, CANCEL, CREATE, PUT, REMOVE, REPLACE
from cocalc_tui.sync.chunks import Chunks, chunks_of
from cocalc_tui.sync.coarse import Base, merged
from cocalc_tui.sync.operations import fields_of
from cocalc_tui.sync.patch import MAIN, DoesNotFit, PatchId, TextId
from cocalc_tui.sync.records import SavedField, SavedRecords, Stamp
from cocalc_tui.sync.runs import Runs
from cocalc_tui.sync.shelf import Shelf, Slice
from cocalc_tui.sync.spans import Part
from cocalc_tui.sync.used import Used

Place: TypeAlias = "tuple[int, int]"
"""A block, and a run of it, in which something is written."""


class Written:
    """What a patch wrote, out of its block, and where its time and session are to be found.

    To tell the times of a block takes as long as the rest of it, and nearly no record is asked for.
    """

    __slots__ = ("_block", "_patch", "_stamp", "text")

    def __init__(self, block: int, runs: Runs, run: int) -> None:
        self.text = runs.value(run)
        """JSON."""
        self._block = block
        self._patch = runs.patch(run)
        self._stamp: Stamp | None = None

    def stamp(self, log: Shelf) -> Stamp:
        """When it was written, and by whom; known from then on to all states that share this."""
        if self._stamp is None:
            block, patch = log.block(self._block), self._patch
            session = block.sessions[block.owners[bisect_right(block.ends, patch)]]
            self._stamp = Stamp(block.times()[patch], session)
        return self._stamp


class Known(NamedTuple):
    """What is known of a record."""

    made: Place | Written | None
    """How it was made, with fields; None where those are known."""
    fields: Mapping[str, Place | Written | SavedField]
    """Those that were put since, or what they are."""


Piece: TypeAlias = "tuple[bool, list[Slice]]"
"""Some of a log, which ends with a critical version; True where everybody had seen all there was
when they did what is in it."""

_ABOUT = (CREATE, PUT, REMOVE)
"""Kinds of runs that are about a record."""


class Standing(NamedTuple):
    """The state at a critical version."""

    log: Shelf
    part: int
    """How many parts of the log came before."""
    heads: tuple[PatchId, ...]
    texts: Mapping[TextId, tuple[str, ...]]
    """In chunks, which those shares that stand near to each other."""
    live: Mapping[str, Known]
    made: dict[str, int]
    """By key that was ever made: in which part."""

    def base(self, parts: Sequence[Part]) -> Base:
        """The state, as parts that come next are merged on top of it."""
        live = {key: _read(self.log, known) for key, known in self.live.items()}
        texts = {at: "".join(chunks) for at, chunks in self.texts.items()}
        return Base(self.heads, texts, SavedRecords(live, self._used(parts)))

    def narrow(self, parts: Sequence[Part]) -> Base:
        """The same, as far as these parts have to do with it."""
        named = {runs.texts[run] for runs, run in all_runs(parts) if runs.kinds[run] <= REPLACE}
        keys = {key_of(*one) for one in all_runs(parts) if one[0].kinds[one[1]] in _ABOUT}
        keys |= {at.key for at in named}
        live = {key: _read(self.log, self.live[key]) for key in keys if key in self.live}
        texts = {at: "".join(self.texts.get(at, ())) for at in named}
        return Base(self.heads, texts, SavedRecords(live, self._used(parts)))

    def _used(self, parts: Sequence[Part]) -> Used:
        """The keys made in the parts that were made before."""
        made, now = self.made, self.part
        return Used.of(key for key in created(parts) if made.get(key, now) < now)


class State:
    """The state after some parts of a log."""

    def __init__(self, log: Shelf, standing: Standing | None = None) -> None:
        """Go on from a state; None for that before the first patch."""
        start = standing or Standing(log, 0, (), {}, {}, {})
        self._log = log
        self._block = 0
        """The one that was read last."""
        self._parts = start.part
        self._heads = start.heads
        self._texts = dict(start.texts)
        self._chunks: dict[TextId, Chunks] = {}
        """Of texts that are changed now and then."""
        self._changed: set[TextId] = set()
        self._live = dict(start.live)
        self._made = start.made
        self._latest = 0
        """The greatest time so far, at least."""

    def standing(self) -> Standing:
        """The state now."""
        for at in self._changed:
            self._texts[at] = self._chunks[at].all()
        self._changed.clear()
        texts, live = self._texts.copy(), self._live.copy()
        return Standing(self._log, self._parts, self._heads, texts, live, self._made)

    def saved(self) -> tuple[dict[TextId, str], SavedRecords]:
        """The texts and records now, as a checkpoint keeps them."""
        _, texts, records = self.standing().base(())
        gone = Used.of(key for key in self._made if key not in records.live)
        alive = {
            at: text
            for at, text in texts.items()
            if text and (at == MAIN or at.key in records.live)
        }
        return alive, records._replace(gone=gone)

    def take(self, pieces: Sequence[Piece]) -> bool:
        """Go over the next part of the log, which comes in pieces.

        Returns whether everybody had seen all there was when they did what is in it.
        """
        before = self.standing()
        try:
            for together, slices in pieces:
                if together:
                    for one in slices:
                        self._follow(one)
                else:
                    self._merge(slices)
        except DoesNotFit:
            self._back_to(before)
            self._merge([one for _, slices in pieces for one in slices])
            pieces = []
        self._parts += 1
        return bool(pieces) and all(together for together, _ in pieces)

    def _back_to(self, before: Standing) -> None:
        self._heads, self._texts, self._live = before.heads, dict(before.texts), dict(before.live)
        self._chunks.clear()
        self._changed.clear()
        for key in [key for key, part in self._made.items() if part == self._parts]:
            del self._made[key]

    # --- where everybody had seen all ----------------------------------------------------------

    def _follow(self, one: Slice) -> None:
        """Do what patches do, one after the other; raises DoesNotFit."""
        self._turn_to(one.block)
        (part,) = self._log.parts([one])
        runs, operations = part.runs, part.operations()
        self._note_times(part, rising=True)
        texts, carets, offsets = runs.texts, runs.carets, runs.inserts.offsets
        typed, deleted = runs.inserts.totals, runs.deletes.totals
        words, names = runs.block.numbers("record"), runs.block.words
        word = runs.word(operations.start)
        live = self._live
        chunks: dict[TextId, Chunks] = {}
        kinds = runs.kinds[operations.start : operations.stop]
        for run, kind in zip(operations, kinds, strict=True):
            if kind > REPLACE:
                if kind == CANCEL:
                    raise DoesNotFit("what it cancels was never there")
                self._do(kind, names[words[word]], runs, run)
                word += 2 if kind == PUT else 1
                continue
            at, delete = texts[run], deleted[run]
            if at[0] not in live and at != MAIN:
                raise DoesNotFit("its author saw no such record")
            text = chunks.get(at)
            if text is None:
                text = chunks[at] = self._chunks.get(at) or self._text(at)
            pos = carets[run] - delete if kind == BACKSPACE else carets[run]
            start = offsets[run]
            text.splice(pos, delete, runs.typed[start : start + typed[run]])
        self._chunks.update(chunks)
        self._changed.update(chunks)
        self._heads = (part.last(),)

    def _text(self, at: TextId) -> Chunks:
        """A text, to be changed."""
        return Chunks(self._texts.get(at, ()))

    def _turn_to(self, block: int) -> None:
        """Take what is written out of the block before: nobody must open all of it for that."""
        if block != self._block:
            for key, known in self._live.items():
                self._live[key] = _taken_out(self._log, known)
            self._block = block

    def _note_times(self, part: Part, *, rising: bool) -> None:
        """Note the latest time.

        Raises DoesNotFit if they must be `rising`, so that who writes a field later counts as the
        later writer, and are not.
        """
        block = part.runs.block
        if not part.runs.has(PUT):
            self._latest = max(self._latest, block.latest)
            return
        times = block.times()[part.start : part.stop]
        if rising and any(a >= b for a, b in pairwise((self._latest, *times))):
            raise DoesNotFit("its time is not after all that its author had seen")
        self._latest = max(self._latest, *times)

    def _do(self, kind: int, key: str, runs: Runs, run: int) -> None:
        """Do what a run does to a record."""
        live = self._live
        if kind == CREATE:
            if not key or key in self._made:
                raise DoesNotFit("a record cannot be made with a used key")
            self._made[key] = self._parts
            live[key] = Known((self._block, run), {})
        elif key not in live:
            raise DoesNotFit("its author saw no such record")
        elif kind == PUT:
            field = runs.block.words[runs.block.numbers("record")[runs.word(run) + 1]]
            made, fields = live[key]
            live[key] = Known(made, {**fields, field: (self._block, run)})
        else:
            del live[key]

    # --- elsewhere -----------------------------------------------------------------------------

    def _merge(self, slices: Sequence[Slice]) -> None:
        """Merge patches whose authors had not seen all."""
        parts = self._log.parts(slices)
        base = self.standing().narrow(parts)
        texts, records = merged(parts, base)
        for part in parts:
            self._note_times(part, rising=False)
        for key in created(parts):
            if key in records.live or key in records.gone:
                self._made.setdefault(key, self._parts)
        for key in base.records.live:
            del self._live[key]
        for key, fields in records.live.items():
            self._live[key] = Known(None, fields)
        for at in {*base.texts, *texts}:
            self._chunks.pop(at, None)
            self._texts[at] = tuple(chunks_of(texts.get(at, "")))
        self._heads = (parts[-1].last(),)


def all_runs(parts: Iterable[Part]) -> Iterator[tuple[Runs, int]]:
    """All runs of some parts."""
    return ((part.runs, run) for part in parts for run in part.operations())


def key_of(runs: Runs, run: int) -> str:
    """The record that a run is about."""
    return runs.block.words[runs.block.numbers("record")[runs.word(run)]]


def created(parts: Iterable[Part]) -> set[str]:
    """The keys of the records made in some parts."""
    return {key_of(runs, run) for runs, run in all_runs(parts) if runs.kinds[run] == CREATE}


def _read(log: Shelf, known: Known) -> dict[str, SavedField]:
    """The fields of a record."""
    found: dict[str, SavedField] = {}
    if known.made is not None:
        made = written(log, known.made)
        stamp = made.stamp(log)
        found = {field: SavedField(stamp, value) for field, value in fields_of(made.text).items()}
    for field, one in known.fields.items():
        if isinstance(one, SavedField):
            found[field] = one
        else:
            put = written(log, one)
            found[field] = SavedField(put.stamp(log), json.loads(put.text))
    return found


def _taken_out(log: Shelf, known: Known) -> Known:
    """The same of a record, out of the blocks in which it is written."""
    made = None if known.made is None else written(log, known.made)
    fields = {
        field: one if isinstance(one, SavedField) else written(log, one)
        for field, one in known.fields.items()
    }
    return Known(made, fields)


def written(log: Shelf, one: Place | Written) -> Written:
    """What is written there, out of its block."""
    return one if isinstance(one, Written) else Written(one[0], log.runs(one[0]), one[1])
