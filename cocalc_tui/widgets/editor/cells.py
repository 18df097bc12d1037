"""Where the characters of one line are on the screen.

A line has three measures: code points (what patches count), cells (what the screen counts) and
the string drawn (a tab is drawn as spaces, a control character as its symbol). `Cells` converts
between them. Most lines are plain ASCII, where all three are one and nothing is computed. In a
line of many thousand characters, which is data and not something to read, each is drawn in one
cell, so that all three are one again, and only what is on the screen is read (`LongCells`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

from cocalc_tui.widgets.glyphs import clusters, glyph, narrow, plain

LONG = 10_000
"""Code points from which on a line is drawn one cell per character."""


class Cells:
    """A line as it is drawn: `drawn` is exactly `width` cells wide."""

    __slots__ = ("_draws", "_starts", "_text", "_xs", "drawn", "length", "odd", "width")

    def __init__(self, text: str, tab: int) -> None:
        self.length = len(text)
        """Code points."""
        self.odd: list[tuple[int, int]] = []
        """Ranges of code points drawn as symbols."""
        self._text = text
        self._xs: list[int] | None = None
        self._draws: list[int] = []
        self._starts: list[int] = []
        if plain(text):
            self.drawn, self.width = text, len(text)
        else:
            self._lay_out(text, tab)

    def _lay_out(self, text: str, tab: int) -> None:
        xs: list[int] = []
        parts: list[str] = []
        x = drawn = 0
        for start, end in clusters(text):
            if text[start] == "\t":
                width = tab - x % tab
                piece = " " * width
            else:
                piece, width, odd = glyph(text[start:end])
                if odd:
                    self.odd.append((start, end))
            self._starts.append(start)
            xs += [x] * (end - start)
            self._draws += [drawn] * (end - start)
            parts.append(piece)
            x += width
            drawn += len(piece)
        xs.append(x)
        self._draws.append(drawn)
        self._starts.append(len(text))
        self._xs = xs
        self.drawn, self.width = "".join(parts), x

    def x(self, column: int) -> int:
        """The cell where the cluster of a code point begins."""
        column = min(column, self.length)
        return column if self._xs is None else self._xs[column]

    def column(self, x: int) -> int:
        """The code point whose cluster covers a cell; the end of the line beyond it."""
        if self._xs is None:
            return min(max(x, 0), self.length)
        found = bisect_right(self._xs, max(x, 0)) - 1
        return self.snap(found)

    def snap(self, column: int) -> int:
        """The start of the cluster this code point belongs to."""
        if self._xs is None:
            return min(column, self.length)
        return self._starts[bisect_right(self._starts, min(column, self.length)) - 1]

    def after(self, column: int) -> int:
        """The start of the next cluster."""
        if self._xs is None:
            return min(column + 1, self.length)
        return self._starts[min(bisect_right(self._starts, column), len(self._starts) - 1)]

    def before(self, column: int) -> int:
        """The start of the cluster before."""
        if self._xs is None:
            return max(column - 1, 0)
        return self._starts[max(bisect_left(self._starts, column) - 1, 0)]

    def text(self, start: int, end: int) -> str:
        """Code points start..end."""
        return self._text[start:end]

    def piece(self, start: int, end: int) -> str:
        """What is drawn for code points start..end."""
        if self._xs is None:
            return self.drawn[start:end]
        return self.drawn[self._draws[min(start, self.length)] : self._draws[min(end, self.length)]]


class LongCells(Cells):
    """A line of one cell per character, of which nothing is read but what is asked for."""

    __slots__ = ("_read",)

    def __init__(self, length: int, read: Callable[[int, int], str]) -> None:
        """`read` gives the code points from one column to another."""
        super().__init__("", 1)
        self.length = self.width = length
        self._read = read

    def text(self, start: int, end: int) -> str:
        """Code points start..end."""
        return self._read(start, end)

    def piece(self, start: int, end: int) -> str:
        """What is drawn for them."""
        return narrow(self._read(start, end))


cells = lru_cache(4096)(Cells)
"""The layout of a line that is not long, remembered."""


def long_breaks(length: int, width: int) -> range:
    """`breaks` of a line that is data: wherever a row is full."""
    return range(width, length, width)


def breaks(text: str, tab: int, width: int) -> Sequence[int]:
    """Columns at which the second and later rows of a wrapped line begin, in order.

    Breaks after a space where there is one; a space that just does not fit hangs over the edge.
    """
    if len(text) > LONG:
        return long_breaks(len(text), width)
    if len(text) <= width and (len(text) * 2 <= width or text.isascii()) and "\t" not in text:
        return ()
    return _breaks(text, tab, width)


def rows(text: str, tab: int, width: int) -> int:
    """How many rows a wrapped line takes: for files of many lines, nothing is remembered."""
    if len(text) > LONG or not plain(text):
        return 1 + len(breaks(text, tab, width))
    count, start, length = 1, 0, len(text)
    while length - start > width:
        full = start + width
        if text[full] == " ":
            start = full + 1
        else:
            space = text.rfind(" ", start, full)
            start = space + 1 if space > start else full
        if start >= length:
            break
        count += 1
    return count


@lru_cache(1024)
def _breaks(text: str, tab: int, width: int) -> tuple[int, ...]:
    line = cells(text, tab)
    found: list[int] = []
    start = 0
    while line.width - line.x(start) > width:
        start = _row_end(text, line, start, width)
        if start >= line.length:
            break
        found.append(start)
    return tuple(found)


def _row_end(text: str, line: Cells, start: int, width: int) -> int:
    """Where the row that starts at a column ends."""
    full = line.column(line.x(start) + width)
    if full < line.length and text[full] == " ":
        return full + 1
    space = text.rfind(" ", start, full)
    if space > start:
        return space + 1
    return max(full, line.after(start))
