"""All terminals of a project, as the host side has them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent, PeopleMoved
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    BlobPart,
    OpenPlace,
    RecordingFile,
    RecordingFiles,
    TerminalInfo,
    TerminalOpens,
    TerminalRows,
    TerminalScreen,
)
from cocalc_tui.server.daemon import last_line
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.keeper.following import KeeperGoneError
from cocalc_tui.server.keeper.launching import StartError
from cocalc_tui.server.terminals.order import about_all, living
from cocalc_tui.server.terminals.recording import recordings
from cocalc_tui.server.terminals.session import (
    USUAL,
    TerminalSession,
    screen_of,
)
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
MOST_BYTES = 1_000_000
"""Bytes of a recording that are given at a time."""
HANGUP = -1
"""How a program ends whose keeper went: by SIGHUP, as where a line is cut."""
_CALM = 0.1
"""Seconds until a new size counts: dragging a window is one change."""


@dataclass
class _Terminal:
    """A terminal's document, and what runs for it."""

    path: str
    shared: SharedDocument | None = None
    session: TerminalSession | None = None
    sizes: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """User, columns and lines by connection; only of those who may type. A window may tell its size
    before it is known who sits at it."""
    here: frozenset[str] = frozenset()
    """Connections that are known to be in the document."""
    policy: str = "smallest"
    """smallest, mine or fixed."""
    size_by: str = ""
    """Whose windows count, or who fixed the size; "" with smallest."""
    fixed: tuple[int, int] = USUAL
    """Columns and lines, with fixed."""
    keyboard: str = ""
    """Who alone may type."""
    exit: int | None = None
    reason: str = ""
    """Why it ended, where its keeper went."""
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    resizing: asyncio.TimerHandle | None = None

    def are_here(self, connections: Iterable[str]) -> None:
        """Who is in the document now; the windows of who left count no more."""
        now = frozenset(connections)
        for gone in self.here - now:
            self.sizes.pop(gone, None)
        self.here = now

    def ended(self, code: int | None, folder: Path) -> None:
        """Its program ended, or (None) its keeper went without a word of that."""
        self.session = None
        self.exit = code if code is not None else HANGUP
        self.reason = "" if code is not None else _last_words(folder)


