"""Patches and entries between their form on the wire and the form `sync` works with.

Operations are arrays with a small number first, so a typed letter costs ten bytes. They stay
encoded (`messages.WirePatch.ops`) while a patch only passes through; whoever needs them decodes
them here, and whatever decodes without `PatchFormError` is safe to store, print and merge: no
lone surrogate, no negative count, nothing that JSON could not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any, Final

import msgspec

from cocalc_tui.protocol.codec import MAX_OPS, MAX_PATCH
from cocalc_tui.protocol.messages import WireEntry, WirePatch
from cocalc_tui.sync.patch import (
    Cancel,
    Create,
    Entry,
    Op,
    Patch,
    PatchId,
    Put,
    Remove,
    Splice,
    TextId,
)

MAX_DEPTH = 100
"""Nesting of lists and objects in a field; JSON readers give up not far above."""
MAX_COUNT = 2**53
"""Every language's JSON holds integers up to here exactly."""
MAX_PARENTS = 1000
MAX_NAME = 200
"""Characters of a kind, a group or a user name."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_COUNT)]


class WireSplice(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=0):
    """Replace `delete` code points from `pos` of a text by `insert`."""

    pos: Count
    delete: Count
    insert: str
    key: str = ""
    """Record of the text, "" for the one text of a text document."""
    field: str = ""


class WireCancel(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=1):
    """Take back all that patches `first`..`last` of a session did."""

    session: str
    first: Count
    last: Count


class WireCreate(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Make a record with these atomic fields."""

    key: str
    fields: dict[str, Any]


class WirePut(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Set an atomic field of a record; nil removes it."""

    key: str
    field: str
    value: Any


class WireRemove(msgspec.Struct, frozen=True, array_like=True, gc=False, tag=4):
    """Delete a record as its author saw it."""

    key: str


WireOp = WireSplice | WireCancel | WireCreate | WirePut | WireRemove

_SESSION: Final = re.compile(r"[0-9a-f]{16,64}")
_encoder = msgspec.msgpack.Encoder()
_ops = msgspec.msgpack.Decoder(list[WireOp])


class PatchFormError(ValueError):
    """A patch that no honest app of this release would send; the text says what is wrong."""


def is_session(text: str) -> bool:
    """Whether this can be the name of a session: 16 to 64 lowercase hex digits."""
    return _SESSION.fullmatch(text) is not None


def to_wire(patch: Patch) -> WirePatch:
    """Return the form in which an author sends a patch."""
    return WirePatch(
        patch.id.session,
        patch.id.n,
        patch.time,
        list(patch.parents),
        patch.kind,
        msgspec.Raw(_encoder.encode([_to_op(op) for op in patch.ops])),
        patch.acting_for,
        patch.group,
    )


def from_wire(wire: WirePatch) -> Patch:
    """Return the patch that came over the wire; raises PatchFormError."""
    _check_names(wire)
    return Patch(
        PatchId(wire.session, wire.n),
        wire.time,
        _parents(wire),
        tuple(map(_from_op, _decode_ops(wire))),
        wire.kind,
        wire.acting_for,
        wire.group,
    )


def check_form(wire: WirePatch) -> None:
    """Raise PatchFormError for what nobody may push, in a third of the time of `from_wire`.

    That is what `from_wire` refuses, and more operations than one patch may have.
    """
    _check_names(wire)
    if len(wire.parents) > 1:
        _check_parents(wire)
    ops = _decode_ops(wire)
    if len(ops) > MAX_OPS:
        text = f"has {len(ops)} operations, more than {MAX_OPS}; split it"
        raise PatchFormError(f"patch {wire.session}:{wire.n} {text}")
    for op in ops:
        if type(op) is not WireSplice:
            _from_op(op)


def _check_names(wire: WirePatch) -> None:
    if not 0 <= wire.n <= MAX_COUNT or not 0 <= wire.time <= MAX_COUNT:
        raise PatchFormError(f"patch {wire.session}:{wire.n} has a number out of range")
    if _SESSION.fullmatch(wire.session) is None:
        raise PatchFormError("the session of a patch is not 16 to 64 hex digits")
    if len(wire.ops) > MAX_PATCH:
        raise PatchFormError(f"patch {wire.session}:{wire.n} is larger than {MAX_PATCH} bytes")
    if max(len(wire.kind), len(wire.acting_for or ""), len(wire.group or "")) > MAX_NAME:
        raise PatchFormError(f"patch {wire.session}:{wire.n} has a name that is too long")


def entry_to_wire(entry: Entry) -> WireEntry:
    """Return the form in which the relay sends an entry."""
    return WireEntry(entry.seq, entry.author, entry.role, entry.received, to_wire(entry.patch))


def entry_from_wire(wire: WireEntry) -> Entry:
    """Return the entry that came over the wire; raises PatchFormError."""
    return Entry(wire.seq, wire.author, wire.role, wire.received, from_wire(wire.patch))


def _parents(wire: WirePatch) -> tuple[PatchId, ...]:
    _check_parents(wire)
    return tuple(map(PatchId._make, wire.parents))


def _check_parents(wire: WirePatch) -> None:
    if len(wire.parents) > MAX_PARENTS:
        raise PatchFormError(f"patch {wire.session}:{wire.n} has too many parents")
    if any(a >= b for a, b in pairwise(wire.parents)):
        raise PatchFormError(f"patch {wire.session}:{wire.n} has parents that are not sorted")


def _decode_ops(wire: WirePatch) -> list[WireOp]:
    try:
        return _ops.decode(wire.ops)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PatchFormError(f"patch {wire.session}:{wire.n}: operations: {error}") from None


def _to_op(op: Op) -> WireOp:
    match op:
        case Splice():
            return WireSplice(op.pos, op.delete, op.insert, op.at.key, op.at.field)
        case Cancel():
            return WireCancel(op.session, op.first, op.last)
        case Create():
            return WireCreate(op.key, op.fields)
        case Put():
            return WirePut(op.key, op.field, op.value)
    return WireRemove(op.key)


def _from_op(op: WireOp) -> Op:
    match op:
        case WireSplice():
            return Splice(op.pos, op.delete, op.insert, TextId(op.key, op.field))
        case WireCancel():
            return Cancel(op.session, op.first, op.last)
        case WireCreate():
            _check_json(op.fields.values())
            return Create(op.key, op.fields)
        case WirePut():
            _check_json([op.value])
            return Put(op.key, op.field, op.value)
    return Remove(op.key)


def _check_json(values: Iterable[object]) -> None:
    """Raise PatchFormError where a value is not what JSON can hold.

    MessagePack also has bytes, times, extensions and keys of any type.
    """
    level: list[object] = list(values)
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for value in level:
            if isinstance(value, list):
                below.extend(value)
            elif isinstance(value, dict):
                if not all(isinstance(key, str) for key in value):
                    raise PatchFormError("an object in a field has a key that is not text")
                below.extend(value.values())
            elif not (value is None or isinstance(value, bool | int | float | str)):
                raise PatchFormError(f"a field holds {type(value).__name__}, which JSON has not")
        if not below:
            return
        level = below
    raise PatchFormError(f"a field is nested more than {MAX_DEPTH} deep")
