"""`log`, `show`, `diff`, `blame`, `restore`, `export`: the history of a file, without a screen."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    USAGE,
    CommandError,
    add_command,
    add_json,
    join,
    say,
    say_json,
    with_document,
    with_workspace,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands, Run
    from cocalc_tui.history.pasts import LogPast
    from cocalc_tui.history.reading import Content
    from cocalc_tui.history.timeline import Burst

AT = (
    "a version number, a time (14:02, yesterday 14:00, 2 h ago), a git commit (its id, HEAD~2, a "
    "branch), or a snapshot's id or title"
)
SHORTEST = 7
"""Digits from which on a number is the beginning of a commit's id and no version."""


def add(commands: Commands) -> None:
    """Add the words of this module."""
    log = _command(commands, "log", run_log, "who changed a file, and when")
    log.add_argument("--commits", action="store_true", help="the git commits that changed it")
    log.add_argument("--saves", action="store_true", help="with each save that nobody asked for")
    log.add_argument("--size", action="store_true", help="what its history takes; of a folder, all")
    purge = _command(commands, "purge", run_purge, "forget a file's history, for good")
    purge.add_argument("--yes", action="store_true", required=True, help="say that you mean it")
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
    command.add_argument("file", metavar="FILE", help="a file of a project; HOST:PATH over ssh")
    return command


class Opened:
    """A file's document with its past."""

    def __init__(self, workspace: Workspace, document: SharedDocument, past: LogPast) -> None:
        self.workspace = workspace
        self.document = document
        self.past = past


def _with_past(arguments: argparse.Namespace, work: Callable[[Opened], Awaitable[None]]) -> None:
    async def ask(workspace: Workspace, document: SharedDocument) -> None:
        from cocalc_tui.client.past import LogBook
        from cocalc_tui.history.pasts import LogPast

        book = LogBook(workspace.requests, document.doc)
        await book.fetch(document.numbers.upto)
        await work(Opened(workspace, document, LogPast(await book.versions(), document.type)))

    with_document(arguments.file, ask)


def _version(opened: Opened, word: str | None) -> int | None:
    """The version that a word means; None for one that is no version or time."""
    from datetime import datetime

    from cocalc_tui.history.when import moment, version_number

    line, path = opened.past.line, opened.document.path
    latest = line.latest
    if word is None:
        return latest
    number = version_number(word)
    if number is not None and len(str(number)) < SHORTEST:
        if number > latest:
            there = f"versions 1 to {latest}" if latest else "no versions yet"
            raise CommandError(f"version {word}: {path} has {there}", USAGE)
        return number
    found = moment(word, datetime.now().astimezone())
    version = None if found is None else line.at(int(found.timestamp() * 1000))
    if version == 0:
        # The file may well have been there: to show or restore nothing would be a wrong answer.
        begins = f"begins at {when(line.burst(1).start)}" if latest else "has not begun"
        raise CommandError(f"{word}: the history of {path} {begins}", USAGE)
    return version


async def _content(opened: Opened, word: str | None) -> Content:
    """A file as it was then: in a version, at a time, in a commit or in a snapshot."""
    from cocalc_tui.history.reading import of_file

    version = _version(opened, word)
    if version is not None:
        return opened.past.content(version)
    assert word is not None
    data = await _edition(opened, word)
    return of_file(data.decode("utf-8", "backslashreplace"), opened.document.type)


async def _edition(opened: Opened, word: str) -> bytes:
    """A file as a commit or a snapshot has it."""
    from cocalc_tui.client.commits import Commits
    from cocalc_tui.client.requests import RequestFailed
    from cocalc_tui.client.snapshots import Snapshots

    requests, path = opened.workspace.requests, opened.document.path
    for past in (Commits(requests), Snapshots(requests)):
        try:
            return await past.read(word, path)
        except RequestFailed as error:
            if error.code != "missing":
                raise
    raise CommandError(
        f"{word or repr(word)}: no version, time, commit or snapshot of {path}", USAGE
    )


async def _text(opened: Opened, word: str | None) -> str:
    from cocalc_tui.history.reading import readable

    return readable(await _content(opened, word))


