"""The patches of a document, in columns.

Someone who writes all day makes a hundred thousand patches of one keystroke. As objects each would
take half a kilobyte, and Python's garbage collector would look through all of them again and
again; so what is kept of a patch is its operation and some numbers, and the object is made when
somebody asks for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TypeAlias

from cocalc_tui.sync.patch import Op, Splice
from cocalc_tui.sync.stretch import Ops, Stretch, pair

Label: TypeAlias = "tuple[str, str | None, str | None]"
"""Kind, user acted for and group."""


class Log:
    """One place in each column per patch, in the order of their indexes."""

    def __init__(self) -> None:
        self.ops: list[Ops] = []
        self.times = array("q")
        self.latest = 0
        """The greatest of the times."""
        self.owners = array("l")
        """Whose they are: the place of the session in `sessions`."""
        self.sessions: list[str] = []
        self._labels = array("l")
        self._label_of: dict[Label, int] = {}
        self._known_labels: list[Label] = []

    def append(
        self, owner: int, time: int, ops: tuple[Op, ...], label: Label, *, follows: bool
    ) -> None:
        """Add a patch; `follows` if it is on top of the last one, and of its session."""
        kept: Ops = ops
        if len(ops) == 1 and type(op := ops[0]) is Splice:
            kept = (follows and self._continue(op)) or op
        self.ops.append(kept)
        self.times.append(time)
        if time > self.latest:
            self.latest = time
        self.owners.append(owner)
        number = self._label_of.get(label)
        if number is None:
            number = self._label_of[label] = len(self._known_labels)
            self._known_labels.append(label)
        self._labels.append(number)

    def _continue(self, op: Splice) -> Stretch | None:
        """The stretch of the last patch, grown by `op`; None where it does not continue it."""
        last = self.ops[-1]
        if type(last) is Stretch:
            return last if last.grow(op) else None
        if type(last) is Splice and (both := pair(len(self.ops) - 1, last, op)) is not None:
            self.ops[-1] = both
            return both
        return None

    def operations(self, index: int) -> tuple[Op, ...]:
        """The operations of a patch."""
        ops = self.ops[index]
        if type(ops) is Stretch:
            return (ops.splice(index, index),)
        return (ops,) if type(ops) is Splice else ops  # type: ignore[return-value] # by elimination

    def label(self, index: int) -> Label:
        """The label of a patch."""
        return self._known_labels[self._labels[index]]

    def session(self, index: int) -> str:
        """Whose a patch is."""
        return self.sessions[self.owners[index]]

    def extend(self, times: Sequence[int], ops: Sequence[Splice]) -> None:
        """Add patches of one splice each, of the session and with the label of the last one."""
        self.ops += ops
        self.times.extend(times)
        self.latest = max(self.latest, *times)
        self.owners.extend([self.owners[-1]] * len(ops))
        self._labels.extend([self._labels[-1]] * len(ops))

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
