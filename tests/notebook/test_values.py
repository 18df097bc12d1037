"""Values that records cannot hold, and any others, come back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook.ipynb import read, write
from cocalc_tui.notebook.model import NotebookError
from tests.notebook.files import code, joined, notebook_json, through_records, with_cell


@pytest.mark.parametrize("ascii_only", [True, False])
def test_lone_surrogates_are_kept_escaped(ascii_only: bool) -> None:
    odd = '"\\ud83d alone, \\ud83d\\ude00 not\\n", "\\udc00"'
    word = '"\\u00fc"' if ascii_only else '"ü"'
    text = json.dumps(notebook_json(code(["S"], execution_count=1)), indent=1) + "\n"
    text = text.replace('"S"', odd).replace('"metadata": {}', f'"metadata": {{"\\ud800": {word}}}')
    text = text.replace("\\ud83d\\ude00", "😀") if not ascii_only else text
    notebook = through_records(read(text))
    notebook.cells[0].source.encode()
    assert notebook.cells[0].source.endswith("not\n" + chr(0x10DC00))
    assert write(notebook, text) == text
    assert json.loads(write(notebook)) == json.loads(text)
    edited = write(with_cell(notebook, 0, source=notebook.cells[0].source + "!"), text)
    edited.encode()
    assert json.loads(edited)["cells"][0]["source"][1] == "\udc00!"


def test_surrogates_beside_private_characters_find_another_place() -> None:
    text = json.dumps(notebook_json(code(["\ud800" + chr(0x10D805)])), indent=1) + "\n"
    notebook = through_records(read(text))
    assert json.loads(write(notebook)) == json.loads(text)
    both = json.dumps(notebook_json(code(["\ud800" + chr(0x10D805) + chr(0xFD805)])))
    with pytest.raises(NotebookError, match="lone surrogates"):
        read(both)


def test_numbers_that_do_not_fit_are_kept() -> None:
    values = "[123456789012345678901234567890, -9223372036854775808, NaN, -Infinity, 1e-7, 0.1]"
    more = '{"$number": "5"}, {"$$number": 5}, {"$number": NaN}'
    text = json.dumps(notebook_json(code(["a"], metadata={"v": "V"})), indent=1) + "\n"
    text = text.replace('"V"', f"[{values}, {more}]")
    notebook = through_records(read(text))
    assert "NaN" not in str(notebook.cells[0].fields["metadata"]).replace("'NaN'", "")
    before = json.loads(text)["cells"][0]["metadata"]
    edited = json.loads(write(with_cell(notebook, 0, source="b"), text))["cells"][0]["metadata"]
    assert repr(edited) == repr(before)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
lines = st.one_of(st.text(), st.lists(st.text(), max_size=4))
bundles = st.dictionaries(
    st.sampled_from(["text/plain", "text/html", "image/png", "application/json", "x"]),
    lines | json_values,
    max_size=3,
)
raw_outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "display_data", "error"])},
    optional={"text": lines, "data": bundles, "metadata": json_values, "other": json_values},
)
raw_cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading"])},
    optional={
        "source": lines | st.none(),
        "metadata": st.dictionaries(st.text(), json_values, max_size=2),
        "execution_count": st.none() | st.integers(0, 99),
        "outputs": st.lists(raw_outputs, max_size=2),
        "attachments": st.dictionaries(st.text(), json_values, max_size=1),
        "id": st.sampled_from("abcdef"),
        "level": json_values,
    },
)


@given(st.lists(raw_cells, max_size=3), st.booleans(), st.sampled_from([None, 1, 2]), st.data())
def test_any_notebook_comes_back(
    cells: list[Any], ascii_only: bool, indent: int | None, data: st.DataObject
) -> None:
    if any(c["cell_type"] != "code" and not isinstance(c.get("outputs", []), list) for c in cells):
        return
    text = json.dumps(notebook_json(*cells, minor=4), indent=indent, ensure_ascii=ascii_only)
    notebook = through_records(read(text))
    assert write(notebook, text) == text
    without = write(notebook)
    for cell in (again := json.loads(without))["cells"]:
        cell.pop("id", None)
    plain = [{k: v for k, v in cell.items() if k != "id"} for cell in cells]
    assert repr(joined(again["cells"])) == repr(joined(json.loads(json.dumps(plain))))
    assert write(through_records(read(without))) == without
    if cells:
        at = data.draw(st.integers(0, len(cells) - 1))
        edited = write(with_cell(notebook, at, source="edited\n"), text)
        assert write(read(edited), edited) == edited
        others = [json.loads(text)["cells"][n] for n in range(len(cells)) if n != at]
        found = json.loads(edited)["cells"]
        assert joined(found.pop(at)["source"]) == "edited\n"
        assert repr(found) == repr(others)
