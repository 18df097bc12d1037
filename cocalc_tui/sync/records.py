"""Records: which ones a document holds, and what their atomic fields say.

A record is made by `Create`, changed by `Put` and by splices on its texts, taken by `Remove`. All
that is derived from the set of operations alone, so replicas agree whatever came first:

- A *touch* is a create, a put or a splice. A remove takes the touches its author had seen. A record
  lives while one effective touch is left that no effective remove takes (an observed-remove set,
  Shapiro et al. 2011). So a concurrent edit brings the record back, and whole: its fields and texts
  were only hidden.
- A field is what its last writer in (time, session) put, cancelled writers aside. The patch that
  made the record counts after all others where it is cancelled: when somebody undoes making a
  record that others have touched since, it stays and stays whole.
- Put, remove and splice fit where the record lives in the version their author saw, create where
  the key was never made in it. So nobody who saw a delete can bring half a record back.

The text of string fields is the walker's; here a splice is only a touch.

A session's patches are a chain, so what a version holds of a session is a prefix of it. That is why
touches are kept as runs of numbers per session and what a remove has seen as one number per
session: a cell that was typed in for a day costs a few integers.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping
from enum import Enum
from json import dumps
from typing import NamedTuple, Protocol

from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Create,
    DoesNotFit,
    Json,
    Patch,
    PatchId,
    RecordChange,
    Remove,
    Splice,
)
from cocalc_tui.sync.used import Used


class View(Protocol):
    """A version of the log: patches closed under ancestors, and which of them are cancelled there.

    `Document` itself is the view of all it has applied.
    """

    def __contains__(self, patch_id: PatchId, /) -> bool: ...

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        """Whether a patch of the view is not effective in it."""
        ...


class Stamp(NamedTuple):
    """When a field was written; the greatest wins, the later of one patch or session."""

    time: int
    session: str


class SavedField(NamedTuple):
    """A field in a checkpoint; value None is a field that was taken away."""

    stamp: Stamp
    value: Json


class SavedRecords(NamedTuple):
    """What a checkpoint keeps of the records."""

    live: dict[str, dict[str, SavedField]]
    gone: Used
    """Keys that were made and do not live: nobody may make them again."""


class _Origin(Enum):
    PUT = 0
    MADE = 1
    """By the patch that made the record."""
    SAVED = 2
    """In the checkpoint: seen by all that came after, never cancelled."""


class _Write(NamedTuple):
    stamp: Stamp
    n: int
    """Number of the patch in its session."""
    value: Json
    origin: _Origin


class _Record:
    """All that fitting operations ever did to one key."""

    __slots__ = ("makers", "removes", "saved", "touches", "writes")

    def __init__(self) -> None:
        self.saved = False
        """It lived in the checkpoint."""
        self.makers: list[PatchId] = []
        self.touches: dict[str, list[int]] = {}
        """By session: first and last number of each run, rising."""
        self.removes: dict[PatchId, dict[str, int]] = {}
        """What each remove had seen: by session, the greatest number."""
        self.writes: dict[str, list[_Write]] = {}
        """By field, rising by stamp."""

    def touch(self, patch_id: PatchId) -> None:
        runs = self.touches.setdefault(patch_id.session, [])
        if runs and patch_id.n <= runs[-1] + 1:
            runs[-1] = patch_id.n
        else:
            runs += (patch_id.n, patch_id.n)

    def write(self, field: str, new: _Write) -> None:
        insort(self.writes.setdefault(field, []), new, key=_stamp)

    def restamp(self, session: str, times: Mapping[int, int]) -> bool:
        """Give what a session's patches wrote other times; whether they wrote anything here."""
        found = False
        for writes in self.writes.values():
            for at, write in enumerate(writes):
                if write.stamp.session == session and write.n in times:
                    writes[at] = write._replace(stamp=Stamp(times[write.n], session))
                    found = True
            writes.sort(key=_stamp)
        return found

    def remove(self, patch_id: PatchId, view: View) -> None:
        seen = {session: _held(session, runs, view) for session, runs in self.touches.items()}
        self.removes[patch_id] = {**seen, patch_id.session: patch_id.n}

    def lives(self, view: View) -> bool:
        removes = [seen for remove, seen in self.removes.items() if _effective(remove, view)]
        if not removes and (self.saved or any(_effective(maker, view) for maker in self.makers)):
            return True
        for session, runs in self.touches.items():
            floor = max((seen.get(session, -1) for seen in removes), default=-1)
            if _touched(session, runs, floor, view):
                return True
        return False

    def values(self, view: View) -> dict[str, Json]:
        found = {field: _last(writes, view) for field, writes in self.writes.items()}
        return {field: w.value for field, w in found.items() if w and w.value is not None}


