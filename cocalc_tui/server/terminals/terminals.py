"""All terminals of a project, as the host side has them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent, PeopleMoved
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    EndedTerminal,
    OpenPlace,
    TerminalInfo,
    TerminalOpens,
    TerminalRows,
    TerminalScreen,
)
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.keeper.following import KeeperGoneError
from cocalc_tui.server.keeper.launching import StartError
from cocalc_tui.server.keeper.registry import lives
from cocalc_tui.server.terminals.known import KnownTerminal
from cocalc_tui.server.terminals.last import Last, read_last
from cocalc_tui.server.terminals.order import AboutTerminal, about_all, living
from cocalc_tui.server.terminals.recorded import Recorded
from cocalc_tui.server.terminals.session import USUAL, TerminalSession, screen_of
from cocalc_tui.server.terminals.starting import TerminalGrounds, start_terminal
from cocalc_tui.sync.patch import MAIN

Say = Callable[[str, str, TerminalScreen | TerminalOpens], None]
SERVED = frozenset(
    {
        m.TerminalOpen,
        m.TerminalType,
        m.TerminalSize,
        m.TerminalFiles,
        m.TerminalKeyboard,
        m.TerminalMouse,
        m.TerminalHistory,
        m.TerminalRecording,
        m.TerminalEnd,
    }
)
"""What `Terminals.serve` answers."""
MOST_ROWS = 1000
"""Lines that are given at a time."""
_SOON = 0.2
"""Seconds between two looks for a keeper that lives and is not found."""
_CALM = 0.1
"""Seconds until a new size counts: dragging a window is one change."""


class Terminals:
    """The terminals of one project."""

    def __init__(self, grounds: TerminalGrounds, say: Say) -> None:
        """`say` tells everybody in a document what its screen is."""
        self._grounds = grounds
        self._say = say
        self._known: dict[str, KnownTerminal] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._root = Root(grounds.project)
        self._recorded = Recorded(grounds.terminals)

    async def start(self) -> None:
        """Find the terminals that live, and how the others ended by themselves."""
        for folder, about in await asyncio.to_thread(about_all, self._grounds.terminals):
            terminal = self._known.setdefault(about.doc, KnownTerminal(about.path))
            terminal.ended(about.exit, folder)
            if about.exit is not None and about.exit < 0:
                terminal.exit = None  # somebody ended it; it starts again when it is opened
        for folder, about in await asyncio.to_thread(living, self._grounds.terminals):
            terminal = self._known.setdefault(about.doc, KnownTerminal(about.path))
            if about.exit is None:
                terminal.exit, terminal.reason = None, ""
            try:
                await self._follow(about.doc, terminal, folder, about)
            except KeeperGoneError:
                self._later(self._find_again(about.doc, terminal))

    async def _find_again(self, doc: str, terminal: KnownTerminal) -> None:
        async with terminal.starting:
            await self._find(doc, terminal)
        self._say(doc, "screen", self._screen(terminal))

    async def _find(self, doc: str, terminal: KnownTerminal) -> None:
        """Follow one that lives and was not found: its socket was cleaned away, and comes back."""
        for folder, about in await asyncio.to_thread(living, self._grounds.terminals):
            if about.doc != doc or about.exit is not None:
                continue
            while terminal.session is None and await asyncio.to_thread(lives, folder):
                try:
                    await self._follow(doc, terminal, folder, about)
                except KeeperGoneError:
                    await asyncio.sleep(_SOON)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def running(self) -> list[TerminalInfo]:
        """Those that run, for `status`."""
        return [
            TerminalInfo(
                path=one.shared.path if one.shared else one.path,
                pid=one.session.about.program,
                keeper=one.session.about.pid,
                title=str(one.session.state.get("title", "")),
            )
            for one in self._known.values()
            if one.session is not None
        ]

    @property
    def ended(self) -> list[EndedTerminal]:
        """Those whose program ended, for `status`."""
        return [
            EndedTerminal(
                path=one.shared.path if one.shared else one.path, exit=one.exit, reason=one.reason
            )
            for one in self._known.values()
            if one.session is None and one.exit is not None
        ]

    def attach(self, shared: SharedDocument) -> None:
        """The document of a terminal is open."""
        terminal = self._known.setdefault(shared.doc, KnownTerminal(shared.path))
        terminal.shared = shared
        terminal.are_here(other.connection for other in shared.others)

        def heard(event: DocumentEvent) -> None:
            if isinstance(event, PeopleMoved):
                terminal.are_here(other.connection for other in shared.others)
                self._resize_soon(terminal)

        shared.subscribe(heard)

    def detach(self, doc: str) -> None:
        """Nobody has it open; what runs runs on."""
        if (terminal := self._known.get(doc)) is not None:
            terminal.path = terminal.shared.path if terminal.shared else terminal.path
            terminal.shared = None

    async def close(self, *, everything: bool = False) -> None:
        """Let go of all; with `everything` end them."""
        for task in self._tasks:
            task.cancel()
        sessions = [one.session for one in self._known.values() if one.session is not None]
        if everything:
            await asyncio.gather(*(one.end() for one in sessions))
        for session in sessions:
            await session.close()

    # --- what apps ask -------------------------------------------------------------------------

    async def serve(self, request: m.Message, user: str, connection: str, *, types: bool) -> Any:
        """Answer a request; `types`: whether who asks may type. Raises FileError."""
        doc: str = request.doc  # type: ignore[attr-defined]  # all that are served have one
        terminal = self._known.get(doc)
        if terminal is None:
            raise FileError("missing", "this terminal is not open")
        try:
            return await self._serve(doc, terminal, request, user, connection, types=types)
        except KeeperGoneError as error:
            raise FileError("missing", f"{terminal.path}: {error}") from None
        except (ValueError, StartError) as error:
            raise FileError("form", str(error)) from None

    async def _serve(
        self,
        doc: str,
        terminal: KnownTerminal,
        request: m.Message,
        user: str,
        connection: str,
        *,
        types: bool,
    ) -> Any:
        match request:
            case m.TerminalOpen():
                if types and terminal.session is None and (request.again or terminal.exit is None):
                    await self._start(doc, terminal)
                return await self._screen_now(terminal)
            case m.TerminalHistory():
                return await self._history(terminal, request.first, request.count)
            case m.TerminalFiles():
                return await asyncio.to_thread(self._recorded.files, doc)
            case m.TerminalRecording():
                part = self._recorded.part
                return await asyncio.to_thread(part, doc, request.name, request.start)
            case m.TerminalKeyboard():
                terminal.keyboard = user if request.mine else ""
                self._say(doc, "screen", self._screen(terminal))
            case m.TerminalSize():
                terminal.sizes[connection] = (user, request.columns, request.lines)
                await self._sized(doc, terminal, request, user)
            case _:
                await _pass_on(terminal, request, user)
        return None

    async def _sized(
        self, doc: str, terminal: KnownTerminal, request: m.TerminalSize, user: str
    ) -> None:
        """Somebody's screen has another size or other colours, or they choose whose size counts."""
        if request.policy is not None:
            terminal.choose(user, request)
            self._say(doc, "screen", self._screen(terminal))
        self._resize_soon(terminal)
        if request.text and request.ground:
            terminal.colours = request.text, request.ground
            await _colour(terminal)

    async def _start(self, doc: str, terminal: KnownTerminal) -> None:
        async with terminal.starting:
            await self._find(doc, terminal)
            if terminal.session is not None:
                return
            script = str(terminal.shared.replica.text(MAIN)) if terminal.shared else ""
            path = terminal.shared.path if terminal.shared else terminal.path
            size = terminal.wanted or USUAL
            folder = await start_terminal(self._grounds, doc, path, script, size)
            terminal.exit = None
            about = next(about for at, about in living(self._grounds.terminals) if at == folder)
            await self._follow(doc, terminal, folder, about)
            self._say(doc, "screen", self._screen(terminal))

    async def _follow(
        self, doc: str, terminal: KnownTerminal, folder: Path, about: AboutTerminal
    ) -> None:
        def tell(screen: TerminalScreen) -> None:
            self._say(doc, "screen", terminal.described(screen))

        def ended(code: int | None) -> None:
            terminal.ended(code, folder)
            self._say(doc, "screen", self._screen(terminal))

        def opens(said: dict[str, Any]) -> None:
            self._later(self._open_files(doc, said))

        session = TerminalSession(folder, about, tell, ended, opens)
        await session.connect()
        terminal.session = session
        self._resize_soon(terminal)
        await _colour(terminal)

    def _screen(self, terminal: KnownTerminal) -> TerminalScreen:
        """The whole screen, or that it ended."""
        if terminal.session is None:
            columns, lines = terminal.size
            ended = TerminalScreen(running=False, whole=True, columns=columns, lines=lines)
            return terminal.described(ended)
        screen = msgspec.structs.replace(screen_of(terminal.session.state), whole=True)
        return terminal.described(screen)

    async def _screen_now(self, terminal: KnownTerminal) -> TerminalScreen:
        """The same, with what it showed last."""
        screen = self._screen(terminal)
        last = await _last(terminal)
        if screen.running or last is None:
            return screen
        return terminal.described(
            msgspec.structs.replace(screen_of(last.frame), running=False, whole=True, cursor=None)
        )

    async def _history(self, terminal: KnownTerminal, first: int, count: int) -> TerminalRows:
        """Lines that have scrolled out, also of a program that ended."""
        if (last := await _last(terminal)) is None:
            said = await _running(terminal).ask("history", first=first, count=count)
            return TerminalRows(
                rows=said["rows"], wraps=said.get("wraps", []), length=said["length"]
            )
        first = max(first, 0)
        rows = last.rows[first : first + min(count, MOST_ROWS)]
        wraps = [line - first for line in last.wraps if first <= line < first + len(rows)]
        return TerminalRows(rows=rows, wraps=wraps, length=len(last.rows))

    # --- opening files -------------------------------------------------------------------------

    async def _open_files(self, doc: str, said: dict[str, Any]) -> None:
        """Tell the apps to show files; only such as are there, in this project."""
        found = [await asyncio.to_thread(self._place, one) for one in said["places"]]
        if places := [one for one in found if one is not None]:
            who = {"user": str(said.get("user", "")), "view": str(said.get("view", ""))}
            asks = bool(said.get("asks", True))
            self._say(doc, "open", TerminalOpens(places=places, asks=asks, **who))

    def _place(self, said: dict[str, Any]) -> OpenPlace | None:
        try:
            inside = os.path.relpath(os.path.realpath(said["path"]), self._root.path)
            path = self._root.place(inside).path
        except (FileError, ValueError):
            return None
        there = (self._root.path / path).is_file()
        return OpenPlace(path=path, line=int(said.get("line", 0))) if there else None

    # --- what it showed ------------------------------------------------------------------------

    async def forget(self, doc: str) -> None:
        """Leave nothing of what a terminal showed before; raises FileError."""
        terminal = self._known.get(doc)
        if terminal is not None and terminal.session is not None:
            try:
                await terminal.session.ask("forget")
            except KeeperGoneError:
                pass  # it just ended, and is one of those below
            except ValueError:
                said = f"{terminal.path}: an earlier release keeps what runs there; end it first"
                raise FileError("busy", said) from None
        await asyncio.to_thread(self._recorded.forget, doc)

    # --- sizes ---------------------------------------------------------------------------------

    def _resize_soon(self, terminal: KnownTerminal) -> None:
        if terminal.resizing is None:
            loop = asyncio.get_running_loop()
            terminal.resizing = loop.call_later(_CALM, self._resize, terminal)

    def _resize(self, terminal: KnownTerminal) -> None:
        """Have the keeper know the size, also where it told that one last and was asked since."""
        terminal.resizing = None
        wanted, session = terminal.wanted, terminal.session
        if session is not None and wanted is not None:
            task = asyncio.ensure_future(session.ask("resize", columns=wanted[0], lines=wanted[1]))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())


