"""`run`: all cells of a notebook, without a screen; for scripts and for the night.

It runs where people would run it: on the project's shared kernel, in the shared document, so that
whoever has the notebook open sees it go. `--fresh` takes a kernel of its own instead.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    FINE,
    USAGE,
    CommandError,
    add_command,
    add_notebook,
    in_colour,
    talk,
    with_document,
)

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.events import CellRun

STILL = 10.0
"""Seconds between two signs of life of a cell that runs long."""
OVER = ("done", "error", "stopped")


def add(commands: Commands) -> None:
    """Add the words of this module."""
    command = add_command(commands, "run", run, help="run a notebook's cells, without a screen")
    add_notebook(command)
    command.add_argument(
        "--output", metavar="FILE", help="write the notebook with its output there too; - prints it"
    )
    command.add_argument(
        "--timeout", type=_seconds, metavar="S", help="seconds after which it is stopped"
    )
    command.add_argument(
        "--fresh", action="store_true", help="on a kernel of its own, which ends afterwards"
    )


def _seconds(word: str) -> float:
    with contextlib.suppress(ValueError):
        if math.isfinite(seconds := float(word)) and seconds > 0:
            return seconds
    raise argparse.ArgumentTypeError(f"{word}: this is no number of seconds")


def run(arguments: argparse.Namespace) -> int:
    """Run it; 1 where a cell fails."""
    file, output = arguments.notebook, arguments.output
    if output not in (None, "-") and not os.path.isdir(os.path.dirname(output) or "."):
        raise CommandError(f"{output}: there is no such folder to write to", USAGE)

    async def work(workspace: Workspace, document: SharedDocument) -> int:
        from cocalc_tui.commands.cat import expect_notebook, taken
        from cocalc_tui.notebook import ipynb

        expect_notebook(document)
        await document.save()  # takes in what a script wrote to the file just now
        code = await Headless(document).run(fresh=arguments.fresh, within=arguments.timeout)
        await document.save()
        if output is not None:
            _write(ipynb.write(await taken(workspace, document)), output)
        return code

    return with_document(file, work)


def _write(text: str, where: str) -> None:
    if where == "-":
        sys.stdout.write(text)
        return
    try:
        Path(where).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{where}: {error.strerror}") from None


class Headless:
    """Runs a document's cells and says on standard error how it goes."""

    def __init__(self, document: SharedDocument) -> None:
        self._document = document
        self._runs: dict[str, str] = {}
        """Which run each cell got."""
        import asyncio

        self._news = asyncio.Event()

    async def run(self, *, fresh: bool, within: float | None) -> int:
        """Run all code cells; returns the exit code."""
        import asyncio

        from cocalc_tui.notebook import schema

        replica = self._document.replica
        code = [key for key in schema.cells(replica) if schema.cell_type(replica, key) == "code"]
        cells = [key for key in code if schema.source(replica, key).strip()]
        stop = self._document.subscribe(lambda _: self._news.set())
        try:
            self._runs = await self._document.run(cells, fresh=fresh, unattended=True)
            async with asyncio.timeout(within):
                return await self._follow(cells)
        except TimeoutError:
            await self._stop(cells)
            talk(f"stopped: it took longer than {within:g} s")
            return FAILED
        except asyncio.CancelledError:
            await self._stop(cells)
            talk("interrupted: what ran is stopped")
            raise
        finally:
            stop()

    async def _follow(self, cells: list[str]) -> int:
        """Wait for the cells in their order; the first that fails ends it."""
        for number, cell in enumerate(cells, 1):
            place = f"{number}/{len(cells)}"
            run = await self._over(cell, place)
            took = (run.finished - run.started) / 1000
            if run.state == "done":
                talk(f"{place}  {took:.1f} s")
                continue
            why = f": {run.reason}" if run.reason else ""
            talk(f"{place}  {'failed' if run.state == 'error' else 'stopped'}{why}")
            self._say_error(cell)
            return FAILED
        return FINE

    async def _over(self, cell: str, place: str) -> CellRun:
        """Wait for a cell's run to be over and its output to be here."""
        import asyncio

        waited = 0.0
        while True:
            self._news.clear()
            run = self._document.runs.get(cell)
            if run is not None and run.run == self._runs[cell] and run.state in OVER:
                return run
            if run is not None and run.run != self._runs[cell] and run.state in OVER:
                raise CommandError(f"{place}: somebody else has run this cell meanwhile")
            try:
                await asyncio.wait_for(self._news.wait(), STILL)
            except TimeoutError:
                waited += STILL
                talk(f"{place}  has run for {waited:.0f} s")

    async def _stop(self, cells: list[str]) -> None:
        """Interrupt what this command runs, and nobody else's."""
        runs = self._document.runs
        if any(
            (run := runs.get(cell)) is not None
            and run.run == self._runs.get(cell)
            and run.state not in OVER
            for cell in cells
        ):
            await self._document.interrupt()

    def _say_error(self, cell: str) -> None:
        """Print the traceback."""
        from cocalc_tui.commands.cat import painted
        from cocalc_tui.notebook import schema
        from cocalc_tui.widgets.outputs.look import unknown_look
        from cocalc_tui.widgets.outputs.rows import WHOLE, Frame
        from cocalc_tui.widgets.outputs.text import error_rows

        frame = Frame(100, unknown_look(), limit=WHOLE)
        for output in schema.outputs_of(self._document.replica, cell):
            if output.get("output_type") == "error":
                for row in error_rows(output, frame):
                    line = painted(row) if in_colour(sys.stderr) else row.text
                    print(line.rstrip(), file=sys.stderr)  # noqa: T201 - this is the talk
