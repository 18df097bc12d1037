"""Where in an era of a log a word can have come or gone, told without its versions.

Who asks when a text came that is rare, or was there for months, would have every version of a year
worked out: minutes. But a word comes and goes only where somebody types, or with a record. So an
era is gone over once, and at each change it is seen whether the word is, was, or for a moment could
have been just there. What is not sure counts as a change: then the versions are looked at, and of
an era with such changes those next to them only.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Final, NamedTuple, Protocol

from cocalc_tui.sync.blocks import CREATE, PUT, REMOVE, readable
from cocalc_tui.sync.chunks import Chunks
from cocalc_tui.sync.coarse import Base
from cocalc_tui.sync.eras import Era, cut
from cocalc_tui.sync.narrows import outline
from cocalc_tui.sync.operations import fields_of
from cocalc_tui.sync.patch import DoesNotFit, Json, TextId
from cocalc_tui.sync.records import SavedField
from cocalc_tui.sync.runs import Runs
from cocalc_tui.sync.shelf import Shelf, Slice
from cocalc_tui.sync.spans import Part
from cocalc_tui.sync.standing import Known, Piece, Place, State, Written, all_runs, key_of, written
from cocalc_tui.sync.table import Table

_MOST: Final = 10_000_000
"""Characters of versions that are looked through where people typed at once."""
_ENOUGH: Final = 8
"""Records that say a word of which it is remembered that they did all the time."""


class Sought(Protocol):
    """A word, and where it shows."""

    @property
    def word(self) -> str:
        """The word; not empty, in one line."""
        ...

    def shows(self, at: TextId, fields: Mapping[str, Json]) -> bool:
        """Whether a text surely shows, given the fields of its record."""
        ...

    def says(self, record: str) -> bool:
        """Whether what is seen of a record's fields, JSON, may hold it: texts are not meant."""
        ...

    @property
    def is_sure(self) -> bool:
        """Whether it surely shows where a record says it."""
        ...

    def takes_along(self, record: str) -> bool:
        """Whether other records, which may hold it, may no longer be seen where this one goes."""
        ...


class Stretch(NamedTuple):
    """Some versions in a row, and what is told of a word in them."""

    after: int
    """The version before the first."""
    until: int
    """The last."""
    calm: bool
    """Whether it is in all of them and the one before, or surely in none."""


def stretches(log: Shelf, era: Era, sought: Sought) -> list[Stretch]:
    """An era in stretches, in turn calm and not."""
    with readable():
        whole = _told(log, era, sought, [era.pieces])
        if all(one.calm for one in whole):
            return whole
        found: list[Stretch] = []
        for one in _told(log, era, sought, _steps(log, era)):
            if found and found[-1].calm == one.calm:
                one = one._replace(after=found.pop().after)
            found.append(one)
        return found


def alone(log: Shelf) -> Era:
    """A log of one era, in the pieces that can be gone over one by one."""
    with readable():
        pieces = [one for many in cut(log, outline(log), sys.maxsize) for one in many]
    return Era(0, pieces, None, together=False)


def _told(log: Shelf, era: Era, sought: Sought, parts: Iterable[Sequence[Piece]]) -> list[Stretch]:
    """Parts of an era, with what is told of each; nothing of those behind one that does not fit."""
    skim = _Skim(log, era, sought)
    found: list[Stretch] = []
    after, fits = era.after, True
    for part in parts:
        try:
            calm = fits and skim.over(part)
        except DoesNotFit:
            calm = fits = False
        until = after + sum(one.stop - one.start for _, slices in part for one in slices)
        found.append(Stretch(after, until, calm))
        after = until
    return found


def _steps(log: Shelf, era: Era) -> Iterator[list[Piece]]:
    """An era in the smallest parts that can be gone over."""
    for together, slices in era.pieces:
        if together:
            yield from ([(True, [step])] for one in slices for step in _runs(log, one))
        else:
            yield [(False, slices)]


def _runs(log: Shelf, whole: Slice) -> Iterator[Slice]:
    """A slice in slices of a run each, or of the few that end with the same patch."""
    edges = [edge for edge in log.runs(whole.block).edges() if whole.start < edge < whole.stop]
    for start, stop in pairwise([whole.start, *edges, whole.stop]):
        yield Slice(whole.block, start, stop)


