"""A shared terminal in a tile: rows as its keeper has them, and every key to the program.

F12 is the one way out: the key after it is the app's. What the program shows comes as rows of
styled text, so nothing that it writes reaches this terminal.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent, Heard, LightsChanged
from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.protocol.events import OpenPlace, TerminalScreen
from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.acting import desk, press
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.pane import Pane
from cocalc_tui.widgets.picker import Choice
from cocalc_tui.widgets.terminal.browsing import WHEEL, Browsing
from cocalc_tui.widgets.terminal.lookback import Lookback
from cocalc_tui.widgets.terminal.model import TerminalModel
from cocalc_tui.widgets.terminal.rows import row_painter, styled, with_cursor
from cocalc_tui.widgets.theme import colour

PATIENCE, AGAIN = 10.0, 0.05
"""Seconds for which what is typed waits for a relay, and between two tries."""
ENDED = "the program ended ({}); enter starts it again"


class TerminalPane(Pane, Browsing, can_focus=True):
    """A terminal."""

    DEFAULT_CSS = "TerminalPane { width: 1fr; height: 1fr; background: $background; }"
    ALLOW_SELECT = False

    def __init__(self, document: SharedDocument, requests: Requests) -> None:
        super().__init__()
        self.document = document
        self.terminal = Terminal(requests, document.doc)
        self.model = TerminalModel()
        self.view = secrets.token_hex(4)
        """Tells the relay side which view somebody types in."""
        self._next_is_apps = False
        self._offered: tuple[OpenPlace, ...] = ()
        """Files that were opened by somebody else, or offered by what was printed."""
        self._attached = False
        self._opening = 0
        """How many whole screens are on their way."""
        self._later: list[TerminalScreen] = []
        """Frames that were heard meanwhile."""
        self._mouse_at = (-1, -1, 0)
        self._paint: Callable[[str], Strip] | None = None
        self._keys: list[tuple[str, str]] = []
        """Typed and not yet sent: kind and what."""
        self._sending = False
        self._typed = 0
        """Counts what was sent."""
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
        self.do_ask(self._open())

    async def _open(self, *, again: bool = False) -> None:
        await self._say_size()
        self._opening += 1
        try:
            screen = await self.terminal.open(again=again)
        finally:
            self._opening -= 1
        self._take_whole(screen)

    def _take_whole(self, screen: TerminalScreen) -> None:
        """Show a whole screen, and what was told after it and heard before it was taken."""
        self.model.take(screen)
        later, self._later = self._later, []
        for frame in later:
            if self.model.missed(frame):
                self.do_ask(self._open())
                break
            self.model.take(frame)
        self.refresh()
        desk(self).bars_changed()

    def do_ask(self, work: Coroutine[Any, Any, None]) -> None:
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
        elif isinstance(event, Heard) and event.topic == "open":
            self._opened()
        elif isinstance(event, LightsChanged) and self.document.attached != self._attached:
            self._attached = self.document.attached
            if self._attached:
                self.do_ask(self._open())

    def _screen_came(self) -> None:
        screen = self.document.hearing.screen
        if self._opening:
            self._later.append(screen)
            return
        if not self.model.known:
            return
        if self.model.missed(screen):
            self.do_ask(self._open())
            return
        changed = self.model.take(screen)
        if self.look is not None:
            return
        if changed is None:
            self.refresh()
        else:
            width = self.size.width
            self.refresh(*[Region(0, y, width, 1) for y in changed if y < self.size.height])
        desk(self).bars_changed()

    # --- size ----------------------------------------------------------------------------------

    def on_resize(self, _: events.Resize) -> None:
        """Tell how large my window is, which is known only after the screen was asked for."""
        if self._attached:
            self.do_ask(self._say_size())

    async def _say_size(self, policy: str | None = None) -> None:
        if desk(self).role >= Role.RUNNER and self.size.width:
            await self.terminal.size(self.size.width, self.size.height, policy)

    async def do_size(self) -> None:
        """Choose what decides on the size."""
        width, height = self.size.width, self.size.height
        choices = [
            Choice("smallest", "The smallest window's", "everybody sees all of it"),
            Choice("mine", f"My window's, {width}x{height}", "as it changes"),
            Choice("fixed", f"Fixed at {width}x{height}", "whoever comes and goes"),
        ]
        policy = await desk(self).pick("Whose size the terminal has", choices)
        if policy is not None:
            await self._say_size(policy)

    async def do_keyboard(self) -> None:
        """Have the keyboard alone, or give it back."""
        mine = self.model.screen.keyboard != desk(self).user
        await self.terminal.keyboard(mine=mine)
        desk(self).notice("the keyboard is yours alone" if mine else "everybody types again")

    def do_script(self) -> None:
        """Edit what the terminal runs first."""
        from cocalc_tui.widgets.terminal.script import ScriptScreen

        self.app.push_screen(ScriptScreen(self.document))

    # --- opening files -------------------------------------------------------------------------

    def _opened(self) -> None:
        """`open FILE` was typed, or something printed asks for a file."""
        said = self.document.hearing.opens
        names = ", ".join(place.path for place in said.places)
        if said.view == self.view and not said.asks:
            self._open_places(said.places)
        elif said.view == self.view or not said.asks:
            self._offered = tuple(said.places)
            who = f"{said.user} opened" if not said.asks else "what it printed asks for"
            desk(self).notice(f"{self.document.path}: {who} {names}; F12 o opens it here")

    def do_open(self) -> None:
        """Open what somebody else did, or what was asked for."""
        if not self._offered:
            desk(self).notice("nothing was asked for: `open FILE` in the terminal does")
        self._open_places(self._offered)

    def _open_places(self, places: Sequence[OpenPlace]) -> None:
        for place in places:
            at: dict[str, Json] | None = {"line": place.line - 1} if place.line else None
            desk(self).visit(place.path, at)

    # --- keys ----------------------------------------------------------------------------------

    def scopes(self) -> Sequence[str]:
        """Its own; after F12 also what one key does then, and those of copying."""
        if self.copying:
            return ("copy",)
        return ("out", "terminal") if self._next_is_apps else ("terminal",)

    def on_key(self, event: events.Key) -> None:
        """Send every key to the program, but those of the terminal itself and the one after F12."""
        event.stop()
        event.prevent_default()
        apps = self._next_is_apps
        if apps or self.copying or desk(self).reader.pending:
            press(self, event.key)
            self._next_is_apps = False
            desk(self).bars_changed()
            return
        own = desk(self).reader.keymap.find(["terminal"], (event.key,))
        if own is not None:
            press(self, event.key)
        elif not self.model.screen.running:
            if event.key == "enter":
                self.do_restart()
        elif event.is_printable and event.character:
            # An escape that was typed quickly before it comes as alt, too.
            lead = "\x1b" if event.key.startswith("alt+") else ""
            self._type("text", lead + event.character)
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
        holder = self.model.screen.keyboard
        if holder not in {"", desk(self).user}:
            desk(self).notice(f"{holder} has the keyboard; F12 k takes it", bad=True)
            return
        self.leave()
        self._keys.append((kind, what))
        if not self._sending:
            self._sending = True
            self.do_ask(self._send())

    async def _send(self) -> None:
        """Send what was typed, in its order; what is typed meanwhile goes with the next."""
        try:
            while self._keys:
                kind = self._keys[0][0]
                some: list[str] = []
                while self._keys and self._keys[0][0] == kind:
                    some.append(self._keys.pop(0)[1])
                self._typed += 1
                await self._deliver(kind, some, self._typed)
        finally:
            self._sending = False

    async def _deliver(self, kind: str, some: list[str], n: int) -> None:
        """Have it typed once, over a relay that is started anew meanwhile."""
        keys, text = (some, "") if kind == "key" else ([], "".join(some))
        words = {"text": text} if kind == "text" else {"paste": text}
        until = time.monotonic() + PATIENCE
        while True:
            try:
                await self.terminal.type(keys=keys, **words, view=self.view, n=n)
            except RequestFailed as error:
                away = not self.document.attached or error.code in {"offline", "busy"}
                if not away or time.monotonic() > until:
                    self._keys.clear()
                    if away:
                        desk(self).notice("the relay is away: what you typed is not sent", bad=True)
                    raise
                await asyncio.sleep(AGAIN)
            else:
                return

    def do_out(self) -> None:
        """Have the next key go to the app."""
        self._next_is_apps = True
        desk(self).bars_changed()

    def do_restart(self) -> None:
        """Start the program again."""
        self.do_ask(self._open(again=True))

    def do_hang_up(self) -> None:
        """End the program."""
        self.do_ask(self.terminal.end())

    def do_copy(self) -> None:
        """Copy what the screen shows, as text."""
        rows = [self._strip(y).text.rstrip() for y in range(self.model.screen.lines)]
        self.app.copy_to_clipboard("\n".join(rows).rstrip() + "\n")
        desk(self).notice("the screen is copied")

    # --- the mouse -----------------------------------------------------------------------------

    def _is_programs(self) -> bool:
        """Whether the mouse is the program's, and I may give it that."""
        screen = self.model.screen
        return screen.mouse and self.look is None and desk(self).role >= Role.RUNNER

    def _give(self, what: Literal["press", "release", "move"], event: events.MouseEvent) -> None:
        """Give the program the mouse; what it was given last and did not take yet is dropped."""
        event.stop()
        button = event.button
        more = 4 * event.shift + 8 * event.meta + 16 * event.ctrl
        if isinstance(event, events.MouseScrollUp | events.MouseScrollDown):
            button = 4 if isinstance(event, events.MouseScrollUp) else 5
        screen = self.model.screen
        x, y = event.x, event.y
        if 0 <= x < screen.columns and 0 <= y < screen.lines:
            self.do_ask(self.terminal.mouse(what, button, x, y, more))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The program's, or the beginning of a selection."""
        if self._is_programs():
            self._give("press", event)
        elif event.button == 1 and self.model.known:
            event.stop()
            self.press_at(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The program's, or the selection's other end."""
        if self._is_programs():
            cell = (event.x, event.y, event.button)
            if self.model.screen.moves and cell != self._mouse_at:
                self._mouse_at = cell
                self._give("move", event)
        elif event.button:
            self.drag_to(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The program's, or the end of a selection."""
        if self._is_programs():
            self._give("release", event)
        elif event.button == 1:
            self.let_go()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The program's; else look back."""
        event.stop()
        if self._is_programs():
            self._give("press", event)
        elif self.model.screen.alternate:
            self._wheel("up")
        else:
            self.scroll_by(-WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The program's; else come nearer."""
        event.stop()
        if self._is_programs():
            self._give("press", event)
        elif self.model.screen.alternate and self.look is None:
            self._wheel("down")
        else:
            self.scroll_by(WHEEL)

    def _wheel(self, key: str) -> None:
        """A full-screen program has no scrollback: the wheel is its arrow keys, as in xterm."""
        if desk(self).role >= Role.RUNNER and self.model.screen.running:
            for _ in range(WHEEL):
                self._type("key", key)

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row of the screen; what the terminal does not fill is ground."""
        width, ground = self.size.width, self.rich_style
        screen, look = self.model.screen, self.look
        if not screen.running and y == self.size.height - 1:
            return self._ended_row(width, ground)
        if look is not None:
            strip = self._looked_at(look, look.top + y)
        elif y < screen.lines:
            strip = self._strip(y)
        else:
            strip = self._below(y - screen.lines, min(screen.columns, width), ground)
        inside = min(screen.columns, width)
        strip = strip.adjust_cell_length(inside, ground).apply_style(ground)
        if inside < width:
            faint = ground + Style(color=colour(self, "text-faint"))
            edge = "│" if look is not None or y < screen.lines else " "
            edge = "╯" if look is None and y == screen.lines else edge
            strip = Strip([*strip, Segment(edge + " " * (width - inside - 1), faint)], width)
        return strip

    def _below(self, y: int, inside: int, ground: Style) -> Strip:
        """What stands below a terminal that is smaller than this window: its edge, and why."""
        faint = ground + Style(color=colour(self, "text-faint"))
        if y == 0:
            return Strip([Segment("─" * inside, faint)])
        size = f"{self.model.screen.columns}x{self.model.screen.lines}"
        text = f" {size} {self._whose_size()}; F12 s changes it" if y == 1 else ""
        return Strip([Segment(text, faint)])

    def _looked_at(self, look: Lookback, line: int) -> Strip:
        """A line of the past, with what is selected and found in it."""
        strip = self._drawn(look.row(line))
        found = colour(self, "warning")
        for first, last in look.hits(line):
            strip = styled(strip, first, last, Style(color=found, underline=True))
        if (cells := look.selected(line)) is not None:
            last = min(cells[1], max(strip.cell_length, cells[0] + 1))
            strip = styled(strip, cells[0], last, Style(reverse=True))
        if look.caret is not None and look.caret.line == line:
            strip = with_cursor(strip, look.caret.x)
        return strip

    def _ended_row(self, width: int, ground: Style) -> Strip:
        code = self.model.screen.exit
        how = "starting …" if not self.model.known else ENDED.format(_exit(code))
        text = Segment(f" {how}", ground + Style(color=colour(self, "text-dim")))
        return Strip([text]).adjust_cell_length(width, ground)

    def _strip(self, y: int) -> Strip:
        strip = self._drawn(self.model.screen.rows.get(y, ""))
        cursor = self.model.screen.cursor
        if cursor is None or cursor[1] != y or not self.has_focus:
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
        """Its size and whose that is, and who types."""
        screen, look = self.model.screen, self.look
        if self._next_is_apps:
            return "F12"
        if look is not None and look.caret is not None:
            return f"line {look.caret.line + 1:,} of {look.length:,}"
        if look is not None:
            return f"{look.back} lines back"
        typist = f", {screen.typist} types" if screen.typist else ""
        if screen.keyboard:
            typist = f", {screen.keyboard} has the keyboard"
        return f"{screen.columns}x{screen.lines} {self._whose_size()}{typist}"

    def _whose_size(self) -> str:
        screen = self.model.screen
        by = f" by {screen.size_by}" if screen.size_by else ""
        return {"mine": "as" + by.removeprefix(" by") + " has it", "fixed": "fixed" + by}.get(
            screen.policy, by.strip() or "as the smallest window"
        )

    def mode(self) -> str:
        """Whether the next key is the app's, and what it may be."""
        if self.copying:
            return "copy"
        if not self._next_is_apps:
            return self.model.screen.title[:30]
        keymap = desk(self).reader.keymap
        keys = [(keymap.keys_of(one.name)[0], one.title) for one in keymap.footer(["out"])]
        return "  ".join(f"{shown(key)} {title.lower()}" for key, title in keys)


def _exit(code: int | None) -> str:
    if code is None:
        return "not started"
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
