from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook.outputs import weight_of
from cocalc_tui.server.kernels.items import (
    DEEPEST,
    LARGEST,
    decode,
    item_from,
    wholesome,
)

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(alphabet=st.characters(exclude_categories=[])),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=20,
)
KINDS = ["stream", "display_data", "execute_result", "error", "clear_output", "update_display_data"]
FIELDS = ["name", "text", "data", "metadata", "transient", "ename", "evalue", "traceback", "wait"]


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), ANYTHING))
def test_whatever_a_kernel_sends_can_be_stored(kind: str, content: dict[str, Any]) -> None:
    item = item_from(kind, content)
    assert item["output_type"] == kind
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(item)) == item
    json.dumps(item, allow_nan=False).encode()


@given(ANYTHING)
def test_a_record_is_read_as_json_says(value: Any) -> None:
    said = decode(json.dumps({"value": value}).encode())
    assert wholesome(said["value"]) == wholesome(json.loads(json.dumps(value)))


@pytest.mark.parametrize("record", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 100_000])
def test_what_is_no_record_is_a_value_error(record: bytes) -> None:
    with pytest.raises(ValueError):
        decode(record)


def test_halves_of_surrogate_pairs() -> None:
    item = item_from("stream", decode(b'{"name": "stdout", "text": "a\\ud83d b\\ud83d\\ude00"}'))
    assert item["text"] == "a\ufffd b\U0001f600"


def test_numbers_beyond_any_file_format() -> None:
    assert wholesome(10**400) == str(10**400)
    assert wholesome(float("nan")) is None
    assert wholesome([float("inf"), 2**63 - 1, -(2**63)]) == [None, 2**63 - 1, -(2**63)]


def test_depth_is_bounded() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    depth, value = 0, wholesome(deep)
    while isinstance(value, list):
        depth, value = depth + 1, value[0]
    assert (depth, value) == (DEEPEST + 1, "…")


def test_what_is_too_large_is_left_out_and_named() -> None:
    data = {"image/png": "x" * (2 * LARGEST), "text/html": "y" * 10, "text/plain": "z"}
    item = item_from("display_data", {"data": data})
    assert item["data"] == {
        "text/html": "y" * 10,
        "text/plain": f"z\n[image/png of {2 * LARGEST:,} bytes is left out: too large]",
    }
    item = item_from("display_data", {"data": {"text/plain": "x" * (2 * LARGEST)}})
    assert "text/plain of" in str(item["data"])
    trace = ["x" * LARGEST, "middle", "y" * LARGEST]
    assert weight_of(item_from("error", {"traceback": trace})["traceback"]) <= LARGEST


def test_unknown_streams_are_printed() -> None:
    assert item_from("stream", {"name": "odd", "text": 5})["name"] == "stdout"
