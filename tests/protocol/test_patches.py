"""Patches over the wire: exact for everything `sync` can hold, and nothing else gets through."""

from __future__ import annotations

import datetime
import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.protocol import patches as p
from cocalc_tui.protocol.codec import MAX_OPS, MAX_PATCH, decode, encode
from cocalc_tui.protocol.messages import Entries, Push, WirePatch
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

SESSION = "0123456789abcdef"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.integers(0, p.MAX_COUNT)
sessions = st.from_regex(r"[0-9a-f]{16,64}", fullmatch=True)
ids = st.builds(PatchId, sessions, counts)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)
ops = st.one_of(
    st.builds(Splice, counts, counts, texts, st.builds(TextId, texts, texts)),
    st.builds(Splice, counts, counts, texts),
    st.builds(Cancel, sessions, counts, counts),
    st.builds(Create, texts, st.dictionaries(texts, json_values, max_size=3)),
    st.builds(Put, texts, texts, json_values),
    st.builds(Remove, texts),
)
patches = st.builds(
    Patch,
    ids,
    counts,
    st.lists(ids, max_size=3, unique=True).map(lambda some: tuple(sorted(some))),
    st.lists(ops, max_size=5).map(tuple),
    texts,
    st.none() | texts,
    st.none() | texts,
)


@given(st.lists(patches, max_size=3))
def test_patches_come_back_as_they_were(some: list[Patch]) -> None:
    pushed = decode(encode(Push(doc="d", patches=[p.to_wire(one) for one in some])))
    assert isinstance(pushed, Push)
    assert [p.from_wire(one) for one in pushed.patches] == some


@given(counts, texts, texts, counts, patches)
def test_entries_come_back_as_they_were(
    seq: int, author: str, role: str, received: int, patch: Patch
) -> None:
    entry = Entry(seq, author, role, received, patch)
    frame = encode(Entries(doc="d", entries=[p.entry_to_wire(entry)]))
    message = decode(frame)
    assert isinstance(message, Entries)
    assert [p.entry_from_wire(one) for one in message.entries] == [entry]


def test_a_typed_letter_is_small() -> None:
    wire = p.to_wire(Patch(PatchId(SESSION, 7), 5, (), (Splice(100, 0, "h"),)))
    assert len(wire.ops) == 9


def test_every_code_point_passes() -> None:
    text = "👩‍👩‍👧‍👦 e\u0301 \r\n \x0c \u2028 \0 \U0010ffff"
    patch = Patch(PatchId(SESSION, 0), 1, (), (Splice(0, 0, text),))
    wire = p.to_wire(patch)
    p.check_form(wire)
    assert p.from_wire(wire) == patch


def test_numbers_that_are_none_pass_as_python_writes_them() -> None:
    (op,) = p.from_wire(wired(Put("k", "f", math.nan))).ops
    assert isinstance(op, Put)
    assert isinstance(op.value, float)
    assert math.isnan(op.value)


def wired(*some: Op, **changes: object) -> WirePatch:
    wire = p.to_wire(Patch(PatchId(SESSION, 0), 1, (), tuple(some)))
    return msgspec.structs.replace(wire, **changes)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(value))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n": -1}, "out of range"),
        ({"n": 2**60}, "out of range"),
        ({"time": -1}, "out of range"),
        ({"time": 2**63}, "out of range"),
        ({"session": "ABCDEFABCDEFABCDEF"}, "hex"),
        ({"session": "0123"}, "hex"),
        ({"session": "0123456789abcdef\n"}, "hex"),
        ({"session": "0" * 65}, "hex"),
        ({"kind": "k" * 201}, "too long"),
        ({"group": "g" * 201}, "too long"),
        ({"acting_for": "u" * 201}, "too long"),
        ({"parents": [("b" * 16, 1), ("a" * 16, 1)]}, "not sorted"),
        ({"parents": [("a" * 16, 1), ("a" * 16, 1)]}, "not sorted"),
        ({"parents": [("a" * 16, n) for n in range(1001)]}, "too many"),
        ({"ops": msgspec.Raw(bytes(MAX_PATCH + 1))}, "larger"),
    ],
)
def test_a_patch_no_honest_app_would_send(changes: dict[str, object], says: str) -> None:
    with pytest.raises(p.PatchFormError, match=says) as caught:
        p.from_wire(wired(**changes))
    assert "\n" not in str(caught.value)
    with pytest.raises(p.PatchFormError, match=says):
        p.check_form(wired(**changes))


def test_nobody_pushes_more_operations_than_one_patch_may_have() -> None:
    raw = msgspec.Raw(msgspec.msgpack.encode([[0, 0, 0, "x"]] * MAX_OPS))
    p.check_form(wired(ops=raw))
    raw = msgspec.Raw(msgspec.msgpack.encode([[0, 0, 0, "x"]] * (MAX_OPS + 1)))
    with pytest.raises(p.PatchFormError, match=f"has 10001 operations, more than {MAX_OPS}"):
        p.check_form(wired(ops=raw))
    assert len(p.from_wire(wired(ops=raw)).ops) == MAX_OPS + 1, "a log may hold it"


@pytest.mark.parametrize(
    "value",
    [
        [[0, -1, 0, "x"]],
        [[0, 0, -1, "x"]],
        [[0, 2**60, 0, "x"]],
        [[0, 0, 0, b"x"]],
        [[0, 0.5, 0, "x"]],
        [[0, 0, 0]],
        [[9, 1]],
        [[]],
        [["0", 0, 0, "x"]],
        {"0": 1},
        None,
        [[1, "s", 0, -1]],
        [[2, "k", [1]]],
        [[2, "k", {"f": b"bytes"}]],
        [[2, "k", {1: 2}]],
        [[3, "k", "f", {1: 2}]],
        [[3, "k", "f", {"a": [{"b": b"bytes"}]}]],
        [[3, "k", "f", datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)]],
        [[3, "k", "f", msgspec.msgpack.Ext(5, b"x")]],
        [[3, "k", 1, 1]],
        [[4, None]],
    ],
)
def test_operations_that_make_no_sense(value: object) -> None:
    with pytest.raises(p.PatchFormError):
        p.from_wire(wired(ops=raw(value)))
    with pytest.raises(p.PatchFormError):
        p.check_form(wired(ops=raw(value)))


@pytest.mark.parametrize(
    "bytes_", [b"", b"\xc1", b"\x91" * 100_000, b"\x91\x94\x00\x00\x00\xa1\xff"]
)
def test_operations_that_are_no_messagepack(bytes_: bytes) -> None:
    with pytest.raises(p.PatchFormError):
        p.from_wire(wired(ops=msgspec.Raw(bytes_)))


@pytest.mark.parametrize("deep", [p.MAX_DEPTH, p.MAX_DEPTH + 200])
def test_nesting_has_an_end(deep: int) -> None:
    value: object = []
    for _ in range(deep):
        value = [value]
    with pytest.raises(p.PatchFormError, match="deep"):
        p.from_wire(wired(ops=raw([[3, "k", "f", value]])))


def test_what_passes_can_be_written_as_json() -> None:
    value: object = {"a": None}
    for _ in range(p.MAX_DEPTH - 2):
        value = [value]
    (op,) = p.from_wire(wired(ops=raw([[3, "k", "f", value]]))).ops
    assert json.loads(json.dumps(op)) == ["k", "f", value]


def test_a_session_is_hex() -> None:
    assert p.is_session(SESSION)
    assert not p.is_session(SESSION[:15])
    assert not p.is_session(SESSION + "g")
