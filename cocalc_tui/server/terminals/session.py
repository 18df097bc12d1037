"""The relay side's end of one terminal: follows its keeper, and tells everybody what changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cocalc_tui.protocol.events import TerminalScreen
from cocalc_tui.server.keeper.following import KeeperGoneError, KeeperLink
from cocalc_tui.server.terminals.order import AboutTerminal

USUAL = (80, 24)
PATIENCE = 6.0
"""Seconds; keepers kill before that what does not end."""


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
        self._code: int | None = None
        self._gone = asyncio.Event()
        self._link = KeeperLink(self._heard)

    async def connect(self) -> None:
        """Find the keeper; raises KeeperGoneError."""
        await self._link.connect(Path(self.about.socket))
        self.state = self._link.greeting["whole"]

    async def ask(self, do: str, **words: object) -> dict[str, Any]:
        """Have the keeper do something; raises KeeperGoneError, and ValueError if refused."""
        return await self._link.ask(do, **words)

    async def end(self) -> None:
        """End its program, and wait until it did."""
        with contextlib.suppress(KeeperGoneError, ValueError, TimeoutError):
            await self.ask("end")
            await asyncio.wait_for(self._gone.wait(), PATIENCE)

    async def close(self) -> None:
        """Let go of it; it runs on."""
        self._ended = lambda _code: None
        await self._link.close()

    def _heard(self, said: dict[str, Any] | None) -> None:
        if said is None:
            self._gone.set()
            self._ended(self._code)
        elif "frame" in said:
            self._frame(said["frame"])
        elif "open" in said:
            self._opens(said["open"])
        elif "exit" in said:
            self._code = said["exit"]

    def _frame(self, frame: dict[str, Any]) -> None:
        rows = {**self.state["rows"], **frame["rows"]}
        lines = frame["lines"]
        self.state = {**frame, "rows": {y: row for y, row in rows.items() if int(y) < lines}}
        self._tell(screen_of(frame))


def screen_of(frame: dict[str, Any]) -> TerminalScreen:
    """A keeper's frame as it is told to apps."""
    cursor = frame.get("cursor")
    return TerminalScreen(
        running=True,
        seq=frame.get("seq", 0),
        columns=frame["columns"],
        lines=frame["lines"],
        rows={int(y): row for y, row in frame["rows"].items()},
        wraps=frame.get("wraps", []),
        cursor=(cursor[0], cursor[1]) if cursor else None,
        title=frame.get("title", ""),
        alternate=bool(frame.get("alternate")),
        mouse=bool(frame.get("mouse")),
        moves=bool(frame.get("moves")),
        history=frame.get("history", 0),
        typist=frame.get("typist", ""),
    )
