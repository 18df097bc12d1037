"""What was said, drawn message by message on the Line API; one may be marked.

A message is drawn when it comes into view, and kept until it, the width or the theme changes; until
then it takes as many rows as its text seems to need. So drawing ten thousand messages costs what
is on the screen.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Collection
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cocalc_tui.chat.model import Message, threads
from cocalc_tui.chat.places import Link
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.chat.draw import INDENT, link_cells, message_rows
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.rows import Frame
from cocalc_tui.widgets.theme import colour

HINT = "Nothing was said here yet."


class _What(NamedTuple):
    """A message and all else that its rows depend on."""

    message: Message
    depth: int
    unread: bool
    first_new: bool

    def rows_about(self, width: int) -> int:
        """How many rows it seems to need."""
        inner = max(width - INDENT * self.depth - 2, 8)
        lines = self.message.text.rstrip("\n").split("\n")
        text = sum(max(-(-len(line) // inner), 1) for line in lines)
        return 1 + text + bool(self.message.reactions) + self.first_new


class ChatLog(Acting, ScrollView, can_focus=True, inherit_bindings=False):
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
        self.shown: list[tuple[Message, int]] = []
        """Messages and their depth, in the order of the screen."""
        self.marked = -1
        self._unread: set[str] | None = None
        """Keys of what is new to me; None while that is not known."""
        self._known: set[str] = set()
        """Keys of what was there before."""
        self.me = ""
        self._whats: list[_What] = []
        """As `shown`."""
        self._rows: dict[str, tuple[_What, list[Strip]]] = {}
        """By key of the message: what was drawn, and how it looks."""
        self._tops: list[int] = []
        """The first row of each message."""
        self._drawing = False
        self._look: Look | None = None

    @property
    def message(self) -> Message | None:
        """The marked message."""
        return self.shown[self.marked][0] if 0 <= self.marked < len(self.shown) else None

    def show(self, messages: list[Message], *, watched: bool) -> None:
        """Show these, the same one marked, and the end where it was to be seen.

        What comes while nobody watches is new.
        """
        at_end = self.is_vertical_scroll_end or not self.shown
        before = self.message
        self.shown = list(threads(messages))
        keys = [message.key for message, _ in self.shown]
        if self._unread is not None and not watched:
            self._unread |= {one.key for one in messages if one.user != self.me} - self._known
        self._known = set(keys)
        self.marked = keys.index(before.key) if before and before.key in keys else -1
        self._measure()
        self._draw_view(at_end=at_end)

    def _measure(self) -> None:
        """Know what is to be drawn; what is as it was need not be drawn again."""
        unread = self._unread or set()
        first_new = next((one.key for one, _ in self.shown if one.key in unread), "")
        self._whats = [
            _What(message, depth, message.key in unread, message.key == first_new)
            for message, depth in self.shown
        ]
        before, self._rows = self._rows, {}
        for what in self._whats:
            was = before.get(what.message.key)
            if was is not None and was[0] == what:
                self._rows[what.message.key] = was
        self._place()

    def _place(self) -> None:
        """Say where each message begins."""
        self._tops, row, width = [], 0, self.size.width
        for what in self._whats:
            drawn = self._rows.get(what.message.key)
            self._tops.append(row)
            row += (len(drawn[1]) if drawn is not None else what.rows_about(width)) + 1
        self.virtual_size = Size(width, max(row, 1))
        self.refresh()

    def _rows_of(self, index: int) -> list[Strip]:
        """The rows of a message, drawn now if they are not yet."""
        what = self._whats[index]
        drawn = self._rows.get(what.message.key)
        if drawn is None:
            drawn = self._rows[what.message.key] = what, self._drawn(*what)
        return drawn[1]

    def _draw_view(self, *, at_end: bool = False) -> None:
        """Draw what is on the screen; what was drawn there already stays where it is, or the end.

        A message that needs other rows than it seemed to moves those around it, so more may come
        into view.
        """
        if self._drawing or not self._whats or not self.size.height:
            return
        self._drawing = True
        try:
            while True:
                if at_end:
                    self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)
                seen = self._in_view()
                fresh = [n for n in seen if self._whats[n].message.key not in self._rows]
                if not fresh:
                    return
                held = next((n for n in seen if n not in fresh), seen[0])
                above = self._tops[held] - self.scroll_offset.y
                for index in fresh:
                    self._rows_of(index)
                self._place()
                if not at_end:
                    y = self._tops[held] - above
                    self.scroll_to(y=y, animate=False, immediate=True, force=True)
        finally:
            self._drawing = False

    def _in_view(self) -> list[int]:
        """The messages of which something is on the screen."""
        top = self.scroll_offset.y
        first = max(bisect_right(self._tops, top) - 1, 0)
        last = bisect_right(self._tops, top + self.size.height - 1)
        return list(range(first, max(last, first + 1)))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other messages are on the screen."""
        super().watch_scroll_y(old_value, new_value)
        self._draw_view()

    def show_unread(self, keys: Collection[str]) -> None:
        """Mark what I have not read, the first of it in view."""
        self._unread = set(keys)
        self._measure()
        first = next((n for n, what in enumerate(self._whats) if what.first_new), None)
        if first is None:
            self._draw_view(at_end=self.is_vertical_scroll_end)
        else:
            self._go_to(first)

    def _go_to(self, index: int) -> None:
        """Have a message at the top of the screen."""
        for _ in range(2):  # those around it may need other rows than they seemed to
            top = min(self._tops[index], self.max_scroll_y)
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
            self._draw_view()

    def seen(self) -> None:
        """Nothing is new any more."""
        if self._unread:
            self._unread = set()
            at_end = self.is_vertical_scroll_end
            self._measure()
            self._draw_view(at_end=at_end)

    def _drawn(self, message: Message, depth: int, unread: bool, first_new: bool) -> list[Strip]:
        if self._look is None:
            variables = self.app.theme_variables
            self._look = Look.from_theme(variables, dark=self.app.current_theme.dark)
        frame = Frame(max(self.size.width - 1, 10), self._look, hint="")
        return message_rows(
            message,
            depth,
            frame,
            colour=desk(self).faces.colour,
            unread=unread,
            first_new=first_new,
            me=self.me,
            today=time.strftime("%Y-%m-%d"),
        )

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        width, ground = self.size.width, self.rich_style
        row = y + self.scroll_offset.y
        if not self.shown:
            text = f" {HINT}" if y == 0 else ""
            style = ground + Style(color=colour(self, "text-dim"))
            return Strip([Segment(text, style)]).adjust_cell_length(width, ground)
        index = bisect_right(self._tops, row) - 1
        rows = self._rows_of(index)
        inner = row - self._tops[index]
        strip = rows[inner] if inner < len(rows) else Strip([])
        if index == self.marked and self.has_focus and inner < len(rows):
            ground += Style(bgcolor=colour(self, "raised"))
        return strip.adjust_cell_length(width, ground).apply_style(ground).crop(0, width)

    def mark(self, index: int) -> None:
        """Mark a message and bring it into view."""
        if not self.shown:
            return
        self.marked = max(0, min(index, len(self.shown) - 1))
        height = len(self._rows_of(self.marked))
        self._place()
        top = self._tops[self.marked]
        if top < self.scroll_offset.y or height >= self.size.height:
            self._go_to(self.marked)
        elif top + height > self.scroll_offset.y + self.size.height:
            y = top + height - self.size.height
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self.refresh()
        desk(self).bars_changed()

    def find(self, word: str, start: int) -> bool:
        """Mark the last message before `start`, around the end, that has a word."""
        count = len(self.shown)
        for step in range(1, count + 1):
            index = (start - step) % count
            if word.lower() in self.shown[index][0].text.lower():
                self.mark(index)
                return True
        return False

    # --- events --------------------------------------------------------------------------------

    def forget(self) -> None:
        """Draw all anew: width or colours are others."""
        self._rows, self._look = {}, None
        if self.is_mounted:
            at_end = self.is_vertical_scroll_end
            self._measure()
            self._draw_view(at_end=at_end)

    def on_resize(self, _: Resize) -> None:
        """Draw at the new width, the end still to be seen."""
        self.forget()

    def notify_style_update(self) -> None:
        """Draw in another theme."""
        super().notify_style_update()
        self.forget()

    def on_focus(self) -> None:
        """Show which message is marked."""
        if self.marked < 0:
            self.mark(len(self.shown) - 1)
        self.refresh()

    def on_blur(self) -> None:
        """Show none."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Mark what is clicked; a link that is clicked is followed."""
        if not self._tops:
            return
        row = event.y + self.scroll_offset.y
        index = bisect_right(self._tops, row) - 1
        rows, inner = self._rows_of(index), row - self._tops[index]
        self.mark(index)
        if inner < len(rows):
            for start, end, link in link_cells(rows[inner].text, self._path):
                if start <= event.x < end:
                    self.post_message(self.Follow(link))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Scroll three rows."""
        event.stop()
        self.scroll_relative(y=3, animate=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Scroll three rows."""
        event.stop()
        self.scroll_relative(y=-3, animate=False)
