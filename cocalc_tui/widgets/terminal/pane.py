"""A shared terminal in a tile: rows as its keeper has them, and every key to the program.

F12 is the one way out: the key after it is the app's. What the program shows comes as rows of
styled text, so nothing that it writes reaches this terminal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence, Set
from typing import Any

from textual import events
from textual.geometry import Region

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent, Heard, LightsChanged
from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.protocol.events import OpenPlace, TerminalScreen
from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.acting import desk, press
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.pane import Pane
from cocalc_tui.widgets.terminal.drawing import Drawing, whose_size
from cocalc_tui.widgets.terminal.model import TerminalModel
from cocalc_tui.widgets.terminal.pointing import Pointing
from cocalc_tui.widgets.terminal.sizing import Sizing
from cocalc_tui.widgets.terminal.typing import Kind, Typing, plain_name
from cocalc_tui.widgets.typed import own_bytes


class TerminalPane(Pane, Pointing, Sizing, Drawing, can_focus=True):
    """A terminal."""

    DEFAULT_CSS = "TerminalPane { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, document: SharedDocument, requests: Requests) -> None:
        super().__init__()
        self.document = document
        self.terminal = Terminal(requests, document.doc)
        self.model = TerminalModel()
        self.typing = Typing(document, self.terminal, self._unsent)
        self._next_is_apps = False
        self._offered: tuple[OpenPlace, ...] = ()
        """Files that were opened by somebody else, or offered by what was printed."""
        self._opening = 0
        """How many whole screens are on their way."""
        self._later: list[TerminalScreen] = []
        """Frames that were heard meanwhile."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] = lambda: None

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Listen, and have the screen sent."""
        self._unsubscribe = self.document.subscribe(self._heard)
        self.app.theme_changed_signal.subscribe(self, lambda _: self.look_changed())
        self.document.stand(None)
        self.call_after_refresh(self._begin)

    def on_unmount(self) -> None:
        """Listen no more; the program runs on."""
        self._unsubscribe()
        self._attached = False
        self.leave_size()
        for task in self._tasks:
            task.cancel()

    def _begin(self) -> None:
        self._attached = self.document.attached
        self.do_ask(self._open())

    async def _open(self, *, again: bool = False) -> None:
        await self.say_size()
        self._opening += 1
        try:
            screen = await self.terminal.open(again=again)
        finally:
            self._opening -= 1
            self.restarting = False
        self._take_whole(screen)

    def _take_whole(self, screen: TerminalScreen) -> None:
        """Show a whole screen, and what was told after it and heard before it was taken."""
        self._take(screen)
        self.keep_in_sight()
        later, self._later = self._later, []
        for frame in later:
            if self.model.missed(frame):
                self.do_ask(self._open())
                break
            self._take(frame)
        self.keep_in_sight()
        self.refresh()
        desk(self).bars_changed()

    def _take(self, screen: TerminalScreen) -> set[int] | None:
        """Take a frame; tells the lines that are others now, None for all."""
        began = screen.running and not self.model.screen.running
        changed = self.model.take(screen)
        if began:
            self.leave()  # what was looked at is another program's
        return changed

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
        task.add_done_callback(lambda _: work.close())  # it may be cut off before it began

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
        before = self.model.screen
        changed = self._take(screen)
        self._keyboard_moved(before.keyboard, screen.keyboard)
        self.whose_changed(before)
        if self.look is not None:
            return
        if self.keep_in_sight() or changed is None:
            self.refresh()
        else:
            self._refresh_rows(changed)
        desk(self).bars_changed()

    def _refresh_rows(self, changed: Set[int]) -> None:
        """Draw these rows of the screen anew; none where there are none."""
        width, height = self.size
        rows = [y - self.window.top for y in changed]
        if regions := [Region(0, y, width, 1) for y in rows if 0 <= y < height]:
            self.refresh(*regions)

    def _keyboard_moved(self, before: str, holder: str) -> None:
        me = desk(self).user
        if before == me and holder not in {"", me}:
            way = self.way("out.keyboard")
            desk(self).notice(f"{holder} took the keyboard; {way} takes it back")

    # --- the keyboard and the script -----------------------------------------------------------

    async def do_keyboard(self) -> None:
        """Have the keyboard alone, or give it back."""
        mine = self.model.screen.keyboard != desk(self).user
        await self.terminal.keyboard(mine=mine)
        desk(self).notice("the keyboard is yours alone" if mine else "everybody types again")

    def do_script(self) -> None:
        """Edit what the terminal runs first."""
        from cocalc_tui.widgets.terminal.script import ScriptScreen

        self.app.push_screen(ScriptScreen(self.document), lambda _: self.document.stand(None))

    # --- opening files -------------------------------------------------------------------------

    def _opened(self) -> None:
        """`open FILE` was typed, or something printed asks for a file."""
        said = self.document.hearing.opens
        names = ", ".join(place.path for place in said.places)
        if said.view == self.typing.view and not said.asks:
            self._open_places(said.places)
        elif said.view == self.typing.view or not said.asks:
            self._offered = tuple(said.places)
            who = f"{said.user} opened" if not said.asks else "what it printed asks for"
            way = self.way("out.open")
            desk(self).notice(f"{self.document.path}: {who} {names}; {way} opens it here")

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
        elif self.model.known and not self.model.screen.running:
            if event.key == "enter":
                self.do_restart()
        elif typed := own_bytes(event) or (event.is_printable and event.character):
            self.do_type("text", typed)
        else:
            self.do_type("key", plain_name(event.key))

    def on_paste(self, event: events.Paste) -> None:
        """Paste into the program."""
        event.stop()
        self.do_type("paste", event.text)

    def do_type(self, kind: Kind, what: str) -> None:
        """Type into the program, if I may."""
        if not self._may_type():
            return
        holder = self.model.screen.keyboard
        if holder not in {"", desk(self).user}:
            way = self.way("out.keyboard")
            desk(self).notice(f"{holder} has the keyboard; {way} takes it", bad=True)
            return
        self.leave()
        self.do_ask(self.typing.add(kind, what))

    def _may_type(self) -> bool:
        if desk(self).role >= Role.RUNNER:
            return True
        desk(self).notice("You watch this terminal: typing needs the role runner", bad=True)
        return False

    def _unsent(self) -> None:
        desk(self).notice("the relay is away: what you typed is not sent", bad=True)

    def do_out(self) -> None:
        """Have the next key go to the app."""
        self._next_is_apps = True
        desk(self).bars_changed()

    def do_through(self) -> None:
        """Type the key that else leads out."""
        self.do_type("key", desk(self).reader.keymap.way_out(["terminal"]))

    def do_restart(self) -> None:
        """Start the program again, if I may."""
        if not self._may_type():
            return
        self.restarting = True
        self.refresh()
        self.do_ask(self._open(again=True))

    def do_hang_up(self) -> None:
        """End the program."""
        self.do_ask(self.terminal.end())

    def do_copy(self) -> None:
        """Copy what the screen shows, as text."""
        rows = [self._strip(y).text.rstrip() for y in range(self.model.screen.lines)]
        self.app.copy_to_clipboard("\n".join(rows).rstrip() + "\n")
        desk(self).notice("the screen is copied")

    # --- the pane ------------------------------------------------------------------------------

    def where(self) -> str:
        """Who has the keyboard, its size and whose that is, and who types.

        A bar is cut at its end: whether my keys do anything comes first.
        """
        screen, look = self.model.screen, self.look
        if self._next_is_apps:
            return shown(desk(self).reader.keymap.way_out(["terminal"]))
        if look is not None and look.caret is not None:
            return f"line {look.caret.line + 1:,} of {look.length:,}"
        if look is not None and look.back:
            return f"{look.back} lines back" if look.back > 0 else f"{-look.back} lines below"
        if not screen.running:
            return "ended" if self.model.known else ""
        me = desk(self).user
        part = screen.columns > self.size.width or screen.lines > self.size.height
        size = f"{'a part of ' * part}{screen.columns}x{screen.lines}"
        size = f"{size} {whose_size(screen, me)}"
        if screen.keyboard:
            holds = f"{screen.keyboard} has" if screen.keyboard != me else "you alone have"
            return f"{holds} the keyboard, {size}"
        return f"{size}, {screen.typist} types" if screen.typist not in {"", me} else size

    def mode(self) -> str:
        """What the next key may be, where it is not the program's."""
        if not self.copying and not self._next_is_apps:
            return self.model.screen.title[:30]
        keymap = desk(self).reader.keymap
        scope = "copy" if self.copying else "out"
        keys = [(keymap.keys_of(one.name)[0], one.title) for one in keymap.footer([scope])]
        return "  ".join(f"{shown(key)} {title.lower()}" for key, title in keys)
