"""Changes of a while ago, carried over what was done since: how a large step of long ago is undone.

Who replaces a word all over a file and goes on writing elsewhere may still undo it. What takes it
back is known in the text right after it; here each change is moved over the few steps since, as the
positions of people who type at once are (`transform`), and is exact for the same reason: where a
change and a step touch, it is left to the walker.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.patch import Splice, TextChange, TextId
from cocalc_tui.sync.transform import Step, Touch, move_delete, move_insert

MOST_SINCE: Final = 256
"""Steps that each of a thousand changes and more is moved over at most; beyond, a walker costs
less."""

Steps: TypeAlias = "defaultdict[TextId, list[Step]]"
"""By text, one after the other."""


def steps_since(graph: Graph, since: Iterable[range]) -> Steps:
    """What patches did that saw all before them; raises Touch where that is too much."""
    log = graph.log
    steps: Steps = defaultdict(list)
    for some in since:
        for first, last, splice in log.runs(some.start, some.stop):
            if first in graph.empty:
                continue
            for op in log.operations(first) if splice is None else (splice,):
                if type(op) is not Splice:
                    continue
                pos, delete, insert, at = op
                sizes = [size for size in (-delete, len(insert)) if size]
                steps[at] += [(log.owners[first], first, last, pos, size) for size in sizes]
                if len(steps[at]) > MOST_SINCE:
                    raise Touch
    return steps


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
