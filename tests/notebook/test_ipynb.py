"""Notebooks in and out without loss: real files, and what kernels made of them."""

from __future__ import annotations

import difflib
import json
import random
from pathlib import Path
from typing import Any

from cocalc_tui.notebook import model, schema
from cocalc_tui.notebook.ipynb import read, write
from cocalc_tui.notebook.jsontext import items, members
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Create, PatchId, Put
from tests.notebook.files import code, joined, notebook_json, through_records, with_cell
from tests.shared_data import notebooks


def real() -> list[Path]:
    return sorted(notebooks().glob("*.ipynb"))


def text_of(file: Path) -> str:
    return file.read_bytes().decode()


def cell_lines(text: str, number: int) -> range:
    """The lines on which the `number`-th cell stands."""
    (array,) = (span for span in members(text) if span.key == "cells")
    span = items(text, array)[number]
    return range(text.count("\n", 0, span.start), text.count("\n", 0, span.end) + 1)


def test_real_notebooks_come_back_to_the_byte() -> None:
    for file in real():
        text = text_of(file)
        assert write(through_records(read(text, "salt")), text) == text, file.name


def test_real_notebooks_are_equal_without_the_old_file_and_then_stable() -> None:
    for file in real():
        text = text_of(file)
        new = write(through_records(read(text)))
        found, wanted = joined(json.loads(new)), joined(json.loads(text))
        if "invalid_unique_cell_id" in file.name:
            assert found["cells"][1].pop("id") != wanted["cells"][1].pop("id")
        assert found == wanted, file.name
        assert write(through_records(read(new))) == new
        assert write(through_records(read(new)), new) == new


def test_most_real_notebooks_have_the_same_bytes_without_the_old_file() -> None:
    same = [write(read(text_of(file))) == text_of(file) for file in real()]
    assert same.count(True) / len(same) > 0.85


def test_one_edit_changes_only_the_lines_of_its_cell() -> None:
    chance = random.Random(7)
    for file in real():
        text = text_of(file)
        notebook = read(text)
        at = chance.randrange(len(notebook.cells))
        edited = write(with_cell(notebook, at, source=notebook.cells[at].source + "\nx = 1"), text)
        before, after = json.loads(text), json.loads(edited)
        assert after["cells"][at].pop("source")[-1] == "x = 1"
        before["cells"][at].pop("source", None)
        if "invalid_unique_cell_id" in file.name:
            before["cells"][at].pop("id")
            after["cells"][at].pop("id")
        assert joined(before) == joined(after), file.name
        old, new = text.split("\n"), edited.split("\n")
        lines = cell_lines(text, at)
        for tag, low, high, *_ in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
            assert tag == "equal" or (low >= lines.start and high <= lines.stop), file.name


def test_equal_text_and_salt_make_equal_operations() -> None:
    text = text_of(real()[0])
    assert model.creation(read(text, "s")) == model.creation(read(text, "s"))
    keys = {cell.key for cell in read(text, "s").cells}
    assert keys.isdisjoint(cell.key for cell in read(text, "t").cells)


def test_counts_and_outputs_of_runs_are_written() -> None:
    document = Document()
    text = json.dumps(notebook_json(code(["a"], execution_count=1)), indent=1) + "\n"
    document.commit(PatchId("f" * 16, 0), 1, model.creation(read(text)), "import")
    (cell,) = schema.cells(document)
    data: Any = {"output_type": "stream", "text": "1\n2\n", "name": "stdout"}
    ops = schema.create_run(cell, "r", 7) + schema.create_output(cell, "r", 0, data)
    document.commit(PatchId("a" * 16, 0), 2, [*ops, Create("spool", {"type": "spool", "at": 3})])
    wanted = {"name": "stdout", "output_type": "stream", "text": ["1\n", "2\n"]}
    expected = notebook_json(code(["a"], execution_count=7, outputs=[wanted]))
    assert write(model.take(document), text) == json.dumps(expected, indent=1) + "\n"


def test_a_cell_that_becomes_markdown_writes_no_outputs() -> None:
    document = Document()
    output = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    text = json.dumps(notebook_json(code(["a"], outputs=[output])), indent=1)
    document.commit(PatchId("f" * 16, 0), 1, model.creation(read(text)), "import")
    (cell,) = schema.cells(document)
    document.commit(PatchId("a" * 16, 0), 2, [Put(cell, "cell_type", "markdown")])
    wanted = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["a"]}
    assert json.loads(write(model.take(document), text))["cells"] == [wanted]
    document.commit(PatchId("a" * 16, 1), 3, [Put(cell, "cell_type", "code")])
    assert write(model.take(document), text) == text
