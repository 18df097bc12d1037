"""Large values of cells and notebooks go and come back as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import fields
from cocalc_tui.notebook.fields import (
    BLOB,
    about_blob,
    blobs_in,
    small_field,
    small_fields,
    take_out_of,
    whole_fields,
)
from cocalc_tui.notebook.jsontext import carry, uncarry
from cocalc_tui.sync.patch import Create, Put, Remove
from tests.notebook.test_blobs import PNG, Kept, display


def test_of_an_object_its_large_parts_go() -> None:
    kept = Kept()
    whole = {"attachments": {"a.png": {"image/png": PNG * 99, "text/plain": "x"}}, "pos": "V"}
    small: Any = small_fields(whole, kept.put)  # type: ignore[arg-type]  # a field is JSON of any form
    forms = small["attachments"]["a.png"]
    assert (forms["text/plain"], small["pos"]) == ("x", "V")
    about = about_blob(forms["image/png"])
    assert about is not None
    assert (about["width"], about["height"], about["size"]) == (640, 480, len(PNG) * 99)
    assert [*blobs_in(small)] == [about]
    assert whole_fields(small, kept.of.get) == whole


def test_what_is_made_of_very_many_small_parts_goes_as_a_whole() -> None:
    kept = Kept()
    state = {f"m{n}": {"x": n} for n in range(90_000)}
    whole = {"metadata": {"kernelspec": {"name": "ir"}, "widgets": {"state": state}}}
    small: Any = small_fields(whole, kept.put)  # type: ignore[arg-type]  # a field is JSON of any form
    assert small["metadata"]["kernelspec"] == {"name": "ir"}
    assert len(json.dumps(small)) < 300
    assert whole_fields(small, kept.of.get) == whole


def test_what_was_added_to_an_object_elsewhere_is_in_it() -> None:
    kept = Kept()
    whole = {str(n): n for n in range(200_000)}
    small: Any = small_field("metadata", whole, kept.put)  # type: ignore[arg-type]  # a field is JSON of any form
    added = {"metadata": {**small, "tags": ["a"]}}
    assert whole_fields(added, kept.of.get) == {"metadata": {**whole, "tags": ["a"]}}


def test_what_is_gone_is_said() -> None:
    small = small_field("extra", {"x": "A" * 2_000_000}, lambda *_: None)
    (text,) = whole_fields({"extra": small}, lambda _: None)["extra"].values()  # type: ignore[union-attr]  # a field is JSON of any form
    assert text == "[a value of 2000000 bytes is not there any more]"


def test_small_and_other_fields_are_as_they_were() -> None:
    kept = Kept()
    metadata = {"x": "A" * 900_000}
    assert small_field("metadata", metadata, kept.put) is metadata  # type: ignore[arg-type]  # a field is JSON of any form
    assert small_field("pos", "A" * 2_000_000, kept.put) == "A" * 2_000_000
    assert not kept.of
    assert whole_fields({"metadata": metadata}, kept.of.get)["metadata"] is metadata  # type: ignore[dict-item]  # a field is JSON of any form


def test_operations() -> None:
    kept = Kept()
    output = Create("o", {"type": "output", "data": display(**{"image/png": PNG})})
    same = Create("p", {"type": "output", "data": display()})
    cell = Create("c", {"type": "cell", "metadata": {"x": PNG * 99}})
    put, gone = Put("c", "extra", {"x": PNG * 99}), Remove("c")
    made = take_out_of([output, same, cell, put, gone], kept.put)
    assert made[1] is same
    assert made[4] is gone
    for op in made:
        assert len(json.dumps(op)) < 500
    assert len(kept.of) == 2


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from([BLOB, "$$blob", "$number"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_anything_comes_back(value: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, limit in (("PART", 8), ("MOST", 40)):
            patch.setattr(fields, name, limit)
        kept = Kept()
        small = small_fields({"metadata": carry(value)}, kept.put)
        assert uncarry(whole_fields(small, kept.of.get)["metadata"]) == value
