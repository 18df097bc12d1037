"""Changes of a while ago, carried over what was done since: how a large step of long ago is undone.

Who replaces a word all over a file and goes on writing elsewhere may still undo it, and others may
have written at the same time. What takes it back is known in the text right after it; here each
change is moved over the few steps since, as the positions of people who type at once are
(`transform`), and is exact for the same reason: where a change and a step touch, it is left to the
walker.

So is what deletes characters that were gone already. The journal does not have them, and they would
come back with what is taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.patch import PatchId, Splice, TextChange, TextId
from cocalc_tui.sync.texts import Done, Texts
from cocalc_tui.sync.transform import Step, Touch, move_delete, move_insert

MOST_SINCE: Final = 256
"""Steps that each of a thousand changes and more is moved over at most; beyond, a walker costs
less."""

Steps: TypeAlias = "defaultdict[TextId, list[Step]]"
"""By text, one after the other."""


def taken_back(done: list[Done], by: PatchId) -> list[TextChange]:
    """What takes back all that was done, as the doing of another patch."""
    return [
        TextChange(at, pos, inserted, removed, by)
        for _, _, at, pos, removed, inserted in reversed(done)
    ]


def steps_since(graph: Graph, texts: Texts, since: Iterable[range]) -> Steps:
    """What patches did to the texts; raises Touch where that is too much, or not all of it."""
    steps: Steps = defaultdict(list)
    for some in since:
        done = texts.done(some.start, some.stop - 1)
        if done is None:
            raise Touch
        left = _deleted(graph, some)
        for _, _, at, pos, removed, inserted in done:
            left -= len(removed)
            for grown in (-len(removed), inserted):
                if grown:
                    _add(steps[at], pos, grown)
            if len(steps[at]) > MOST_SINCE:
                raise Touch
        if left:
            raise Touch
    return steps


def _deleted(graph: Graph, some: range) -> int:
    """How many characters patches that fit deleted, each in the text its author saw."""
    log, empty, deleted = graph.log, graph.empty, 0
    for first, _, splice in log.runs(some.start, some.stop):
        if first not in empty:
            ops = log.operations(first) if splice is None else (splice,)
            deleted += sum([op.delete for op in ops if type(op) is Splice])
    return deleted


def _add(steps: list[Step], pos: int, grown: int) -> None:
    """Add a step; typing and deleting that goes on is one."""
    if steps:
        _, _, _, place, before = steps[-1]
        if grown > 0 < before and pos == place + before:
            steps[-1] = (ROOT, ROOT, ROOT, place, before + grown)
            return
        if grown < 0 > before and pos <= place <= pos - grown:
            steps[-1] = (ROOT, ROOT, ROOT, pos, before + grown)
            return
    steps.append((ROOT, ROOT, ROOT, pos, grown))


def carried(changes: Iterable[TextChange], steps: Steps) -> list[TextChange]:
    """Changes, one after the other, as they are after the steps; raises Touch.

    The first of both were made in the same text. `steps` becomes what they are after the changes.
    """
    moved: list[TextChange] = []
    for change in changes:
        at, place, delete, insert, by = change
        unseen = steps[at]
        if delete:
            place = move_delete(unseen, change.pos, delete)
        if insert:
            place = move_insert(unseen, change.pos, len(insert))
        moved.append(TextChange(at, place, delete, insert, by))
    return moved
