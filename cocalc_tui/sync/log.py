"""The patches of a document, in columns.

Someone who writes all day makes a hundred thousand patches of one keystroke. As objects each would
take half a kilobyte, and Python's garbage collector would look through all of them again and
again; so what is kept of a patch is its operation and some numbers, and the object is made when
somebody asks for it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from cocalc_tui.sync.patch import Op, Splice
from cocalc_tui.sync.strand import Label
from cocalc_tui.sync.stretch import Step, Stretch, fold

Run: TypeAlias = "tuple[int, int, Splice | None]"
"""Patches that are one step: the index of the first, of the last, and what they do; None for a
patch that is not just one splice."""


class Log:
    """One place in each column per patch, in the order of their indexes."""

    def __init__(self, clock: int = 0) -> None:
        self.ops: list[Step] = []
        self.times = array("q")
        self.clock = clock
        """The greatest time before all these."""
        self.latest = clock
        """The greatest time of all."""
        self.owners: list[int] = []
        """Whose they are: the place of the session in `sessions`."""
        self.sessions: list[str] = []
        self._label: Label | None = None
        """Of the last patch."""
        self._labels: list[Label] = []
        """Of the patches from each of these indexes on:"""
        self._labelled: list[int] = []

    def append(self, owner: int, time: int, step: Step, label: Label, *, grows: bool) -> None:
        """Add a patch.

        Where it `grows` by it, that is on top of the last one, and of its session.
        """
        if label != self._label:
            self._begin(label)
        if not (grows and self._continue(step)):
            self.ops.append(step)
        self.owners.append(owner)
        self.times.append(time)
        self.latest = max(self.latest, time)

    def extend(
        self, owner: int, times: Sequence[int], steps: Sequence[Step], label: Label, *, grows: bool
    ) -> int:
        """Add patches, each on top of the one before; `grows` as in `append`. Returns how many."""
        ops, size = self.ops, len(times)
        if label != self._label:
            self._begin(label)
        if grows and self._continue(steps[0]):
            steps = steps[1:]
        for step in steps:
            if type(step) is Stretch:
                step.first = len(ops)
                ops += [step] * len(step.ends)
            else:
                ops.append(step)
        self.owners += [owner] * size
        self.times.extend(times)
        latest = max(times)
        if latest > self.latest:
            self.latest = latest
        return size

    def _begin(self, label: Label) -> None:
        self._label = label
        self._labels.append(label)
        self._labelled.append(len(self.ops))

    def _continue(self, step: Step) -> bool:
        """Add a patch to the stretch of the last one, if it continues that."""
        last = self.ops[-1]
        if type(step) is not Splice:
            return False
        if type(last) is Stretch and last.grow(step):
            self.ops.append(last)
            return True
        if type(last) is not Splice:
            return False
        both, *others = fold(((last,), (step,)))
        if others or type(both) is not Stretch:
            return False
        both.first = len(self.ops) - 1
        self.ops[-1:] = [both, both]
        return True

    def cut(self, index: int) -> None:
        """Let a step begin with this patch."""
        step = self.ops[index] if index < len(self.ops) else None
        if isinstance(step, Stretch) and index > step.first:
            later = step.cut(index)
            self.ops[index : index + len(later.ends)] = [later] * len(later.ends)

    def runs(self, first: int, stop: int) -> Iterator[Run]:
        """The steps of the patches from index `first` on, before `stop`."""
        ops = self.ops
        while first < stop:
            step, last = ops[first], first
            if type(step) is Stretch:
                last = min(stop, step.first + len(step.ends)) - 1
                yield first, last, step.splice(first, last)
            else:
                yield first, first, step if type(step) is Splice else None
            first = last + 1

    def length(self, first: int, last: int) -> int:
        """How many characters patches that are splices typed and deleted, together."""
        step = self.ops[first]
        if type(step) is Stretch and last < step.first + len(step.ends):
            return step.length(last + 1) - step.length(first)
        runs = self.runs(first, last + 1)
        return sum([op.delete + len(op.insert) for _, _, op in runs if op is not None])

    def is_backward(self, index: int) -> bool:
        """Whether a patch is of those that delete from the last character to the first."""
        step = self.ops[index]
        return type(step) is Stretch and step.backward

    def operations(self, index: int) -> tuple[Op, ...]:
        """The operations of a patch."""
        ops = self.ops[index]
        if type(ops) is Stretch:
            return (ops.splice(index, index),)
        return (ops,) if type(ops) is Splice else ops  # type: ignore[return-value] # by elimination

    def label(self, index: int) -> Label:
        """The label of a patch."""
        return self._labels[bisect_right(self._labelled, index) - 1]

    def session(self, index: int) -> str:
        """Whose a patch is."""
        return self.sessions[self.owners[index]]

    def restamp(self, indexes: Sequence[int], time: int) -> None:
        """Give patches new times, from `time` on or later than all others."""
        for index in indexes:
            self.times[index] = 0
        time = max(time, self.clock + 1, max(self.times) + 1)
        for more, index in enumerate(indexes):
            self.times[index] = time + more
        self.latest = max(self.times)

    def amend(self, index: int, ops: tuple[Op, ...], time: int | None) -> None:
        """Add operations to a patch that nobody has seen."""
        joined = _joined(self.operations(index), ops)
        if type(last := self.ops[index]) is Stretch:
            last.drop_last()
        self.ops[index] = joined[0] if len(joined) == 1 and type(joined[0]) is Splice else joined
        if time is not None:
            self.times[index] = time
            self.latest = max(self.latest, time)


def _joined(ops: tuple[Op, ...], more: tuple[Op, ...]) -> tuple[Op, ...]:
    """Operations one after the other; typing or deleting that goes on is one splice."""
    if ops and more and type(last := ops[-1]) is Splice and type(first := more[0]) is Splice:
        both = _one(last, first) if first.at == last.at else None
        if both is not None:
            return (*ops[:-1], both, *more[1:])
    return ops + more


def _one(last: Splice, first: Splice) -> Splice | None:
    """Two splices as one, where the second continues the first."""
    if not first.delete and first.pos == last.pos + len(last.insert):
        return last._replace(insert=last.insert + first.insert)
    if first.delete and not last.insert and first.pos <= last.pos <= first.pos + first.delete:
        return first._replace(delete=last.delete + first.delete)
    return None
