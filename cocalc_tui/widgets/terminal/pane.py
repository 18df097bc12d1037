"""A shared terminal in a tile: rows as its keeper has them, and every key to the program.

F12 is the one way out: the key after it is the app's. What the program shows comes as rows of
styled text, so nothing that it writes reaches this terminal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent, Heard, LightsChanged
from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.acting import desk, press
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.pane import Pane
from cocalc_tui.widgets.terminal.model import TerminalModel
from cocalc_tui.widgets.terminal.rows import row_painter, with_cursor
from cocalc_tui.widgets.theme import colour

WHEEL = 3
ENDED = "the program ended ({}); enter starts it again"


class TerminalPane(Pane, Widget, can_focus=True):
    """A terminal."""

    DEFAULT_CSS = "TerminalPane { width: 1fr; height: 1fr; background: $background; }"
    ALLOW_SELECT = False

    def __init__(self, document: SharedDocument, requests: Requests) -> None:
        super().__init__()
        self.document = document
        self.terminal = Terminal(requests, document.doc)
        self.model = TerminalModel()
        self._back = 0
        """Lines scrolled back."""
        self._past: tuple[str, ...] = ()
        """The lines that show while scrolled back."""
        self._next_is_apps = False
        self._attached = False
        self._paint: Callable[[str], Strip] | None = None
        self._keys: list[tuple[str, str]] = []
        """Typed and not yet sent: kind and what."""
        self._sending = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] = lambda: None

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Listen, and have the screen sent."""
        self._unsubscribe = self.document.subscribe(self._heard)
        self.document.stand(None)
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Listen no more; the program runs on."""
        self._unsubscribe()
        for task in self._tasks:
            task.cancel()

    def _begin(self) -> None:
        self._attached = self.document.attached
        self._do(self._open())

    async def _open(self, *, again: bool = False) -> None:
        await self._say_size()
        self._take_whole(await self.terminal.open(again=again))

    def _take_whole(self, screen: Any) -> None:
        self.model.take(screen)
        self.refresh()
        desk(self).bars_changed()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Ask for something; where the connection is lost, the next one asks again."""

        async def finish() -> None:
            try:
                await work
            except RequestFailed as error:
                if error.code != "offline" and self.is_mounted:
                    desk(self).notice(f"{self.document.path}: {error.text}", bad=True)

        task = asyncio.ensure_future(finish())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, Heard) and event.topic == "screen":
            self._screen_came()
        elif isinstance(event, LightsChanged) and self.document.attached != self._attached:
            self._attached = self.document.attached
            if self._attached:
                self._do(self._open())

    def _screen_came(self) -> None:
        screen = self.document.hearing.screen
        if not self.model.known:
            return
        if self.model.missed(screen):
            self._do(self._open())
            return
        changed = self.model.take(screen)
        if self._back:
            return
        if changed is None:
            self.refresh()
        else:
            width = self.size.width
            self.refresh(*[Region(0, y, width, 1) for y in changed if y < self.size.height])
        desk(self).bars_changed()

    # --- size ----------------------------------------------------------------------------------

    def on_resize(self, _: events.Resize) -> None:
        """Tell how large my window is."""
        if self.model.known:
            self._do(self._say_size())

    async def _say_size(self, policy: str | None = None) -> None:
        if desk(self).role >= Role.RUNNER and self.size.width:
            await self.terminal.size(self.size.width, self.size.height, policy)

    def do_take_size(self) -> None:
        """Have my window's size count alone."""
        self._do(self._say_size("mine"))

    def do_share_size(self) -> None:
        """Have the smallest window's size."""
        self._do(self._say_size("smallest"))

    # --- keys ----------------------------------------------------------------------------------

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("terminal",)

    def on_key(self, event: events.Key) -> None:
        """Send every key to the program, but those of the terminal itself and the one after F12."""
        event.stop()
        event.prevent_default()
        apps, self._next_is_apps = self._next_is_apps, False
        if apps or desk(self).reader.pending:
            press(self, event.key)
            desk(self).bars_changed()
            return
        own = desk(self).reader.keymap.find(["terminal"], (event.key,))
        if own is not None:
            press(self, event.key)
        elif not self.model.screen.running:
            if event.key == "enter":
                self.do_restart()
        elif event.is_printable and event.character:
            self._type("text", event.character)
        else:
            self._type("key", event.key)

    def on_paste(self, event: events.Paste) -> None:
        """Paste into the program."""
        event.stop()
        self._type("paste", event.text)

    def _type(self, kind: str, what: str) -> None:
        if desk(self).role < Role.RUNNER:
            desk(self).notice("You watch this terminal: typing needs the role runner", bad=True)
            return
        if self._back:
            self._scroll(-self._back)
        self._keys.append((kind, what))
        if not self._sending:
            self._sending = True
            self._do(self._send())

    async def _send(self) -> None:
        """Send what was typed, in its order; what is typed meanwhile goes with the next."""
        try:
            while self._keys:
                kind = self._keys[0][0]
                some: list[str] = []
                while self._keys and self._keys[0][0] == kind:
                    some.append(self._keys.pop(0)[1])
                match kind:
                    case "key":
                        await self.terminal.type(keys=some)
                    case "text":
                        await self.terminal.type(text="".join(some))
                    case _:
                        await self.terminal.type(paste="".join(some))
        finally:
            self._sending = False

    def do_out(self) -> None:
        """Have the next key go to the app."""
        self._next_is_apps = True
        desk(self).bars_changed()

    def do_restart(self) -> None:
        """Start the program again."""
        self._do(self._open(again=True))

    def do_hang_up(self) -> None:
        """End the program."""
        self._do(self.terminal.end())

    def do_copy(self) -> None:
        """Copy what the screen shows, as text."""
        rows = [self._strip(y).text.rstrip() for y in range(self.model.screen.lines)]
        self.app.copy_to_clipboard("\n".join(rows).rstrip() + "\n")
        desk(self).notice("the screen is copied")

    # --- what scrolled out ---------------------------------------------------------------------

    def do_scroll_up(self) -> None:
        """Look a page further back."""
        self._scroll(max(self.size.height - 1, 1))

    def do_scroll_down(self) -> None:
        """Come a page nearer to now."""
        self._scroll(-max(self.size.height - 1, 1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look back."""
        event.stop()
        self._scroll(WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Come nearer."""
        event.stop()
        self._scroll(-WHEEL)

    def _scroll(self, by: int) -> None:
        self._back = max(0, min(self._back + by, self.model.screen.history))
        if self._back:
            self._do(self._look_back())
        else:
            self._past = ()
            self.refresh()
        desk(self).bars_changed()

    async def _look_back(self) -> None:
        first = self.model.screen.history - self._back
        found = await self.terminal.history(first, min(self._back, self.size.height))
        self._past = tuple(found.rows)
        self.refresh()

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row of the screen; what the terminal does not fill is ground."""
        width, ground = self.size.width, self.rich_style
        screen = self.model.screen
        if not screen.running and y == self.size.height - 1:
            return self._ended_row(width, ground)
        if self._back:
            past = len(self._past)
            row = self._past[y] if y < past else screen.rows.get(y - past, "")
            strip = self._drawn(row)
        elif y < screen.lines:
            strip = self._strip(y)
        else:
            strip = Strip([])
        inside = min(screen.columns, width)
        strip = strip.adjust_cell_length(inside, ground).apply_style(ground)
        if inside < width:
            faint = ground + Style(color=colour(self, "text-faint"))
            strip = Strip([*strip, Segment("│" + " " * (width - inside - 1), faint)], width)
        return strip

    def _ended_row(self, width: int, ground: Style) -> Strip:
        code = self.model.screen.exit
        how = "starting …" if not self.model.known else ENDED.format(_exit(code))
        text = Segment(f" {how}", ground + Style(color=colour(self, "text-dim")))
        return Strip([text]).adjust_cell_length(width, ground)

    def _strip(self, y: int) -> Strip:
        strip = self._drawn(self.model.screen.rows.get(y, ""))
        cursor = self.model.screen.cursor
        if cursor is None or cursor[1] != y or not self.has_focus or self._back:
            return strip
        return with_cursor(strip, cursor[0])

    def _drawn(self, row: str) -> Strip:
        if self._paint is None:
            dark = self.app.current_theme.dark
            self._paint = row_painter(Look.from_theme(self.app.theme_variables, dark=dark))
        return self._paint(row)

    def notify_style_update(self) -> None:
        """Draw in another theme."""
        super().notify_style_update()
        self._paint = None

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Show it no more."""
        self.refresh()

    # --- the pane ------------------------------------------------------------------------------

    def where(self) -> str:
        """Its size and whose that is, and who typed last."""
        screen = self.model.screen
        if self._back:
            return f"{self._back} lines back"
        by = f" by {screen.size_by}" if screen.size_by else ""
        typist = f", {screen.typist} types" if screen.typist else ""
        return f"{screen.columns}x{screen.lines}{by}{typist}"

    def mode(self) -> str:
        """Whether the next key is the app's."""
        return "next key: app" if self._next_is_apps else self.model.screen.title[:30]


def _exit(code: int | None) -> str:
    if code is None:
        return "not started"
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
