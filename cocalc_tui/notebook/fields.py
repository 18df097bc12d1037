"""Large values in the fields of cells and notebooks, kept beside the log as those of outputs are.

A picture pasted into a text cell is an attachment of megabytes, and saved widgets lie in a
notebook's metadata; a patch has no room for either. Where such a value was, `{"$blob": about}`
keeps its place, with what `blobs` says of a part. A file that has that key itself has another `$`
before it (`jsontext.carry`), so the two are never taken for each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from cocalc_tui.notebook.blobs import (
    Data,
    Get,
    MissingBlobError,
    Put,
    about_part,
    encoded,
    got,
    length_of,
    name_of,
    take_out,
)
from cocalc_tui.sync.patch import Create, Json, Op
from cocalc_tui.sync.patch import Put as PutField

BLOB = "$blob"
NAMES = ("metadata", "attachments", "extra", "layout")
"""Fields that may hold anything."""
MOST = 1_000_000
"""Characters of a field that stay in the document ..."""
PART = 65_536
"""... and of a part of a larger one."""


def small_fields(fields: Mapping[str, Json], put: Put) -> Data:
    """Return the fields of a record, their large values kept elsewhere."""
    return {name: small_field(name, value, put) for name, value in fields.items()}


def small_field(name: str, value: Json, put: Put) -> Json:
    """The same for one field."""
    if name not in NAMES or length_of(value) <= MOST:
        return value
    return _lighter(value, put, "")


def _lighter(value: Json, put: Put, key: str) -> Json:
    """Keep a large value elsewhere: of an object its large parts, if that is enough."""
    if isinstance(value, dict):
        parts = {
            name: _lighter(part, put, name) if length_of(part) > PART else part
            for name, part in value.items()
        }
        if length_of(parts) <= MOST:
            return parts
    data = encoded(value)
    put(name := name_of(data), data)
    return {BLOB: about_part(key, value, name, len(data))}


def take_out_of(ops: Iterable[Op], put: Put) -> list[Op]:
    """Return operations that make records without their large parts."""
    return [_op_without_large(op, put) for op in ops]


def _op_without_large(op: Op, put: Put) -> Op:
    match op:
        case Create() if op.fields.get("type") == "output":
            data = cast(Data, op.fields.get("data", {}))
            taken = take_out(data, put)
            return op if taken is data else Create(op.key, {**op.fields, "data": taken})
        case Create():
            return Create(op.key, small_fields(op.fields, put))
        case PutField():
            return PutField(op.key, op.field, small_field(op.field, op.value, put))
        case _:
            return op


def about_blob(value: Json) -> Data | None:
    """What is said of a value that is elsewhere, None for one that is here."""
    about = value.get(BLOB) if isinstance(value, dict) else None
    return about if isinstance(about, dict) else None


def blobs_in(value: Json) -> Iterator[Data]:
    """All values within one that are elsewhere."""
    if (about := about_blob(value)) is not None:
        yield about
    elif isinstance(value, dict):
        for part in value.values():
            yield from blobs_in(part)


def whole_fields(fields: Mapping[str, Json], get: Get) -> Data:
    """Undo `small_fields`; of what is gone, a word in its place."""
    return {name: _whole(value, get) if name in NAMES else value for name, value in fields.items()}


def _whole(value: Json, get: Get) -> Json:
    if not isinstance(value, dict):
        return value
    about = about_blob(value)
    if about is None:
        parts = {name: _whole(part, get) for name, part in value.items()}
        same = all(parts[name] is part for name, part in value.items())
        return value if same else cast(Json, parts)
    try:
        found = got("a value", about, get)
    except MissingBlobError as error:
        found = f"[{error}]"
    # Somebody may have added to an object that was elsewhere.
    added = {name: part for name, part in value.items() if name != BLOB}
    return {**found, **added} if isinstance(found, dict) else found
