"""Notebooks to write and read: made ones, and what happens to one that is opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cocalc_tui.notebook import model
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import PatchId


def through_records(notebook: Notebook) -> Notebook:
    """Make a document of it, and take it from there, as everything does that is opened."""
    document = Document()
    document.commit(PatchId("f" * 16, 0), 1, model.creation(notebook), "import")
    assert not document.refused
    return model.take(document)


def joined(value: Any) -> Any:
    """Whether a text is one string or lines is not a difference."""
    if isinstance(value, dict):
        return {key: joined(item) for key, item in value.items()}
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "".join(value)
    return [joined(item) for item in value] if isinstance(value, list) else value


def with_cell(notebook: Notebook, at: int, **changes: Any) -> Notebook:
    cells = list(notebook.cells)
    cells[at] = replace(cells[at], **changes)
    return replace(notebook, cells=tuple(cells))


def notebook_json(*cells: Any, minor: int = 5, **more: Any) -> Any:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": minor, **more}


def code(source: Any = (), **more: Any) -> Any:
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": "a"}
    return cell | {"metadata": {}, "outputs": [], "source": list(source)} | more
