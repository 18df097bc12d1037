"""The document as it was, what came and went marked in it, in one column or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
        self.face: Callable[[str], str] = lambda _: ""
        """A person's colour; "" for none."""
        self.marked = 0
        self._anchor: int | None = None
        """Where the selection was begun."""
        self._pairs: Sequence[tuple[Line | None, Line | None]] = ()

    def show(
        self,
        lines: Sequence[Line],
        *,
        columns: bool,
        blamed: Sequence[BlamedLine],
        stay: bool = False,
    ) -> None:
        """Show these; the first line that differs is marked and comes into view, unless `stay`."""
        self.lines_, self.columns, self.blamed = lines, columns, blamed
        self._pairs = beside(list(lines)) if columns else ()
        self._anchor = None
        changed = next((index for index, line in enumerate(lines) if line.changed), None)
        if changed is not None and not stay:
            self.marked = changed
        self.marked = max(0, min(self.marked, len(lines) - 1))
        self.virtual_size = Size(self.size.width, len(lines))
        self.refresh()
        self._into_view(self.size.height // 3)

    def _into_view(self, margin: int = 0) -> None:
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if self.marked < top:
            self.scroll_to(y=max(self.marked - margin, 0), animate=False, immediate=True)
        elif self.marked >= top + height:
            y = self.marked - (margin or height - 1)
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
        self.put(event.y + self.scroll_offset.y, select=event.shift)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Select what is dragged over."""
        if event.button:
            self.put(event.y + self.scroll_offset.y, select=True)

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        width, ground = self.size.width, self.rich_style
        index = y + self.scroll_offset.y
        if index >= len(self.lines_):
            return Strip.blank(width, ground)
        if self._anchor is not None and index in self._selected():
            ground += Style(bgcolor=colour(self, "selection"))
        elif index == self.marked:
            ground += Style(bgcolor=colour(self, "line"))
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
        words, shade = "", ""
        if 0 <= number < len(self.blamed):
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
        row = Strip(segments)
        if row.cell_length <= width:
            return row.adjust_cell_length(width, ground)
        cut = Segment("…", ground + Style(color=colour(self, "text-faint")))
        return Strip([*row.crop(0, width - 1), cut])

    def _piece(self, piece: Piece, ground: Style) -> Segment:
        text = safe(piece.text.expandtabs(TAB).removesuffix("\r"))
        if piece.change > 0:
            shade = (piece.author and self.face(piece.author)) or colour(self, "success")
            return Segment(text, ground + Style(color=shade, underline=True))
        if piece.change < 0:
            return Segment(text, ground + Style(color=colour(self, "error"), strike=True))
        return Segment(text, ground)
