"""The graph of patches: who had seen what, and where history narrows to one point.

Everything exact rests on knowing a patch's version: itself and all before it. Patches are kept in
the order in which they came here (parents first) and known inside by their place in it, their
*index*. A patch whose only parent is the one before it, as nearly all are, costs no entry at all.

A *critical* index is a version that every later patch has seen and that has seen every earlier
one. What lies before it can never be concurrent with anything after it, so a merge need not look
there (Gentle & Kleppmann, "Collaborative Text Editing with Eg-walker", 2024, section 3.5).

`ROOT` stands for what the document began with: nothing, or the version of a checkpoint.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from cocalc_tui.sync.log import Label, Log
from cocalc_tui.sync.patch import Cancel, DoesNotFit, Op, Patch, PatchId, Splice

ROOT = -1
"""The index of the version in which the document began."""

_first = itemgetter(0)


class _Session:
    """A session's patches: numbers below `base` are in the checkpoint, then one index each."""

    __slots__ = ("at", "base", "end", "owner")

    def __init__(self, owner: int, base: int = 0) -> None:
        self.owner = owner
        self.base = base
        self.end = base
        """The number of its next patch."""
        self.at = array("q")


class Graph:
    """All patches that have their parents here. `counts` and `heads` are those of a checkpoint."""

    def __init__(self, counts: Mapping[str, int] | None = None, heads: Iterable[PatchId] = ()):
        self.log = Log()
        self.heads: tuple[int, ...] = (ROOT,)
        """Indexes of the patches without children, rising."""
        self.reach: dict[int, int] = {}
        """For patches with cancels: the least index that they cancel, through other cancels too."""
        self.empty: set[int] = set()
        """Patches that count as empty because they do not fit."""
        self._root = tuple(sorted(heads))
        self._sessions: dict[str, _Session] = {}
        for session, count in (counts or {}).items():
            self._sessions[session] = _Session(len(self.log.sessions), count)
            self.log.sessions.append(session)
        self.joins: dict[int, tuple[int, ...]] = {}
        """Parents, of patches that have others than just the one before."""
        self.pieces: list[int] = []
        """Where to cut the log, rising, so that each piece is a chain of one session, on top of
        ends of pieces: the first index of each."""
        self._said: dict[int, tuple[PatchId, ...]] = {}
        """Parents as a patch names them, where that is not how they are named here."""
        self._critical = [[ROOT, ROOT]]
        """Ranges of critical indexes, rising, both ends included. A patch whose least parent lies
        before some of them ends those; being the only head makes it critical, until then."""

    def __len__(self) -> int:
        return len(self.log.ops)

    def index(self, patch_id: PatchId) -> int | None:
        """Where a patch is, ROOT where it is in the checkpoint, None where it is not here."""
        session = self._sessions.get(patch_id[0])
        if session is None:
            return None
        at = patch_id[1] - session.base
        if 0 <= at < len(session.at):
            return session.at[at]
        return ROOT if 0 <= patch_id[1] < session.base else None

    def count(self, session: str) -> int:
        """How many patches of a session there are, the number of its next one."""
        found = self._sessions.get(session)
        return found.end if found else 0

    def count_at(self, owner: int, index: int) -> int:
        """How many patches of a session (a place in the log's) there are up to an index."""
        session = self._sessions[self.log.sessions[owner]]
        return session.base + bisect_right(session.at, index)

    def places(self, owner: int) -> tuple[Sequence[int], int]:
        """The indexes of a session's patches (a place in the log's), and the first one's number."""
        session = self._sessions[self.log.sessions[owner]]
        return session.at, session.base

    def counts(self) -> dict[str, int]:
        """`count` of every session: the version of all patches, in full."""
        return {session: self.count(session) for session in self._sessions}

    def _session(self, name: str) -> _Session:
        """A session that is new here."""
        session = self._sessions[name] = _Session(len(self.log.sessions))
        self.log.sessions.append(name)
        return session

    def id(self, index: int) -> PatchId:
        """The id of a patch."""
        name = self.log.session(index)
        session = self._sessions[name]
        return PatchId(name, session.base + bisect_left(session.at, index))

    def patch(self, index: int) -> Patch:
        """A patch, as it came."""
        parents = self._said.get(index)
        return Patch(
            self.id(index),
            self.log.times[index],
            self.ids(self.parents(index)) if parents is None else parents,
            self.log.operations(index),
            *self.log.label(index),
        )

    def ids(self, indexes: Iterable[int]) -> tuple[PatchId, ...]:
        """The ids of some patches, sorted; ROOT stands for the checkpoint's heads."""
        found: list[PatchId] = []
        for index in indexes:
            found += self._root if index == ROOT else (self.id(index),)
        return tuple(sorted(found))

    def parents(self, index: int) -> tuple[int, ...]:
        """The indexes of a patch's parents, rising; never empty."""
        return self.joins.get(index) or (index - 1,)

    def needs(self, patch: Patch) -> list[PatchId]:
        """The patches that `patch` cannot do without and that are not here.

        They are its parents and the one before it of its session. Where the document began with a
        checkpoint, the patches in that are not here in this sense, if `patch` is not on top of all
        of them or cancels some of them.
        """
        session, n = patch.id
        wanted = [*patch.parents, *([PatchId(session, n - 1)] if n else ())]
        needed = [patch_id for patch_id in wanted if self.index(patch_id) is None]
        old = all(self.index(parent) == ROOT for parent in patch.parents)
        if old and not set(self._root).issubset(patch.parents):
            needed += patch.parents or self._root
        starts = [PatchId(op.session, op.first) for op in patch.ops if isinstance(op, Cancel)]
        return needed + [start for start in starts if self.index(start) == ROOT]

    def add(self, patch: Patch) -> PatchId | None:
        """Take in a patch that is not here; or return what it `needs` first."""
        session, n = patch.id
        sessions = self._sessions
        found: list[int] = []
        for parent in patch.parents:
            other = sessions.get(parent[0])
            at = parent[1] - other.base if other is not None else 0
            if other is not None and 0 <= at < len(other.at):
                found.append(other.at[at])
            elif self.index(parent) is None:
                return parent
            else:
                found.append(ROOT)
        own = sessions.get(session)
        if (self._root or n != (own.end if own else 0)) and (needs := self.needs(patch)):
            return needs[0]
        self._add(own or self._session(session), tuple(found) or (ROOT,), patch)
        return None

    def _add(self, own: _Session, parents: tuple[int, ...], patch: Patch) -> None:
        index = len(self.log.ops)
        said = patch.parents
        if len(parents) > 1:
            parents = tuple(sorted({*parents}))
            if len(parents) != len(said) or list(said) != sorted(said):
                self._said[index] = said
        if own.at and (before := own.at[-1]) not in parents and not self.holds(parents, before):
            self.empty.add(index)
            self._said[index] = said
            parents = tuple(sorted({*parents, before}))
        label = (patch.kind, patch.acting_for, patch.group)
        self._put(own, parents, patch.time, patch.ops, label)
        if type(self.log.ops[index]) is tuple and has_cancels(patch.ops):
            self._take_cancels(index, parents)

    def follow(self, patches: Sequence[Patch], at: int, stop: int) -> int:
        """Take in patches from place `at` on, before `stop`, that do no more than follow.

        That is, each is one splice on top of just the one before, with its label. The one before
        the first was added last. Returns the place of the first that was not taken in.
        """
        last = patches[at - 1]
        kind, acting_for, group = last.kind, last.acting_for, last.group
        last_id = last.id
        ops: list[Splice] = []
        try:
            for place in range(at, stop):
                patch = patches[place]
                (parent,) = patch.parents
                (op,) = patch.ops
                if parent != last_id or type(op) is not Splice or patch.kind != kind:
                    break
                if patch.group != group or patch.acting_for != acting_for:
                    break
                last_id = patch.id
                ops.append(op)
        except ValueError:
            pass  # Another number of parents or operations than one.
        if ops:
            self._extend(ops, [patch.time for patch in patches[at : at + len(ops)]])
        return at + len(ops)

    def _extend(self, ops: Sequence[Splice], times: Sequence[int]) -> None:
        """Take in patches that follow the last one."""
        log = self.log
        index = len(log.ops)
        stop = index + len(ops)
        own = self._sessions[log.sessions[log.owners[-1]]]
        own.at.extend(range(index, stop))
        own.end += len(ops)
        log.extend(times, ops)
        if len(self.heads) == 1:
            self.heads = (stop - 1,)
            self._critical[-1][1] = stop - 1
        else:
            self.heads = (*self.heads[:-1], stop - 1)

    def append(self, session: str, time: int, ops: tuple[Op, ...], label: Label) -> int:
        """Take in the next patch of a session, on top of everything, that is known to fit."""
        own = self._sessions.get(session) or self._session(session)
        self._put(own, self.heads, time, ops, label)
        return len(self.log.ops) - 1

    def _put(
        self,
        own: _Session,
        parents: tuple[int, ...],
        time: int,
        ops: tuple[Op, ...],
        label: Label,
    ) -> None:
        log = self.log
        index = len(log.ops)
        last = parents[0]
        linear = last == index - 1
        follows = linear and index > 0 and log.owners[-1] == own.owner
        own.at.append(index)
        own.end += 1
        log.append(own.owner, time, ops, label, follows=follows)
        if not linear:
            self.joins[index] = parents
        if not follows:
            self._cut(index, parents)
        ranges, heads = self._critical, self.heads
        if heads == parents:
            self.heads = (index,)
        elif len(heads) == 1:
            self.heads = (*heads, index)
        else:
            self.heads = (*[head for head in heads if head not in parents], index)
        while ranges[-1][0] > last:
            ranges.pop()
        if ranges[-1][1] > last:
            ranges[-1][1] = last
        if len(self.heads) == 1:
            if ranges[-1][1] == index - 1:
                ranges[-1][1] = index
            else:
                ranges.append([index, index])

    def _cut(self, index: int, parents: tuple[int, ...]) -> None:
        """Let a piece begin at `index`, and end at its parents."""
        pieces = self.pieces
        for parent in parents:
            start = parent + 1
            place = bisect_left(pieces, start)
            if place == len(pieces) or pieces[place] != start:
                pieces.insert(place, start)
        if pieces[-1] != index:
            pieces.append(index)

    def _take_cancels(self, index: int, parents: tuple[int, ...]) -> None:
        ops = self.log.operations(index)
        try:
            self.check_cancels(ops, parents)
        except DoesNotFit:
            self.empty.add(index)
        else:
            self.reach[index] = self.least_target(ops)

    def check_cancels(self, ops: Sequence[Op], parents: tuple[int, ...]) -> None:
        """Raise DoesNotFit unless the cancels come first and name ancestors."""
        others = False
        for op in ops:
            if not isinstance(op, Cancel):
                others = True
                continue
            if others:
                raise DoesNotFit("a cancel stands before the other operations of its patch")
            last = self.index(PatchId(op.session, op.last))
            if not 0 <= op.first <= op.last or last is None or not self.holds(parents, last):
                raise DoesNotFit(f"its author had not seen patch {op.last} of {op.session}")

    def least_target(self, ops: Sequence[Op]) -> int:
        """The least index that cancels reach, through the cancels among what they cancel too."""
        targets = [i for op in ops if isinstance(op, Cancel) for i in self.targets(op)]
        return min([self.reach.get(index, index) for index in targets])

    def targets(self, op: Cancel) -> Sequence[int]:
        """The indexes of the patches that a cancel names, rising; all are here."""
        session = self._sessions[op.session]
        return session.at[op.first - session.base : op.last + 1 - session.base]

    def critical(self, most: int) -> int:
        """The greatest critical index that is at most `most`."""
        _, stop = self._critical[bisect_right(self._critical, most, key=_first) - 1]
        return min(stop, most)

    def critical_ranges(self, least: int) -> list[tuple[int, int]]:
        """The ranges of critical indexes that reach up to `least` or beyond, rising."""
        at = bisect_right(self._critical, least, key=_first) - 1
        return [(start, stop) for start, stop in self._critical[at:] if stop >= least]

    def holds(self, version: Iterable[int], index: int) -> bool:
        """Whether the version with these heads has the patch at `index`."""
        seen = set(version)
        look = [i for i in seen if i >= index]
        while look:
            i = look.pop()
            if i == index or index <= self.critical(i):
                return True
            for parent in self.parents(i):
                if parent >= index and parent not in seen:
                    seen.add(parent)
                    look.append(parent)
        return False


def has_cancels(ops: Iterable[Op]) -> bool:
    """Whether there are cancels among operations."""
    return any(type(op) is Cancel for op in ops)
