"""A list of rows drawn by hand: what files, people, choices and help are shown in.

Textual's own lists are a widget per row or a rich text per row; these are a string and a few
styles, so that ten thousand files scroll like ten. Subclasses say what a row looks like.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.theme import colour

Piece = tuple[str, Style]
"""Some text of a row and how it looks."""


class Row(tuple[tuple[Piece, ...], tuple[Piece, ...]]):
    """What stands at the left of a row, and at its right end."""

    __slots__ = ()

    def __new__(cls, left: Iterable[Piece], right: Iterable[Piece] = ()) -> Row:
        """Where there is too little room the left side gets half of it at least."""
        return super().__new__(cls, (tuple(left), tuple(right)))

    def strip(self, width: int, base: Style) -> Strip:
        """The row at this width; a text that is cut ends in `…`."""
        left, right = (
            Strip([Segment(safe(text), base + style) for text, style in side]) for side in self
        )
        right = _cut(right, max(width - left.cell_length, width // 2), base)
        room = max(width - right.cell_length, 0)
        left = _cut(left, room, base)
        gap = Segment(" " * max(room - left.cell_length, 0), base)
        return Strip([*left, gap, *right]).crop(0, width)


def _cut(strip: Strip, room: int, base: Style) -> Strip:
    """As much of a strip as there is room for; where something is gone it ends in `…`."""
    if strip.cell_length <= room:
        return strip
    return Strip([*strip.crop(0, max(room - 1, 0)), Segment("…"[:room], base)])


class ByWheel(ScrollView):
    """Scrolls three rows at a time, at once."""

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll three rows."""
        event.stop()
        self.scroll_relative(y=3, animate=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll three rows."""
        event.stop()
        self.scroll_relative(y=-3, animate=False)


class Rows(ByWheel, inherit_bindings=False):
    """A scrolling list with one row marked."""

    DEFAULT_CSS = """
    Rows { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.marked = 0
        self._drawn: LRUCache[tuple[int, int, bool], Strip] = LRUCache(512)

    # --- what subclasses say -------------------------------------------------------------------

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row(self, index: int) -> Row:
        """What a row looks like."""
        raise NotImplementedError

    def chosen(self, index: int) -> None:
        """A row was clicked."""

    def mark_shows(self) -> bool:
        """Whether the marked row is to be seen as such."""
        return True

    # --- the list ------------------------------------------------------------------------------

    def changed(self) -> None:
        """Rows are others now: draw all anew."""
        self._drawn.clear()
        self.marked = max(min(self.marked, self.count() - 1), 0)
        self.virtual_size = Size(self.size.width, self.count())
        self.refresh()

    def mark(self, index: int) -> None:
        """Mark a row and bring it into view."""
        if not self.count():
            return
        before, self.marked = self.marked, max(min(index, self.count() - 1), 0)
        self.refresh_lines(before - self.scroll_offset.y)
        self.refresh_lines(self.marked - self.scroll_offset.y)
        self.show_mark()

    def show_mark(self) -> None:
        """Scroll as little as needed to see the marked row."""
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if self.marked < top:
            self.scroll_to(y=self.marked, animate=False, immediate=True)
        elif self.marked >= top + height:
            self.scroll_to(y=self.marked - height + 1, animate=False, immediate=True)

    def page(self) -> int:
        """Rows of a page."""
        return max(self.size.height - 1, 1)

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        index, width = y + self.scroll_offset.y, self.size.width
        base = self.rich_style
        if index >= self.count():
            return Strip.blank(width, base)
        marked = index == self.marked and self.mark_shows()
        key = (index, width, marked)
        if (strip := self._drawn.get(key)) is None:
            if marked:
                base += Style(bgcolor=colour(self, "raised"))
            strip = self._drawn[key] = self.row(index).strip(width, base)
        return strip

    def notify_style_update(self) -> None:
        """Draw anew in another theme."""
        super().notify_style_update()
        self._drawn.clear()

    def on_resize(self) -> None:
        """Have the scroll bar fit."""
        self.virtual_size = Size(self.size.width, self.count())

    def on_click(self, event: Click) -> None:
        """Mark a row, and choose it."""
        index = event.y + self.scroll_offset.y
        if index < self.count():
            self.mark(index)
            self.chosen(index)


class RowActs:
    """Going up and down in a list of rows: for the list itself, or what has it as a part."""

    def listed(self) -> Rows:
        """The list."""
        raise NotImplementedError

    def do_up(self) -> None:
        """Mark the row above."""
        self._mark_by(-1)

    def do_down(self) -> None:
        """Mark the row below."""
        self._mark_by(1)

    def do_page_up(self) -> None:
        """Mark a row a page up."""
        self._mark_by(-self.listed().page())

    def do_page_down(self) -> None:
        """Mark a row a page down."""
        self._mark_by(self.listed().page())

    def _mark_by(self, by: int) -> None:
        rows = self.listed()
        rows.mark(rows.marked + by)
