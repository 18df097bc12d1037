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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter, lt

from cocalc_tui.sync.cancels import MOST_CANCELS, Cancels
from cocalc_tui.sync.log import Log
from cocalc_tui.sync.patch import Cancel, DoesNotFit, Op, Patch, PatchId, Splice
from cocalc_tui.sync.strand import Label, Strand
from cocalc_tui.sync.stretch import Step, Stretch

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
    """All patches that have their parents here.

    It begins empty, or on top of a checkpoint with these counts, heads and clock.
    """

    def __init__(
        self,
        counts: Mapping[str, int] | None = None,
        heads: Iterable[PatchId] = (),
        clock: int = 0,
    ) -> None:
        self.log = Log(clock)
        self.heads: tuple[int, ...] = (ROOT,)
        """Indexes of the patches without children, rising."""
        self.cancels = Cancels()
        self.empty: set[int] = set()
        """Patches that count as empty because they do not fit."""
        self._root = tuple(sorted(heads))
        self._sessions: dict[str, _Session] = {}
        for session, count in (counts or {}).items():
            self._sessions[session] = _Session(len(self.log.sessions), count)
            self.log.sessions.append(session)
        self.joins: dict[int, tuple[int, ...]] = {}
        """Parents, of patches that have others than just the one before."""
        self.starts: list[int] = []
        """The indexes of the patches, rising, that are not on top of just the one before them, of
        the same session: where chains begin."""
        self._tip = ROOT
        """Whose the last patch is, a place in the log's sessions, where it may be gone on with."""
        self._said: dict[int, tuple[PatchId, ...]] = {}
        """Parents as a patch names them, where that is not how they are named here."""
        self._critical = [[ROOT, ROOT]]
        """Ranges of critical indexes, rising, both ends included. A patch whose least parent lies
        before some of them ends those; being the only head makes it critical, until then."""

    def __len__(self) -> int:
        return len(self.log.ops)

    def index(self, patch_id: PatchId) -> int | None:
        """Where a patch is, ROOT where it is in the checkpoint, None where it is not here."""
        name, n = patch_id
        session = self._sessions.get(name)
        if session is None or not 0 <= n < session.end:
            return None
        return session.at[n - session.base] if n >= session.base else ROOT

    def count(self, session: str) -> int:
        """How many patches of a session there are, the number of its next one."""
        found = self._sessions.get(session)
        return found.end if found else 0

    def owner(self, session: str) -> int:
        """The place of a session in the log's; it has patches here."""
        return self._sessions[session].owner

    def count_at(self, session: str, index: int) -> int:
        """How many patches of a session there are up to an index."""
        found = self._sessions[session]
        return found.base + bisect_right(found.at, index)

    def from_number(self, patch_id: PatchId) -> Sequence[int]:
        """The indexes of a patch and all later ones of its session."""
        session = self._sessions[patch_id.session]
        return session.at[patch_id.n - session.base :]

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

    def patches(self) -> Iterator[Patch]:
        """All patches, as they came, in the order of their indexes."""
        log, said = self.log, self._said
        for start, stop in pairwise((*self.starts, len(self))):
            session, n = self.id(start)
            parents = self.ids(self.parents(start))
            for index in range(start, stop):
                own = PatchId(session, n)
                ops, label = log.operations(index), log.label(index)
                yield Patch(own, log.times[index], said.get(index, parents), ops, *label)
                parents, n = (own,), n + 1

    def ids(self, indexes: Iterable[int]) -> tuple[PatchId, ...]:
        """The ids of some patches, sorted; ROOT stands for the checkpoint's heads."""
        found: list[PatchId] = []
        for index in indexes:
            found += self._root if index == ROOT else (self.id(index),)
        return tuple(sorted(found))

    def parents(self, index: int) -> tuple[int, ...]:
        """The indexes of a patch's parents, rising; never empty."""
        return self.joins.get(index) or (index - 1,)

    def needs(self, strand: Strand) -> list[PatchId]:
        """The patches that a strand cannot do without and that are not here.

        They are the parents of its first patch and the one before that of its session. Where the
        document began with a checkpoint, the patches in that are not here in this sense, if it is
        not on top of all of them or cancels some of them.
        """
        (session, n), parents = strand.first, strand.parents
        wanted = [*parents, *([PatchId(session, n - 1)] if n else ())]
        needed = [patch_id for patch_id in wanted if self.index(patch_id) is None]
        old = all(self.index(parent) == ROOT for parent in parents)
        if old and not set(self._root).issubset(parents):
            needed += parents or self._root
        ops = [op for step in strand.steps if type(step) is tuple for op in step]
        starts = [PatchId(op.session, op.first) for op in ops if isinstance(op, Cancel)]
        return needed + [start for start in starts if self.index(start) == ROOT]

    def add(self, strand: Strand) -> PatchId | None:
        """Take in patches that are not here; or return what they need first."""
        (session, n), said, times, steps, label = strand
        sessions = self._sessions
        found: list[int] = []
        for parent in said:  # as `index` does, without a call for each of a long history's joins
            name, number = parent
            theirs = sessions.get(name)
            if theirs is None or not 0 <= number < theirs.end:
                return parent
            found.append(theirs.at[number - theirs.base] if number >= theirs.base else ROOT)
        own = sessions.get(session)
        behind = n != (own.end if own is not None else 0)
        behind = behind or (bool(self._root) and _looks_back(found, steps))
        if behind and (needs := self.needs(strand)):
            return needs[0]
        if own is None:
            own = self._session(session)
        parents = (found[0],) if len(found) == 1 else self._named(found, said)
        last = own.at[-1] if own.at else ROOT
        if last == ROOT or last in parents or self.holds(parents, last):
            self._put(own, parents, times, steps, label)
        else:
            self._said[len(self.log.ops)] = said
            parents = tuple(sorted({*parents, last}))
            self._put(own, parents, times, steps, label)
            self.refuse(len(self.log.ops) - len(times))
        if tuple in map(type, steps):
            self._take_cancels_of(steps, len(self.log.ops) - len(times))
        return None

    def _named(self, found: Sequence[int], said: tuple[PatchId, ...]) -> tuple[int, ...]:
        """The parents of the next patch, rising, given as it names them: none, or some."""
        if not all(map(lt, said, said[1:])):
            self._said[len(self.log.ops)] = said
        return tuple(sorted({*found})) or (ROOT,)

    def _take_cancels_of(self, steps: Iterable[Step], index: int) -> None:
        """Note what steps from an index on cancel."""
        for step in steps:
            if isinstance(step, Stretch):
                index += len(step.ends)
                continue
            if not isinstance(step, Splice) and has_cancels(step) and index not in self.empty:
                self._take_cancels(index, step)
            index += 1

    def refuse(self, index: int) -> None:
        """Note that a patch does not fit."""
        self.empty.add(index)
        if index == len(self.log.ops) - 1:
            self._tip = ROOT
        self.log.cut(index)
        self.log.cut(index + 1)

    def append(self, session: str, time: int, ops: tuple[Op, ...], label: Label) -> int:
        """Take in the next patch of a session, on top of everything, that is known to fit."""
        own = self._sessions.get(session) or self._session(session)
        step = ops[0] if len(ops) == 1 and type(ops[0]) is Splice else ops
        log = self.log
        index = len(log.ops)
        if self.heads != (index - 1,) or own.owner != self._tip:
            self._put(own, self.heads, (time,), (step,), label)
            return index
        log.append(own.owner, time, step, label, grows=True)
        own.at.append(index)
        own.end += 1
        self.heads = (index,)
        self._critical[-1][1] = index
        return index

    def _put(
        self,
        own: _Session,
        parents: tuple[int, ...],
        times: Sequence[int],
        steps: Sequence[Step],
        label: Label,
    ) -> None:
        """Take in patches of a session, each but the first on top of just the one before."""
        log, heads, owner = self.log, self.heads, own.owner
        index, least = len(log.ops), parents[0]
        linear = least == index - 1
        grows = linear and owner == self._tip
        size = log.extend(owner, times, steps, label, grows=grows)
        last = index + size - 1
        self._tip = owner
        own.at.extend(range(index, index + size))
        own.end += size
        if not grows:
            self.starts.append(index)
        if not linear:
            self.joins[index] = parents
        elif len(heads) == 1:
            self.heads = (last,)
            self._critical[-1][1] = last
            return
        others = [] if heads == parents else [head for head in heads if head not in parents]
        self.heads = (*others, last)
        self._narrow(least, index, last)

    def _narrow(self, least: int, first: int, last: int) -> None:
        """Find anew what is critical, now that there are patches at `first` to `last`."""
        ranges = self._critical
        while ranges[-1][0] > least:
            ranges.pop()
        if ranges[-1][1] > least:
            ranges[-1][1] = least
        if len(self.heads) == 1:
            ranges.append([first, last])

    def _take_cancels(self, index: int, ops: Sequence[Op]) -> None:
        try:
            self.check_cancels(ops, self.parents(index))
        except DoesNotFit:
            self.refuse(index)
        else:
            self.cancels.add(index, self._all_targets(ops))

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
        if self.cancels.height(self._all_targets(ops)) > MOST_CANCELS:
            raise DoesNotFit(f"more than {MOST_CANCELS} cancels are piled up")

    def least_target(self, ops: Sequence[Op]) -> int:
        """The least index that cancels reach, through the cancels among what they cancel too."""
        return self.cancels.least(self._all_targets(ops))

    def _all_targets(self, ops: Iterable[Op]) -> list[int]:
        """The indexes of all that operations cancel."""
        return [index for op in ops if isinstance(op, Cancel) for index in self.targets(op)]

    def targets(self, op: Cancel) -> Sequence[int]:
        """The indexes of the patches that a cancel names, rising; all are here."""
        session = self._sessions[op.session]
        return session.at[op.first - session.base : op.last + 1 - session.base]

    def critical(self, most: int) -> int:
        """The greatest critical index that is at most `most`."""
        _, stop = self._critical[bisect_right(self._critical, most, key=_first) - 1]
        return min(stop, most)

    def closed(self, most: int) -> int:
        """The greatest critical index up to `most` after which nothing cancels what is before."""
        base = self.critical(most)
        while (reached := self.cancels.across(base)) is not None:
            base = self.critical(reached - 1)
        return base

    def critical_ranges(self, least: int) -> list[tuple[int, int]]:
        """The ranges of critical indexes that reach up to `least` or beyond, rising."""
        at = bisect_right(self._critical, least, key=_first) - 1
        return [(start, stop) for start, stop in self._critical[at:] if stop >= least]

    def holds(self, version: Iterable[int], index: int) -> bool:
        """Whether the version with these heads has the patch at `index`."""
        starts = self.starts
        seen = set(version)
        look = [i for i in seen if i >= index]
        while look:
            i = look.pop()
            start = starts[bisect_right(starts, i) - 1]
            if start <= index or index <= self.critical(i):
                return True
            for parent in self.parents(start):
                if parent >= index and parent not in seen:
                    seen.add(parent)
                    look.append(parent)
        return False


def _looks_back(parents: Sequence[int], steps: Iterable[Step]) -> bool:
    """Whether patches stand on what the document began with, or may cancel some of that."""
    return not parents or ROOT in parents or any(type(step) is tuple for step in steps)


def has_cancels(ops: Iterable[Op]) -> bool:
    """Whether there are cancels among operations."""
    return any(type(op) is Cancel for op in ops)