class _Skim(State):
    """The state as it goes over an era, and what of the word it meets."""

    def __init__(self, log: Shelf, era: Era, sought: Sought) -> None:
        super().__init__(log, era.standing)
        self._sought = sought
        self._said: dict[str, bool] = {}
        """What was found of records, by their fields."""
        self._named = defaultdict[str, set[TextId]](set)
        """The texts of each record."""
        for at in self._texts:
            self._named[at.key].add(at)
        self._met = False
        """Whether the word was met where something changed in the pieces gone over last."""
        self._stood = sum(self._standing_in(at) for at in self._texts)
        """In how many places at least it stood all the time."""
        self._counted = not sought.is_sure
        """Whether records that say it are among these places, as far as they are to be."""

    def _standing_in(self, at: TextId) -> int:
        count = "".join(self._texts[at]).count(self._sought.word)
        if not count or (at.key and at.key not in self._live):
            return 0
        fields = self._fields(self._live[at.key]) if at.key else {}
        return count * self._sought.shows(at, fields)

    def over(self, pieces: Sequence[Piece]) -> bool:
        """Go over what comes next; whether the word stays as it is. Raises DoesNotFit."""
        self._met = False
        for together, slices in pieces:
            if together:
                for one in slices:
                    self._follow(one)
            else:
                self._merge(slices)
        return self._stood > 0 or not self._met

    def meet(self, lost: int) -> None:
        """Note that the word was where something changed, and in how many places it may be lost."""
        self._met = True
        self._stood -= lost

    # --- where everybody had seen all ----------------------------------------------------------

    def _text(self, at: TextId) -> Chunks:
        self._named[at.key].add(at)
        return _Watched(self._texts.get(at, ()), self._sought.word, self)

    def _turn_to(self, block: int) -> None:
        self._block = block

    def _note_times(self, part: Part, *, rising: bool) -> None:
        """They were looked at when the log was cut into eras."""

    def _do(self, kind: int, key: str, runs: Runs, run: int) -> None:
        if kind == CREATE:
            self._look(runs.value(run))
            self._live[key] = Known((self._block, run), {})
            return
        if key in self._live:
            self._look(self._json(self._live[key]), was=True, goes=kind == REMOVE)
        super()._do(kind, key, runs, run)
        if kind == PUT:
            self._look(self._json(self._live[key]), now=key)
        else:
            self._forget(key)

    def _forget(self, key: str) -> None:
        """The texts of a record go with it."""
        for at in self._named.get(key, ()):
            chunks = self._chunks[at].all() if at in self._chunks else self._texts.get(at, ())
            if lost := "".join(chunks).count(self._sought.word):
                self.meet(lost)

    def _look(self, record: str, *, was: bool = False, goes: bool = False, now: str = "") -> None:
        """Look at the fields of a record that changes: as they were, come to be, or are `now`."""
        says = self._says(record)
        if says and not self._counted:
            # Nothing that says it changed in this era so far: these stood from its beginning on.
            self._counted = True
            self._stood += sum(1 for _ in islice(self._saying(now), _ENOUGH))
        if says or (goes and self._sought.takes_along(record)):
            self.meet(int(says and was and self._sought.is_sure))

    def _says(self, record: str) -> bool:
        says = self._said.get(record)
        if says is None:
            says = self._said[record] = self._sought.says(record)
        return says

    def _saying(self, but: str) -> Iterator[str]:
        """The records that say it, but for one."""
        live = self._live.items()
        return (key for key, known in live if key != but and self._says(self._json(known)))

    def _json(self, known: Known) -> str:
        """The fields of a record, as JSON."""
        if known.made is not None and not known.fields:
            return written(self._log, known.made).text
        return json.dumps(self._fields(known))

    def _fields(self, known: Known) -> dict[str, Json]:
        made = {} if known.made is None else fields_of(written(self._log, known.made).text)
        return made | {field: self._value(one) for field, one in known.fields.items()}

    def _value(self, one: Place | Written | SavedField) -> Json:
        if isinstance(one, SavedField):
            return one.value
        value: Json = json.loads(written(self._log, one).text)
        return value

    # --- elsewhere -----------------------------------------------------------------------------

    def _merge(self, slices: Sequence[Slice]) -> None:
        parts = self._log.parts(slices)
        base = self.standing().narrow(parts)
        if lost := sum(text.count(self._sought.word) for text in base.texts.values()):
            self.meet(lost)
        elif self._comes(parts, base):
            self.meet(0)
        for one in all_runs(parts):
            self._look_at(base, *one)
        super()._merge(slices)

    def _look_at(self, base: Base, runs: Runs, run: int) -> None:
        """Look at what a run says of a record, whatever came of it."""
        kind = runs.kinds[run]
        if kind == CREATE:
            self._look(runs.value(run))
        elif kind in {PUT, REMOVE}:
            known = base.records.live.get(key_of(runs, run), {})
            fields = {field: one.value for field, one in known.items()}
            self._look(json.dumps(fields), was=bool(known), goes=kind == REMOVE)
            if kind == REMOVE:
                self._forget(key_of(runs, run))
            if kind == PUT:
                field = runs.block.words[runs.block.numbers("record")[runs.word(run) + 1]]
                self._look(json.dumps({**fields, field: json.loads(runs.value(run))}))

    def _comes(self, parts: Sequence[Part], base: Base) -> bool:
        """Whether the word comes in a version of some parts, in a text that they are about."""
        table = Table(parts, base)
        first, last = (parts[at].runs.block.first for at in (0, -1))
        versions = range(first + parts[0].start, last + parts[-1].stop)
        size = sum(len(table.text(versions[-1], at)) for at in base.texts)
        if len(versions) * size > _MOST:
            return True
        word = self._sought.word
        return any(word in table.text(one, at) for one in versions for at in base.texts)


class _Watched(Chunks):
    """A text that tells when a word comes or goes in it, or is just where something changes."""

    def __init__(self, chunks: Sequence[str], word: str, skim: _Skim) -> None:
        super().__init__(chunks)
        self._word = word
        self._letters = set(word)
        self._skim = skim

    def splice(self, pos: int, delete: int, insert: str) -> None:
        """Replace what stands there, as `Chunks` do: all at once, or key by key."""
        reach = len(self._word) - 1
        start = max(pos - reach, 0)
        around = self.part(start, pos + delete + reach) if pos <= self._length else ""
        super().splice(pos, delete, insert)
        if self._letters.issubset(around + insert):
            left = pos - start
            parts = around[:left], around[left : left + delete], around[left + delete :]
            lost = around.count(self._word)
            if lost or self._passes(*parts, insert):
                self._skim.meet(lost)

    def _passes(self, left: str, gone: str, right: str, came: str) -> bool:
        """Whether it stands just there in the end, or stood while keys were pressed one by one."""
        word, reach = self._word, len(self._word) - 1
        if (gone and came) or word in left + came + right:
            return True
        before, behind = left + came + gone, gone + right
        ends = range(len(left) + 1, len(before))
        typed = any(word in before[max(end - reach, 0) : end] + right for end in ends)
        return typed or any(word in left + behind[at : at + reach] for at in range(1, len(gone)))
