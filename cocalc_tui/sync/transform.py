"""Patches brought in by moving their positions: the merge where people type in different places.

Nearly always two people who type at once do so in different places, and no walker is needed: a
position is moved over each step its author had not seen, and each of those over it. These are few,
the keys that are on their way, so this costs a tenth of a walk.

It is exact because it never chooses. Whenever two steps are compared, both are positions in one and
the same text. Where a character of that text stands between them, it decides their order in every
version, deleted or not. Where none does, where they touch, the transformer stops before that patch:
the walker knows the order of what was typed in one place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeAlias

from cocalc_tui.sync.branches import as_they_came
from cocalc_tui.sync.fit import is_text
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.log import Run
from cocalc_tui.sync.patch import MAIN, Op, Splice, TextChange

MOST_UNSEEN: Final = 64
"""Steps that a position is moved over at most; beyond, a walker costs less."""

_ANY: Final = 1 << 60
"""Stands for a length that need not be known."""

Step: TypeAlias = "tuple[int, int, int, int, int]"
"""Whose (a place in the log's sessions), the first and last index of its patches, where, and how
many characters were typed, or deleted (below 0)."""

Move: TypeAlias = "tuple[TextChange, int, int]"
"""A change of the document, and the first and last index of the patches that made it."""

Seen: TypeAlias = "dict[int, int]"
"""By session: the index of the last of its patches, after the base, that an author had seen."""


class Touch(Exception):  # noqa: N818 (it says what two steps do)
    """No character stands between two steps whose authors had not seen each other's."""


class _Lane:
    """Where one session stands."""

    __slots__ = ("at", "grown", "marks", "seen", "seens", "unseen")

    def __init__(self) -> None:
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
    """Goes over the patches after the critical index `base`, where nothing is cancelled."""

    def __init__(self, graph: Graph, base: int) -> None:
        self.base = base
        self.stop = base + 1
        """The index of the first patch it has not been at."""
        self._graph = graph
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
        moves: list[Move] = []
        runs = self._graph.log.runs
        for start, end in as_they_came(self._graph, self.stop, stop):
            self.stop = start
            try:
                lane = self._turn(start)
                for run in runs(start, end):
                    self.stop = run[0]
                    moves += self._moves(lane, run, base_length + lane.grown)
            except Touch:
                break
            lane.at = len(self._steps)
            self.stop = end
        return moves

    def _turn(self, start: int) -> _Lane:
        """Bring a lane to what its author had seen by the patch at `start`."""
        graph, steps = self._graph, self._steps
        owners = graph.log.owners
        owner = owners[start]
        lane = self._lanes.get(owner)
        if lane is None:
            lane = self._lanes[owner] = _Lane()
        if lane.at < len(steps):
            lane.unseen += steps[lane.at :]
        seen = before = lane.seen
        for parent in graph.joins.get(start) or (start - 1,):
            who = owners[parent]
            if parent > self.base and who != owner and parent > seen.get(who, ROOT):
                seen = {**seen, who: parent}
                for other, index in self._lanes[who].version(parent).items():
                    if other != owner and index > seen.get(other, ROOT):
                        seen[other] = index
        if seen is not before:
            lane.seen = seen
            lane.marks.append(start)
            lane.seens.append(seen)
            if lane.unseen:
                lane.unseen = _still_unseen(lane, seen)
        if len(lane.unseen) > MOST_UNSEEN:
            raise Touch
        return lane

    def _moves(self, lane: _Lane, run: Run, length: int) -> list[Move]:
        """What a run does to the document, where its author's text has a length."""
        first, last, splice = run
        graph = self._graph
        if first in graph.empty:
            return []
        ops: Sequence[Op] = graph.log.operations(first) if splice is None else (splice,)
        owner = graph.log.owners[first]
        moves: list[Move] = []
        by = graph.id(last)
        for op in ops:
            if type(op) is not Splice:
                raise Touch
            pos, delete, insert, at = op
            if not (at is MAIN or at == MAIN) or not 0 <= pos <= pos + delete <= length:
                raise Touch
            if not (insert.isascii() or is_text(insert)):
                raise Touch
            if delete:
                place = _delete(lane.unseen, pos, delete)
                self._steps.append((owner, first, last, place, -delete))
                moves.append((TextChange(MAIN, place, delete, "", by), first, last))
            if insert:
                place = _insert(lane.unseen, pos, len(insert))
                self._steps.append((owner, first, last, place, len(insert)))
                moves.append((TextChange(MAIN, place, 0, insert, by), first, last))
            lane.grown += len(insert) - delete
            self._grown += len(insert) - delete
        return moves


def _insert(unseen: list[Step], pos: int, more: int) -> int:
    """Move an insert over steps, and each of them over it; returns where it comes to be."""
    for at, (owner, first, last, place, grown) in enumerate(unseen):
        if pos < place or (pos == place and grown < 0):
            unseen[at] = (owner, first, last, place + more, grown)
        elif pos > place if grown > 0 else pos >= place - grown:
            pos += grown
        else:
            raise Touch
    return pos


def _delete(unseen: list[Step], pos: int, delete: int) -> int:
    """The same for the deletion of so many characters."""
    for at, (owner, first, last, place, grown) in enumerate(unseen):
        if pos + delete <= place:
            unseen[at] = (owner, first, last, place - delete, grown)
        elif pos >= (place if grown > 0 else place - grown):
            pos += grown
        else:
            raise Touch
    return pos


def _still_unseen(lane: _Lane, seen: Seen) -> list[Step]:
    """What a lane's author still had not seen, in their text as they then saw it."""
    kept: list[Step] = []
    for step in lane.unseen:
        owner, first, last, _, grown = step
        have = seen.get(owner, ROOT)
        if have < first:
            kept.append(step)
        elif have < last:
            raise Touch
        else:
            lane.grown += grown
            for at in range(len(kept) - 1, -1, -1):
                step, kept[at] = _swapped(kept[at], step)
    return kept


def _swapped(one: Step, other: Step) -> tuple[Step, Step]:
    """Two steps whose authors had not seen each other's, the other way round."""
    owner, first, last, place, grown = one
    whose, start, stop, pos, more = other
    end = pos - min(more, 0)
    if end < place or (end == place and more < 0):
        place += more
    elif pos > place + max(grown, 0) or (more < 0 and pos == place + max(grown, 0)):
        pos -= grown
    else:
        raise Touch
    return (whose, start, stop, pos, more), (owner, first, last, place, grown)
