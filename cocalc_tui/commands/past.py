"""`log`, `show`, `diff`, `blame`, `restore`, `export`: the history of a file, without a screen."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    FINE,
    USAGE,
    CommandError,
    add_command,
    add_json,
    join,
    say,
    with_workspace,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands, Run
    from cocalc_tui.history.timeline import TimeLine
    from cocalc_tui.sync.versions import Versions

AT = "a version number, a time (14:02, yesterday 14:00, 2 h ago), or a snapshot's id or title"


def add(commands: Commands) -> None:
    """Add the words of this module."""
    log = _command(commands, "log", run_log, "who changed a file, and when")
    show = _command(commands, "show", run_show, "print a file as it was")
    diff = _command(commands, "diff", run_diff, "what differs between two versions")
    diff.add_argument("old", metavar="OLD", help=AT)
    diff.add_argument("new", nargs="?", metavar="NEW", help="default: now")
    blame = _command(commands, "blame", run_blame, "who wrote which line")
    restore = _command(commands, "restore", run_restore, "make a file as it was, as a new version")
    restore.add_argument("--at", metavar="WHEN", required=True, help=AT)
    export = _command(
        commands, "export", run_export, "a file's history as JSON lines, a terminal's as asciicast"
    )
    export.add_argument("--history", action="store_true", required=True, help="each patch a line")
    for command in (show, blame):
        command.add_argument("--at", metavar="WHEN", help=AT)
    for command in (log, blame):
        add_json(command)


def _command(commands: Commands, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    command = add_command(commands, name, run, help=text)
    command.add_argument("file", metavar="FILE")
    return command


class Opened:
    """A file's document with its past."""

    def __init__(self, document: SharedDocument, versions: Versions, line: TimeLine) -> None:
        self.document = document
        self.versions = versions
        self.line = line


def _with_past(
    arguments: argparse.Namespace, work: Callable[[Workspace, Opened], Awaitable[int]]
) -> int:
    files = join([arguments.file]).files
    if not files:
        raise CommandError(f"{arguments.file}: a folder has no history; name a file", USAGE)

    async def ask(workspace: Workspace) -> int:
        from cocalc_tui.client.past import LogBook
        from cocalc_tui.history.timeline import TimeLine

        document = await workspace.open(files[0])
        book = LogBook(workspace.requests, document.doc)
        await book.fetch(document.numbers.upto)
        versions = await book.versions()
        made = (versions.made(number) for number in range(1, versions.latest + 1))
        return await work(workspace, Opened(document, versions, TimeLine(made)))

    return with_workspace(Path(arguments.file), ask, start=True)


def _version(opened: Opened, word: str | None) -> int | None:
    """The version that a word means; None for one that is no version or time."""
    from datetime import datetime

    from cocalc_tui.history.when import moment

    latest = opened.versions.latest
    if word is None:
        return latest
    if word.isascii() and word.isdigit():
        if not 0 <= int(word) <= latest:
            raise CommandError(f"version {word}: this file has versions 1 to {latest}", USAGE)
        return int(word)
    found = moment(word, datetime.now().astimezone())
    return None if found is None else opened.line.at(int(found.timestamp() * 1000))


async def _text(workspace: Workspace, opened: Opened, word: str | None) -> str:
    """A file as it was then."""
    from cocalc_tui.client.snapshots import Snapshots
    from cocalc_tui.history.reading import readable

    version = _version(opened, word)
    if version is not None:
        return readable(opened.versions, version, opened.document.type)
    assert word is not None
    data = await Snapshots(workspace.requests).read(word, opened.document.path)
    return data.decode("utf-8", "backslashreplace")


