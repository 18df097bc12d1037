"""`python -m tests.server.kernels.rounds --rounds N --seed S`: relays killed at any moment.

A kernel prints numbered lines; the relay is killed -9 again and again, with the door starting the
next. In the end the kernel is the same, every line is there, and none is there twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.printed import notice
from cocalc_tui.protocol.events import KeptText
from cocalc_tui.protocol.messages import OutputText
from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.server.processes.look import processes

PRINTS = """\
import os, time
n = 0
while os.path.exists('go'):
    print('line', n)
    n += 1
    if n % 40 == 0:
        time.sleep(0.01)
print('last', n)"""
WHO = "import os; print(os.getpid())"
PATIENCE = 60.0


class Rounds:
    """One project, one kernel that prints, and relays that come and go."""

    def __init__(self, project: Path, seed: int) -> None:
        self._project = project
        self._chance = random.Random(seed)
        self.workspace: Workspace = join([project]).workspace(start=True)
        self.document: SharedDocument
        self.slowest = 0.0
        """Seconds until an app was back, at most."""

    async def play(self, rounds: int) -> None:
        """Raise AssertionError where something is lost or there twice."""
        (self._project / "go").touch()
        cells: list[dict[str, Any]] = [
            {"cell_type": "code", "id": name, "metadata": {}, "source": code}
            | {"execution_count": None, "outputs": []}
            for name, code in (("who", WHO), ("prints", PRINTS))
        ]
        whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (self._project / "n.ipynb").write_text(json.dumps(whole))
        self.workspace.start()
        await self.workspace.ready()
        self.document = await self.workspace.open("n.ipynb")
        self.who, self.prints = schema.cells(self.document.replica)
        pid = await self._ran(self.who)
        await self.document.run([self.prints])
        for number in range(rounds):
            await self._round()
            if number % 50 == 49:
                print(f"{number + 1} rounds", file=sys.stderr)
        (self._project / "go").unlink()
        await self._until(lambda: self._state(self.prints) == "done")
        check(await self._whole_text())
        assert await self._ran(self.who) == pid, "another kernel"

    async def _round(self) -> None:
        """Kill the relay after a while, or as soon as it has told us something."""
        if self._chance.random() < 0.5:
            before = self._last_line()
            await self._until(lambda: self._last_line() != before)
        await asyncio.sleep(self._chance.random() ** 3 * 0.3)
        relays = processes(str(self._project), "relay")
        for pid in relays:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        await self._until(lambda: not self.workspace.online or not relays)
        await self._until(lambda: self.workspace.online and self.document.attached)
        self.slowest = max(self.slowest, time.monotonic() - start)

    async def _ran(self, cell: str) -> str:
        """Run a cell and return what it printed."""
        runs = await self.document.run([cell])
        await self._until(
            lambda: (
                self._state(cell) == "done"
                and self.document.runs[cell].run == runs[cell]
                and schema.outputs_of(self.document.replica, cell)
            )
        )
        return str(schema.outputs_of(self.document.replica, cell)[0]["text"])

    def _state(self, cell: str) -> str:
        run = self.document.runs.get(cell)
        return run.state if run is not None else ""

    def _last_line(self) -> str:
        items = self.document.output(self.prints) or []
        return str(items[-1].get("text", ""))[-20:] if items else ""

    async def _whole_text(self) -> str:
        (key,) = schema.outputs(self.document.replica)[self.prints]
        fields: Any = self.document.replica.records[key]
        text = str(fields["data"]["text"])
        if "cut" not in fields:
            return text
        head, left_out = fields["cut"]
        middle = ""
        while len(middle) < left_out:
            middle += await self._kept(fields, len(middle))
        return text[:head] + middle + text[head + len(notice(left_out)) :]

    async def _kept(self, fields: Any, start: int) -> str:
        kept = await self.workspace.requests.result(
            lambda id_: OutputText(
                id=id_,
                doc=self.document.doc,
                cell=self.prints,
                run=fields["run"],
                index=fields["index"],
                start=start,
                count=500_000,
            ),
            KeptText,
        )
        assert kept.start == start, f"a gap from {start} to {kept.start}"
        assert kept.text, f"nothing from {start} on"
        return kept.text

    async def _until(self, happened: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < end, "it never happened"
            await asyncio.sleep(0.005)


def check(text: str) -> None:
    """Every line once and in order."""
    *lines, last = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines):
        assert line == f"line {number}", f"{line!r} where line {number} should be"
    assert last == f"last {len(lines)}"


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
        f"relay killed {options.rounds} times: every line once, the same kernel; "
        f"apps back within {game.slowest:.2f} s; {took:.0f} s"
    )


if __name__ == "__main__":
    main()
