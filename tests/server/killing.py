"""Relays killed -9 again and again under something that runs, with the door starting the next.

What kernels and terminals print meanwhile is told by those who look: `kernels.rounds` and
`terminals.rounds`.
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
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.server.processes.look import processes

PATIENCE = 60.0
SOME = 20
"""Rounds between two looks at what was printed."""


class Killing:
    """One project, something that prints in it, and relays that come and go."""

    def __init__(self, project: Path, seed: int) -> None:
        self.project = project
        self.chance = random.Random(seed)
        self.workspace: Workspace = join([project]).workspace(start=True)
        self.document: SharedDocument
        self.slowest = 0.0
        """Seconds until an app was back, at most."""

    async def begin(self) -> None:
        """Have something print; sets `document`."""
        raise NotImplementedError

    async def await_some(self) -> None:
        """Wait for what may be in the way of a kill."""

    async def look(self) -> None:
        """Raise AssertionError where something is lost or there twice so far."""

    async def end(self) -> None:
        """Let it end, and raise AssertionError where something is lost or there twice."""
        raise NotImplementedError

    @property
    def found(self) -> str:
        """What was found, in words."""
        raise NotImplementedError

    async def play(self, rounds: int) -> None:
        """Kill so many relays; raises AssertionError."""
        (self.project / "go").touch()
        self.workspace.start()
        await self.workspace.ready()
        await self.begin()
        for number in range(1, rounds + 1):
            await self._round()
            if number % SOME == 0:
                await self.look()
                print(f"{number} rounds: {self.found}", file=sys.stderr)
        (self.project / "go").unlink()
        await self.end()

    async def _round(self) -> None:
        """Kill the relay after a while, and wait until the app is back."""
        await self.await_some()
        await asyncio.sleep(self.chance.random() ** 3 * 0.3)
        relays = processes(str(self.project), "relay")
        for pid in relays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        await self.until(lambda: not self.workspace.online or not relays)
        await self.until(lambda: self.workspace.online and self.document.attached)
        self.slowest = max(self.slowest, time.monotonic() - start)

    async def until(self, happened: Callable[[], object]) -> None:
        """Wait for it; raises AssertionError."""
        end = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < end, "it never happened"
            await asyncio.sleep(0.005)


Game = TypeVar("Game", bound=Killing)


async def rounds(game: Game, count: int) -> Game:
    """Play so many rounds, and leave nothing running."""
    try:
        await asyncio.wait_for(game.play(count), 120 + 5 * count)
    finally:
        with contextlib.suppress(RequestFailed, TimeoutError):
            await asyncio.wait_for(game.workspace.ready(), 30)
            await asyncio.wait_for(game.workspace.stop(everything=True), 30)
        await game.workspace.close()
    return game


def main(made: Callable[[Path, int], Killing], about: str | None) -> None:
    """Play as many rounds as are asked for, in a project of its own."""
    parser = argparse.ArgumentParser(description=about)
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

        async def play() -> Killing:
            return await rounds(made(project, options.seed), options.rounds)

        game = asyncio.run(play())
    took = time.monotonic() - start
    print(
        f"relay killed {options.rounds} times: {game.found}; "
        f"apps back within {game.slowest:.2f} s; {took:.0f} s"
    )
