"""Looking into what has scrolled out of a terminal, searching it, and copying from it."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from textual import events
from textual.widget import Widget

from cocalc_tui.client.terminals import Terminal
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.terminal.lookback import CHUNK, Lookback, screen_rows
from cocalc_tui.widgets.terminal.model import TerminalModel
from cocalc_tui.widgets.terminal.window import Window, follow

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument

WHEEL = 3


class Browsing(Widget):
    """Part of the pane: the past of its screen, with a caret of one's own."""

    document: SharedDocument
    terminal: Terminal
    model: TerminalModel
    look: Lookback | None = None
    """What is looked at; None while it is the present."""
    window = Window()
    """Which part of a screen shows that is larger than the pane."""
    _fetching = False

    def do_ask(self, work: Coroutine[Any, Any, None]) -> None:
        """Ask the relay side, see `TerminalPane`."""
        raise NotImplementedError

    @property
    def copying(self) -> bool:
        """Whether keys move the caret instead of going to the program."""
        return self.look is not None and self.look.caret is not None

    def looking(self) -> Lookback:
        """The past that is looked at, from now on."""
        if self.look is None:
            screen = self.model.screen
            rows = screen_rows(screen.rows, screen.lines)
            height, top = self.size.height, self.window.top
            self.look = Lookback(rows, screen.wraps, screen.history, height, top)
        return self.look

    def keep_in_sight(self) -> bool:
        """Have the cursor in sight, or the caret; tells whether another part shows than before."""
        screen, before = self.model.screen, self.window
        cursor = screen.cursor
        if self.look is not None:
            caret = self.look.caret
            cursor = (caret.x, -1) if caret is not None else None
        elif not screen.running:
            cursor = (0, max((y for y, row in screen.rows.items() if row), default=0))
        size = screen.columns, screen.lines
        height = self.size.height - (not screen.running)  # its last row says how it ended
        self.window = follow(before, cursor, size, (self.size.width, height))
        return self.window != before

    def _looked(self) -> None:
        """Show what is looked at now; who only looked and is back at the present is done."""
        look = self.look
        if look is not None and not look.back and look.caret is None:
            self.look = None
        elif look is not None and not self._fetching:
            first = look.missing(look.top, look.top + look.height)
            if first is not None:
                self._fetching = True
                self.do_ask(self._fetch(look, first))
        self.keep_in_sight()
        self.refresh()
        desk(self).bars_changed()

    async def _fetch(self, look: Lookback, first: int) -> None:
        try:
            await self._fetch_chunk(look, first)
        finally:
            self._fetching = False
        self._looked()

    async def _fetch_chunk(self, look: Lookback, first: int) -> None:
        """Lines that are not kept any more are empty."""
        found = await self.terminal.history(first, min(CHUNK, look.history - first))
        look.fill(first, [*found.rows, *[""] * (CHUNK - len(found.rows))], found.wraps)

    async def _fetch_all(self, look: Lookback) -> None:
        """Have all lines, to search them."""
        while (first := look.missing(0, look.history)) is not None:
            await self._fetch_chunk(look, first)

    def scroll_by(self, lines: int) -> None:
        """Look further back (below 0), or come nearer to now."""
        self.looking().scroll(lines)
        self._looked()

    def leave(self) -> None:
        """Look at the present again."""
        if self.look is not None:
            self.look = None
            self._looked()

    def do_scroll_up(self) -> None:
        """Look a page further back."""
        self.scroll_by(-max(self.size.height - 1, 1))

    def do_scroll_down(self) -> None:
        """Come a page nearer to now."""
        self.scroll_by(max(self.size.height - 1, 1))

    # --- the caret -----------------------------------------------------------------------------

    def do_copy_mode(self) -> None:
        """Move a caret of my own over the lines, to select and copy."""
        look = self.looking()
        if look.caret is None:
            x, y = self.model.screen.cursor or (0, 0)
            look.stand(x, min(look.history + y, look.top + look.height - 1))
        self._looked()

    def _step(self, x: int, lines: int) -> None:
        look = self.look
        if look is not None and look.caret is not None:
            look.stand(look.caret.x + x, look.caret.line + lines)
            self._looked()

    def do_left(self) -> None:
        """A cell to the left."""
        self._step(-1, 0)

    def do_right(self) -> None:
        """A cell to the right."""
        self._step(1, 0)

    def do_up(self) -> None:
        """A line up."""
        self._step(0, -1)

    def do_down(self) -> None:
        """A line down."""
        self._step(0, 1)

    def do_page_up(self) -> None:
        """A page up."""
        self._step(0, -max(self.size.height - 1, 1))

    def do_page_down(self) -> None:
        """A page down."""
        self._step(0, max(self.size.height - 1, 1))

    def do_first(self) -> None:
        """To the oldest line."""
        self._step(0, -(10**9))

    def do_last(self) -> None:
        """To the newest line."""
        self._step(0, 10**9)

    def do_line_start(self) -> None:
        """To the first cell."""
        self._step(-(10**9), 0)

    def do_line_end(self) -> None:
        """To the last cell."""
        self._step(max(self.model.screen.columns - 1, 0), 0)

    def do_select(self) -> None:
        """Begin to select, or select nothing any more."""
        if self.look is not None:
            self.look.mark()
            self._looked()

    def do_select_lines(self) -> None:
        """Select whole lines."""
        if self.look is not None:
            self.look.mark(whole_lines=True)
            self._looked()

    def do_take(self) -> None:
        """Copy what is selected to my own clipboard, and go back to the present."""
        if self.look is not None and (text := self.look.text()):
            self.app.copy_to_clipboard(text)
            count = text.count("\n") + 1
            desk(self).notice(f"{count} line{'s' * (count > 1)} copied")
            self.leave()

    def do_leave(self) -> None:
        """Back to the present."""
        self.leave()

    # --- searching -----------------------------------------------------------------------------

    async def do_search(self) -> None:
        """Search what scrolled out, from here upwards."""
        look = self.looking()
        word = await desk(self).ask("Search upwards")
        if word:
            await self._fetch_all(look)
            self.look, look.word = look, word
            self._search(-1)
        else:
            self._looked()

    def do_search_up(self) -> None:
        """The same, further up."""
        self._search(-1)

    def do_search_down(self) -> None:
        """The same, further down."""
        self._search(1)

    def _search(self, by: int) -> None:
        if self.look is not None and self.look.word:
            if not self.look.find(self.look.word, by):
                desk(self).notice(f"{self.look.word}: not {'above' if by < 0 else 'below'} this")
                if self.look.caret is None:
                    self.do_copy_mode()
            self._looked()

    # --- the mouse -----------------------------------------------------------------------------

    def press_at(self, event: events.MouseDown) -> None:
        """Begin to select by mouse; only a drag shows it."""
        self.leave()
        look = self.looking()
        look.stand(self.window.left + event.x, look.top + event.y)
        look.mark()
        self.capture_mouse()

    def drag_to(self, event: events.MouseMove) -> None:
        """Select as far as here; beyond the edge more is shown."""
        if self.look is not None and self.look.anchor is not None:
            self.look.stand(self.window.left + event.x, self.look.top + event.y)
            self._looked()

    def let_go(self) -> None:
        """Copy what was dragged over; a mere click selects nothing."""
        self.release_mouse()
        look = self.look
        if look is None or look.anchor is None or look.caret == look.anchor:
            self.leave()
        else:
            self.do_take()