def when(at: int) -> str:
    """A time in milliseconds, for people here."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at / 1000))


def run_log(arguments: argparse.Namespace) -> int:
    """Print the bursts of a file, the latest last."""

    async def work(_: Workspace, opened: Opened) -> int:
        if arguments.json:
            import dataclasses

            rows = [dataclasses.asdict(one) for one in opened.line.bursts]
            say(json.dumps(rows, indent=1))
            return FINE
        for one in opened.line.bursts:
            offline = f"  typed {when(one.made)} offline" if one.late else ""
            say(f"{one.last}\t{when(one.end)}\t{one.author}\t{one.kind}{offline}")
        return FINE

    return _with_past(arguments, work)


def run_show(arguments: argparse.Namespace) -> int:
    """Print a version."""

    async def work(workspace: Workspace, opened: Opened) -> int:
        text = await _text(workspace, opened, arguments.at)
        if sys.stdout.isatty():
            say(text.removesuffix("\n"))
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()
        return FINE

    return _with_past(arguments, work)


def run_diff(arguments: argparse.Namespace) -> int:
    """Print what differs, as a unified diff."""
    import difflib

    async def work(workspace: Workspace, opened: Opened) -> int:
        old = await _text(workspace, opened, arguments.old)
        new = await _text(workspace, opened, arguments.new)
        name = opened.document.path
        lines = difflib.unified_diff(
            old.split("\n"),
            new.split("\n"),
            f"{name} {arguments.old}",
            f"{name} {arguments.new or 'now'}",
            lineterm="",
        )
        for line in lines:
            say(line)
        return FINE

    return _with_past(arguments, work)


def run_blame(arguments: argparse.Namespace) -> int:
    """Print each line with who wrote it and when."""
    from cocalc_tui.history.blaming import blame_lines

    async def work(_: Workspace, opened: Opened) -> int:
        version = _version(opened, arguments.at)
        if version is None or opened.document.type != "text":
            raise CommandError("blame knows the versions of text files", USAGE)
        rows = blame_lines(opened.versions, version)
        if arguments.json:
            table = [
                {"line": number, "author": one.author, "at": one.at, "text": one.text}
                for number, one in enumerate(rows, 1)
            ]
            say(json.dumps(table, indent=1, ensure_ascii=False))
            return FINE
        width = max((len(one.author) for one in rows), default=0)
        for number, one in enumerate(rows, 1):
            stamp = when(one.at)[:16] if one.at else " " * 16
            say(f"{one.author:{width}}  {stamp}  {number:5}  {one.text}")
        return FINE

    return _with_past(arguments, work)


def run_restore(arguments: argparse.Namespace) -> int:
    """Make the file as it was, on top of what is there now."""
    import asyncio
    import secrets

    async def work(workspace: Workspace, opened: Opened) -> int:
        from cocalc_tui.client.document import ReadOnlyError
        from cocalc_tui.history.restoring import CannotRestore, restore

        version = _version(opened, arguments.at)
        if version is None:
            raise CommandError(
                f"{arguments.at}: no version and no time; for a snapshot use `snapshot restore`",
                USAGE,
            )
        document = opened.document
        try:
            ops = restore(
                document.replica, opened.versions, version, document.type, secrets.token_hex(8)
            )
            if ops:
                document.change(ops, "restore", step=True)
        except (CannotRestore, ReadOnlyError) as error:
            raise CommandError(str(error), FAILED) from None
        await asyncio.wait_for(workspace.settled(document), 20)
        say(f"{document.path} is as in version {version}" if ops else "it is so already")
        return FINE

    return _with_past(arguments, work)


def run_export(arguments: argparse.Namespace) -> int:
    """Print every version as a line of JSON; of a terminal, what it showed."""

    async def work(workspace: Workspace, opened: Opened) -> int:
        if opened.document.type == "terminal":
            from cocalc_tui.client.terminals import Terminal

            terminal = Terminal(workspace.requests, opened.document.doc)
            sys.stdout.write(await terminal.recording())
            return FINE
        for number in range(1, opened.versions.latest + 1):
            made = opened.versions.made(number)
            row = {"version": number, **made._asdict()}
            if opened.document.type == "text":
                pieces = opened.versions.difference(number - 1, number)
                row["changes"] = _positions(pieces)
            say(json.dumps(row, ensure_ascii=False))
        return FINE

    return _with_past(arguments, work)


def _positions(pieces: Sequence[tuple[str, int]]) -> list[list[object]]:
    """Changes as [position, deleted, inserted], each in the text that the ones before left."""
    found: list[list[object]] = []
    at = 0
    for text, change in pieces:
        if change < 0:
            found.append([at, len(text), ""])
        else:
            if change > 0:
                found.append([at, 0, text])
            at += len(text)
    return found
