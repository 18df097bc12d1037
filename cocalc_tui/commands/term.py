"""`term`: a shared terminal: on the screen, or typed into and read without one."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    FINE,
    USAGE,
    CommandError,
    add_command,
    read_stdin,
    say,
    talk,
    with_document,
)
from cocalc_tui.terminal.ending import ending

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.terminals import Terminal
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.events import TerminalScreen

ENDING = ".term"
SETTLE, LONGEST = 0.4, 5.0
"""Seconds of rest after which a screen counts as done, and the longest wait for that."""
AT_A_TIME = 1000
"""Lines that are asked for at once."""
_SEQUENCES = re.compile(r"\x1b\[[0-9;:]*m")


def add(commands: Commands) -> None:
    """Add the words of this module."""
    term = add_command(
        commands,
        "term",
        run,
        help="a shared terminal; --send and --tail need no screen",
        description="Open the terminal NAME (a file NAME.term of the project). What is on the "
        "command line can be read by others of this machine: with --send - the text is read from "
        "stdin.",
    )
    term.add_argument("name", nargs="?", default="shell", metavar="NAME", help="default: shell")
    term.add_argument("--send", metavar="TEXT", help="type this and enter; - reads it from stdin")
    term.add_argument("--tail", type=int, metavar="N", help="print the last N lines")
    term.add_argument(
        "--record", metavar="FILE", help="write what it showed so far as an asciicast; - prints it"
    )


def run(arguments: argparse.Namespace) -> int | None:
    """Open, type or print."""
    name = arguments.name if arguments.name.endswith(ENDING) else arguments.name + ENDING
    if (arguments.send, arguments.tail, arguments.record) == (None, None, None):
        from cocalc_tui.commands import opening

        return opening.run(argparse.Namespace(paths=[name], names=(), set=[]))
    if arguments.tail is not None and arguments.tail < 1:
        raise CommandError("--tail takes a number from 1 on", USAGE)
    text = read_stdin() if arguments.send == "-" else arguments.send

    async def talk(workspace: Workspace, document: SharedDocument) -> None:
        from cocalc_tui.client.terminals import Terminal

        terminal = Terminal(workspace.requests, document.doc)
        if text is not None or arguments.tail:
            await terminal.open(again=text is not None)
        if text is not None:
            await terminal.type(text=text.rstrip("\n").replace("\n", "\r"), keys=[])
            await terminal.type(keys=["enter"])
        if text is not None and arguments.tail:
            await _rest(terminal)
        if arguments.tail:
            await _tail(terminal, document.path, arguments.tail)
        if arguments.record is not None:
            _record(await terminal.recording(), document.path, arguments.record)

    with_document(name, talk, first=None if text is not None else _check)
    return FINE


async def _check(workspace: Workspace, path: str) -> None:
    """Only who types begins a terminal."""
    if path not in {one.path for one in await workspace.files.entries(path.rpartition("/")[0])}:
        raise CommandError(f"{path}: no such terminal in the project", USAGE)


def _record(cast: str, path: str, file: str) -> None:
    """Write a recording. A player shows text and colours only, whatever ran in the terminal."""
    if not cast:
        raise CommandError(f"{path}: nothing is recorded of this terminal", FAILED)
    if file == "-":
        sys.stdout.write(cast)
        sys.stdout.flush()
        return
    try:
        Path(file).write_text(cast, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", FAILED) from None


async def _rest(terminal: Terminal) -> None:
    """Wait until the screen rests, as a program needs a moment to answer."""
    import asyncio

    before = None
    for _ in range(int(LONGEST / SETTLE)):
        await asyncio.sleep(SETTLE)
        screen = await terminal.open()
        if before is not None and (screen.rows, screen.history) == before:
            return
        before = (screen.rows, screen.history)


async def _tail(terminal: Terminal, path: str, count: int) -> None:
    """Print the last lines of a terminal; stderr says where its program ended."""
    screen = await terminal.open()
    for line in await _last(terminal, screen, count):
        say(line)
    if not screen.running and screen.exit is not None:
        talk(f"{path}: the program ended ({screen.reason or ending(screen.exit)})")


async def _last(terminal: Terminal, screen: TerminalScreen, count: int) -> list[str]:
    """The last lines of a terminal as plain text; what its width broke is one line."""
    rows = [screen.rows.get(y, "") for y in range(screen.lines)]
    wraps = {screen.history + y for y in screen.wraps}
    first = screen.history
    while len(lines := _lines(rows, wraps, first)) <= count and first:
        start = max(first - AT_A_TIME, 0)
        past = await terminal.history(start, first - start)
        if not past.rows:
            break
        rows, first = [*past.rows, *rows], start
        wraps |= {start + at for at in past.wraps}
    return lines[-count:]


def _lines(rows: Sequence[str], wraps: Collection[int], first: int) -> list[str]:
    """Lines of rows that are numbered from `first` on, without those at the end that are empty."""
    lines, line = [], ""
    for number, row in enumerate(rows, first):
        text = _SEQUENCES.sub("", row)
        if number in wraps:
            line += text
        else:
            lines.append((line + text).rstrip())
            line = ""
    if line:
        lines.append(line.rstrip())
    while lines and not lines[-1]:
        lines.pop()
    return lines
