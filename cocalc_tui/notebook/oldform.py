"""Notebooks of nbformat 2 and 3, as people still have them from before 2015, told in format 4.

A notebook of an old format is read as what it would be in format 4, and stays as it is on disk
until somebody edits it: then all of it is written in format 4, as no old program would understand
a mixture. Without this they could not be opened at all.

Cells have no ids in the result (4.4), so that the same file always gives the same text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from cocalc_tui.sync.patch import Json

Fields = dict[str, Json]
OLD = (2, 3)
"""The formats that are known here."""

_MIMES = {
    "text": "text/plain",
    "html": "text/html",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "latex": "text/latex",
    "json": "application/json",
    "javascript": "application/javascript",
    "pdf": "application/pdf",
}
_DEEPEST = 6
"""The level of the least heading that markdown has; a file may say any number."""
_OF_OUTPUT = ("output_type", "execution_count", "metadata", "prompt_number")
_TOP = ("worksheets", "metadata", "nbformat", "nbformat_minor")


def upgraded(old: Mapping[str, Json]) -> Fields:
    """Return a notebook of format 2 or 3 in format 4. Raises ValueError where it is none."""
    sheets = old.get("worksheets", [])
    if not isinstance(sheets, list) or not all(isinstance(sheet, dict) for sheet in sheets):
        raise ValueError("it has no list of worksheets")
    cells: list[Json] = []
    for sheet in cast("list[Fields]", sheets):
        inside = sheet.get("cells", [])
        cells += map(_cell, inside if isinstance(inside, list) else [])
    metadata = old.get("metadata")
    metadata = {**metadata} if isinstance(metadata, dict) else {}
    if metadata.get("name") == "":
        del metadata["name"]
    extra = {name: value for name, value in old.items() if name not in _TOP}
    about: Fields = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}
    return extra | about


def _cell(raw: Json) -> Json:
    if not isinstance(raw, dict):
        return raw
    cell = {"metadata": {}, **raw}
    kind = cell.get("cell_type")
    if kind == "code":
        return _code(cell)
    if kind == "heading":
        return _heading(cell)
    if kind in {"html", "plaintext"}:
        cell["cell_type"] = "markdown" if kind == "html" else "raw"
    return cell


def _code(cell: Fields) -> Fields:
    if cell.get("language") == "python":
        del cell["language"]
    collapsed, metadata = cell.pop("collapsed", None), cell["metadata"]
    if collapsed is True and isinstance(metadata, dict):
        cell["metadata"] = {**metadata, "collapsed": True}
    cell["source"] = cell.pop("input", [])
    cell["execution_count"] = cell.pop("prompt_number", None)
    outputs = cell.get("outputs", [])
    cell["outputs"] = [*map(_output, outputs)] if isinstance(outputs, list) else outputs
    return cell


def _heading(cell: Fields) -> Fields:
    level, source = cell.pop("level", 1), cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    marks = "#" * (min(level, _DEEPEST) if isinstance(level, int) else 1)
    return cell | {"cell_type": "markdown", "source": [f"{marks} {' '.join(text.splitlines())}"]}


def _output(raw: Json) -> Json:
    if not isinstance(raw, dict):
        return raw
    output = dict(raw)
    match output.get("output_type"):
        case "pyout":
            output["execution_count"] = output.pop("prompt_number", None)
            return _display(output | {"output_type": "execute_result"})
        case "display_data":
            return _display(output)
        case "pyerr":
            output["output_type"] = "error"
        case "stream":
            output["name"] = output.pop("stream", "stdout")
    return output


def _display(output: Fields) -> Fields:
    """What is shown lay beside the rest of an output, under short names."""
    data = {
        _MIMES.get(name, name): value for name, value in output.items() if name not in _OF_OUTPUT
    }
    if "application/json" in data:
        data["application/json"] = _parsed(data["application/json"])
    kept = {name: output[name] for name in _OF_OUTPUT if name in output}
    metadata = kept.get("metadata")
    if isinstance(metadata, dict):
        metadata = {_MIMES.get(name, name): value for name, value in metadata.items()}
    return kept | {"metadata": metadata or {}, "data": data}


def _parsed(value: Json) -> Json:
    """JSON was a text in format 3."""
    text = "".join(map(str, value)) if isinstance(value, list) else value
    try:
        return cast(Json, json.loads(text)) if isinstance(text, str) else value
    except ValueError:
        return value
