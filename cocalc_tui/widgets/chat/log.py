"""What was said, drawn message by message on the Line API; one may be marked.

Rows of a message are kept until it, the width or the theme changes, so a chat of ten thousand
messages costs what is on the screen.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Collection

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
from cocalc_tui.widgets.chat.draw import link_cells, message_rows
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.outputs.rows import Frame
from cocalc_tui.widgets.theme import colour

HINT = "Nothing was said here yet."


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
        self._rows: dict[str, tuple[tuple[Message, int, bool, bool], list[Strip]]] = {}
        """By key of the message: what was drawn, and how it looks."""
        self._tops: list[int] = []
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
        if at_end:
            self.scroll_end(animate=False, immediate=True, force=True)

    def _measure(self) -> None:
        before, self._rows = self._rows, {}
        self._tops, row = [], 0
        unread = self._unread or set()
        first_new = next((one.key for one, _ in self.shown if one.key in unread), "")
        for message, depth in self.shown:
            what = (message, depth, message.key in unread, message.key == first_new)
            was = before.get(message.key)
            rows = was[1] if was is not None and was[0] == what else self._drawn(*what)
            self._rows[message.key] = what, rows
            self._tops.append(row)
            row += len(rows) + 1
        self.virtual_size = Size(self.size.width, max(row, 1))
        self.refresh()

    def show_unread(self, keys: Collection[str]) -> None:
        """Mark what I have not read, the first of it in view."""
        self._unread = set(keys)
        self._measure()
        first = next((n for n, (one, _) in enumerate(self.shown) if one.key in self._unread), None)
        if first is not None:
            top = min(self._tops[first], self.max_scroll_y)
            self.scroll_to(y=top, animate=False, immediate=True)

    def seen(self) -> None:
        """Nothing is new any more."""
        if self._unread:
            self._unread = set()
            self._measure()

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
        rows = self._rows[self.shown[index][0].key][1]
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
        top = self._tops[self.marked]
        height = len(self._rows[self.shown[self.marked][0].key][1])
        if top < self.scroll_offset.y or height >= self.size.height:
            self.scroll_to(y=top, animate=False, immediate=True)
        elif top + height > self.scroll_offset.y + self.size.height:
            self.scroll_to(y=top + height - self.size.height, animate=False, immediate=True)
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
            self._measure()

    def on_resize(self, _: Resize) -> None:
        """Draw at the new width, the end still to be seen."""
        at_end = self.is_vertical_scroll_end
        self.forget()
        if at_end:
            self.scroll_end(animate=False, immediate=True, force=True)

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
        rows, inner = self._rows[self.shown[index][0].key][1], row - self._tops[index]
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
