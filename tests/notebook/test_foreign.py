"""Notebooks that something else changed: the operations make exactly what was found, and merge."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.notebook import foreign, model, schema
from cocalc_tui.notebook.ipynb import read, write
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Op, Patch, PatchId, Put, Remove, Splice
from tests.shared_data import notebooks


class File:
    """A notebook's document and the file it is saved in."""

    def __init__(self, text: str) -> None:
        self.document = Document()
        self.text = text
        self.n = count()
        self.commit(model.creation(read(text, "import")))
        self.base = model.take(self.document)
        self.heads = self.document.heads

    def commit(self, ops: list[Op]) -> None:
        at = PatchId("a" * 16, next(self.n))
        self.document.commit(at, self.document.clock + 1, ops)
        assert not self.document.refused

    def save(self) -> str:
        self.base = model.take(self.document)
        self.text = write(self.base, self.text)
        self.heads = self.document.heads
        return self.text

    def found(self, text: str, salt: str = "disk") -> list[Op]:
        """Somebody wrote this over the last save: merge it, as the host side does."""
        base = foreign.with_keys(read(self.text), foreign.keys_of(self.base))
        ops, expected = foreign.changes(base, read(text, salt), f"{salt:0>16}")
        patch = Patch(
            PatchId(f"{next(self.n):016x}", 0), self.document.clock + 1, self.heads, tuple(ops)
        )
        alone = self.document.heads == self.heads
        self.document.apply([patch])
        assert not self.document.refused
        if alone:
            now = model.take(self.document)
            assert json.loads(write(now, text)) == json.loads(text)
            assert foreign.keys_of(now) == foreign.keys_of(expected)
            assert write(now, text) == text
        return ops

    def sources(self) -> list[str]:
        return [cell.source for cell in model.take(self.document).cells]


def notebook(*sources: str, ids: bool = True, **more: Any) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
        | ({"id": source[:3]} if ids else {})
        | {"source": source.splitlines(keepends=True)}
        for source in sources
    ]
    minor = 5 if ids else 4
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": minor} | more


def dump(value: Any) -> str:
    return json.dumps(value, indent=1) + "\n"


A, B, C, D = "aaa = 1\nprint(aaa)\n", "bbb = 2\nprint(bbb)\n", "ccc = 3\n", "ddd = 4\n"


def test_nothing_changed_is_no_operation() -> None:
    file = File(dump(notebook(A, B, C)))
    assert file.found(file.text) == []


@pytest.mark.parametrize("ids", [True, False])
def test_an_edit_in_a_cell_is_one_in_its_text(ids: bool) -> None:
    file = File(dump(notebook(A, B, C, ids=ids)))
    ops = file.found(dump(notebook(A, B.replace("2", "22"), C, ids=ids)))
    assert [type(op) for op in ops] == [Splice]


@pytest.mark.parametrize("ids", [True, False])
def test_cells_that_come_and_go_leave_the_others_alone(ids: bool) -> None:
    file = File(dump(notebook(A, B, C, ids=ids)))
    ops = file.found(dump(notebook(A, D, C, "eee\n", ids=ids)))
    touched = {op.key for op in ops if isinstance(op, Put | Remove)}
    keys = [cell.key for cell in file.base.cells]
    assert keys[0] not in touched
    assert keys[2] not in touched
    assert file.sources() == [A, D, C, "eee\n"]


def test_moved_cells_are_moved() -> None:
    file = File(dump(notebook(A, B, C, D)))
    ops = file.found(dump(notebook(D, A, B, C)))
    assert [(type(op), getattr(op, "field", "")) for op in ops] == [(Put, "pos")]


def test_everything_else_of_a_cell_and_of_the_notebook_changes_too() -> None:
    file = File(dump(notebook(A, B)))
    new = notebook(A, B, metadata={"kernelspec": {"name": "ir"}}, extra=1)
    new["nbformat_minor"] = 6
    stream = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    new["cells"][0] |= {"execution_count": 3, "metadata": {"tags": ["x"]}, "outputs": [stream]}
    new["cells"][1] = {"attachments": {}, "cell_type": "markdown", "id": "new", "metadata": {}}
    new["cells"][1]["source"] = B
    file.found(dump(new))


def test_what_a_kernel_wrote_is_replaced_when_the_file_says_otherwise() -> None:
    file = File(dump(notebook(A, B)))
    cell = file.base.cells[0].key
    data: Any = {"name": "stdout", "output_type": "stream", "text": "1\n"}
    file.commit(schema.create_run(cell, "r", 7) + schema.create_output(cell, "r", 0, data))
    text = file.save()
    assert file.found(text) == []
    new = json.loads(text)
    new["cells"][0] |= {"execution_count": 9, "outputs": []}
    file.found(dump(new))
    assert schema.execution_count(file.document, cell) == 9


def test_typing_meanwhile_stays() -> None:
    file = File(dump(notebook(A, B, C)))
    first, second, third = (cell.key for cell in file.base.cells)
    file.commit([Splice(0, 0, "# typed\n", schema.input_of(first))])
    file.commit([Splice(0, 0, "# typed too\n", schema.input_of(third))])
    file.commit(schema.delete_cells([second]))
    file.found(dump(notebook(D, A + "more\n", B)))
    # The cell that was deleted there and typed in here comes back whole.
    assert file.sources() == [D, "# typed\n" + A + "more\n", "# typed too\n" + C]


def test_cells_at_one_position_get_one_each() -> None:
    file = File(dump(notebook(A, B, C)))
    keys = [cell.key for cell in file.base.cells]
    file.commit([Put(key, "pos", "V") for key in keys])
    text = file.save()
    new = json.loads(text)
    new["cells"].insert(1, notebook(D)["cells"][0])
    file.found(dump(new))


def test_real_notebooks_changed_in_many_ways() -> None:
    chance = random.Random(3)
    for path in sorted(Path(notebooks()).glob("*.ipynb")):
        text = path.read_bytes().decode()
        if "invalid_unique" in path.name:
            continue
        file = File(text)
        cells = list(file.base.cells)
        for _ in range(3):
            at = chance.randrange(len(cells))
            match chance.randrange(4):
                case 0:
                    cells[at] = replace(cells[at], source=cells[at].source + "\nedited")
                case 1 if len(cells) > 1:
                    del cells[at]
                case 2:
                    cells.insert(chance.randrange(len(cells)), cells.pop(at))
                case _:
                    cells[at] = replace(cells[at], outputs=())
        file.found(write(replace(file.base, cells=tuple(cells)), text))


sources = st.lists(st.sampled_from([A, B, C, D, A + "x\n", ""]), max_size=5)


@given(sources, sources, st.booleans())
def test_any_change_gives_what_was_found(old: list[str], new: list[str], ids: bool) -> None:
    file = File(dump(notebook(*old, ids=ids)))
    file.found(dump(notebook(*new, ids=ids)))
    assert file.sources() == new
