"""Frames: what goes in comes out, and what is no message is told apart from what is unknown."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.protocol import codec
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import FrameError, MessageError, decode, encode

DEEP = b"\x91" * 1_000_000
"""Lists in lists: Python 3.14 follows as many as its stack has bytes for, hundreds of thousands."""


def packed(value: object) -> bytes:
    return msgspec.msgpack.encode(value)


def test_every_message_is_known_by_its_tag() -> None:
    for tag, kind in codec.KNOWN.items():
        assert kind.__doc__
        assert packed({"t": tag}) is not None
    kinds = {*m.Message.__subclasses__(), *m.Request.__subclasses__()} - {m.Request}
    assert set(codec.KNOWN.values()) == kinds


def test_a_message_comes_back_as_it_was() -> None:
    message = m.Open(id=7, path="a/b", have=m.Have(log="l", epoch=1, seq=2, digest="d"))
    assert decode(encode(message)) == message


def test_fields_of_a_newer_release_are_passed_over() -> None:
    frame = packed({"t": "shut", "doc": "d", "newer": {"any": [1]}})
    assert decode(frame) == m.Shut(doc="d")


def test_an_unknown_message_is_named() -> None:
    with pytest.raises(MessageError) as caught:
        decode(packed({"t": "teleport", "id": 12}))
    assert (caught.value.tag, caught.value.id, caught.value.known) == ("teleport", 12, False)


@pytest.mark.parametrize("id_", ["x", None, [1]])
def test_an_unknown_message_may_have_any_id(id_: object) -> None:
    with pytest.raises(MessageError) as caught:
        decode(packed({"t": "teleport", "id": id_}))
    assert caught.value.id == 0


@pytest.mark.parametrize(
    "fields",
    [{}, {"doc": 1}, {"doc": None}, {"doc": ["x"]}],
)
def test_a_known_message_with_other_fields_says_which(fields: dict[str, object]) -> None:
    with pytest.raises(MessageError, match="doc") as caught:
        decode(packed({"t": "shut", "id": 3} | fields))
    assert (caught.value.tag, caught.value.id, caught.value.known) == ("shut", 3, True)


def test_text_that_is_none_is_a_fault_of_that_message() -> None:
    frame = packed({"t": "shut", "doc": "\x7f"}).replace(b"\x7f", b"\xff")
    with pytest.raises(MessageError):
        decode(frame)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        b"\x80",
        b"\xc0",
        packed([1, 2]),
        packed({"t": 5}),
        packed({"id": 1}),
        packed({"t": "shut", "doc": "d"}) + b"\x00",
        packed({"t": "shut", "doc": "d"})[:-1],
        pytest.param(DEEP, id="nested"),
        packed({"t": "\x7f"}).replace(b"\x7f", b"\xff"),
        pytest.param(b"\x82\xa1t\xa4tell\xa4data" + DEEP + b"\xc0", id="nested in a field"),
        pytest.param(b"\xff" * (codec.MAX_FRAME + 1), id="too large"),
    ],
)
def test_what_is_no_message_is_said_to_be_none(frame: bytes) -> None:
    with pytest.raises(FrameError) as caught:
        decode(frame)
    assert len(str(caught.value)) < 300


def test_an_integer_beyond_64_bits_does_not_leave() -> None:
    with pytest.raises(OverflowError):
        encode(m.Fetch(id=1, doc="d", after=2**64, upto=1))


def test_a_lone_surrogate_does_not_leave() -> None:
    with pytest.raises(UnicodeEncodeError):
        encode(m.Shut(doc="\ud800"))


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(frame: bytes) -> None:
    try:
        message = decode(frame)
    except (FrameError, MessageError):
        return
    assert isinstance(message, m.Message)


@given(
    st.sampled_from(sorted(codec.KNOWN)),
    st.dictionaries(
        st.sampled_from(["id", "doc", "path", "patches", "place", "data", "have", "cells", "now"]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text() | st.binary(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
    ),
)
def test_no_fields_do_harm(tag: str, fields: dict[str, object]) -> None:
    try:
        frame = packed({"t": tag} | fields)
    except UnicodeEncodeError:
        return
    with contextlib.suppress(MessageError):
        assert isinstance(decode(frame), codec.KNOWN[tag])
