"""Styled text cut into rows of a width: the last step of everything an output shows.

A program may print a line of ten megabytes, or ten million lines. What is not going to be seen is
cut before it is styled, and a row says how much that was: without it one `print` would hold up
the screen of everybody who has the notebook open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.client.blobs import Blobs
from cocalc_tui.notebook.printed import left_out_of
from cocalc_tui.widgets.graphics import Graphics
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.pictures import Pictures

Line = list[Segment]
"""Styled text without a line break and without control characters."""

LONGEST_LINE = 4000
"""Code points of one line that are drawn."""
SHORT = 60
"""Rows of one output that are drawn, unless somebody asks for the whole of it."""
WHOLE = 5000
"""Rows of one output that are drawn even then."""

PICTURE_ROWS = 24
"""Rows that a picture takes among other outputs ..."""
ALL_PICTURE_ROWS = 60
"""... and where all of the output is asked for."""


@dataclass(frozen=True)
class Frame:
    """What drawing needs to know besides the output: the room there is, and the colours."""

    width: int
    look: Look
    limit: int = SHORT
    """Rows of one output."""
    hint: str = ""
    """How to see what is left out, as in `w shows all`."""
    saving: str = ""
    """How to save what cannot be drawn."""
    pictures: Pictures | None = None
    """Where pictures come from; None: they are named and not drawn."""
    graphics: Graphics | None = None
    """How their pixels are drawn; None for characters."""
    blobs: Blobs | None = None
    """Where large parts of outputs come from."""
    picture_rows: int = PICTURE_ROWS
    """Rows that a picture may take."""
    zoom: float = 1.0
    """How much larger than it is a picture may be made where there is room."""

    @property
    def missed(self) -> int:
        """How often drawing has had to do without something that is on its way."""
        pictures = self.pictures.missed if self.pictures is not None else 0
        return pictures + (self.blobs.missed if self.blobs is not None else 0)


def wrap(line: Sequence[Segment], width: int) -> list[Strip]:
    """Break a line into rows of at most `width` cells; an empty line is one empty row."""
    length = sum(cell_len(segment.text) for segment in line)
    if length <= width:
        return [Strip(line, length)]
    if _is_rule(line):
        return [Strip(line, length).crop(0, width)]
    rows: list[Strip] = []
    row: Line = []
    used = 0
    for text, style, _ in line:
        start = 0
        for index, character in enumerate(text):
            size = _cells(character)
            if used + size > width and used:
                if index > start:
                    row.append(Segment(text[start:index], style))
                rows.append(Strip(row, used))
                row, used, start = [], 0, index
            used += size
        row.append(Segment(text[start:], style))
    rows.append(Strip(row, used))
    return rows


def restyled(line: Sequence[Segment], spans: Sequence[tuple[int, int, Style]]) -> Line:
    """A line with some stretches of its text (from, to, what comes over their style)."""
    found: Line = []
    at = 0
    for text, base, _ in line:
        ends = (min(max(place - at, 0), len(text)) for span in spans for place in span[:2])
        for start, end in pairwise(sorted({0, len(text), *ends})):
            over = (style for low, high, style in spans if low <= at + start < high)
            style = sum(over, base or Style())
            found.append(Segment(text[start:end], style))
        at += len(text)
    return found


def _is_rule(line: Sequence[Segment]) -> bool:
    """Whether a line is a ruler, as above a traceback: its length means nothing."""
    characters = {character for segment in line for character in segment.text}
    return len(characters) == 1 and not characters.pop().isalnum()


def _cells(character: str) -> int:
    return 1 if character < "\u0300" else get_character_cell_size(character)


def wrap_lines(lines: Iterable[Sequence[Segment]], width: int) -> list[Strip]:
    """Break many lines."""
    return [row for line in lines for row in wrap(line, width)]


def cut(text: str, width: int) -> str:
    """Shorten a text to `width` cells, ending in an ellipsis where something is gone."""
    if cell_len(text) <= width:
        return text
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > width - 1:
            return text[:index] + "…" if width > 0 else ""
    return text


def one_row(frame: Frame, *parts: tuple[str, Style]) -> Strip:
    """Put short texts into one row, cut where it ends."""
    segments = []
    left = frame.width
    for text, style in parts:
        shown = cut(text, left)
        left -= cell_len(shown)
        if shown:
            segments.append(Segment(shown, style))
    return Strip(segments, frame.width - left)


@dataclass(frozen=True)
class Cut:
    """The ends of a long text, and how many lines between them are left out."""

    head: str
    tail: str
    hidden: int
    left_out: int = 0
    """Characters that are not even there to be hidden."""


def cut_lines(text: str, limit: int) -> Cut:
    """Keep the first two thirds and the last third of `limit` lines. Does not split the rest."""
    total = text.count("\n") + (not text.endswith("\n") if text else 0)
    if total <= limit:
        return Cut(text, "", 0)
    last = max(1, limit // 3)
    first = limit - last
    start = 0
    for _ in range(first):
        start = text.index("\n", start) + 1
    end = len(text.removesuffix("\n"))
    for _ in range(last):
        end = text.rindex("\n", 0, end)
    return Cut(text[:start], text[end + 1 :], total - limit, left_out_of(text, start, end))


def cut_rows(rows: list[Strip], frame: Frame, limit: int) -> list[Strip]:
    """Keep the first two thirds and the last third of `limit` rows, with a mark between them."""
    if len(rows) <= limit:
        return rows
    last = max(1, limit // 3)
    hidden = len(rows) - limit
    return [*rows[: limit - last], more(frame, hidden), *rows[len(rows) - last :]]


def more(frame: Frame, hidden: int, left_out: int = 0) -> Strip:
    """The mark that stands for lines which are not drawn, and characters which are not here."""
    hint = f"  {frame.hint}" if frame.hint else ""
    lines = "line" if hidden == 1 else "lines"
    apart = f" and {left_out:,} characters" if left_out else ""
    return one_row(frame, (f"… {hidden:,} more {lines}{apart}{hint}", frame.look.note))
