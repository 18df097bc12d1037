"""The little of HTML that a notebook's output needs: tables and the text around them.

Data frames come as HTML tables, and other objects as a few paragraphs. What is neither is passed
over: scripts, styles and links do nothing in a terminal, and nothing is ever fetched.

The standard library's parser needs time that grows with the square of a malicious document's
length (minutes for 400 kB); here a tag is what stands between `<` and `>`, and that is all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TypeAlias

LONGEST = 400_000
"""Characters of a document that are read."""
WIDEST_SPAN = 100
"""Columns, or rows, that one cell may claim to cover."""
MOST_COLUMNS, MOST_CELLS = 500, 100_000
"""Of a table: few characters could claim millions."""
_IGNORED = {"style", "script", "head", "title", "template", "noscript"}
_BREAKS = {"p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt", "dd"}
_BULLET = "• "
_PARTS = {"tr", "td", "th"}
_TAG = re.compile(r"<(?P<ends>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^<>]*)>|<[!?/][^<>]*>")
_ATTRIBUTE = re.compile(
    r"""\b(colspan|rowspan|alt)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE
)
_ATTRIBUTES = 2000
"""Characters of a tag in which attributes are looked for."""
_SPACE = re.compile(r"[ \t\r\f\n]+")


@dataclass
class Cell:
    """A cell of a table; a cell that spans several is followed by empty ones."""

    text: str = ""
    heading: bool = False
    span: int = 1


@dataclass
class Table:
    """Rows of cells; the first `heads` of them are headings."""

    rows: list[list[Cell]] = field(default_factory=list)
    heads: int = 0


Block: TypeAlias = "str | Table"
"""A paragraph, or a table."""


def parse_html(html: str) -> list[Block]:
    """Read a document as paragraphs and tables, in order."""
    html = _without_comments(html[:LONGEST])
    reader = _Reader()
    at = 0
    for tag in _TAG.finditer(html):
        reader.text(unescape(html[at : tag.start()]))
        at = tag.end()
        if tag["name"] and tag["ends"]:
            reader.end(tag["name"].lower())
        elif tag["name"]:
            reader.start(tag["name"].lower(), _attributes(tag["rest"]))
    reader.text(unescape(html[at:]))
    reader.finish()
    return reader.blocks


def _without_comments(html: str) -> str:
    first, *rest = html.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in rest)


def _attributes(rest: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(rest[:_ATTRIBUTES]) if rest else ()
    return {name.lower(): unescape(value.strip("\"'")) for name, value in found}


class _Reader:
    """What was read so far, and what is being read."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._ignoring = ""
        self._table: Table | None = None
        self._depth = 0
        """Tables within tables are read as text of their cell."""
        self._cell: Cell | None = None
        self._below: dict[int, int] = {}
        """Rows that cells from above still cover, by column."""
        self._cells = 0
        """Of the table so far, those covered from above too."""
        self._verbatim = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        if self._ignoring:
            return
        if tag in _IGNORED:
            self._ignoring = tag
        elif tag == "table":
            self._start_table()
        elif self._table is not None and self._depth == 1 and tag in _PARTS:
            self._in_table(self._table, tag, attributes)
        elif tag == "img":
            self._text.append(f"[image: {attributes.get('alt') or 'no description'}]")
        elif tag in _BREAKS or tag in _PARTS:
            self._break()
            self._verbatim = self._verbatim or tag == "pre"
            if tag == "li":
                self._text.append(_BULLET)

    def end(self, tag: str) -> None:
        """A tag ends."""
        if self._ignoring:
            if tag == self._ignoring:
                self._ignoring = ""
        elif tag == "table":
            self._depth = max(0, self._depth - 1)
            if self._depth == 0 and self._table is not None:
                self._end_table(self._table)
        elif tag in {"td", "th"} and self._depth == 1:
            self._end_cell()
        elif tag in _BREAKS or tag == "tr":
            self._break()
            self._verbatim = self._verbatim and tag != "pre"

    def text(self, data: str) -> None:
        """Text between tags."""
        if self._ignoring or (self._table is not None and self._cell is None):
            return
        if self._verbatim and self._table is None:
            *whole, rest = data.split("\n")
            for line in whole:
                self._text.append(line)
                self._paragraph()
            data = rest
        self._text.append(data)

    def _break(self) -> None:
        if self._table is None:
            self._paragraph()
        elif self._text:
            self._text.append(" ")

    def _paragraph(self) -> None:
        text = "".join(self._text)
        self._text = []
        text = text.rstrip() if self._verbatim else _SPACE.sub(" ", text).strip()
        if text == _BULLET.strip():
            # The item's own text is in a paragraph within it.
            self._text = [_BULLET]
        elif text:
            self.blocks.append(text)

    # --- tables --------------------------------------------------------------------------------

    def _start_table(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self._paragraph()
            self._table, self._below, self._cells = Table(), {}, 0

    def _in_table(self, table: Table, tag: str, attributes: dict[str, str]) -> None:
        self._end_cell()
        if self._cells >= MOST_CELLS:
            return
        if tag == "tr":
            table.rows.append([])
            self._below = {column: rows - 1 for column, rows in self._below.items() if rows > 1}
            self._cells += len(self._below)
            return
        if not table.rows:
            table.rows.append([])
        row = table.rows[-1]
        while self._below.get(len(row)):
            row.append(Cell())
        span = min(_span(attributes.get("colspan", "")), MOST_COLUMNS - len(row))
        if span <= 0:
            return
        if (rows := _span(attributes.get("rowspan", ""))) > 1:
            self._below |= {len(row) + step: rows for step in range(span)}
        self._cell = Cell(heading=tag == "th", span=span)
        row.append(self._cell)
        row += [Cell(heading=tag == "th", span=0) for _ in range(span - 1)]
        self._cells += span

    def _end_cell(self) -> None:
        if self._cell is not None:
            self._cell.text = _SPACE.sub(" ", "".join(self._text)).strip()
            self._cell = None
            self._text = []

    def _end_table(self, table: Table) -> None:
        self._end_cell()
        table.rows = [row for row in table.rows if row]
        table.heads = _heads(table.rows)
        if table.rows:
            self.blocks.append(table)
        self._table = None

    def finish(self) -> None:
        """The document ends, and with it what was not ended."""
        if self._table is not None:
            self._end_table(self._table)
        self._paragraph()


def _heads(rows: list[list[Cell]]) -> int:
    heads = 0
    for row in rows:
        if not all(cell.heading for cell in row):
            break
        heads += 1
    return heads if heads < len(rows) else 0


def _span(value: str) -> int:
    digits = value.strip()
    return max(1, min(int(digits), WIDEST_SPAN)) if digits.isdigit() and len(digits) < 6 else 1
