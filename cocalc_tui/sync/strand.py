"""Strands: patches of one session in a row, as they travel and are taken in.

Nearly every patch is on top of just the one before it of its session. A strand says that once: it
names the parents of its first patch, and holds what all do as few steps. What takes in a history of
a hundred thousand keystrokes so has some thousands of strands to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias, cast

from cocalc_tui.sync.patch import Op, Patch, PatchId, Splice, make
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
    """Patches of a session, numbered in a row, as few strands; there is one at least."""
    first, _, parents, _, kind, acting_for, group = patches[0]
    times: list[int] = []
    done: list[tuple[Op, ...]] = []
    before = parents
    for own, time, said, ops, what, whom, action in patches:
        if said != before or what != kind or whom != acting_for or action != group:
            label = (kind, acting_for, group)
            yield make(Strand, (first, parents, times, fold(done), label))
            first, parents, times, done = own, said, [], []
            kind, acting_for, group = what, whom, action
        before = (own,)
        times.append(time)
        done.append(ops)
    yield Strand(first, parents, times, fold(done), (kind, acting_for, group))
