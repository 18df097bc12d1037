"""A whole notebook as rows, for a terminal or a pipe: what `cocalc-tui cat` prints.

[3]  data = load("run1.csv")
data.head()

t    n
─────────
0  0.0  981
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.notebook.model import Cell, Notebook
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.highlight import PLAIN, Language, named, tokens
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.markdown import markdown_rows
from cocalc_tui.widgets.outputs.pictures import Pictures
from cocalc_tui.widgets.outputs.render import render
from cocalc_tui.widgets.outputs.rows import ALL_PICTURE_ROWS, WHOLE, Frame, wrap
from cocalc_tui.widgets.outputs.streams import Output

PROMPT = 6
WIDEST_TEXT = 100
"""Cells of a line of prose, however wide the terminal."""
_TOKENS = {
    "keyword": "magenta",
    "string": "green",
    "number": "cyan",
    "constant": "cyan",
    "comment": "bright_black",
    "function": "blue",
    "type": "yellow",
    "error": "red",
}
"""Of the terminal's own colours, which are not known to us."""


def notebook_rows(
    notebook: Notebook, width: int, look: Look, pictures: Pictures | None = None
) -> Iterator[Strip]:
    """Draw all cells with an empty row between two; rows are at most `width` cells wide."""
    frame = Frame(
        max(20, width - PROMPT),
        look,
        limit=WHOLE,
        pictures=pictures,
        picture_rows=ALL_PICTURE_ROWS,
    )
    language = _language(notebook)
    for number, cell in enumerate(notebook.cells):
        if number:
            yield Strip([])
        yield from _cell_rows(cell, frame, language)


def _cell_rows(cell: Cell, frame: Frame, language: Language) -> Iterator[Strip]:
    if cell.kind == "markdown":
        prose = replace(frame, width=min(frame.width, WIDEST_TEXT))
        yield from map(_indented, markdown_rows(cell.source, prose))
        return
    code = cell.kind == "code"
    prompt = f"[{cell.fields.get('exec_count') or ' '}]" if code else ""
    for row in _source_rows(cell.source, frame, language if code else PLAIN):
        yield Strip([Segment(f"{prompt:<{PROMPT}}"[:PROMPT], frame.look.accent), *row])
        prompt = ""
    yield from map(_indented, _output_rows([output.data for output in cell.outputs], frame))


def _output_rows(outputs: Sequence[Output], frame: Frame) -> list[Strip]:
    """Draw outputs; again where pictures among them had to be made first."""
    missed = frame.missed
    rows = render(outputs, frame)
    if frame.pictures is None or frame.missed == missed:
        return rows
    frame.pictures.wait()
    return render(outputs, frame)


def _indented(row: Strip) -> Strip:
    return Strip([Segment(" " * PROMPT), *row])


def _source_rows(source: str, frame: Frame, language: Language) -> Iterator[Strip]:
    lines = source.removesuffix("\n").split("\n")
    for line, spans in zip(lines, tokens(language, lines), strict=True):
        yield from wrap(_coloured(line, spans, frame.look), frame.width)


def _coloured(line: str, spans: Sequence[tuple[int, int, str]], look: Look) -> list[Segment]:
    found: list[Segment] = []
    at = 0
    for start, end, name in (*spans, (len(line), len(line), "")):
        style = Style(color=_TOKENS[name]) if name in _TOKENS else look.text
        pieces = ((line[at:start], look.text), (line[start:end], style))
        found += [Segment(safe(text.expandtabs(4)), style) for text, style in pieces if text]
        at = end
    return found


def _language(notebook: Notebook) -> Language:
    metadata = notebook.fields.get("metadata")
    for field, name in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(field) if isinstance(metadata, dict) else None
        if isinstance(about, dict) and isinstance(about.get(name), str):
            return named(str(about[name]))
    return named("python")
