"""However a file is laid out, it stays so, but for what is edited."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cocalc_tui.notebook.ipynb import read, write
from tests.notebook.files import code, notebook_json, through_records, with_cell

LAYOUTS: dict[str, dict[str, Any]] = {
    "jupyter": {"indent": 1, "sort_keys": True},
    "four spaces": {"indent": 4},
    "tabs": {"indent": "\t"},
    "no indent": {"indent": 0},
    "one line": {},
    "compact": {"separators": (",", ":")},
    "spaced": {"indent": 2, "separators": (",", " : ")},
    "all ASCII": {"indent": 1, "ensure_ascii": True},
}


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_layouts_are_kept(name: str, end: str) -> None:
    options = {"ensure_ascii": False} | LAYOUTS[name]
    cells = [code(["a = 'é'\n", "b"], id="a"), code(id="b"), code(["c"], id="c")]
    text = json.dumps(notebook_json(*cells), **options) + end
    notebook = through_records(read(text))
    assert write(notebook, text) == text
    assert write(notebook) == text
    cells[1]["source"] = ["ü"]
    edited = json.dumps(notebook_json(*cells), **options) + end
    assert write(with_cell(notebook, 1, source="ü"), text) == edited
    fewer = json.dumps(notebook_json(cells[0], cells[2]), **options) + end
    kept = (notebook.cells[0], notebook.cells[2])
    assert write(replace(notebook, cells=kept), text) == fewer
    turned = json.dumps(notebook_json(cells[2], cells[0]), **options) + end
    assert write(replace(notebook, cells=kept[::-1]), text) == turned


def test_windows_line_ends_are_kept() -> None:
    text = json.dumps(notebook_json(code(["a\r\n", "b"])), indent=1).replace("\n", "\r\n")
    assert write(read(text)) == text
    assert "\n" not in write(with_cell(read(text), 0, source="x\ny"), text).replace("\r\n", "")


HAND_MADE = """{ "nbformat":4,"nbformat_minor" : 2,
  "metadata": {"b":1, "a":[ ]},
  "cells": [ {"cell_type":"markdown","metadata":{},"source":"one\\ntwo"}
    , {"source":[ "x","y" ], "cell_type":"code",
       "outputs":[{"output_type":"stream","name":"stdout","text":"1\\n"}],
       "metadata":{}, "execution_count" : 3 }

    ,{"cell_type":"markdown","metadata":{},"source":"one\\ntwo"}
  ] }"""


def test_a_layout_made_by_hand_stays_but_for_what_is_edited() -> None:
    notebook = through_records(read(HAND_MADE))
    assert write(notebook, HAND_MADE) == HAND_MADE
    edited = write(with_cell(notebook, 1, source="z"), HAND_MADE)
    assert edited.startswith(HAND_MADE[: HAND_MADE.index('{"source"')])
    assert edited.endswith(HAND_MADE[HAND_MADE.index("\n\n    ,{") :])
    assert json.loads(edited)["cells"][1]["outputs"][0]["text"] == "1\n"


def test_metadata_that_changes_leaves_the_cells_alone() -> None:
    notebook = read(HAND_MADE)
    fields = notebook.fields | {"metadata": {"kernelspec": {"name": "ir"}}}
    edited = write(replace(notebook, fields=fields), HAND_MADE)
    assert edited.startswith(HAND_MADE[: HAND_MADE.index('{"b"')])
    assert edited.endswith(HAND_MADE[HAND_MADE.index('"cells"') :])
    assert json.loads(edited)["metadata"] == {"kernelspec": {"name": "ir"}}


def test_a_notebook_can_lose_all_cells_and_get_new_ones() -> None:
    text = json.dumps(notebook_json(code(["a"])), indent=1) + "\n"
    notebook = read(text)
    none = write(replace(notebook, cells=()), text)
    assert none == json.dumps(notebook_json(), indent=1) + "\n"
    assert write(read(none), none) == none
    assert write(notebook, none) == text