async def _pass_on(terminal: KnownTerminal, request: m.Message, user: str) -> None:
    """Have what runs there get what somebody does; raises KeeperGoneError."""
    session = _running(terminal)
    match request:
        case m.TerminalType():
            terminal.refuse(user)
            words = {"keys": request.keys, "text": request.text, "paste": request.paste}
            counted = {"view": request.view, "n": request.n}
            await session.ask("type", user=user, **words, **counted)
        case m.TerminalMouse():
            terminal.refuse(user)
            where = {"x": request.x, "y": request.y, "modifiers": request.modifiers}
            await session.ask("mouse", what=request.what, button=request.button, **where)
        case m.TerminalEnd():
            await session.ask("end")
        case _:
            raise KeyError(type(request).__name__)


async def _colour(terminal: KnownTerminal) -> None:
    """Have programs that ask told the colours that are known; raises KeeperGoneError."""
    if terminal.session is not None and terminal.colours is not None:
        text, ground = terminal.colours
        with contextlib.suppress(ValueError):  # a keeper of an earlier release does not know it
            await terminal.session.ask("colours", text=text, ground=ground)


async def _last(terminal: KnownTerminal) -> Last | None:
    """What a terminal showed last whose program ended."""
    if terminal.session is not None or terminal.folder is None:
        return None
    return await asyncio.to_thread(read_last, terminal.folder)


def _running(terminal: KnownTerminal) -> TerminalSession:
    if terminal.session is None:
        raise KeeperGoneError("the terminal ended; enter starts it again")
    return terminal.session
