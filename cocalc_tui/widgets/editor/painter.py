"""Rows of a text as Strips: colours, carets, selections, line numbers, names.

A row is drawn from its line's text, its tokens and whatever lies over it; the Strip is remembered
by exactly these. So a key costs one row, a line that moves costs nothing, and a neighbour's caret
costs the rows it leaves and enters. Nothing needs to be told that something changed except the
Strips' keys themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.cache import LRUCache
from textual.strip import Strip

from cocalc_tui.widgets.editor import gutter
from cocalc_tui.widgets.editor.cells import LONG
from cocalc_tui.widgets.editor.gutter import Gutter
from cocalc_tui.widgets.editor.look import DARK, Look, Visitor
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.overlay import Overlay
from cocalc_tui.widgets.editor.runs import Paints, Part, Spans, segments
from cocalc_tui.widgets.glyphs import safe

NAME_WIDTH = 12


class Painter:
    """Draws the rows of an editor's view."""

    def __init__(
        self,
        editor: Editor,
        look: Look = DARK,
        *,
        spans: Callable[[int], Spans] | None = None,
        numbers: bool = False,
        apart: bool = False,
    ) -> None:
        """`spans` gives the tokens of a line; `numbers`, `apart`: what the gutter is like."""
        self.editor = editor
        self.over = Overlay(editor, look)
        self.left = Gutter(editor.view, numbers=numbers, apart=apart)
        self.whitespace = False
        """Whether spaces and tabs have marks."""
        self.top = 0
        """The first row on the screen: there a name goes below its caret, elsewhere above."""
        self._spans = spans
        self._strips: LRUCache[object, Strip] = LRUCache(2048)
        self._named_rows: set[int] = set()
        """Rows that were painted with a name."""
        self.look = look

    @property
    def look(self) -> Look:
        """The colours."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = self.over.look = look
        self._strips.clear()
        self._plain = {name: look.text + style for name, style in look.tokens.items()}
        lit = look.text + look.current
        self._lit = {name: lit + style for name, style in look.tokens.items()}
        self._plain[""], self._lit[""] = look.text, lit

    @property
    def numbers(self) -> bool:
        """Whether lines are numbered."""
        return self.left.numbers

    @numbers.setter
    def numbers(self, shown: bool) -> None:
        self.left.numbers = shown

    @property
    def gutter(self) -> int:
        """Cells left of the text."""
        return self.left.width

    @property
    def focused(self) -> bool:
        """Whether the keyboard is here."""
        return self.over.focused

    @focused.setter
    def focused(self, focused: bool) -> None:
        self.over.focused = focused

    @property
    def visitors(self) -> Sequence[Visitor]:
        """The others in the text."""
        return self.over.visitors

    @visitors.setter
    def visitors(self, visitors: Sequence[Visitor]) -> None:
        self.over.visitors = visitors

    # --- rows ----------------------------------------------------------------------------------

    def row(self, row: int, width: int, left: int = 0, edge: Segment | None = None) -> Strip:
        """A visual row, `width` cells with the gutter; the text begins at its cell `left`.

        `edge` is drawn in its last cell.
        """
        strip = self._base_row(row, width, left, edge)
        self._named_rows.discard(row)
        for visitor in self.visitors:
            if visitor.named and self.name_row(visitor) == row:
                strip = self._with_name(strip, visitor, left)
                self._named_rows.add(row)
        return strip

    def _base_row(self, row: int, width: int, left: int, edge: Segment | None) -> Strip:
        view, over = self.editor.view, self.over
        if row >= view.height:
            room = width - (edge is not None)
            blank = [Segment(" " * room, self.look.text), *([edge] if edge else [])]
            return Strip(blank, width)
        line, part = view.at(row)
        length = view.length(line)
        start, end = view.span(line, part)
        spans = self._spans(line) if self._spans else ()
        marks = over.marks(line, start, end)
        mine = self.editor.main
        lit = over.focused and mine.anchor is None and line == over.at(mine.at)[0]
        label = self.left.label(line, part, self.look, lit=lit)
        tail = self._tail(line) if end == length else ""
        # A line of megabytes is known by its version: comparing it takes longer than drawing.
        known = view.text(line) if length <= LONG else (view.version, line)
        key = (
            *(known, start, end, spans, marks, lit, label),
            *(tail, width, left, edge, self.whitespace),
        )
        strip = self._strips.get(key)
        if strip is None:
            room = width - self.gutter - (edge is not None)
            body = segments(
                Part(view.cells(line), start, end, left, room),
                spans,
                marks,
                self._paints(lit=lit),
                tail,
            )
            strip = Strip([*gutter.drawn(label), *body, *([edge] if edge else [])], width)
            self._strips[key] = strip
        return strip

    def _tail(self, line: int) -> str:
        """What stands behind a line below which others are folded away."""
        last = self.editor.view.folds.last(line) if self.editor.view.folds else None
        if last is None:
            return ""
        return f" ⋯ {last - line:,} {'line' if last == line + 1 else 'lines'} "

    def _paints(self, *, lit: bool) -> Paints:
        look = self.look
        return Paints(
            self._lit if lit else self._plain,
            look.odd,
            look.caret if self.focused else look.caret_away,
            look.text,
            look.space if self.whitespace else None,
        )

    # --- names ---------------------------------------------------------------------------------

    def name_row(self, visitor: Visitor) -> int:
        """The row in which a visitor's name shows."""
        row, _ = self.editor.view.place(visitor.caret)
        return row - 1 if row > self.top else row + 1

    def rows_of_visitors(self) -> list[tuple[int, int]]:
        """First and last rows in which somebody else's caret or selection is, or a name is due."""
        place = self.editor.view.place
        found: list[tuple[int, int]] = []
        for who in self.visitors:
            row = place(who.caret)[0]
            other = row if who.anchor is None else place(who.anchor)[0]
            found.append((min(row, other), max(row, other)))
            if who.named:
                found.append((self.name_row(who),) * 2)
        return found

    def rows_of_names(self) -> list[tuple[int, int]]:
        """Those painted with a name: it is below a caret in the first row, where that scrolled."""
        return [(row, row) for row in self._named_rows]

    def _with_name(self, strip: Strip, visitor: Visitor, left: int) -> Strip:
        width = strip.cell_length
        label = f" {safe(visitor.name)[:NAME_WIDTH]} "
        size = min(cell_len(label), width - self.gutter)
        x = self.gutter + self.editor.view.place(visitor.caret)[1] - left
        x = max(min(x, width - size), self.gutter)
        name = Segment(set_cell_size(label, size), self.over.strong(visitor))
        return Strip([*strip.crop(0, x), name, *strip.crop(x + size, width)], width)