def when(at: int) -> str:
    """A time in milliseconds, for people here."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at / 1000))


def run_log(arguments: argparse.Namespace) -> None:
    """Print the bursts of a file, the latest last."""
    if arguments.size:
        _log_sizes(arguments)
        return

    async def work(opened: Opened) -> None:
        if arguments.commits:
            await _log_commits(opened, as_json=arguments.json)
            return
        bursts = await _with_saves(opened, everything=arguments.saves)
        if arguments.json:
            say_json(bursts)
            return
        for one in bursts:
            offline = f"  typed {when(one.made)} offline" if one.late else ""
            say(f"{one.last}\t{when(one.end)}\t{one.author}\t{one.kind}{offline}")

    _with_past(arguments, work)


async def _with_saves(opened: Opened, *, everything: bool) -> list[Burst]:
    """The bursts of a file, and between them its saves: `everything`, or those of people."""
    from cocalc_tui.client.history import saves
    from cocalc_tui.history.timeline import Burst

    bursts = list(opened.past.line.bursts())
    if opened.document.type != "terminal":
        for one in await saves(opened.workspace.requests, opened.document.doc):
            if one.user or everything:
                who = one.user or "cocalc-tui"
                bursts.append(Burst(one.seq, one.seq, who, "saved", one.at, one.at, False, one.at))
    return sorted(bursts, key=lambda one: one.last)


def _log_sizes(arguments: argparse.Namespace) -> None:
    """Print what the history of a file takes, or of all files of the project."""
    from cocalc_tui.client.history import sizes

    files = join([arguments.file]).files

    async def ask(workspace: Workspace) -> None:
        found = [one for one in await sizes(workspace.requests) if not files or one.path in files]
        if arguments.json:
            say_json(found)
            return
        for one in found:
            total = one.sealed + one.rows + one.archived
            said = f"{total}\t{one.patches}\t{total / one.patches:.2f}\t{one.path or '(replaced)'}"
            say(f"{said}\t{one.archived} archived" if one.archived else said)

    with_workspace(arguments.file, ask)


def run_purge(arguments: argparse.Namespace) -> None:
    """Forget the history of a file: a new log begins with what is there now."""

    async def work(opened: Opened) -> None:
        from cocalc_tui.client.history import purge

        await purge(opened.workspace.requests, opened.document.doc)
        say(f"{opened.document.path}: versions 1 to {opened.past.line.latest} are forgotten")

    _with_past(arguments, work)


async def _log_commits(opened: Opened, *, as_json: bool) -> None:
    """Print the git commits that changed a file, the latest last."""
    from cocalc_tui.client.commits import Commits

    found = (await Commits(opened.workspace.requests).of(opened.document.path))[::-1]
    if as_json:
        say_json(found)
        return
    for one in found:
        said = [one.id[:12], when(one.at), one.author, one.title]
        say("\t".join(said + [one.path] * (one.path != opened.document.path)))


def run_show(arguments: argparse.Namespace) -> None:
    """Print a version."""

    async def work(opened: Opened) -> None:
        text = await _text(opened, arguments.at)
        if sys.stdout.isatty():
            say(text.removesuffix("\n"))
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()

    _with_past(arguments, work)


def run_diff(arguments: argparse.Namespace) -> None:
    """Print what differs, as a unified diff."""
    import difflib

    async def work(opened: Opened) -> None:
        old = await _text(opened, arguments.old)
        new = await _text(opened, arguments.new)
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

    _with_past(arguments, work)


def run_blame(arguments: argparse.Namespace) -> None:
    """Print each line with who wrote it and when."""

    async def work(opened: Opened) -> None:
        version = _version(opened, arguments.at)
        if version is None:
            await _edition(opened, arguments.at)
            why = "who wrote a line is known of versions, by number or time"
            raise CommandError(f"{arguments.at}: {why}", USAGE)
        rows = opened.past.blamed(version)
        if not rows:
            raise CommandError(f"{opened.document.path}: {opened.past.blames_nobody}", USAGE)
        if arguments.json:
            table = [
                {"line": number, "author": one.author, "at": one.at, "text": one.text}
                for number, one in enumerate(rows, 1)
            ]
            say_json(table)
            return
        width = max((len(one.author) for one in rows), default=0)
        for number, one in enumerate(rows, 1):
            stamp = when(one.at)[:16] if one.at else " " * 16
            say(f"{one.author:{width}}  {stamp}  {number:5}  {one.text}")

    _with_past(arguments, work)


def run_restore(arguments: argparse.Namespace) -> None:
    """Make the file as it was, on top of what is there now."""
    import asyncio
    import secrets

    async def work(opened: Opened) -> None:
        from cocalc_tui.client.wire import ReadOnlyError
        from cocalc_tui.history.restoring import CannotRestore, changes_since, restore

        document, past = opened.document, opened.past
        wanted, seen = await _content(opened, arguments.at), past.content(past.line.latest)
        if (version := _version(opened, arguments.at)) is not None:
            since = past.since(version, seen)
        else:
            since = changes_since(wanted, seen)
        try:
            ops = restore(document.replica, seen, wanted, since, secrets.token_hex(8))
            if ops:
                document.change(ops, "restore", step=True)
        except (CannotRestore, ReadOnlyError) as error:
            raise CommandError(str(error), FAILED) from None
        await asyncio.wait_for(opened.workspace.settled(document), 20)
        say(f"{document.path} is as it was: {arguments.at}" if ops else "it is so already")

    _with_past(arguments, work)


def run_export(arguments: argparse.Namespace) -> None:
    """Print every version as a line of JSON; of a terminal, what it showed."""

    async def work(opened: Opened) -> None:
        if opened.document.type == "terminal":
            from cocalc_tui.client.terminals import Terminal

            terminal = Terminal(opened.workspace.requests, opened.document.doc)
            sys.stdout.write(await terminal.recording())
            return
        for number in range(1, opened.past.versions.latest + 1):
            made = opened.past.versions.made(number)
            row = {"version": number, **made._asdict()}
            if opened.document.type == "text":
                pieces = opened.past.versions.difference(number - 1, number)
                row["changes"] = _positions(pieces)
            say(json.dumps(row, ensure_ascii=False))

    _with_past(arguments, work)


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
