"""What is true of every .ipynb file, on files that are made up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import model
from cocalc_tui.notebook.ipynb import read, write
from cocalc_tui.notebook.jsontext import items, members
from cocalc_tui.notebook.model import Notebook, NotebookError
from tests.notebook import making
from tests.notebook.files import joined, through_records, with_cell


def check(text: str, at: int) -> None:
    """All of it, for one file; the `at`-th cell is edited."""
    try:
        notebook = read(text, "salt")
    except NotebookError as error:
        # The one thing that cannot be carried, see `jsontext.surrogate_block`.
        if "lone surrogates" in str(error):
            return
        raise
    taken = through_records(notebook)
    assert write(taken, text) == text
    comes_back_without_the_old_file(taken, text)
    if taken.cells:
        one_edit_changes_one_cell(taken, text, at % len(taken.cells))


def comes_back_without_the_old_file(notebook: Notebook, text: str) -> None:
    new = write(notebook)
    found, wanted = json.loads(new), json.loads(text)
    mend_ids(found, wanted)
    assert in_order(joined(found)) == in_order(joined(wanted))
    assert write(through_records(read(new))) == new
    assert write(through_records(read(new)), new) == new


def one_edit_changes_one_cell(notebook: Notebook, text: str, at: int) -> None:
    edited = write(with_cell(notebook, at, source="edited\nhere"), text)
    before, after = cell_span(text, at), cell_span(edited, at)
    assert edited[: after[0]] == text[: before[0]]
    assert edited[after[1] :] == text[before[1] :]
    old, new = json.loads(text)["cells"][at], json.loads(edited)["cells"][at]
    assert joined(new.pop("source")) == "edited\nhere"
    old.pop("source", None)
    old.pop("id", None), new.pop("id", None)
    assert in_order(joined(new)) == in_order(joined(old))
    assert write(through_records(read(edited)), edited) == edited


def cell_span(text: str, number: int) -> tuple[int, int]:
    (array,) = (span for span in members(text) if span.key == "cells")
    span = items(text, array)[number]
    return span.start, span.end


def in_order(value: Any) -> str:
    """For comparing: NaN is itself, 1 is not 1.0, and the order of keys is no difference."""
    return json.dumps(value, sort_keys=True)


def mend_ids(found: Any, wanted: Any) -> None:
    """Ids that are missing, no strings or there twice get new ones in a file written anew."""
    seen: list[Any] = []
    minor = wanted.get("nbformat_minor")
    for new, old in zip(found["cells"], wanted["cells"], strict=True):
        was = old.get("id")
        if not isinstance(was, str) or was in seen:
            given = type(minor) is int and 5 <= minor < 2**31
            if given or isinstance(was, str):
                assert isinstance(new["id"], str)
                old["id"] = new["id"]
        seen.append(was)


@given(making.files, st.integers(0, 9))
def test_any_file_comes_back(text: str, at: int) -> None:
    check(text, at)


@given(making.files, making.files)
def test_cells_of_another_file_are_written_in_this_ones_way(one: str, other: str) -> None:
    try:
        here, there = read(one, "a"), read(other, "b")
    except NotebookError:
        return
    if here.block or there.block:
        return
    both = replace(here, cells=(*here.cells, *there.cells))
    text = write(both, one)
    found, wanted = json.loads(text), json.loads(one)
    wanted["cells"] += json.loads(other)["cells"]
    for cell in (*found["cells"], *wanted["cells"]):
        cell.pop("id", None)
    assert in_order(joined(found)) == in_order(joined(wanted))
    assert write(through_records(read(text)), text) == text
    model.creation(both)
