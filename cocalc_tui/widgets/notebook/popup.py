"""A small box over the notebook near the caret: completions, a signature, what a name is.

It is drawn into the rows of the pane and is no widget: nothing takes the keyboard away, and
nothing is laid out while somebody types.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.strip import Strip

from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.notebook.look import NotebookLook
from cocalc_tui.widgets.notebook.suggesting import Suggestions
from cocalc_tui.widgets.outputs.rows import Frame, cut, wrap
from cocalc_tui.widgets.outputs.text import text_rows

LIST_ROWS = 8
LIST_WIDTH = 36
"""Cells of the longest match that is shown whole."""
TEXT_WIDTH = 72
LEAST_TEXT = 24
"""Cells beside the list below which nothing is said of a match."""


class Popup(NamedTuple):
    """Rows, and where on the pane they are."""

    region: Region
    rows: Sequence[Strip]
    first: int = 0
    """Number of the first match or row of text that shows."""

    def over(self, strip: Strip, y: int) -> Strip:
        """A row of the pane with this over it."""
        region = self.region
        if not region.y <= y < region.bottom:
            return strip
        width = strip.cell_length
        left, right = strip.crop(0, region.x), strip.crop(region.right, width)
        return Strip([*left, *self.rows[y - region.y], *right], width)


def place(rows: Sequence[Strip], caret: Offset, pane: Size, first: int = 0) -> Popup:
    """Below the caret where there is room, else above, and never over its row."""
    width = min(max((row.cell_length for row in rows), default=0), pane.width)
    below, above = pane.height - caret.y - 1, caret.y
    top = caret.y + 1
    if below < len(rows) and above > below:
        rows = rows[:above]
        top = caret.y - len(rows)
    rows = rows[: pane.height - top]
    x = max(0, min(caret.x, pane.width - width - 1))
    laid = [row.adjust_cell_length(width) for row in rows]
    return Popup(Region(x, top, width, len(laid)), laid, first)


# --- completions -------------------------------------------------------------------------------


def list_rows(
    suggestions: Suggestions, about: str, look: NotebookLook, room: int, first: int
) -> tuple[list[Strip], int]:
    """The list, and beside it what is said of the chosen match; the number of the first shown."""
    shown = suggestions.shown
    count = min(len(shown), LIST_ROWS)
    at = max(suggestions.at, 0)
    first = min(max(first, at - count + 1), at, len(shown) - count)
    rows = shown[first : first + count]
    labels = [cut(safe(suggestions.label(one)), LIST_WIDTH) for one in rows]
    kinds = [cut(safe(one.kind), 10) for one in rows]
    wide = max(map(_cells, labels)) + 2 + max(map(_cells, kinds)) + 1
    note = suggestions.note or (f"{at + 1} of {len(shown)}" if len(shown) > count else "")
    wide = max(wide, _cells(note) + 2 if note else 0)
    made = [
        _choice(label, kind, wide, look, chosen=first + number == suggestions.at)
        for number, (label, kind) in enumerate(zip(labels, kinds, strict=True))
    ]
    if note:
        made.append(_line(f" {note}", wide, look.box_note))
    beside = room - wide - 1
    if about and beside >= LEAST_TEXT:
        made = _beside(made, about, wide, min(beside, TEXT_WIDTH), look)
    return made, first


def _choice(label: str, kind: str, width: int, look: NotebookLook, *, chosen: bool) -> Strip:
    style = look.box_chosen if chosen else look.box
    gap = " " * (width - _cells(label) - _cells(kind) - 2)
    dim = style if chosen else look.box_note
    return Strip([Segment(f" {label}{gap}", style), Segment(f"{kind} ", dim)], width)


def _beside(rows: list[Strip], about: str, wide: int, room: int, look: NotebookLook) -> list[Strip]:
    texts = text_box(about, look, room, LIST_ROWS)
    width = max(text.cell_length for text in texts)
    blank, empty = _line("", wide, look.box), _line("", width, look.box)
    edge = Segment("│", look.box_note)
    return [
        Strip(
            [*(rows[n] if n < len(rows) else blank), edge, *(texts[n] if n < len(texts) else empty)]
        )
        for n in range(max(len(rows), len(texts)))
    ]


# --- texts -------------------------------------------------------------------------------------


def text_box(text: str, look: NotebookLook, room: int, most: int, first: int = 0) -> list[Strip]:
    """A text as rows of one width, from its row `first` on."""
    frame = Frame(max(8, min(room, TEXT_WIDTH) - 2), look.output, limit=1000)
    rows = text_rows(text.strip("\n"), frame)
    part = rows[first : first + most]
    width = max((row.cell_length for row in part), default=0) + 2
    made = [_boxed(row, width, look) for row in part]
    left = len(rows) - first - len(part)
    if left > 0 and made:
        made[-1] = _line(f" … {left + 1} more rows", max(width, 18), look.box_note)
    return [row.adjust_cell_length(max(width, 18) if left > 0 else width, look.box) for row in made]


def _boxed(row: Strip, width: int, look: NotebookLook) -> Strip:
    inner = [Segment(text, look.box + _front(style)) for text, style, _ in row]
    return Strip([Segment(" ", look.box), *inner]).adjust_cell_length(width, look.box)


def _front(style: Style | None) -> Style:
    """Colours of a text without its ground."""
    return Style.null() if style is None else style.without_color + Style(color=style.color)


def signature_rows(
    signature: str, lit: tuple[int, int] | None, said: str, look: NotebookLook, room: int
) -> list[Strip]:
    """A signature with the argument that is being written, and a line on what it does."""
    low, high = lit or (0, 0)
    strong = look.box + Style(bold=True, underline=True)
    pieces = [
        (signature[:low], look.box),
        (signature[low:high], strong),
        (signature[high:], look.box),
    ]
    segments = [Segment(safe(text), style) for text, style in pieces if text]
    width = max(8, min(room, TEXT_WIDTH) - 2)
    rows = wrap(segments, width)[:4] if segments else []
    if said:
        rows.append(Strip([Segment(cut(safe(said), width), look.box_note)]))
    wide = max((row.cell_length for row in rows), default=0) + 2
    return [
        Strip([Segment(" ", look.box), *row]).adjust_cell_length(wide, look.box) for row in rows
    ]


def _line(text: str, width: int, style: Style) -> Strip:
    return Strip([Segment(text, style)]).adjust_cell_length(width, style)


def _cells(text: str) -> int:
    return Segment(text).cell_length
