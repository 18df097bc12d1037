"""The ids of cells: where there are some, which of two equal ones goes, which is given."""

from __future__ import annotations

import json

from cocalc_tui.notebook import model, schema
from cocalc_tui.notebook.ipynb import read, write
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import PatchId
from tests.notebook.files import code, notebook_json, with_cell


def test_ids_are_written_from_4_5_on_only() -> None:
    document = Document()
    for minor in (4, 5):
        document = Document()
        text = json.dumps(notebook_json(minor=minor), indent=1) + "\n"
        document.commit(PatchId("f" * 16, 0), 1, model.creation(read(text)), "import")
        document.commit(PatchId("a" * 16, 0), 2, schema.insert_cell(document, "k" * 16, 0))
        (cell,) = json.loads(write(model.take(document), text))["cells"]
        assert ("id" in cell) == (minor == 5)


def test_an_id_that_two_cells_have_changes_when_the_second_is_edited() -> None:
    text = json.dumps(notebook_json(code(["a"]), code(["b"]), code(["c"], id="c")), indent=1)
    notebook = read(text)
    assert write(notebook, text) == text

    def ids(written: str) -> list[str]:
        return [cell["id"] for cell in json.loads(written)["cells"]]

    assert ids(write(with_cell(notebook, 0, source="x"), text)) == ["a", "a", "c"]
    second = notebook.cells[1].key
    edited = with_cell(notebook, 1, source="x")
    written = write(edited, text)
    assert ids(written) == ["a", second, "c"]
    assert write(edited, written) == written


def test_a_missing_id_is_given_when_the_cell_is_edited() -> None:
    cell = code(["a"])
    del cell["id"]
    text = json.dumps(notebook_json(cell), indent=1)
    notebook = read(text)
    assert write(notebook, text) == text
    edited = with_cell(notebook, 0, source="x")
    assert json.loads(write(edited, text))["cells"][0]["id"] == notebook.cells[0].key
