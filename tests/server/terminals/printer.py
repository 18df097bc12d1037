"""A terminal that prints numbered lines while relays are killed."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise

from cocalc_tui.client.terminals import Terminal
from cocalc_tui.protocol.events import ProjectStatus
from cocalc_tui.protocol.messages import Status
from tests.server.printer import PATIENCE, Printer, until

PRINTS = "n=0; echo; while [ -e go ]; do n=$((n+1)); echo line $n; sleep 0.02; done; echo la''st $n"
SGR = re.compile(r"\x1b\[[0-9;:]*m")
MOST = 1000
"""Lines that are asked for at once."""


class TerminalPrinter(Printer):
    """One terminal that prints."""

    terminal: Terminal
    seen = 0
    """The last line that was there, after all before it."""

    @property
    def found(self) -> str:
        """What was found so far, in words."""
        return f"{self.seen} lines of the terminal once each, the same program"

    async def begin(self) -> None:
        """Have a shell print."""
        self.document = await self.workspace.open("count.term")
        self.terminal = Terminal(self.workspace.requests, self.document.doc)
        await self.terminal.open()
        self.program = await self._program()
        await self.terminal.type(text="exec sh\r")
        await self.terminal.type(text=PRINTS + "\r")

    async def hear(self) -> None:
        """Wait until it told us something new."""
        before = self.document.hearing.screen
        await until(lambda: self.document.hearing.screen is not before)

    async def look(self) -> None:
        """Check what it printed since the last look."""
        await self._look()

    async def end(self) -> None:
        """Wait for its last line."""
        async with asyncio.timeout(PATIENCE):
            while not (last := await self._look()):
                await asyncio.sleep(0.05)
        assert last == self.seen, f"{self.seen} lines of {last}"
        assert await self._program() == self.program, "another program"

    async def _look(self) -> int:
        """Check what it printed since the last look; the last number once it ended, else 0."""
        screen = await self.terminal.open()
        rows = [screen.rows.get(y, "") for y in range(screen.lines)]
        first = screen.history
        while first and not _reaches(rows, self.seen + 1):
            first, before = max(first - MOST, 0), first
            rows = [*(await self.terminal.history(first, before - first)).rows, *rows]
        text = _text(rows)
        numbers = _numbers(text)
        if numbers:
            assert numbers[0] <= self.seen + 1, f"nothing between {self.seen} and {numbers[0]}"
            assert not (wrong := _gaps(numbers)), f"missing, or twice: {wrong}"
            self.seen = numbers[-1]
        last = re.search(r"^last (\d+)$", text, re.MULTILINE)
        return int(last[1]) if last else 0

    async def _program(self) -> int:
        status = await self.workspace.requests.result(lambda id_: Status(id=id_), ProjectStatus)
        (one,) = status.terminals
        return one.pid


def _text(rows: list[str]) -> str:
    return "\n".join(SGR.sub("", row).rstrip() for row in rows)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^line (\d+)$", text, re.MULTILINE)]


def _reaches(rows: list[str], number: int) -> bool:
    """Whether rows go back as far as a line."""
    return any(one <= number for one in _numbers(_text(rows))[:1])


def _gaps(numbers: list[int]) -> list[tuple[int, int]]:
    """Neighbours that are none."""
    return [(one, other) for one, other in pairwise(numbers) if other != one + 1]