def _stamp(write: _Write) -> Stamp:
    return write.stamp


def _effective(patch_id: PatchId, view: View) -> bool:
    return patch_id in view and not view.is_cancelled(patch_id)


def _held(session: str, runs: list[int], view: View) -> int:
    """A number up to which `view` holds the touches of a session, none after it."""
    low, high = runs[0] - 1, runs[-1]
    if PatchId(session, high) in view:
        return high
    while low < high - 1:
        middle = (low + high) // 2
        if PatchId(session, middle) in view:
            low = middle
        else:
            high = middle
    return low


def _touched(session: str, runs: list[int], floor: int, view: View) -> bool:
    """Whether `view` holds an effective touch of this session with a number above `floor`."""
    if runs[-1] <= floor:
        return False
    top = _held(session, runs, view)
    for i in range(len(runs) - 2, -1, -2):
        for n in range(min(top, runs[i + 1]), max(floor, runs[i] - 1), -1):
            if not view.is_cancelled(PatchId(session, n)):
                return True
    return False


def _last(writes: list[_Write], view: View) -> _Write | None:
    fallback = None
    for write in reversed(writes):
        if write.origin is _Origin.SAVED:
            return write
        patch_id = PatchId(write.stamp.session, write.n)
        if patch_id not in view:
            continue
        if not view.is_cancelled(patch_id):
            return write
        if write.origin is _Origin.MADE and fallback is None:
            fallback = write
    return fallback


