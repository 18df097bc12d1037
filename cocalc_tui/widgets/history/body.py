"""The document as it was, what came and went marked in it, in one column or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cocalc_tui.history.blaming import BlamedLine
from cocalc_tui.history.words import Line, Piece, beside
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.theme import colour

TAB = 4
BLAME_ROOM = 22
"""Columns for who wrote a line and when."""


class Body(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of a version."""

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
        self._pairs: Sequence[tuple[Line | None, Line | None]] = ()

    def show(self, lines: Sequence[Line], *, columns: bool, blamed: Sequence[BlamedLine]) -> None:
        """Show these; the first line that differs comes into view."""
        self.lines_, self.columns, self.blamed = lines, columns, blamed
        self._pairs = beside(list(lines)) if columns else ()
        self.virtual_size = Size(self.size.width, len(lines))
        self.refresh()
        changed = next((index for index, line in enumerate(lines) if line.changed), None)
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if changed is not None and not top <= changed < top + height:
            self.scroll_to(y=max(changed - height // 3, 0), animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        width, ground = self.size.width, self.rich_style
        index = y + self.scroll_offset.y
        if index >= len(self.lines_):
            return Strip.blank(width, ground)
        if self.columns:
            half = (width - 1) // 2
            old, new = self._pairs[index]
            rule = Segment("│", ground + Style(color=colour(self, "rule")))
            strip = Strip([*self._row(old, half, ground), rule, *self._row(new, half, ground)])
        else:
            draw = self._blamed_row if self.blamed else self._row
            strip = draw(self.lines_[index], width, ground)
        return strip.adjust_cell_length(width, ground)

    def _blamed_row(self, line: Line, width: int, ground: Style) -> Strip:
        number = (line.new or 0) - 1
        if not 0 <= number < len(self.blamed):
            return self._row(line, width, ground)
        words, shade = self.blame_words(self.blamed[number])
        style = ground + Style(color=shade or colour(self, "text-dim"))
        head = Strip([Segment(f" {words}", style)]).adjust_cell_length(BLAME_ROOM, ground)
        return Strip([*head, *self._row(line, width - BLAME_ROOM, ground)])

    def _row(self, line: Line | None, width: int, ground: Style) -> Strip:
        if line is None:
            return Strip.blank(width, ground)
        gutter = f"{line.new or line.old or '':>5} "
        shade = {True: "accent", False: "text-faint"}[line.changed]
        segments = [Segment(gutter, ground + Style(color=colour(self, shade)))]
        segments += [self._piece(piece, ground) for piece in line.pieces]
        return Strip(segments).adjust_cell_length(width, ground)

    def _piece(self, piece: Piece, ground: Style) -> Segment:
        text = safe(piece.text.expandtabs(TAB).removesuffix("\r"))
        if piece.change > 0:
            return Segment(text, ground + Style(color=colour(self, "success"), underline=True))
        if piece.change < 0:
            return Segment(text, ground + Style(color=colour(self, "error"), strike=True))
        return Segment(text, ground)
