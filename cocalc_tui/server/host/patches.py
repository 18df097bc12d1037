"""Patches that do not come from somebody's keys: a file read for the first time, a foreign change.

Their ids are made from what they hold. So when a relay dies between storing such a patch and noting
that it did, the next one makes the same patch again, which is nothing new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from cocalc_tui.protocol.codec import MAX_OPS, MAX_PATCH
from cocalc_tui.sync.patch import Create, Op, Patch, PatchId, Put, Splice

LARGE = MAX_PATCH // 4
"""Bytes, about, at which a patch ends and the next begins."""
_LONGEST = MAX_PATCH // 8
"""Characters of one insertion; each takes four bytes at most."""


class TooLargeError(ValueError):
    """One operation is more than a patch can hold; the message is one line."""


def session_of(*parts: str) -> str:
    """Return the session of a patch that is made from these."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def chain(
    session: str, ops: Iterable[Op], kind: str, *, time: int, parents: Sequence[PatchId]
) -> list[Patch]:
    """Make patches of moderate size, each on top of the one before. Raises TooLargeError."""
    made: list[Patch] = []
    on = tuple(sorted(parents))
    for group in _groups(ops):
        patch = Patch(PatchId(session, len(made)), time + len(made), on, tuple(group), kind)
        made.append(patch)
        on = (patch.id,)
    return made


def _groups(ops: Iterable[Op]) -> Iterator[list[Op]]:
    group: list[Op] = []
    size = 0
    for op in _cut(ops):
        bytes_ = _size(op)
        if group and (size + bytes_ > LARGE or len(group) == MAX_OPS):
            yield group
            group, size = [], 0
        group.append(op)
        size += bytes_
    if group:
        yield group


def _cut(ops: Iterable[Op]) -> Iterator[Op]:
    """Cut long insertions, so that each fits into a patch."""
    for op in ops:
        if not isinstance(op, Splice) or len(op.insert) <= _LONGEST:
            yield op
            continue
        delete = op.delete
        for start in range(0, len(op.insert), _LONGEST):
            piece = op.insert[start : start + _LONGEST]
            yield Splice(op.pos + start, delete, piece, op.at)
            delete = 0


def _size(op: Op) -> int:
    match op:
        case Splice():
            return 20 + len(op.insert.encode())
        case Create():
            size = len(json.dumps(op.fields, ensure_ascii=False).encode())
        case Put():
            size = len(json.dumps(op.value, ensure_ascii=False).encode())
        case _:
            return 40
    if size > MAX_PATCH - LARGE:
        mb = size / 2**20
        raise TooLargeError(
            f"one value of it has {mb:.0f} MB, more than can be shared; "
            "make it smaller with another program"
        )
    return size
