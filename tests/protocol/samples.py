"""One example of every message, made from the types of its fields.

Tests that go over every message use it, so that a new message is among them without being asked.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

import msgspec

from cocalc_tui.protocol.messages import Message

SESSION = "a" * 16
NAMED: dict[str, Any] = {
    "session": SESSION,
    "path": "notes.txt",
    "to": "other.txt",
    "n": 0,
    "at": 0,
}
"""Values of fields by their name, where the type does not say enough."""


def sample(kind: type[Message], values: Mapping[str, Any] | None = None) -> Message:
    """An example of a message; `values` are used for the fields of these names."""
    return kind(**_fields(kind, {**NAMED, **(values or {})}))


def _fields(kind: type[msgspec.Struct], values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        field.name: values[field.name] if field.name in values else _value(field.type, values)
        for field in msgspec.structs.fields(kind)
        if field.name in values or field.required
    }


def _value(kind: Any, values: Mapping[str, Any]) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if type(None) in inner else _value(inner[0], values)
    if origin is tuple:
        return tuple(_value(one, values) for one in inner)
    if origin is list:
        return [_value(inner[0], values)]
    if origin is dict:
        return {}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**_fields(kind, values))
    plain = {int: 1, str: "x", bool: True, bytes: b"x", float: 1.0, dict: {}}
    return msgspec.Raw(b"\x90") if kind is msgspec.Raw else plain.get(kind)
