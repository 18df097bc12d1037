"""What was said, drawn message by message on the Line API; one may be marked.

Which message is on which row, and what of it is drawn, is the column's; here is what is in view.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Mapping, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message as TextualMessage
from textual.strip import Strip

from cocalc_tui.chat.model import Message
from cocalc_tui.chat.places import Link
from cocalc_tui.chat.standing import Chat, Step
from cocalc_tui.query import NOTHING, Query, SearchError
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.chat.column import Column, What
from cocalc_tui.widgets.chat.draw import link_cells, message_rows, styled
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.rows import Frame
from cocalc_tui.widgets.rows import ByWheel
from cocalc_tui.widgets.theme import colour

HINT = "Nothing was said here yet."


class ChatLog(Acting, ByWheel, can_focus=True, inherit_bindings=False):
    """The messages of a chat."""

    DEFAULT_CSS = """
    ChatLog { height: 1fr; background: $background; scrollbar-size-vertical: 1;
              scrollbar-size-horizontal: 0; overflow-x: hidden; }
    """

    class Follow(TextualMessage):
        """A place in a message was clicked."""

        def __init__(self, link: Link) -> None:
            super().__init__()
            self.link = link

    def __init__(self, path: str) -> None:
        """`path` is the chat's: what a link means depends on it."""
        super().__init__()
        self._path = path
        self.column = Column(self._drawn)
        self.marked = -1
        self._marked_key = ""
        self.shows_mark = False
        """Whether the mark is seen while the keyboard is elsewhere."""
        self._lit = NOTHING
        """What stands out in the marked message."""
        self._knows_unread = False
        """Whether it is known what is new to me."""
        self.me = ""
        self._drawing = False
        self._height = 0
        """Rows of the screen when it was drawn last."""
        self._look: Look | None = None
        self._empty: Strip | None = None
        """A row with nothing on it."""

    @property
    def message(self) -> Message | None:
        """The marked message."""
        return self.column.message(self.marked)[0] if self.marked >= 0 else None

    def show(self, chat: Chat) -> None:
        """Show these messages, the same one marked, and the end where it was to be seen."""
        at_end = self.is_vertical_scroll_end or not len(self.column)
        self.column.take(chat)
        self._show(chat, at_end=at_end)

    def follow(self, chat: Chat, steps: Sequence[Step], *, watched: bool) -> None:
        """Show what became of them; what comes while nobody watches is new."""
        at_end = self.is_vertical_scroll_end
        came = {step.key for step in steps if step.came} - {one.key for one in steps if one.gone}
        others = {key for key in came if (one := chat.get(key)) and one.user != self.me}
        self.column.follow(steps, others if self._knows_unread and not watched else ())
        self._show(chat, at_end=at_end)

    def _show(self, chat: Chat, *, at_end: bool) -> None:
        self.marked = chat.index(self._marked_key)
        self._place()
        self._draw_view(at_end=at_end)

    def _place(self) -> None:
        """There are as many rows as the messages have: the scroll bar says so, all else stays.

        Setting `virtual_size` would have Textual lay out the screen and draw it twice.
        """
        size = Size(self.size.width, max(self.column.total, 1))
        if size != self.virtual_size:
            self.set_reactive(ChatLog.virtual_size, size)
            self._scroll_update(size)
        self.refresh()

    def _draw_view(self, *, at_end: bool = False) -> None:
        """Draw what is on the screen; what was drawn there already stays where it is, or the end.

        A message that needs other rows than it seemed to moves those around it, so more may come
        into view.
        """
        column, self._height = self.column, self.size.height
        if self._drawing or not len(column) or not self.size.height:
            return
        self._drawing = True
        try:
            while True:
                if at_end:
                    self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)
                seen = self._in_view()
                fresh = [index for index in seen if not column.is_drawn(index)]
                if not fresh:
                    return
                held = next((index for index in seen if index not in fresh), seen[0])
                above = column.top(held) - self.scroll_offset.y
                for index in fresh:
                    column.rows(index)
                self._place()
                if not at_end:
                    y = column.top(held) - above
                    self.scroll_to(y=y, animate=False, immediate=True, force=True)
        finally:
            self._drawing = False

    def _in_view(self) -> Sequence[int]:
        """The messages of which something is on the screen."""
        top = self.scroll_offset.y
        first, last = (self.column.at(row)[0] for row in (top, top + self.size.height - 1))
        return range(first, last + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other messages are on the screen."""
        super().watch_scroll_y(old_value, new_value)
        self._draw_view()

    def show_unread(self, keys: Collection[str]) -> None:
        """Mark what I have not read, the first of it in view."""
        self._knows_unread = True
        self.column.show_unread(keys)
        self._place()
        if self.column.first_new < 0:
            self._draw_view(at_end=self.is_vertical_scroll_end)
        else:
            self._go_to(self.column.first_new)

    def show_readers(self, readers: Mapping[str, str]) -> None:
        """Show how far others have read: by person, the last message they have read."""
        self.column.show_readers(readers)
        self._draw_view(at_end=self.is_vertical_scroll_end)
        self.refresh()

    def _go_to(self, index: int, within: int = 0) -> None:
        """Have a message, or one of its rows, at the top of the screen."""
        for _ in range(2):  # those around it may need other rows than they seemed to
            top = min(self.column.top(index) + within, self.max_scroll_y)
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
            self._draw_view()

    def seen(self) -> None:
        """Nothing is new any more."""
        if self.column.first_new >= 0:
            at_end = self.is_vertical_scroll_end
            self.column.show_unread(())
            self._place()
            self._draw_view(at_end=at_end)

    def _drawn(self, what: What) -> list[Strip]:
        if self._look is None:
            variables = self.app.theme_variables
            self._look = Look.from_theme(variables, dark=self.app.current_theme.dark)
        rows = message_rows(
            what.message,
            what.depth,
            Frame(max(self.size.width - 1, 10), self._look, hint=""),
            faces=desk(self).faces,
            unread=what.unread,
            first_new=what.first_new,
            readers=what.readers,
            me=self.me,
            today=time.strftime("%Y-%m-%d"),
        )
        ground = self.rich_style
        return [self._whole(row, ground) for row in rows]

    def _whole(self, row: Strip, ground: Style) -> Strip:
        """A row from edge to edge, made once for all frames in which it is seen."""
        return row.adjust_cell_length(self.size.width, ground).apply_style(ground)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the screen; what has not changed is the same Strip as before.

        There is no border or padding to put around them: Textual's own way would make new ones.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            ground = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, ground) for strip in strips]
        left, right = crop.column_span
        if (left, right) == (0, self.size.width):
            return strips
        return [strip.crop(left, right) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        row = y + self.scroll_offset.y
        index, inner = self.column.at(row) if len(self.column) else (0, 0)
        rows = self.column.rows(index) if row < self.column.total else []
        if inner < len(rows):
            raised = index == self.marked and (self.has_focus or self.shows_mark)
            return self._raised(rows[inner]) if raised else rows[inner]
        if y == 0 and not len(self.column):
            style = Style(color=colour(self, "text-dim"))
            return self._whole(Strip([Segment(f" {HINT}", style)]), self.rich_style)
        if self._empty is None:
            self._empty = self._whole(Strip([]), self.rich_style)
        return self._empty

    def _raised(self, row: Strip) -> Strip:
        """A row of the marked message; what was found in it stands out."""
        row = styled(row, 0, row.cell_length, Style(bgcolor=colour(self, "raised")))
        with contextlib.suppress(SearchError):  # that it takes too long was said
            found = Style(
                color=colour(self, "text-bright"), bgcolor=colour(self, "match-now"), reverse=False
            )
            for start, end in [one.span() for one in self._lit.matches(row.text)]:
                cells = cell_len(row.text[:start]), cell_len(row.text[:end])
                row = styled(row, *cells, found)
        return row

    def mark(self, index: int) -> None:
        """Mark a message and bring it into view."""
        column = self.column
        if not len(column):
            return
        self._put_mark(max(0, min(index, len(column) - 1)))
        height = len(column.rows(self.marked))
        self._place()
        top = column.top(self.marked)
        if top < self.scroll_offset.y or height >= self.size.height:
            self._go_to(self.marked)
        elif top + height > self.scroll_offset.y + self.size.height:
            y = top + height - self.size.height
            self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def _put_mark(self, index: int) -> None:
        """Mark a message; what is in view stays."""
        self.marked, self._marked_key = index, self.column.message(index)[0].key
        self._lit = NOTHING
        self.refresh()
        desk(self).bars_changed()

    def page(self, by: int) -> None:
        """Scroll by a screen, up (-1) or down (1); the mark goes along."""
        if not len(self.column):
            return
        y = self.scroll_offset.y + by * max(self.size.height - 1, 1)
        y = max(0, min(y, self.max_scroll_y))
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
        seen = self._in_view()
        self._put_mark(max(seen[0], min(self.marked, seen[-1])))

    def show_found(self, index: int, query: Query) -> None:
        """Mark a message in which something was found, and have that stand out."""
        self.mark(index)
        self._lit = query
        self.refresh()

    # --- events --------------------------------------------------------------------------------

    def forget(self) -> None:
        """Draw all anew: width or colours are others. The top of the screen stays, or the end."""
        self._look = self._empty = None
        if not self.is_mounted:
            return
        at_end = self._was_at_end()
        held, within = self.column.at(self.scroll_offset.y) if len(self.column) else (0, 0)
        self.column.forget(self.size.width)
        self._place()
        if at_end or not len(self.column):
            self._draw_view(at_end=at_end)
        else:
            self._go_to(held, within)

    def on_resize(self, _: Resize) -> None:
        """Draw at the new width, the end still to be seen."""
        if self.size.width == self.column.width:
            self._draw_view(at_end=self._was_at_end())
        else:
            self.forget()

    def _was_at_end(self) -> bool:
        """Whether the end was to be seen, with as many rows as there were when it was drawn."""
        below = self.virtual_size.height - self.scroll_offset.y
        return self.is_vertical_scroll_end or below <= self._height

    def notify_style_update(self) -> None:
        """Draw in another theme."""
        super().notify_style_update()
        self.forget()

    def on_focus(self) -> None:
        """Show which message is marked; nothing moves for the last one, to be seen already."""
        last = len(self.column) - 1
        if self.marked < 0 <= last and last in self._in_view():
            self._put_mark(last)
        elif self.marked < 0:
            self.mark(last)
        self.refresh()

    def on_blur(self) -> None:
        """Show none."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Mark what is clicked; a link that is clicked is followed."""
        if not len(self.column):
            return
        row = event.y + self.scroll_offset.y
        index, inner = self.column.at(row)
        rows = self.column.rows(index) if row < self.column.total else []
        self.mark(index)
        for y, start, end, link in link_cells(rows, self._path):
            if y == inner and start <= event.x < end:
                self.post_message(self.Follow(link))
