"""A row's text cut into stretches of one style each, and drawn as segments."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.widgets.editor.cells import Cells

Spans: TypeAlias = tuple[tuple[int, int, str], ...]
"""Tokens of a line: start and end column, name; in order, not overlapping."""
Marks: TypeAlias = tuple[tuple[int, int, Style], ...]
"""What lies over a line: start and end column, style; later ones on top. A mark may reach one
column beyond the text: that draws one cell there."""
Run: TypeAlias = tuple[int, int, Style]
"""First column, the one behind the last, style."""

_BLANKS = re.compile(r"[ \t]+")


class Part(NamedTuple):
    """What of a line a row shows, and from which cell on."""

    cells: Cells
    start: int
    end: int
    left: int
    room: int
    """Cells to fill."""


class Paints(NamedTuple):
    """The styles for a row."""

    tokens: dict[str, Style]
    odd: Style
    caret: Style
    """Where a caret is: on a tab that is one cell, not the whole way to the next stop."""
    plain: Style
    space: Style | None = None
    """Of marks for white space; None: there are none."""


def segments(part: Part, spans: Spans, marks: Marks, paints: Paints, tail: str) -> list[Segment]:
    """Segments of exactly `room` cells; `tail` stands behind the text."""
    cells, origin = part.cells, part.cells.x(part.start)
    left, end = part.left, part.end
    low = cells.column(origin + left) if left else part.start
    high = min(end, cells.column(origin + left + part.room) + 1)
    runs = cut(low, high, spans, paints.tokens)
    for column, after in cells.odd:
        runs = over(runs, column, after, paints.odd)
    if paints.space is not None:
        for blank in _BLANKS.finditer(cells.text(low, high)):
            runs = over(runs, low + blank.start(), low + blank.end(), paints.space)
    beyond: Style | None = None
    for column, after, style in marks:
        runs = over(runs, column, after, style)
        if after > end:
            beyond = style if beyond is None else beyond + style
    found = [
        Segment(piece, style)
        for first, last, style in runs
        for piece, style in _pieces(part, paints, first, last, style)
    ]
    width = cells.x(high) - cells.x(low) if high > low else 0
    plain = paints.tokens[""]
    if beyond is not None and high == end:
        found.append(Segment(" ", plain + beyond))
        width += 1
    if tail and high == end:
        found.append(Segment(tail, plain + (paints.space or paints.odd)))
        width += len(tail)
    # A row may begin within a wide character, or behind the end of its text.
    skip = origin + left - cells.x(low)
    if skip >= width:
        return [Segment(" " * part.room, plain)]
    if width < skip + part.room:
        found.append(Segment(" " * (skip + part.room - width), plain))
        width = skip + part.room
    if skip == 0 and width == part.room:
        return found
    return list(Strip(found, width).crop(skip, skip + part.room))


def _pieces(
    part: Part, paints: Paints, first: int, last: int, style: Style
) -> list[tuple[str, Style]]:
    piece = part.cells.piece(first, last)
    text = part.cells.text(first, last)
    if paints.space is not None and text.isspace():
        piece = piece.replace(" ", "·") if "\t" not in text else _tabs(part.cells, first, text)
    on_tab = last == first + 1 and len(piece) > 1 and text == "\t"
    if on_tab and style.bgcolor == paints.caret.bgcolor:
        return [(piece[:1], style), (piece[1:], paints.plain)]
    return [(piece, style)]


def _tabs(cells: Cells, first: int, text: str) -> str:
    """White space with tabs as it is drawn with marks."""
    return "".join(
        "·" if blank == " " else "→" + cells.piece(column, column + 1)[1:]
        for column, blank in enumerate(text, first)
    )


def cut(low: int, high: int, spans: Spans, styles: dict[str, Style]) -> list[Run]:
    """Cut columns low..high into stretches of one token each."""
    plain = styles[""]
    runs: list[Run] = []
    at = low
    for start, end, token in spans:
        if end <= at:
            continue
        if start >= high:
            break
        if start > at:
            runs.append((at, start, plain))
            at = start
        stop = min(end, high)
        runs.append((at, stop, styles.get(token, plain)))
        at = stop
    if at < high:
        runs.append((at, high, plain))
    return runs


def over(runs: list[Run], low: int, high: int, style: Style) -> list[Run]:
    """Lay a style over columns low..high."""
    laid: list[Run] = []
    for start, end, under in runs:
        if end <= low or start >= high:
            laid.append((start, end, under))
            continue
        if start < low:
            laid.append((start, low, under))
        laid.append((max(start, low), min(end, high), under + style))
        if end > high:
            laid.append((high, end, under))
    return laid
