"""`python -m tests.server.killing --rounds N --seed S`: relays killed at any moment.

A kernel and a terminal print numbered lines; the relay is killed -9 again and again, with the door
starting the next. In the end both run on as they were, and of what they printed no line is missing
and none is there twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.server.kernels.printer import KernelPrinter
from tests.server.printer import Printer, until
from tests.server.processes.look import processes
from tests.server.terminals.printer import TerminalPrinter

SOME = 20
"""Rounds between two looks at what was printed."""


class Killing:
    """One project, what prints in it, and relays that come and go."""

    def __init__(self, project: Path, seed: int) -> None:
        self.project = project
        self.chance = random.Random(seed)
        self.workspace: Workspace = join([project]).workspace(start=True)
        self.printers: list[Printer] = [
            KernelPrinter(project, self.workspace),
            TerminalPrinter(project, self.workspace),
        ]
        self.slowest = 0.0
        """Seconds until an app was back, at most."""

    @property
    def found(self) -> str:
        """What was found, in words."""
        return ", ".join(one.found for one in self.printers)

    async def play(self, rounds: int) -> None:
        """Kill so many relays; raises AssertionError."""
        (self.project / "go").touch()
        self.workspace.start()
        await self.workspace.ready()
        for one in self.printers:
            await one.begin()
        for number in range(1, rounds + 1):
            await self._round()
            if number % SOME == 0:
                await self._look(number)
        (self.project / "go").unlink()
        for one in self.printers:
            await one.end()

    async def _look(self, number: int) -> None:
        for one in self.printers:
            await one.look()
        print(f"{number} rounds: {self.found}; {self.slowest:.2f} s", file=sys.stderr)

    async def _round(self) -> None:
        """Kill the relay after a while, and wait until the app is back."""
        if self.chance.random() < 0.5:
            for one in self.printers:
                await one.hear()
        await asyncio.sleep(self.chance.random() ** 3 * 0.3)
        relays = processes(str(self.project), "relay")
        for pid in relays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        await until(lambda: not self.workspace.online or not relays)
        await until(lambda: self.workspace.online and self._attached())
        self.slowest = max(self.slowest, time.monotonic() - start)

    def _attached(self) -> bool:
        return all(one.document.attached for one in self.printers)


async def rounds(project: Path, seed: int, count: int) -> Killing:
    """Play so many rounds, and leave nothing running."""
    game = Killing(project, seed)
    try:
        await asyncio.wait_for(game.play(count), 120 + 10 * count)
    finally:
        with contextlib.suppress(RequestFailed, TimeoutError):
            await asyncio.wait_for(game.workspace.ready(), 30)
            await asyncio.wait_for(game.workspace.stop(everything=True), 30)
        await game.workspace.close()
    return game


def main() -> None:
    """Play as many rounds as are asked for, in a project of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(
        prefix="ct-",
        dir="/tmp",
        ignore_cleanup_errors=True,  # a keeper may write its last words
    ) as folder:
        os.environ[RUNTIME_VARIABLE] = folder
        project = Path(folder) / "lab"
        project.mkdir()
        start = time.monotonic()
        game = asyncio.run(rounds(project, options.seed, options.rounds))
    took = time.monotonic() - start
    print(
        f"relay killed {options.rounds} times: {game.found}; "
        f"apps back within {game.slowest:.2f} s; {took:.0f} s"
    )


if __name__ == "__main__":
    main()
