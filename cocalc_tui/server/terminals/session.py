"""The relay side's end of one terminal: follows its keeper, and tells everybody what changed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cocalc_tui.protocol.events import TerminalScreen
from cocalc_tui.server.keeper.forms import understood
from cocalc_tui.server.terminals.order import AboutTerminal

LONGEST_LINE = 16 * 2**20
USUAL = (80, 24)


class TerminalGoneError(ConnectionError):
    """Nobody keeps this terminal."""


class TerminalSession:
    """One running terminal."""

    def __init__(
        self,
        folder: Path,
        about: AboutTerminal,
        tell: Callable[[TerminalScreen], None],
        ended: Callable[[int | None], None],
        opens: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> None:
        """`tell` is called for every change; `ended` with the exit code, None where unknown.

        `opens` is called when somebody opens files from it: places, asks, user, view.
        """
        self.folder = folder
        self.about = about
        self.state: dict[str, Any] = {"columns": USUAL[0], "lines": USUAL[1], "rows": {}}
        self._tell = tell
        self._ended = ended
        self._opens = opens
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Find the keeper; raises TerminalGoneError."""
        try:
            reader, writer = await asyncio.open_unix_connection(
                self.about.socket, limit=LONGEST_LINE
            )
            greeting = json.loads(await reader.readline())
        except (OSError, ValueError) as error:
            raise TerminalGoneError(str(error)) from None
        if not understood(greeting):
            writer.close()
            raise TerminalGoneError("its keeper is of another release; end it with stop --all")
        self.state = greeting["whole"]
        self._writer = writer
        self._task = asyncio.create_task(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        code: int | None = None
        with contextlib.suppress(OSError, ValueError):
            while line := await reader.readline():
                said = json.loads(line)
                if "frame" in said:
                    self._frame(said["frame"])
                elif "open" in said:
                    self._opens(said["open"])
                elif "exit" in said:
                    code = said["exit"]
                else:
                    self._answered(said)
        self._let_go()
        for one in self._waiting.values():
            if not one.done():
                one.set_exception(TerminalGoneError("the terminal ended"))
        self._ended(code)

    def _answered(self, said: dict[str, Any]) -> None:
        waiting = self._waiting.get(said.get("id", 0))
        if waiting is not None and not waiting.done():
            waiting.set_result(said)

    def _frame(self, frame: dict[str, Any]) -> None:
        rows = {**self.state["rows"], **frame["rows"]}
        lines = frame["lines"]
        self.state = {**frame, "rows": {y: row for y, row in rows.items() if int(y) < lines}}
        self._tell(screen_of(frame))

    async def ask(self, do: str, **words: object) -> dict[str, Any]:
        """Have the keeper do something; raises TerminalGoneError, and ValueError if refused."""
        if self._writer is None:
            raise TerminalGoneError("the terminal ended")
        id_ = next(self._ids)
        answer = self._waiting[id_] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(json.dumps({"id": id_, "do": do, **words}).encode() + b"\n")
            said: dict[str, Any] = await answer
        finally:
            self._waiting.pop(id_, None)
        if "error" in said:
            raise ValueError(said["error"])
        return said

    async def close(self) -> None:
        """Let go of it; it runs on."""
        task, self._task = self._task, None
        self._ended = lambda _code: None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._let_go()

    def _let_go(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()


def screen_of(frame: dict[str, Any]) -> TerminalScreen:
    """A keeper's frame as it is told to apps."""
    cursor = frame.get("cursor")
    return TerminalScreen(
        running=True,
        seq=frame.get("seq", 0),
        columns=frame["columns"],
        lines=frame["lines"],
        rows={int(y): row for y, row in frame["rows"].items()},
        cursor=(cursor[0], cursor[1]) if cursor else None,
        title=frame.get("title", ""),
        alternate=bool(frame.get("alternate")),
        mouse=bool(frame.get("mouse")),
        moves=bool(frame.get("moves")),
        history=frame.get("history", 0),
        typist=frame.get("typist", ""),
    )
