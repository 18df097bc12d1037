"""Rows of a text as Strips: colours, carets, selections, line numbers, names.

A row is drawn from its line's text, its tokens and whatever lies over it; the Strip is remembered
by exactly these. So a key costs one row, a line that moves costs nothing, and a neighbour's caret
costs the rows it leaves and enters. Nothing needs to be told that something changed except the
Strips' keys themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from cocalc_tui.widgets.editor.cells import Cells
from cocalc_tui.widgets.editor.look import DARK, Look, Visitor, mixed
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.glyphs import safe

Spans: TypeAlias = tuple[tuple[int, int, str], ...]
"""Tokens of a line: start and end column, name; in order, not overlapping."""
Marks: TypeAlias = tuple[tuple[int, int, Style], ...]
"""What lies over a line: start and end column, style; later ones on top. A mark may reach one
column beyond the text: that draws one cell there."""

NAME_WIDTH = 12
SELECTION_PART = 0.3
"""How much of a person's colour is in the ground of what they selected."""


class _Range(NamedTuple):
    """A stretch of text in one style, by line and column."""

    first: tuple[int, int]
    last: tuple[int, int]
    style: Style


class Painter:
    """Draws the rows of an editor's view."""

    def __init__(
        self,
        editor: Editor,
        look: Look = DARK,
        *,
        spans: Callable[[int], Spans] | None = None,
        numbers: bool = False,
    ) -> None:
        """`spans` gives the tokens of a line; `numbers`: whether there is a gutter."""
        self.editor = editor
        self.numbers = numbers
        self.focused = True
        self.visitors: Sequence[Visitor] = ()
        self.matches: Sequence[tuple[int, int]] = ()
        """What a search found: start and end offsets, in order."""
        self.match: tuple[int, int] | None = None
        """The one of them that is looked at."""
        self.top = 0
        """The first row on the screen: there a name goes below its caret, elsewhere above."""
        self._spans = spans
        self._strips: LRUCache[object, Strip] = LRUCache(2048)
        self.look = look

    @property
    def look(self) -> Look:
        """The colours."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        self._strips.clear()
        self._plain = {name: look.text + style for name, style in look.tokens.items()}
        lit = look.text + look.current
        self._lit = {name: lit + style for name, style in look.tokens.items()}
        self._plain[""], self._lit[""] = look.text, lit

    @property
    def gutter(self) -> int:
        """Cells the line numbers take."""
        return len(str(self.editor.view.lines)) + 2 if self.numbers else 0

    # --- rows ----------------------------------------------------------------------------------

    def row(self, row: int, width: int, left: int = 0, edge: Segment | None = None) -> Strip:
        """A visual row, `width` cells with the gutter; the text begins at its cell `left`.

        `edge` is drawn in its last cell.
        """
        strip = self._base_row(row, width, left, edge)
        for visitor in self.visitors:
            if visitor.named:
                strip = self._with_name(strip, visitor, row, left)
        return strip

    def _base_row(self, row: int, width: int, left: int, edge: Segment | None) -> Strip:
        view = self.editor.view
        if row >= view.height:
            room = width - (edge is not None)
            segments = [Segment(" " * room, self.look.text), *([edge] if edge else [])]
            return Strip(segments, width)
        line, part = view.at(row)
        text = view.text(line)
        start, end = view.span(line, part)
        spans = self._spans(line) if self._spans else ()
        marks = self._marks(line, start, end)
        lit = self.focused and self.editor.anchor is None and line == self.editor.place()[0]
        label = self._label(line, part)
        key = (text, start, end, spans, marks, lit, label, width, left, edge)
        strip = self._strips.get(key)
        if strip is None:
            room = width - len(label) - (edge is not None)
            body = self._text(view.cells(line), text, start, end, spans, marks, lit, left, room)
            strip = Strip([*self._gutter(label, lit=lit), *body, *([edge] if edge else [])], width)
            self._strips[key] = strip
        return strip

    def _label(self, line: int, part: int) -> str:
        if not self.numbers:
            return ""
        return (str(line + 1) if part == 0 else "").rjust(self.gutter - 1) + " "

    def _gutter(self, label: str, *, lit: bool) -> list[Segment]:
        style = self.look.gutter_current if lit else self.look.gutter
        return [Segment(label, style)] if label else []

    def _text(
        self,
        cells: Cells,
        text: str,
        start: int,
        end: int,
        spans: Spans,
        marks: Marks,
        lit: bool,
        left: int,
        room: int,
    ) -> list[Segment]:
        """Segments of exactly `room` cells for columns start..end from cell `left` on."""
        styles = self._lit if lit else self._plain
        origin = cells.x(start)
        low = cells.column(origin + left) if left else start
        high = min(end, cells.column(origin + left + room) + 1)
        runs = _runs(low, high, spans, styles)
        for column, after in cells.odd:
            runs = _over(runs, column, after, self.look.odd)
        beyond: Style | None = None
        for column, after, style in marks:
            runs = _over(runs, column, after, style)
            if after > end:
                beyond = style if beyond is None else beyond + style
        segments = [
            Segment(piece, style)
            for first, last, style in runs
            for piece, style in self._pieces(cells, text, first, last, style)
        ]
        width = cells.x(high) - cells.x(low) if high > low else 0
        if beyond is not None and high == end:
            segments.append(Segment(" ", styles[""] + beyond))
            width += 1
        if width < left + room:
            segments.append(Segment(" " * (left + room - width), styles[""]))
            width = left + room
        skip = origin + left - cells.x(low) if high > low else left
        if skip == 0 and width == room:
            return segments
        return list(Strip(segments, width).crop(skip, skip + room))

    def _pieces(
        self, cells: Cells, text: str, first: int, last: int, style: Style
    ) -> list[tuple[str, Style]]:
        piece = cells.piece(first, last)
        if last == first + 1 and len(piece) > 1 and text[first] == "\t":
            # A caret on a tab is one cell, not the whole way to the next stop.
            caret = self.look.caret if self.focused else self.look.caret_away
            if style.bgcolor == caret.bgcolor:
                return [(piece[:1], style), (piece[1:], self.look.text)]
        return [(piece, style)]

    # --- what lies over the text ---------------------------------------------------------------

    def _marks(self, line: int, start: int, end: int) -> Marks:
        """What lies over columns start..end of a line, the topmost last."""
        editor = self.editor
        found: list[tuple[int, int, Style]] = []
        length = len(editor.view.text(line))
        for stretch in self._ranges():
            if stretch.first[0] <= line <= stretch.last[0]:
                column = stretch.first[1] if stretch.first[0] == line else 0
                after = stretch.last[1] if stretch.last[0] == line else length + 1
                found.append((column, after, stretch.style))
        if self.matches:
            found += self._matches(line, length)
        found += self._carets(line, start, end, length)
        return tuple(mark for mark in found if mark[0] <= end and mark[1] > start)

    def _ranges(self) -> list[_Range]:
        at = self.editor.buffer.row_col
        found = [
            _Range(at(min(who.caret, who.anchor)), at(max(who.caret, who.anchor)), self._faint(who))
            for who in self.visitors
            if who.anchor is not None and who.anchor != who.caret
        ]
        for caret in self.editor.carets:
            if caret.anchor is not None:
                low, high = self.editor.shown(caret)
                found.append(_Range(at(low), at(high), self.look.selection))
        return found

    def _matches(self, line: int, length: int) -> list[tuple[int, int, Style]]:
        begin = self.editor.buffer.offset(line, 0)
        found: list[tuple[int, int, Style]] = []
        index = max(bisect_left(self.matches, (begin, 0)) - 1, 0)
        while index < len(self.matches) and self.matches[index][0] <= begin + length:
            low, high = self.matches[index]
            if high > begin:
                here = self.look.match_current if (low, high) == self.match else self.look.match
                found.append((max(low - begin, 0), min(high - begin, length), here))
            index += 1
        return found

    def _carets(self, line: int, start: int, end: int, length: int) -> list[tuple[int, int, Style]]:
        """Carets in this row: at a break they stand in the row that begins there."""
        at = self.editor.buffer.row_col
        mine = self.look.caret if self.focused else self.look.caret_away
        carets = [(at(who.caret), self._strong(who)) for who in self.visitors]
        carets += [(at(caret.at), mine) for caret in self.editor.carets]
        cells = self.editor.view.cells(line)
        return [
            (column, max(cells.after(column), column + 1), style)
            for (where, column), style in carets
            if where == line and start <= column and (column < end or column >= length)
        ]

    # --- names ---------------------------------------------------------------------------------

    def name_row(self, visitor: Visitor) -> int:
        """The row in which a visitor's name shows."""
        row, _ = self.editor.view.place(visitor.caret)
        return row - 1 if row > self.top else row + 1

    def rows_of_visitors(self) -> list[tuple[int, int]]:
        """First and last rows in which somebody else's caret, selection or name shows."""
        place = self.editor.view.place
        found: list[tuple[int, int]] = []
        for who in self.visitors:
            row = place(who.caret)[0]
            other = row if who.anchor is None else place(who.anchor)[0]
            found.append((min(row, other), max(row, other)))
            if who.named:
                found.append((self.name_row(who),) * 2)
        return found

    def _with_name(self, strip: Strip, visitor: Visitor, row: int, left: int) -> Strip:
        if self.name_row(visitor) != row:
            return strip
        width = strip.cell_length
        label = f" {safe(visitor.name)[:NAME_WIDTH]} "
        size = min(cell_len(label), width - self.gutter)
        x = self.gutter + self.editor.view.place(visitor.caret)[1] - left
        x = max(min(x, width - size), self.gutter)
        name = Segment(set_cell_size(label, size), self._strong(visitor))
        return Strip([*strip.crop(0, x), name, *strip.crop(x + size, width)], width)

    def _strong(self, visitor: Visitor) -> Style:
        return Style(color=self.look.on_person, bgcolor=visitor.colour)

    def _faint(self, visitor: Visitor) -> Style:
        return Style(bgcolor=mixed(visitor.colour, self.look.text.bgcolor, SELECTION_PART))


def _runs(low: int, high: int, spans: Spans, styles: dict[str, Style]) -> list[_Run]:
    """Cut columns low..high into stretches of one token each."""
    plain = styles[""]
    runs: list[_Run] = []
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


_Run: TypeAlias = tuple[int, int, Style]


def _over(runs: list[_Run], low: int, high: int, style: Style) -> list[_Run]:
    """Lay a style over columns low..high."""
    laid: list[_Run] = []
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
