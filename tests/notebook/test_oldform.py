"""Notebooks from before 2015: read as nbformat would convert them, left alone until edited."""

from __future__ import annotations

import json
from typing import Any, cast

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import convert

from cocalc_tui.notebook.ipynb import read, write
from cocalc_tui.notebook.oldform import upgraded
from tests.notebook import making
from tests.notebook.files import through_records, with_cell
from tests.notebook.test_generated import in_order

OUTPUTS = [
    {"output_type": "stream", "stream": "stderr", "text": ["a\n", "b"]},
    {"output_type": "stream", "stream": "stdout", "text": "plain"},
    {"output_type": "pyerr", "ename": "E", "evalue": "v", "traceback": ["1", "2"]},
    {
        "output_type": "pyout",
        "prompt_number": 3,
        "text": ["5"],
        "html": "<b>5</b>",
        "metadata": {"png": {"width": 3}},
    },
    {"output_type": "display_data", "png": "iVBO", "svg": ["<svg/>"], "latex": "$x$"},
    {"output_type": "display_data", "javascript": "1", "jpeg": "/9j/"},
]
CELLS = [
    {"cell_type": "heading", "level": 2, "source": ["Two\n", "lines"], "metadata": {"a": 1}},
    {"cell_type": "markdown", "source": ["text"]},
    {"cell_type": "html", "source": "<b>"},
    {"cell_type": "raw", "source": "raw", "metadata": {}},
    {
        "cell_type": "code",
        "collapsed": True,
        "input": ["1 + 1\n", "2"],
        "language": "python",
        "metadata": {},
        "outputs": OUTPUTS,
        "prompt_number": 3,
    },
    {"cell_type": "code", "collapsed": False, "input": "x", "language": "python", "outputs": []},
]
OLD = {
    "metadata": {"name": "Old"},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [{"cells": CELLS[:3], "metadata": {}}, {"cells": CELLS[3:]}],
}


def by_nbformat(old: Any) -> Any:
    """What nbformat makes of it, without the ids, which are new each time."""
    made = convert.upgrade(nbformat.from_dict(json.loads(json.dumps(old))))  # type: ignore[no-untyped-call]  # nbformat has no types
    cells = [{k: v for k, v in cell.items() if k != "id"} for cell in made["cells"]]
    for cell in cells:
        if cell["metadata"].get("collapsed") is False:
            del cell["metadata"]["collapsed"]
    return cells, made["metadata"]


def lines_joined(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: lines_joined(one) for key, one in value.items()}
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "".join(value)
    return [lines_joined(one) for one in value] if isinstance(value, list) else value


def test_it_is_what_nbformat_makes_of_it() -> None:
    joined = lines_joined(OLD)
    joined["worksheets"][1]["cells"][1]["outputs"][2]["traceback"] = ["1", "2"]
    cells, metadata = by_nbformat(joined)
    mine = cast(Any, upgraded(joined))
    for cell in mine["cells"]:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    assert mine["cells"] == cells
    assert mine["metadata"] == {"name": "Old"}
    assert metadata.keys() <= {"orig_nbformat", "orig_nbformat_minor"}


def test_what_nbformat_gets_wrong() -> None:
    output = {"output_type": "display_data", "json": '{"a": 1}', "pdf": "JVBE"}
    cell: Any = {"cell_type": "code", "outputs": [output, {**output, "json": ["[1,", "2"]}]}
    mine = cast(Any, upgraded({"worksheets": [{"cells": [cell]}]}))
    one, other = mine["cells"][0]["outputs"]
    assert one["data"] == {"application/json": {"a": 1}, "application/pdf": "JVBE"}
    assert other["data"]["application/json"] == ["[1,", "2"]


@pytest.mark.parametrize("indent", [None, 1])
def test_an_old_file_stays_until_it_is_edited(indent: int | None) -> None:
    text = json.dumps(OLD, indent=indent) + "\n"
    notebook = through_records(read(text))
    assert notebook.fields["old"] == 3
    assert [cell.kind for cell in notebook.cells] == [
        *("markdown", "markdown", "markdown", "raw", "code", "code")
    ]
    assert write(notebook, text) == text
    edited = write(with_cell(notebook, 1, source="new"), text)
    assert ("\n" in edited.strip()) == (indent is not None)
    found = json.loads(edited)
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 4)
    assert found["cells"][1]["source"] == ["new"]
    nbformat.validate(nbformat.from_dict(found))  # type: ignore[no-untyped-call]  # as above
    again = through_records(read(edited))
    assert "old" not in again.fields
    assert write(again, edited) == edited
    assert write(with_cell(again, 1, source="text"), edited) == write(notebook)


old_outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["pyout", "stream", "display_data", "pyerr", "odd"])},
    optional={
        "text": making.lines | making.values,
        "json": making.texts | making.values,
        "stream": making.values,
        "metadata": making.objects | making.values,
        "prompt_number": making.values,
    },
)
old_cells = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "heading", "html", "markdown", "plaintext"])},
    optional={
        "input": making.lines | making.values,
        "source": making.lines | making.values,
        "level": making.values,
        "collapsed": making.values,
        "language": making.values,
        "metadata": making.objects | making.values,
        "outputs": st.lists(old_outputs, max_size=2) | making.values,
    },
)
old_files = st.builds(
    making.written,
    making.in_any_order(
        st.fixed_dictionaries(
            {
                "nbformat": st.sampled_from([2, 3]),
                "worksheets": st.lists(
                    st.fixed_dictionaries({"cells": st.lists(old_cells, max_size=2)}), max_size=2
                ),
            },
            optional={"metadata": making.objects | making.values, "odd": making.values},
        )
    ),
    making.layouts,
)


@given(old_files)
def test_any_old_file_can_be_read_and_stays(text: str) -> None:
    comes_back_and_stays(text)


def comes_back_and_stays(text: str) -> None:
    notebook = through_records(read(text))
    assert write(notebook, text) == text
    new = write(notebook)
    assert write(through_records(read(new)), new) == new
    assert in_order(json.loads(new)["cells"]) == in_order(
        json.loads(write(through_records(read(new))))["cells"]
    )


def test_a_heading_of_any_level_is_one_that_markdown_has() -> None:
    headings = [{"cell_type": "heading", "level": level, "source": "x"} for level in (3, 10**12)]
    old: Any = {**OLD, "worksheets": [{"cells": headings}]}
    cells = cast("list[Any]", upgraded(old)["cells"])
    assert [cell["source"] for cell in cells] == [["### x"], ["###### x"]]
