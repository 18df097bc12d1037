"""Rows of a terminal as the keeper or a recording has them, drawn where their cells are.

A row is text with colours and nothing else; whatever else it held would be drawn as a symbol. Each
cluster takes the cells that the terminal's screen model gives it, also where another glyph
stands for it, so that an emoji never shifts what is right of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.notebook.pen import PLAIN, turn
from cocalc_tui.widgets.glyphs import clusters, glyph, plain
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.sgr import pen_style

_COLOURS = re.compile(r"\x1b\[([0-9;:]*)m")
_AS_EMOJI = "\ufe0f"
KEPT = 1024
"""Rows that are kept drawn."""


def row_text(row: str) -> str:
    """The text of a row, without colours."""
    return _COLOURS.sub("", row)


@lru_cache(4096)
def _drawn(cluster: str) -> str:
    """A cluster's glyph in as many cells as the screen model has for it."""
    shown = glyph(cluster)
    width = 2 if _AS_EMOJI in cluster and shown.width == 1 else shown.width
    return shown.text + " " * (width - shown.width)


def drawn(text: str) -> str:
    """A text as it is drawn."""
    if plain(text):
        return text
    return "".join(_drawn(text[start:end]) for start, end in clusters(text))


def cell_parts(text: str) -> list[tuple[str, int]]:
    """The clusters of a text, and how many cells each takes."""
    if plain(text):
        return [(character, 1) for character in text]
    parts = [text[start:end] for start, end in clusters(text)]
    return [(part, cell_len(_drawn(part))) for part in parts]


def row_painter(look: Look) -> Callable[[str], Strip]:
    """What draws rows in these colours."""

    @lru_cache(KEPT)
    def strip(row: str) -> Strip:
        segments: list[Segment] = []
        pen, start = PLAIN, 0
        for colour in _COLOURS.finditer(row):
            if text := row[start : colour.start()]:
                segments.append(Segment(drawn(text), pen_style(pen, look)))
            pen, start = turn(pen, colour[1]), colour.end()
        if text := row[start:]:
            segments.append(Segment(drawn(text), pen_style(pen, look)))
        return Strip(segments)

    return strip


def with_cursor(strip: Strip, x: int) -> Strip:
    """A row with the cursor standing at a column."""
    strip = strip.adjust_cell_length(max(strip.cell_length, x + 1))
    before, at, after = strip.divide([x, x + 1, strip.cell_length])
    return Strip([*before, *at.apply_style(Style(reverse=True)), *after])


def styled(strip: Strip, first: int, last: int, style: Style) -> Strip:
    """A row with the cells first .. last - 1 in another style."""
    strip = strip.adjust_cell_length(max(strip.cell_length, last))
    before, at, after = strip.divide([first, last, strip.cell_length])
    return Strip([*before, *at.apply_style(style), *after])
