"""The little of HTML that a notebook's output needs: tables and the text around them.

Data frames come as HTML tables, and other objects as a few paragraphs. What is neither is passed
over: scripts, styles and links do nothing in a terminal, and nothing is ever fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeAlias

LONGEST = 400_000
"""Characters of a document that are read."""
WIDEST_SPAN = 100
"""Columns that one cell may claim to cover."""
_IGNORED = {"style", "script", "head", "title", "template", "noscript"}
_BREAKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dt", "dd"}
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
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    reader.paragraph()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._ignoring = ""
        self._table: Table | None = None
        self._depth = 0
        """Tables within tables are read as text of their cell."""
        self._cell: Cell | None = None
        self._below: dict[int, int] = {}
        """Rows that cells from above still cover, by column."""
        self._verbatim = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._ignoring:
            return
        if tag in _IGNORED:
            self._ignoring = tag
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.paragraph()
                self._table, self._below = Table(), {}
        elif self._table is not None and self._depth == 1 and tag in {"tr", "td", "th"}:
            self._in_table(self._table, tag, dict(attrs))
        elif tag == "img":
            self._text.append(f"[image: {dict(attrs).get('alt') or 'no description'}]")
        elif tag in _BREAKS:
            self._break()
            self._verbatim = self._verbatim or tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if self._ignoring:
            if tag == self._ignoring:
                self._ignoring = ""
        elif tag == "table":
            self._depth = max(0, self._depth - 1)
            if self._depth == 0 and self._table is not None:
                self._end_table(self._table)
        elif tag in {"td", "th"} and self._depth == 1:
            self._end_cell()
        elif tag in _BREAKS:
            self._break()
            self._verbatim = self._verbatim and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self._ignoring or (self._table is not None and self._cell is None):
            return
        if self._verbatim and self._table is None:
            *whole, rest = data.split("\n")
            for line in whole:
                self._text.append(line)
                self.paragraph()
            data = rest
        self._text.append(data)

    def _break(self) -> None:
        if self._table is None:
            self.paragraph()
        elif self._text:
            self._text.append(" ")

    def paragraph(self) -> None:
        """End the paragraph that is being read."""
        text = "".join(self._text)
        self._text = []
        text = text.rstrip() if self._verbatim else _SPACE.sub(" ", text).strip()
        if text:
            self.blocks.append(text)

    # --- tables --------------------------------------------------------------------------------

    def _in_table(self, table: Table, tag: str, attrs: dict[str, str | None]) -> None:
        self._end_cell()
        if tag == "tr":
            table.rows.append([])
            self._below = {column: rows - 1 for column, rows in self._below.items() if rows > 1}
            return
        if not table.rows:
            table.rows.append([])
        row = table.rows[-1]
        while self._below.get(len(row)):
            row.append(Cell())
        span = _span(attrs.get("colspan"))
        if (rows := _span(attrs.get("rowspan"))) > 1:
            self._below |= {len(row) + step: rows for step in range(span)}
        self._cell = Cell(heading=tag == "th", span=span)
        row.append(self._cell)
        row += [Cell(heading=tag == "th", span=0) for _ in range(span - 1)]

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

    def close(self) -> None:
        """Read what is left; a table that never ends ends here."""
        super().close()
        if self._table is not None:
            self._end_table(self._table)


def _heads(rows: list[list[Cell]]) -> int:
    heads = 0
    for row in rows:
        if not all(cell.heading for cell in row):
            break
        heads += 1
    return heads if heads < len(rows) else 0


def _span(value: str | None) -> int:
    digits = (value or "").strip()
    return max(1, min(int(digits), WIDEST_SPAN)) if digits.isdigit() and len(digits) < 6 else 1
