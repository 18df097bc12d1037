"""Strands: patches of one session in a row, as they travel and are taken in.

Nearly every patch is on top of just the one before it of its session. A strand says that once: it
names the parents of its first patch, and holds what all do as few steps. What takes in a history of
a hundred thousand keystrokes so has some thousands of strands to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress, count
from operator import ne, or_
from typing import NamedTuple, TypeAlias, cast

from cocalc_tui.sync.patch import Patch, PatchId, Splice
from cocalc_tui.sync.stretch import Step, Stretch, fold

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
    ids = [patch.id for patch in patches]
    said = [patch.parents for patch in patches]
    labels = [(patch.kind, patch.acting_for, patch.group) for patch in patches]
    times = [patch.time for patch in patches]
    branched = map(ne, said[1:], zip(ids, strict=False))
    labelled = map(ne, labels[1:], labels)
    starts = [0, *compress(count(1), map(or_, branched, labelled))]
    stops = [*starts[1:], len(patches)]
    steps = fold([patch.ops for patch in patches], starts)
    for start, stop, do in zip(starts, stops, steps, strict=True):
        yield Strand(ids[start], said[start], times[start:stop], do, labels[start])