class Records(Mapping[str, Mapping[str, Json]]):
    """The live records by key (in no particular order), each a mapping of its atomic fields.

    How a document drives it, for each patch, parents first: `check` (raises `DoesNotFit`), then
    `add` where it fits. For a patch whose effectiveness changed, `switched`. After a batch, when
    `now` answers for all of it, one `settle`. A patch that its author extends is added again whole.
    """

    def __init__(self, now: View) -> None:
        self._now = now
        self._gone = Used()
        """Keys that were used up before the first patch here."""
        self._made: dict[str, _Record] = {}
        self._live: dict[str, dict[str, Json]] = {}
        self._stale: dict[str, PatchId] = {}
        """Keys to look at in `settle`, and the patch that was the last reason."""

    @classmethod
    def restore(cls, now: View, saved: SavedRecords) -> Records:
        """The records of a checkpoint, to go on from."""
        records = cls(now)
        records._gone = saved.gone
        for key, fields in saved.live.items():
            record = records._made[key] = _Record()
            record.saved = True
            for field, (stamp, value) in fields.items():
                record.writes[field] = [_Write(stamp, -1, value, _Origin.SAVED)]
            records._live[key] = record.values(now)
        return records

    def save(self) -> SavedRecords:
        """What a checkpoint of now must keep."""
        live = {}
        for key in self._live:
            found = {f: _last(w, self._now) for f, w in self._made[key].writes.items()}
            live[key] = {f: SavedField(w.stamp, w.value) for f, w in found.items() if w}
        return SavedRecords(live, self._gone.and_also(key for key in self._made if key not in live))

    def __getitem__(self, key: str) -> Mapping[str, Json]:
        return self._live[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._live)

    def __len__(self) -> int:
        return len(self._live)

    def live(self, key: str) -> bool:
        """Whether a record with this key lives now."""
        return key in self._live

    def at(self, view: View) -> dict[str, dict[str, Json]]:
        """The records of another version."""
        return {k: r.values(view) for k, r in self._made.items() if r.lives(view)}

    def _lives(self, key: str, view: View) -> bool:
        if view is self._now and key not in self._stale:
            return key in self._live
        record = self._made.get(key)
        return record is not None and record.lives(view)

    def _was_made(self, key: str, view: View) -> bool:
        record = self._made.get(key)
        if record is None:
            return key in self._gone
        return not record.makers or any(maker in view for maker in record.makers)

    def check(self, patch: Patch, view: View) -> None:
        """Raise `DoesNotFit` unless the record operations of `patch` fit.

        `view` is the version of its parents; pass the document itself where they are the heads. A
        splice on a record's text is checked for the record, not for its position.
        """
        lives: dict[str, bool] = {}
        for op in patch.ops:
            if isinstance(op, Cancel):
                continue
            if isinstance(op, Create):
                if not op.key or op.key in lives or self._was_made(op.key, view):
                    raise DoesNotFit(f"a record cannot be made with the used key {op.key!r}")
                lives[op.key] = True
                continue
            key = op.at.key if isinstance(op, Splice) else op.key
            if isinstance(op, Splice) and op.at == MAIN:
                continue
            if not lives.get(key, key not in lives and self._lives(key, view)):
                raise DoesNotFit(f"its author saw no record {key!r}")
            if isinstance(op, Remove):
                lives[key] = False

    def add(self, patch: Patch, view: View) -> None:
        """Take in a patch that fits; `view` as in `check`."""
        patch_id = patch.id
        stamp = Stamp(patch.time, patch_id.session)
        made = set()
        for op in patch.ops:
            if isinstance(op, Cancel):
                continue
            if isinstance(op, Splice):
                if op.at != MAIN:
                    self._touch(op.at.key, patch_id)
                continue
            self._stale[op.key] = patch_id
            if isinstance(op, Remove):
                self._made[op.key].remove(patch_id, view)
                continue
            if isinstance(op, Create):
                made.add(op.key)
                self._make(op.key, patch_id)
            fields = op.fields if isinstance(op, Create) else {op.field: op.value}
            origin = _Origin.MADE if op.key in made else _Origin.PUT
            record = self._made[op.key]
            record.touch(patch_id)
            for field, value in fields.items():
                record.write(field, _Write(stamp, patch_id.n, value, origin))

    def _make(self, key: str, patch_id: PatchId) -> None:
        makers = self._made.setdefault(key, _Record()).makers
        if patch_id not in makers:
            makers.append(patch_id)

    def _touch(self, key: str, patch_id: PatchId) -> None:
        self._made[key].touch(patch_id)
        if key not in self._live:
            self._stale[key] = patch_id

    def switched(self, patch: Patch, by: PatchId) -> None:
        """Note that `by` made `patch` cancelled, or effective again."""
        for op in patch.ops:
            if not isinstance(op, Cancel):
                key = op.at.key if isinstance(op, Splice) else op.key
                if key in self._made:
                    self._stale[key] = by

    def restamp(self, session: str, times: Mapping[int, int], by: PatchId) -> None:
        """Note that a session's patches with these numbers have other times now."""
        for key, record in self._made.items():
            if record.restamp(session, times):
                self._stale[key] = by

    def settle(self) -> list[RecordChange]:
        """Bring the mapping up to date with `now`, and say what changed since the last call."""
        changes = []
        for key, by in self._stale.items():
            record = self._made[key]
            old = self._live.pop(key, None)
            new = record.values(self._now) if record.lives(self._now) else None
            if new is not None:
                self._live[key] = new
            change = _change(key, old, new, by)
            if change is not None:
                changes.append(change)
        self._stale.clear()
        return changes


def _change(
    key: str, old: dict[str, Json] | None, new: dict[str, Json] | None, by: PatchId
) -> RecordChange | None:
    if old is None or new is None:
        if old is new:
            return None
        return RecordChange(key, "removed" if new is None else "added", (), by)
    fields = tuple(f for f in sorted(old.keys() | new.keys()) if not _same(old.get(f), new.get(f)))
    return RecordChange(key, "fields", fields, by) if fields else None


def _same(a: Json, b: Json) -> bool:
    """Equal as JSON: to Python 1, 1.0 and True are one value."""
    return a == b and dumps(a) == dumps(b)
