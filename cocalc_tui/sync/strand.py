"""Strands: patches of one session in a row, as they travel and are taken in.

Nearly every patch is on top of just the one before it of its session. A strand says that once: it
names the parents of its first patch, and holds what all do as few steps. What takes in a history of
a hundred thousand keystrokes so has some thousands of strands to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias, cast

from cocalc_tui.sync.patch import Patch, PatchId, Splice
from cocalc_tui.sync.stretch import Step, Stretch, fold, is_splice

Label: TypeAlias = "tuple[str, str | None, str | None]"
"""Kind, user acted for and group."""


class Strand(NamedTuple):
    """Some patches of a session, each but the first on top of just the one before."""

    first: PatchId
    parents: tuple[PatchId, ...]
    """Of the first."""
    times: Sequence[int]
    """Of each."""
    steps: Sequence[Step]
    """What they do."""
    label: Label

    def last(self) -> PatchId:
        """The id of the last one."""
        return PatchId(self.first.session, self.first.n + len(self.times) - 1)

    def follows(self, other: Strand) -> bool:
        """Whether it does no more than follow another one, the one before it of its session."""
        parents = self.parents
        return len(parents) == 1 and parents[0] == other.last() and self.label == other.label

    def patches(self) -> Iterator[Patch]:
        """The patches one by one."""
        (session, n), parents = self.first, self.parents
        times = iter(self.times)
        for step in self.steps:
            for ops in step.each() if type(step) is Stretch else [step]:
                own = PatchId(session, n)
                one = (ops,) if type(ops) is Splice else cast("tuple[Splice]", ops)
                yield Patch(own, next(times), parents, one, *self.label)
                parents, n = (own,), n + 1


def strands(patches: Sequence[Patch]) -> Iterator[Strand]:
    """Patches of a session, numbered in a row, as few strands."""
    start = 0
    while start < len(patches):
        strand = _strand(patches, start)
        yield strand
        start += len(strand.times)


def _strand(patches: Sequence[Patch], start: int) -> Strand:
    """The strand that begins with a patch: of splices, or of that patch alone."""
    first = patches[start]
    kind, acting_for, group = label = first.kind, first.acting_for, first.group
    if not is_splice(first.ops):
        return Strand(first.id, first.parents, (first.time,), (first.ops,), label)
    last = first.id
    splices = [cast("Splice", first.ops[0])]
    for place in range(start + 1, len(patches)):
        patch = patches[place]
        parents, ops = patch.parents, patch.ops
        if len(parents) != 1 or parents[0] != last or len(ops) != 1 or patch.kind != kind:
            break
        if type(op := ops[0]) is not Splice:
            break
        if patch.group != group or patch.acting_for != acting_for:
            break
        last = patch.id
        splices.append(op)
    times = [patch.time for patch in patches[start : start + len(splices)]]
    return Strand(first.id, first.parents, times, fold(splices), label)


def join(parts: Sequence[Strand]) -> Strand:
    """Strands of a session, each on top of just the one before, as one; all with one label."""
    first, parents, _, _, label = parts[0]
    times = [time for part in parts for time in part.times]
    steps: list[Step] = []
    alone: list[Splice] = []
    for step in [step for part in parts for step in part.steps]:
        if type(step) is Splice:
            alone.append(step)
        else:
            steps += (*fold(alone), step)
            alone.clear()
    return Strand(first, parents, times, [*steps, *fold(alone)], label)
