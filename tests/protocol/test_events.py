"""What the host side says, and the one thing a transport raises."""

from __future__ import annotations

import inspect
import types
from typing import get_args, get_origin

import msgspec
import pytest

from cocalc_tui.protocol import events
from cocalc_tui.protocol.transport import Transport, TransportClosed

KINDS = [
    kind
    for _, kind in inspect.getmembers(events, inspect.isclass)
    if issubclass(kind, msgspec.Struct)
]


def _value(kind: object) -> object:
    """A value of a field's type."""
    plain: dict[object, object] = {int: 1, str: "x", float: 0.5, bool: True, bytes: b"x"}
    origin = get_origin(kind)
    if origin is tuple and Ellipsis not in get_args(kind):
        return tuple(_value(part) for part in get_args(kind))
    if origin is types.UnionType:
        return _value(get_args(kind)[0])
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        return _filled(kind)
    return plain.get(kind, {} if origin is dict else [])


def _filled(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """One with a value in every field."""
    return kind(**{one.name: _value(one.type) for one in msgspec.structs.fields(kind)})


@pytest.mark.parametrize("kind", KINDS)
def test_every_topic_passes_and_takes_newer_fields(kind: type[msgspec.Struct]) -> None:
    said = _filled(kind)
    fields = msgspec.to_builtins(said, builtin_types=(bytes,)) | {"newer": 1}
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(fields), type=kind) == said
    assert kind.__doc__


def test_a_closed_transport_says_why() -> None:
    assert str(TransportClosed("gone")) == "gone"
    assert inspect.isclass(Transport)
