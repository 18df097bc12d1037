"""The patches of a document, in columns.

Someone who writes all day makes a hundred thousand patches of one keystroke. As objects each would
take half a kilobyte, and Python's garbage collector would look through all of them again and
again; so what is kept of a patch is its operation and some numbers, and the object is made when
somebody asks for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from cocalc_tui.sync.patch import Op, Splice

Ops: TypeAlias = "Splice | tuple[Op, ...]"
"""The operations of a patch; a single splice, as nearly all are, by itself."""


class Label(NamedTuple):
    """What few patches have of their own."""

    kind: str
    acting_for: str | None
    group: str | None


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

    def __len__(self) -> int:
        return len(self.ops)

    def append(self, owner: int, time: int, ops: tuple[Op, ...], label: Label) -> None:
        """Add a patch."""
        self.ops.append(_pack(ops))
        self.times.append(time)
        self.latest = max(self.latest, time)
        self.owners.append(owner)
        number = self._label_of.get(label)
        if number is None:
            number = self._label_of[label] = len(self._known_labels)
            self._known_labels.append(label)
        self._labels.append(number)

    def operations(self, index: int) -> tuple[Op, ...]:
        """The operations of a patch."""
        ops = self.ops[index]
        return (ops,) if isinstance(ops, Splice) else ops

    def label(self, index: int) -> Label:
        """Kind, user acted for and group of a patch."""
        return self._known_labels[self._labels[index]]

    def session(self, index: int) -> str:
        """Whose a patch is."""
        return self.sessions[self.owners[index]]

    def extend(self, owner: int, times: Sequence[int], ops: Sequence[Splice]) -> None:
        """Add patches of one splice each, with the label of the last one."""
        self.ops += ops
        self.times.extend(times)
        self.latest = max(self.latest, *times)
        self.owners.extend([owner] * len(ops))
        self._labels.extend([self._labels[-1]] * len(ops))

    def amend(self, index: int, ops: tuple[Op, ...], time: int | None) -> None:
        """Add operations to a patch that nobody has seen."""
        self.ops[index] = _pack(_joined(self.operations(index), ops))
        if time is not None:
            self.times[index] = time
            self.latest = max(self.latest, time)


def _pack(ops: tuple[Op, ...]) -> Ops:
    return ops[0] if len(ops) == 1 and type(ops[0]) is Splice else ops


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
