"""What lies over a text: selections, carets, places found, brackets; mine and other people's.

All are offsets of the text. Where they are by line is looked up once for a version of the text, not
for every row that is painted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style

from cocalc_tui.widgets.editor.look import Look, Visitor, mixed
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.runs import Marks

SELECTION_PART = 0.3
"""How much of a person's colour is in the ground of what they selected."""
Place = tuple[int, int]
"""Line and column."""


class _Range(NamedTuple):
    """A stretch of text in one style."""

    first: Place
    last: Place
    style: Style


class Overlay:
    """What lies over an editor's text."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self.editor = editor
        self.look = look
        self.focused = True
        self.visitors: Sequence[Visitor] = ()
        self.matches: Sequence[tuple[int, int]] = ()
        """What a search found: start and end offsets, in order."""
        self.match: tuple[int, int] | None = None
        """The one of them that is looked at."""
        self.brackets: tuple[int, int] | None = None
        """Offsets of the bracket at the caret and its partner."""
        self._version = -1
        self._places: dict[int, Place] = {}

    def at(self, offset: int) -> Place:
        """Line and column of an offset."""
        view = self.editor.view
        if self._version != view.version:
            self._version = view.version
            self._places.clear()
        place = self._places.get(offset)
        if place is None:
            place = self._places[offset] = self.editor.buffer.row_col(offset)
        return place

    def marks(self, line: int, start: int, end: int) -> Marks:
        """What lies over columns start..end of a line, the topmost last."""
        found: list[tuple[int, int, Style]] = []
        length = self.editor.view.length(line)
        for stretch in self._ranges():
            if stretch.first[0] <= line <= stretch.last[0]:
                column = stretch.first[1] if stretch.first[0] == line else 0
                after = stretch.last[1] if stretch.last[0] == line else length + 1
                found.append((column, after, stretch.style))
        if self.matches:
            found += self._matches(line, length)
        if self.brackets is not None and self.focused:
            for where, column in map(self.at, self.brackets):
                if where == line:
                    found.append((column, column + 1, self.look.bracket))
        found += self._carets(line, start, end, length)
        return tuple(mark for mark in found if mark[0] <= end and mark[1] > start)

    def _ranges(self) -> list[_Range]:
        at = self.at
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
        mine = self.look.caret if self.focused else self.look.caret_away
        carets = [(self.at(who.caret), self.strong(who)) for who in self.visitors]
        carets += [(self.at(caret.at), mine) for caret in self.editor.carets]
        cells = self.editor.view.cells(line)
        return [
            (column, max(cells.after(column), column + 1), style)
            for (where, column), style in carets
            if where == line and start <= column and (column < end or column >= length)
        ]

    def strong(self, visitor: Visitor) -> Style:
        """A person's colour."""
        return Style(color=self.look.on_person, bgcolor=visitor.colour)

    def _faint(self, visitor: Visitor) -> Style:
        return Style(bgcolor=mixed(visitor.colour, self.look.text.bgcolor, SELECTION_PART))
