"""Whatever cells and outputs hold stays: keys nobody knows, every kind, nothing at all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from cocalc_tui.notebook.ipynb import read, write
from tests.notebook.files import code, notebook_json, through_records, with_cell


def test_keys_unknown_to_nbformat_stay_where_they_were() -> None:
    cell: Any = code(["a"], id="a", zebra={"b": 1, "a": 2}, attachments={"x": 1}, Ant=None)
    output = {"output_type": "display_data", "data": {"text/x": "1"}, "metadata": {}, "odd": [1]}
    cell["outputs"] = [output]
    markdown = {"cell_type": "markdown", "metadata": {}, "source": [], "outputs": [], "id": "b"}
    text = json.dumps(notebook_json(cell, markdown, extra={"k": [None]}), indent=1) + "\n"
    notebook = through_records(read(text))
    assert write(notebook) == text
    edited = write(with_cell(notebook, 0, source="b"), text)
    assert json.loads(edited)["cells"][0] == cell | {"source": ["b"]}


def test_attachments_and_every_kind_of_output_stay() -> None:
    png = "iVBORw0KGgo=\n"
    data = {
        "application/json": {"b": [1], "a": "x\ny"},
        "application/vnd.x+json": ["p\n", "q"],
        "image/png": png,
        "image/svg+xml": ["<svg>\n", "</svg>"],
        "text/html": ["<b>\n", "\x85", "x\r", "y"],
        "text/plain": "not in lines",
    }
    outputs = [
        {"name": "stdout", "output_type": "stream", "text": ["a\r", "b\x1b[31m\n"]},
        {"data": data, "execution_count": 2, "metadata": {}, "output_type": "execute_result"},
        {"data": data | {"image/png": [png]}, "metadata": {"w": 1}, "output_type": "display_data"},
        {"ename": "E", "evalue": "v", "output_type": "error", "traceback": ["1\n2", "3"]},
        {"output_type": "display_data", "data": {}, "metadata": {}},
    ]
    attachments = {"x.png": {"image/png": png}}
    cells = [
        code(["a"], outputs=outputs, execution_count=2),
        {
            "attachments": attachments,
            "cell_type": "markdown",
            "id": "b",
            "metadata": {"tags": []},
            "source": [],
        },
    ]
    text = json.dumps(notebook_json(*cells), indent=1) + "\n"
    notebook = through_records(read(text))
    assert write(notebook) == text
    assert notebook.cells[0].outputs[0].data["text"] == "a\rb\x1b[31m\n"
    edited = json.loads(write(with_cell(notebook, 0, source="b"), text))
    assert edited["cells"][0]["outputs"] == outputs


def test_what_is_missing_or_null_stays_so_until_it_is_something() -> None:
    cells = [{"cell_type": "code"}, {"cell_type": "raw", "source": None, "metadata": {}}]
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=1) + "\n"
    notebook = through_records(read(text))
    assert write(notebook) == text
    edited = json.loads(write(with_cell(notebook, 0, source="x"), text))
    assert edited["cells"][0] == {"cell_type": "code", "source": ["x"]}
    edited = json.loads(write(with_cell(notebook, 1, source="x"), text))
    assert edited["cells"][1]["source"] == ["x"]
    edited = json.loads(write(replace(notebook, fields=notebook.fields | {"minor": 5})))
    assert edited["nbformat_minor"] == 5
