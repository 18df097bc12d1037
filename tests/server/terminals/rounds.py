"""`python -m tests.server.terminals.rounds --rounds N --seed S`: relays killed at any moment.

A terminal prints numbered lines; the relay is killed -9 again and again, with the door starting the
next. In the end the program is the same, and of what it printed no line is missing and none is
there twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.protocol.events import ProjectStatus
from cocalc_tui.protocol.messages import Status
from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.server.processes.look import processes

PRINTS = "n=0; echo; while [ -e go ]; do n=$((n+1)); echo line $n; sleep 0.02; done; echo la''st $n"
SGR = re.compile(r"\x1b\[[0-9;:]*m")
PATIENCE = 60.0
MOST = 1000
"""Lines that are asked for at once."""


class Rounds:
    """One project, one terminal that prints, and relays that come and go."""

    def __init__(self, project: Path, seed: int) -> None:
        self._project = project
        self._chance = random.Random(seed)
        self.workspace: Workspace = join([project]).workspace(start=True)
        self.terminal: Terminal
        self.seen = 0
        """The last line that was there, after all before it."""
        self.slowest = 0.0
        """Seconds until an app was back, at most."""

    async def play(self, rounds: int) -> None:
        """Raise AssertionError where something is lost or there twice."""
        (self._project / "go").touch()
        self.workspace.start()
        await self.workspace.ready()
        self.document = await self.workspace.open("count.term")
        self.terminal = Terminal(self.workspace.requests, self.document.doc)
        await self.terminal.open()
        program = await self._program()
        await self.terminal.type(text="exec sh\r")
        await self.terminal.type(text=PRINTS + "\r")
        for number in range(rounds):
            await self._round()
            if number % 50 == 49:
                await self._look()
                print(f"{number + 1} rounds, {self.seen} lines", file=sys.stderr)
        (self._project / "go").unlink()
        async with asyncio.timeout(PATIENCE):
            while not (last := await self._look()):
                await asyncio.sleep(0.05)
        assert last == self.seen, f"{self.seen} lines of {last}"
        assert await self._program() == program, "another program"

    async def _round(self) -> None:
        """Kill the relay after a while, and wait until the app is back."""
        await asyncio.sleep(self._chance.random() ** 3 * 0.3)
        relays = processes(str(self._project), "relay")
        for pid in relays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        await self._until(lambda: not self.workspace.online or not relays)
        await self._until(lambda: self.workspace.online and self.document.attached)
        self.slowest = max(self.slowest, time.monotonic() - start)

    async def _look(self) -> int:
        """Check what it printed since the last look; the last number once it ended, else 0."""
        screen = await self.terminal.open()
        rows: list[str] = []
        for first in range(max(screen.history - 4 * MOST, 0), screen.history, MOST):
            count = min(MOST, screen.history - first)
            rows += (await self.terminal.history(first, count)).rows
        rows += [screen.rows.get(y, "") for y in range(screen.lines)]
        text = "\n".join(SGR.sub("", row).rstrip() for row in rows)
        numbers = [int(number) for number in re.findall(r"^line (\d+)$", text, re.MULTILINE)]
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

    async def _until(self, happened: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < end, "it never happened"
            await asyncio.sleep(0.005)


def _gaps(numbers: list[int]) -> list[tuple[int, int]]:
    """Neighbours that are none."""
    return [(one, other) for one, other in pairwise(numbers) if other != one + 1]


async def rounds(project: Path, count: int, seed: int) -> Rounds:
    """Play so many rounds, and leave nothing running."""
    game = Rounds(project, seed)
    try:
        await asyncio.wait_for(game.play(count), 120 + 5 * count)
    finally:
        with contextlib.suppress(RequestFailed, TimeoutError):
            await asyncio.wait_for(game.workspace.stop(everything=True), 30)
        await game.workspace.close()
    return game


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ct-", dir="/tmp") as folder:
        os.environ[RUNTIME_VARIABLE] = folder
        project = Path(folder) / "lab"
        project.mkdir()
        start = time.monotonic()
        game = asyncio.run(rounds(project, options.rounds, options.seed))
    took = time.monotonic() - start
    print(
        f"relay killed {options.rounds} times: {game.seen} lines of the terminal once each, the "
        f"same program; apps back within {game.slowest:.2f} s; {took:.0f} s"
    )


if __name__ == "__main__":
    main()
