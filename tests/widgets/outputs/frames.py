"""A frame to draw in, and rows as plain text, for the tests of outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.style import Style
from textual.strip import Strip

from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.render import render
from cocalc_tui.widgets.outputs.rows import SHORT, Frame
from cocalc_tui.widgets.theme import DARK, LIGHT

LOOK = Look.from_theme(DARK.to_color_system().generate() | DARK.variables, dark=True)
LIGHT_LOOK = Look.from_theme(LIGHT.to_color_system().generate() | LIGHT.variables, dark=False)


def frame(width: int = 40, limit: int = SHORT) -> Frame:
    return Frame(width, LOOK, limit)


def texts(rows: Sequence[Strip], width: int = 40) -> list[str]:
    """Rows as text; each must say its own width right and fit."""
    for row in rows:
        assert row.cell_length <= width, row.text
        assert row.cell_length == Strip(list(row)).cell_length, row.text
    return [row.text.rstrip() for row in rows]


def drawn(*outputs: Mapping[str, Any], width: int = 40, limit: int = SHORT) -> list[str]:
    return texts(render(outputs, frame(width, limit)), width)


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(**data: Any) -> dict[str, Any]:
    """An output by MIME types, written as `text_plain` or, for others, given by `bundle`."""
    bundle = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


def style_of(rows: Sequence[Strip], text: str) -> Style:
    """The style of the first piece that holds a text."""
    found = [part.style for row in rows for part in row if text in part.text]
    assert found
    assert found[0] is not None
    return found[0]
