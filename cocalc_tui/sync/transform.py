"""Patches brought in by moving their positions: the merge where people type in different places.

Nearly always two people who type at once do so in different places, and no walker is needed: a
position is moved over each step its author had not seen, and each of those over it. These are few,
the keys that are on their way, so this costs a tenth of a walk.

It is exact because it never chooses. Whenever two steps are compared, both are positions in one and
the same text. Where a character of that text stands between them, it decides their order in every
version, deleted or not. Where none does, where they touch, the transformer stops before that patch:
the walker knows the order of what was typed in one place.

What a cancel did is told by the journal, once it is in the document. It does the same in the text
of its author, who had seen all that it takes back and all other cancels.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final, TypeAlias

from cocalc_tui.sync.branches import as_they_came
from cocalc_tui.sync.fit import is_text
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.log import Log
from cocalc_tui.sync.patch import MAIN, Op, PatchId, Splice, TextChange, make
from cocalc_tui.sync.texts import Done, Move

MOST_UNSEEN: Final = 64
"""Steps that a position is moved over at most; beyond, a walker costs less. It does not where one
patch made very many of them, such as to replace a word all over a large file:"""

_CREDIT: Final = 32
"""By how many steps each operation of such a patch lets positions be moved, in all."""

_ANY: Final = 1 << 60
"""Stands for a length that need not be known."""

Step: TypeAlias = "tuple[int, int, int, int, int]"
"""Whose (a place in the log's sessions), the first and last index of its patches, where, and how
many characters were typed, or deleted (below 0)."""

Seen: TypeAlias = "dict[int, int]"
"""By session: the index of the last of its patches, after the base, that an author had seen."""


class Touch(Exception):  # noqa: N818 (it says what two steps do)
    """No character stands between two steps whose authors had not seen each other's."""


class _Lane:
    """Where one session stands."""

    __slots__ = ("at", "grown", "marks", "number", "owner", "seen", "seens", "session", "unseen")

    def __init__(self, owner: int, session: str, number: int) -> None:
        self.owner = owner
        """A place in the log's sessions."""
        self.session = session
        self.number = number
        """That of its next patch."""
        self.at = 0
        """How many of the document's steps are seen, or in:"""
        self.unseen: list[Step] = []
        """What its author had not seen: from their text to the document, one after the other."""
        self.grown = 0
        """How much longer their text is than that of the base."""
        self.seen: Seen = {}
        self.marks: list[int] = []
        """The indexes of their patches with which `seen` changed, rising, and to what:"""
        self.seens: list[Seen] = []

    def version(self, index: int) -> Seen:
        """What the author had seen of the others by their patch at an index."""
        at = bisect_right(self.marks, index)
        return self.seens[at - 1] if at else {}


class Transformer:
    """Goes over the patches after the critical index `base`."""

    def __init__(
        self, graph: Graph, base: int, undone: Callable[[int], Sequence[Done] | None]
    ) -> None:
        self.base = base
        self.stop = base + 1
        """The index of the first patch it has not been at."""
        self._graph = graph
        self._undone = undone
        """What the cancel at an index did to the document; None where that is not told."""
        self._credit = 0
        """Over how many steps positions may be moved although they are more than those."""
        self._lanes: dict[int, _Lane] = {}
        """By owner."""
        self._steps: list[Step] = []
        """All since the base, each in the document as it was then."""
        self._grown = 0
        """How much longer the document is than at the base."""

    def catch_up(self, stop: int) -> bool:
        """Go over the patches before index `stop`, which the document has; whether that went."""
        self._go(stop, _ANY)
        return self.stop == stop

    def visit(self, stop: int, length: int) -> list[Move]:
        """Go over the patches before index `stop`, or before the first that touches another.

        They are new to the text, which is so long. Those that do not fit count as touching.
        """
        return self._go(stop, length - self._grown)

    def _go(self, stop: int, base_length: int) -> list[Move]:
        graph, lanes, steps = self._graph, self._lanes, self._steps
        owners, joins = graph.log.owners, graph.joins
        moves: list[Move] = []
        for start, end in as_they_came(graph, self.stop, stop):
            self.stop = start
            owner = owners[start]
            lane = lanes.get(owner) or self._lane(owner)
            lane.unseen += steps[lane.at :]
            try:
                parents = joins.get(start)
                if parents is not None or owners[start - 1] != owner:
                    self._see(lane, start, parents or (start - 1,))
                self._move(lane, start, end, base_length, moves)
            except Touch:
                while moves and moves[-1][1] == self.stop:
                    moves.pop()  # a patch is done whole or not at all
                break
            self.stop = end
        return moves

    def _see(self, lane: _Lane, start: int, parents: Iterable[int]) -> None:
        """Let the author of a patch have seen its parents, and all that those had seen."""
        owners, base, owner = self._graph.log.owners, self.base, lane.owner
        seen = before = lane.seen
        for parent in parents:
            if parent <= base or (who := owners[parent]) == owner or parent <= seen.get(who, ROOT):
                continue
            seen = {**seen, who: parent}
            for other, index in self._lanes[who].version(parent).items():
                if other != owner and index > seen.get(other, ROOT):
                    seen[other] = index
        if seen is not before:
            lane.seen = seen
            lane.marks.append(start)
            lane.seens.append(seen)
            lane.unseen = _still_unseen(lane, seen, self._graph.log)

    def _lane(self, owner: int) -> _Lane:
        """Where a session stands that did nothing since the base."""
        session = self._graph.log.sessions[owner]
        lane = _Lane(owner, session, self._graph.count_at(session, self.base))
        self._lanes[owner] = lane
        return lane

    def _move(self, lane: _Lane, start: int, end: int, base_length: int, moves: list[Move]) -> None:
        """Do what a chain does, and add that to `moves`; raises Touch."""
        log, empty, steps = self._graph.log, self._graph.empty, self._steps
        owner, session, unseen = lane.owner, lane.session, lane.unseen
        number = lane.number - start
        """From an index to the number of that patch."""
        length = before = base_length + lane.grown
        """Of their text."""
        for first, last, splice in log.runs(start, end):
            self.stop = first
            if first in empty:
                continue
            if splice is not None:
                ops: tuple[Op, ...] = (splice,)
            elif first in self._graph.cancels.reach:
                length += self._cancel(lane, first)
                continue
            else:
                ops = log.operations(first)
                self._credit += _CREDIT * len(ops)
            if len(unseen) > MOST_UNSEEN:
                self._spend(len(unseen) * len(ops))
            by = make(PatchId, (session, number + last))
            for op in ops:
                if type(op) is not Splice:
                    raise Touch
                pos, delete, insert, at = op
                if (at is not MAIN and at != MAIN) or not 0 <= pos <= pos + delete <= length:
                    raise Touch
                if delete:
                    place = move_delete(unseen, pos, delete) if unseen else pos
                    steps.append((owner, first, last, place, -delete))
                    moves.append((make(TextChange, (MAIN, place, delete, "", by)), first, last))
                    length -= delete
                if insert:
                    if not (insert.isascii() or is_text(insert)):
                        raise Touch
                    more = len(insert)
                    place = move_insert(unseen, pos, more) if unseen else pos
                    steps.append((owner, first, last, place, more))
                    moves.append((make(TextChange, (MAIN, place, 0, insert, by)), first, last))
                    length += more
        lane.grown += length - before
        self._grown += length - before
        lane.number += end - start
        lane.at = len(steps)

    def _cancel(self, lane: _Lane, index: int) -> int:
        """Do what a cancel did; returns by how much its author's text grew."""
        done, unseen, all_grown = self._undone(index), lane.unseen, 0
        if done is None or not self._saw_cancels(lane, index):
            raise Touch
        self._credit += _CREDIT * len(done)
        if len(unseen) > _CREDIT:
            raise Touch
        for _, _, at, pos, removed, inserted in done:
            if at != MAIN:
                raise Touch
            for grown in (-len(removed), inserted):
                if grown:
                    step = (lane.owner, index, index, pos, grown)
                    self._steps.append(step)
                    for behind in range(len(unseen) - 1, -1, -1):
                        step, unseen[behind] = _swapped(unseen[behind], step)
                    all_grown += grown
        return all_grown

    def _saw_cancels(self, lane: _Lane, index: int) -> bool:
        """Whether an author saw all cancels since the base, before an index."""
        owners = self._graph.log.owners
        return all(
            owners[cancel] == lane.owner or cancel <= lane.seen.get(owners[cancel], ROOT)
            for cancel in self._graph.cancels.between(self.base + 1, index)
        )

    def _spend(self, moved: int) -> None:
        """Let positions be moved over so many steps; raises Touch where that is too much."""
        self._credit -= moved
        if self._credit < 0:
            raise Touch


def move_insert(unseen: list[Step], pos: int, more: int) -> int:
    """Move an insert over steps, and each of them over it; returns where it comes to be."""
    for at, (owner, first, last, place, grown) in enumerate(unseen):
        if pos < place or (pos == place and grown < 0):
            unseen[at] = (owner, first, last, place + more, grown)
        elif pos > place if grown > 0 else pos >= place - grown:
            pos += grown
        else:
            raise Touch
    return pos


def move_delete(unseen: list[Step], pos: int, delete: int) -> int:
    """The same for the deletion of so many characters."""
    for at, (owner, first, last, place, grown) in enumerate(unseen):
        if pos + delete <= place:
            unseen[at] = (owner, first, last, place - delete, grown)
        elif pos >= (place if grown > 0 else place - grown):
            pos += grown
        else:
            raise Touch
    return pos


def _still_unseen(lane: _Lane, seen: Seen, log: Log) -> list[Step]:
    """What a lane's author still had not seen, in their text as they then saw it."""
    unseen, first = lane.unseen, 0
    for step in unseen:  # the steps before those that stay are moved over nothing
        if seen.get(step[0], ROOT) < step[2]:
            break
        lane.grown += step[4]
        first += 1
    kept: list[Step] = []
    for whole in islice(unseen, first, None):
        have = seen.get(whole[0], ROOT)
        if have < whole[1]:
            kept.append(whole)
            continue
        step, rest = _halves(whole, have, log) if have < whole[2] else (whole, None)
        lane.grown += step[4]
        for at in range(len(kept) - 1, -1, -1):
            step, kept[at] = _swapped(kept[at], step)
        if rest is not None:
            kept.append(rest)
    return kept


def _halves(step: Step, index: int, log: Log) -> tuple[Step, Step]:
    """What the patches up to an index did, and what those after it did."""
    owner, first, last, place, grown = step
    done = log.length(first, index)
    if grown > 0:
        return (owner, first, index, place, done), (
            owner,
            index + 1,
            last,
            place + done,
            grown - done,
        )
    start = place - grown - done if log.is_backward(first) else place
    return (owner, first, index, start, -done), (owner, index + 1, last, place, grown + done)


def _swapped(one: Step, other: Step) -> tuple[Step, Step]:
    """Two steps whose authors had not seen each other's, the other way round."""
    owner, first, last, place, grown = one
    whose, start, stop, pos, more = other
    behind = place + grown if grown > 0 else place
    if (pos if more > 0 else pos - more) < place or (more < 0 and pos - more == place):
        return other, (owner, first, last, place + more, grown)
    if pos > behind or (more < 0 and pos == behind):
        return (whose, start, stop, pos - grown, more), one
    raise Touch
