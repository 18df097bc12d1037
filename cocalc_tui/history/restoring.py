"""Restoring: the operations that make a document say again what it said, on top of what it says.

They are an ordinary step of whoever restores: what the others type meanwhile merges, and undo takes
it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cocalc_tui.history.reading import NOTEBOOK, TEXT, notebook_at
from cocalc_tui.notebook import foreign, model, schema
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import MAIN, Op, Splice
from cocalc_tui.sync.versions import Versions


class CannotRestore(ValueError):  # noqa: N818 - it says what is so
    """It cannot be restored: one line that says why."""


def restore(document: Document, versions: Versions, version: int, kind: str, salt: str) -> list[Op]:
    """Make all of a document as it was. `salt` is 16 new random hex digits.

    Outputs of a notebook stay as they are: what a kernel printed is not anybody's to change.
    Raises CannotRestore for a chat.
    """
    if kind == TEXT:
        now = str(document.text(MAIN))
        return list(diff(now, versions.text(version, MAIN)))
    if kind == NOTEBOOK:
        before = _without_outputs(model.take(document))
        wanted = _renamed(_without_outputs(notebook_at(versions, version)), document, salt)
        ops, _ = foreign.changes(before, wanted, salt)
        return ops
    raise CannotRestore("what was said in a chat stays said; copy it instead")


def restore_cell(document: Document, versions: Versions, version: int, cell: str) -> list[Op]:
    """Make one cell's text as it was; raises CannotRestore where it is not there any more."""
    if not document.records.live(cell):
        raise CannotRestore("the cell is not there any more; restore all to have it back")
    at = schema.input_of(cell)
    return [
        Splice(one.pos, one.delete, one.insert, at)
        for one in diff(str(document.text(at)), versions.text(version, at))
    ]


def _without_outputs(found: Notebook) -> Notebook:
    cells = tuple(replace(cell, outputs=(), runs=()) for cell in found.cells)
    return replace(found, cells=cells)


def _renamed(found: Notebook, document: Document, salt: str) -> Notebook:
    """Give cells that are gone new keys: a key that was used is never used again."""
    keys: Mapping[str, str] = {
        cell.key: cell.key if document.records.live(cell.key) else f"{salt}{index}"
        for index, cell in enumerate(found.cells)
    }
    cells = tuple(replace(cell, key=keys[cell.key]) for cell in found.cells)
    return replace(found, cells=cells)
