"""Rows: one entry of the log as one line of JSON that says all of it, for the unsealed tail.

A person can read the newest part of any log with `sqlite3`, and a line that was torn by a crash is
known by itself. What nearly every patch has in common is left out: one parent, the patch before it
of its session, and the kind `typing`.
"""

from __future__ import annotations

import json
from typing import Any

from cocalc_tui.sync.columns import DamagedLog
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


def encode_row(entry: Entry) -> str:
    """The line of an entry, without a line end; always encodable."""
    patch = entry.patch
    row: dict[str, Any] = {
        "seq": entry.seq,
        "author": entry.author,
        "role": entry.role,
        "received": entry.received,
        "id": patch.id,
        "time": patch.time,
    }
    if patch.parents != _usual_parents(patch.id):
        row["parents"] = patch.parents
    if patch.kind != "typing":
        row["kind"] = patch.kind
    if patch.acting_for is not None:
        row["for"] = patch.acting_for
    if patch.group is not None:
        row["group"] = patch.group
    row["ops"] = [_op_row(op) for op in patch.ops]
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    if line.isascii():
        return line
    try:
        line.encode()
    except UnicodeEncodeError:  # a field may hold half a surrogate pair
        return json.dumps(row, separators=(",", ":"))
    return line


def decode_row(line: str | bytes) -> Entry:
    """The entry of a line; raises DamagedLog."""
    try:
        return _entry(json.loads(line))
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        start = line[:60]
        raise DamagedLog(f"a row of the log makes no sense ({error}): {start!r}") from None


def _usual_parents(patch_id: PatchId) -> tuple[PatchId, ...]:
    return (PatchId(patch_id.session, patch_id.n - 1),) if patch_id.n else ()


def _op_row(op: Op) -> object:
    match op:
        case Splice(pos, delete, insert, at):
            return (pos, delete, insert, *at) if at.key or at.field else (pos, delete, insert)
        case Cancel():
            return {"cancel": op}
        case Create(key, fields):
            return {"create": key, "fields": fields}
        case Put(key, field, value):
            return {"put": key, "field": field, "value": value}
    return {"remove": op.key}


def _entry(row: dict[str, Any]) -> Entry:
    patch_id = _patch_id(row["id"])
    parents = row.get("parents")
    patch = Patch(
        patch_id,
        _number(row["time"]),
        _usual_parents(patch_id) if parents is None else tuple(_patch_id(p) for p in parents),
        tuple(_op(op) for op in row["ops"]),
        _text(row.get("kind", "typing")),
        _maybe(row.get("for")),
        _maybe(row.get("group")),
    )
    return Entry(
        _number(row["seq"]),
        _text(row["author"]),
        _text(row["role"]),
        _number(row["received"]),
        patch,
    )


def _op(row: Any) -> Op:
    match row:
        case [int(pos), int(delete), str(insert)]:
            return Splice(pos, delete, insert)
        case [int(pos), int(delete), str(insert), str(key), str(field)]:
            return Splice(pos, delete, insert, TextId(key, field))
        case {"cancel": [str(session), int(first), int(last)]}:
            return Cancel(session, first, last)
        case {"create": str(key), "fields": dict(fields)}:
            return Create(key, fields)
        case {"put": str(key), "field": str(field), "value": value}:
            return Put(key, field, value)
        case {"remove": str(key)}:
            return Remove(key)
    raise ValueError("an unknown operation")


def _patch_id(row: Any) -> PatchId:
    session, n = row
    return PatchId(_text(session), _number(n))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _maybe(value: Any) -> str | None:
    return None if value is None else _text(value)