class Terminals:
    """The terminals of one project."""

    def __init__(self, grounds: TerminalGrounds, say: Say) -> None:
        """`say` tells everybody in a document what its screen is."""
        self._grounds = grounds
        self._say = say
        self._known: dict[str, _Terminal] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._root = Root(grounds.project)

    async def start(self) -> None:
        """Find the terminals that live, and how the others ended by themselves."""
        for folder, about in await asyncio.to_thread(about_all, self._grounds.terminals):
            terminal = self._known.setdefault(about.doc, _Terminal(about.path))
            terminal.ended(about.exit, folder)
            if about.exit is not None and about.exit < 0:
                terminal.exit = None  # somebody ended it; it starts again when it is opened
        for folder, about in await asyncio.to_thread(living, self._grounds.terminals):
            terminal = self._known.setdefault(about.doc, _Terminal(about.path))
            if about.exit is None:
                terminal.exit, terminal.reason = None, ""
            with contextlib.suppress(KeeperGoneError):
                await self._follow(about.doc, terminal, folder)

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

    def attach(self, shared: SharedDocument) -> None:
        """The document of a terminal is open."""
        terminal = self._known.setdefault(shared.doc, _Terminal(shared.path))
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
        for terminal in self._known.values():
            if terminal.session is not None:
                if everything:
                    with contextlib.suppress(KeeperGoneError, ValueError):
                        await terminal.session.ask("end")
                await terminal.session.close()

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
        terminal: _Terminal,
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
                return self._screen(terminal)
            case m.TerminalType():
                session = _running(terminal)
                self._refuse(terminal, user)
                words = {"keys": request.keys, "text": request.text, "paste": request.paste}
                counted = {"view": request.view, "n": request.n}
                await session.ask("type", user=user, **words, **counted)
            case m.TerminalKeyboard():
                terminal.keyboard = user if request.mine else ""
                self._say(doc, "screen", self._screen(terminal))
            case m.TerminalMouse():
                session = _running(terminal)
                self._refuse(terminal, user)
                where = {"x": request.x, "y": request.y, "modifiers": request.modifiers}
                await session.ask("mouse", what=request.what, button=request.button, **where)
            case m.TerminalSize():
                terminal.sizes[connection] = (user, request.columns, request.lines)
                if request.policy is not None:
                    self._choose(terminal, user, request)
                    self._say(doc, "screen", self._screen(terminal))
                self._resize_soon(terminal)
            case m.TerminalHistory():
                said = await _running(terminal).ask(
                    "history", first=request.first, count=request.count
                )
                return TerminalRows(
                    rows=said["rows"], wraps=said.get("wraps", []), length=said["length"]
                )
            case m.TerminalFiles():
                return RecordingFiles(files=await asyncio.to_thread(self._files, doc))
            case m.TerminalRecording():
                return await asyncio.to_thread(self._part, doc, request.name, request.start)
            case m.TerminalEnd():
                await _running(terminal).ask("end")
            case _:
                raise KeyError(type(request).__name__)
        return None

    async def _start(self, doc: str, terminal: _Terminal) -> None:
        async with terminal.starting:
            if terminal.session is not None:
                return
            script = str(terminal.shared.replica.text(MAIN)) if terminal.shared else ""
            path = terminal.shared.path if terminal.shared else terminal.path
            size = self._wanted(terminal) or USUAL
            folder = await start_terminal(self._grounds, doc, path, script, size)
            terminal.exit = None
            await self._follow(doc, terminal, folder)
            self._say(doc, "screen", self._screen(terminal))

    async def _follow(self, doc: str, terminal: _Terminal, folder: Path) -> None:
        about = next(about for at, about in living(self._grounds.terminals) if at == folder)

        def tell(screen: TerminalScreen) -> None:
            self._say(doc, "screen", self._described(terminal, screen))

        def ended(code: int | None) -> None:
            terminal.ended(code, folder)
            self._say(doc, "screen", self._screen(terminal))

        def opens(said: dict[str, Any]) -> None:
            work = asyncio.ensure_future(self._open_files(doc, said))
            self._tasks.add(work)
            work.add_done_callback(self._tasks.discard)

        session = TerminalSession(folder, about, tell, ended, opens)
        await session.connect()
        terminal.session = session
        self._resize_soon(terminal)

    def _screen(self, terminal: _Terminal) -> TerminalScreen:
        """The whole screen, or that it ended."""
        if terminal.session is None:
            return self._described(terminal, TerminalScreen(running=False, whole=True))
        screen = msgspec.structs.replace(screen_of(terminal.session.state), whole=True)
        return self._described(terminal, screen)

    def _described(self, terminal: _Terminal, screen: TerminalScreen) -> TerminalScreen:
        by, present = terminal.size_by, self._present(terminal)
        if terminal.policy == "smallest":
            by = min(present, key=lambda one: (one[1] * one[2], one[0]))[0] if present else ""
        exit_ = terminal.exit if terminal.session is None else None
        return msgspec.structs.replace(
            screen,
            size_by=by,
            policy=terminal.policy,
            keyboard=self._holder(terminal),
            exit=exit_,
            reason=terminal.reason if terminal.session is None else "",
        )

    # --- the keyboard --------------------------------------------------------------------------

    def _holder(self, terminal: _Terminal) -> str:
        """Who has the keyboard alone; who left has it no more."""
        if terminal.shared is not None and terminal.keyboard:
            here = {other.user for other in terminal.shared.others}
            if terminal.keyboard not in here:
                terminal.keyboard = ""
        return terminal.keyboard

    def _refuse(self, terminal: _Terminal, user: str) -> None:
        holder = self._holder(terminal)
        if holder not in {"", user}:
            raise ValueError(f"{holder} has the keyboard; F12 k takes it")

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

    def _files(self, doc: str) -> list[RecordingFile]:
        return [
            RecordingFile(name=f"{file.parent.name}/{file.name}", size=file.stat().st_size)
            for file in recordings(self._grounds.terminals, doc)
        ]

    def _part(self, doc: str, name: str, start: int) -> BlobPart:
        """Bytes of a recording of this terminal, and of no other file."""
        for file in recordings(self._grounds.terminals, doc):
            if f"{file.parent.name}/{file.name}" == name:
                with file.open("rb") as opened:
                    opened.seek(max(start, 0))
                    return BlobPart(size=file.stat().st_size, data=opened.read(MOST_BYTES))
        raise FileError("missing", "this part of the recording is not kept any more")

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
        await asyncio.to_thread(self._forget_ended, doc)

    def _forget_ended(self, doc: str) -> None:
        running = {folder for folder, _ in living(self._grounds.terminals)}
        for file in recordings(self._grounds.terminals, doc):
            if file.parent not in running:
                file.unlink(missing_ok=True)

    # --- sizes ---------------------------------------------------------------------------------

    def _present(self, terminal: _Terminal) -> list[tuple[str, int, int]]:
        """The windows of who is there and may type."""
        if terminal.shared is None:
            return []
        return [size for at, size in terminal.sizes.items() if at in terminal.here]

    def _wanted(self, terminal: _Terminal) -> tuple[int, int] | None:
        if terminal.policy == "fixed":
            return terminal.fixed
        sizes = self._present(terminal)
        mine = [one for one in sizes if one[0] == terminal.size_by]
        if not (mine or sizes):
            return None
        columns = min(one[1] for one in mine or sizes)
        return columns, min(one[2] for one in mine or sizes)

    @staticmethod
    def _choose(terminal: _Terminal, user: str, request: m.TerminalSize) -> None:
        """Have another policy."""
        terminal.policy = request.policy if request.policy in {"mine", "fixed"} else "smallest"
        terminal.size_by = user if terminal.policy != "smallest" else ""
        terminal.fixed = request.columns, request.lines

    def _resize_soon(self, terminal: _Terminal) -> None:
        if terminal.resizing is None:
            loop = asyncio.get_running_loop()
            terminal.resizing = loop.call_later(_CALM, self._resize, terminal)

    def _resize(self, terminal: _Terminal) -> None:
        terminal.resizing = None
        wanted, session = self._wanted(terminal), terminal.session
        if session is None or wanted is None:
            return
        if wanted != (session.state["columns"], session.state["lines"]):
            task = asyncio.ensure_future(session.ask("resize", columns=wanted[0], lines=wanted[1]))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())


def _last_words(folder: Path) -> str:
    """What became of a keeper that went without a word of its program."""
    words = last_line(folder / "keeper.log")
    return f"its keeper ended, {words}" if words else "its keeper was killed"


def _running(terminal: _Terminal) -> TerminalSession:
    if terminal.session is None:
        raise KeeperGoneError("the terminal ended; enter starts it again")
    return terminal.session
