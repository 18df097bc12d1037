"""A notebook with a picture of four colours between a heading and many lines, in a terminal."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import ClassVar

from PIL import Image
from textual.binding import Binding, BindingType

COLOURS = ((100, 0, 0), (0, 100, 0), (0, 0, 100), (100, 100, 0))
"""Top left, top right, bottom left, bottom right, in percent."""
COLUMNS, ROWS = 20, 8
"""Cells that it takes, each of 8 by 16 of its pixels."""
HEADING = "Four colours"
LINES = 60


def quadrants() -> str:
    """The picture as a notebook has it."""
    width, height = COLUMNS * 8, ROWS * 16
    image = Image.new("RGB", (width, height))
    for number, shade in enumerate(COLOURS):
        full = tuple(value * 255 // 100 for value in shade)
        across, down = number % 2 * width // 2, number // 2 * height // 2
        image.paste(full, (across, down, across + width // 2, down + height // 2))
    file = io.BytesIO()
    image.save(file, "PNG")
    return b64encode(file.getvalue()).decode()


def main() -> None:
    """Show it until somebody leaves."""
    from tests.widgets.notebook import desk

    data = {"text/plain": "<Figure>", "image/png": quadrants()}
    figure = {"output_type": "display_data", "data": data, "metadata": {}}
    text = "\n".join(f"x = {number}" for number in range(LINES))
    heading = desk.cell(f"# {HEADING}", "markdown")

    class Shows(desk.NotebookDesk):
        pictures_by = "auto"
        BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", priority=True)]

    Shows(desk.document_of([heading, desk.cell("plot", "code", figure), desk.cell(text)])).run()


if __name__ == "__main__":
    main()
