"""The document as it was, what came and went marked in it, in one column or two."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import MouseDown, MouseMove
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cocalc_tui.history.blaming import BlamedLine
from cocalc_tui.history.words import Line, Piece, beside
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.theme import colour

TAB = 4
GUTTER = 6
"""Columns for the number of a line."""
BLAME_ROOM = 22
"""Columns for who wrote a line and when."""


class Body(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of a version, one of them marked, some perhaps selected."""

    DEFAULT_CSS = """
    Body { height: 1fr; background: $background; scrollbar-size-vertical: 1;
           scrollbar-size-horizontal: 0; overflow-x: hidden; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines_: Sequence[Line] = ()
        self.columns = False
        """Whether old and new stand side by side."""
        self.blamed: Sequence[BlamedLine] = ()
        self.blame_words: Callable[[BlamedLine], tuple[str, str]] = lambda _: ("", "")
        """Words and colour of who wrote a line."""
        self.moved: Callable[[], None] = lambda: None
        """Told when another row is marked."""
        self.face: Callable[[str], str] = lambda _: ""
        """A person's colour; "" for none."""
        self.sought = ""
        """What was looked for: the mark goes to where it came or went, and it stands out."""
        self.marked = 0
        self._anchor: int | None = None
        """Where the selection was begun."""
        self._sides: Sequence[tuple[Line | None, ...]] = ()
        """What stands in a row: a line, or its old and new form."""
        self._rows: list[tuple[int, int]] = []
        """For each row of the screen the line, and which part of a long one."""
        self._row_of: list[int] = []
        """The first row of each line."""

    def show(
        self,
        lines: Sequence[Line],
        *,
        columns: bool,
        blamed: Sequence[BlamedLine],
        stay: bool = False,
    ) -> None:
        """Show these; unless `stay`, what was sought or first differs is marked, and in view."""
        self.lines_, self.columns, self.blamed = lines, columns, blamed
        self._sides = beside(list(lines)) if columns else [(line,) for line in lines]
        self._anchor = None
        if not stay and (changed := [at for at, line in enumerate(lines) if line.changed]):
            self.marked = next((at for at in changed if self._has_sought(lines[at])), changed[0])
        self.marked = max(0, min(self.marked, len(lines) - 1))
        self._divide()
        self._into_view(self.size.height // 3)

    def _has_sought(self, line: Line) -> bool:
        """Whether a line has what was sought, as it was before or after."""
        sides = ([one.text for one in line.pieces if one.change * side >= 0] for side in (1, -1))
        return bool(self.sought) and any(self.sought in "".join(side) for side in sides)

    def on_resize(self) -> None:
        """Break long lines elsewhere."""
        self._divide()
        self._into_view()

    @property
    def _room(self) -> int:
        """Columns for the text of a line."""
        if self.columns:
            return max((self.size.width - 1) // 2 - GUTTER, 1)
        return max(self.size.width - GUTTER - BLAME_ROOM * bool(self.blamed), 1)

    def _divide(self) -> None:
        """Say which rows of the screen the lines take."""
        room = self._room
        self._rows, self._row_of = [], []
        for index, sides in enumerate(self._sides):
            self._row_of.append(len(self._rows))
            parts = max(len(breaks(line, room)) for line in sides)
            self._rows += [(index, part) for part in range(parts)]
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    def _into_view(self, margin: int = 0) -> None:
        if not self._row_of:
            return
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        row = self._row_of[self.marked]
        if row < top:
            self.scroll_to(y=max(row - margin, 0), animate=False, immediate=True)
        elif row >= top + height:
            y = row - (margin or height - 1)
            self.scroll_to(y=max(y, 0), animate=False, immediate=True)

    # --- the mark and the selection ------------------------------------------------------------

    @property
    def page(self) -> int:
        """Rows of a page."""
        return max(self.size.height - 1, 1)

    def move(self, by: int, *, select: bool = False) -> None:
        """Mark another row, with `select` taking in those between."""
        self.put(self.marked + by, select=select)

    def put(self, row: int, *, select: bool = False) -> None:
        """Mark a row."""
        if select and self._anchor is None:
            self._anchor = self.marked
        elif not select:
            self._anchor = None
        self.marked = max(0, min(row, len(self.lines_) - 1))
        self._into_view()
        self.refresh()
        self.moved()

    def put_on(self, number: int) -> None:
        """Mark the line of the version that has a number, if there is one."""
        row = next((row for row, line in enumerate(self.lines_) if line.new == number), None)
        if row is not None and row != self.marked:
            self.put(row)

    @property
    def marked_line(self) -> Line | None:
        """The row that is marked."""
        return self.lines_[self.marked] if self.lines_ else None

    def _selected(self) -> range:
        start = self.marked if self._anchor is None else self._anchor
        return range(min(start, self.marked), max(start, self.marked) + 1)

    @property
    def selected_numbers(self) -> list[int]:
        """The numbers, in the version, of the lines that are selected, or of the marked one."""
        chosen = self.lines_[self._selected().start : self._selected().stop]
        return [line.new for line in chosen if line.new is not None]

    @property
    def selected_text(self) -> str:
        """What the selected lines of the version say; "" where none are selected."""
        if self._anchor is None:
            return ""
        chosen = self.lines_[self._selected().start : self._selected().stop]
        return "".join(
            "".join(piece.text for piece in line.pieces if piece.change >= 0) + "\n"
            for line in chosen
            if line.new is not None
        )

    def on_mouse_down(self, event: MouseDown) -> None:
        """Mark what is clicked."""
        self.put(self._line_at(event.y), select=event.shift)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Select what is dragged over."""
        if event.button:
            self.put(self._line_at(event.y), select=True)

    def _line_at(self, y: int) -> int:
        row = min(y + self.scroll_offset.y, len(self._rows) - 1)
        return self._rows[row][0] if row >= 0 else 0

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        width, ground = self.size.width, self.rich_style
        row = y + self.scroll_offset.y
        if row >= len(self._rows):
            return Strip.blank(width, ground)
        index, part = self._rows[row]
        if self._anchor is not None and index in self._selected():
            ground += Style(bgcolor=colour(self, "selection"))
        elif index == self.marked:
            ground += Style(bgcolor=colour(self, "line"))
        sides = [self._row(line, part, ground) for line in self._sides[index]]
        if self.columns:
            rule = Segment("│", ground + Style(color=colour(self, "rule")))
            strip = Strip([*sides[0], rule, *sides[1]])
        elif self.blamed:
            strip = Strip([*self._blame(self.lines_[index], part, ground), *sides[0]])
        else:
            strip = sides[0]
        return strip.adjust_cell_length(width, ground)

    def _blame(self, line: Line, part: int, ground: Style) -> Strip:
        number = (line.new or 0) - 1
        words, shade = "", ""
        if 0 <= number < len(self.blamed) and not part:
            words, shade = self.blame_words(self.blamed[number])
        style = ground + Style(color=shade or colour(self, "text-dim"))
        return Strip([Segment(f" {words}", style)]).adjust_cell_length(BLAME_ROOM, ground)

    def _row(self, line: Line | None, part: int, ground: Style) -> Strip:
        """A part of a line behind its number."""
        room = self._room
        starts = breaks(line, room)
        if line is None or part >= len(starts):
            return Strip.blank(GUTTER + room, ground)
        number = "" if part else line.new or line.old or ""
        shade = colour(self, "accent" if line.changed else "text-faint")
        gutter = Segment(f"{number:>5} ", ground + Style(color=shade))
        if line.is_heading:
            return Strip([gutter, self._heading(line, room, ground)])
        text = self._lit(Strip([self._piece(piece, ground) for piece in line.pieces]))
        stop = starts[part + 1] if part + 1 < len(starts) else starts[part] + room
        shown = text.crop(starts[part], stop).adjust_cell_length(room, ground)
        return Strip([gutter, *shown])

    def _heading(self, line: Line, room: int, ground: Style) -> Segment:
        """What stands above a cell, as a rule from side to side."""
        text = "".join([_shown(piece) for piece in line.pieces]).rstrip("─")
        shade = colour(self, "text-dim")
        if change := line.pieces[0].change:
            shade = colour(self, "success" if change > 0 else "error")
        return Segment(text[:room].ljust(room, "─"), ground + Style(color=shade))

    def _lit(self, text: Strip) -> Strip:
        """A line in which what was sought stands out."""
        for found in re.finditer(re.escape(safe(self.sought)), text.text) if self.sought else ():
            start, stop = (cell_len(text.text[:at]) for at in found.span())
            before, inside, after = text.divide([start, stop, text.cell_length])
            text = Strip([*before, *inside.apply_style(Style(reverse=True)), *after])
        return text

    def _piece(self, piece: Piece, ground: Style) -> Segment:
        text = _shown(piece)
        if piece.change > 0:
            shade = (piece.author and self.face(piece.author)) or colour(self, "success")
            return Segment(text, ground + Style(color=shade, underline=True))
        if piece.change < 0:
            return Segment(text, ground + Style(color=colour(self, "error"), strike=True))
        return Segment(text, ground)


def _shown(piece: Piece) -> str:
    return safe(piece.text.expandtabs(TAB).removesuffix("\r"))


def breaks(line: Line | None, room: int) -> Sequence[int]:
    """Where the rows of a line begin, in columns: at words where there are any."""
    if line is None or line.is_heading:
        return (0,)
    if len(line.pieces) == 1 and len(line.pieces[0].text) * 2 <= room:
        return (0,)
    return _breaks("".join([_shown(piece) for piece in line.pieces]), room)


@lru_cache(maxsize=10_000)
def _breaks(text: str, room: int) -> Sequence[int]:
    if text.isascii():
        return _plain_breaks(text, room)
    starts, column, word = [0], 0, 0
    for char in text:
        width = cell_len(char)
        if column + width > starts[-1] + room:
            starts.append(word if word > starts[-1] else column)
        column += width
        if char == " ":
            word = column
    return starts


def _plain_breaks(text: str, room: int) -> Sequence[int]:
    """The same where each character is one column: most text by far."""
    starts = [0]
    while starts[-1] + room < len(text):
        start = starts[-1]
        word = text.rfind(" ", start, start + room) + 1
        starts.append(word if word > start else start + room)
    return starts
