"""`show`, `diff`, `blame`, `restore`: a version of a file, without a screen."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    USAGE,
    CommandError,
    add_json,
    say,
    say_json,
)
from cocalc_tui.commands.past import Opened, file_command, when, with_past

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.history.reading import Content

AT = (
    "a version number, a time (14:02, yesterday 14:00, 2 h ago), a git commit (its id, HEAD~2, a "
    "branch), or a snapshot's id or title"
)
SHORTEST = 7
"""Digits from which on a number is the beginning of a commit's id and no version."""


def add(commands: Commands) -> None:
    """Add the words of this module."""
    show = file_command(commands, "show", run_show, "print a file as it was")
    diff = file_command(commands, "diff", run_diff, "what differs between two versions")
    diff.add_argument("old", metavar="OLD", help=AT)
    diff.add_argument("new", nargs="?", metavar="NEW", help="default: now")
    blame = file_command(commands, "blame", run_blame, "who wrote which line")
    restore = file_command(
        commands, "restore", run_restore, "make a file as it was, as a new version"
    )
    restore.add_argument("--at", metavar="WHEN", required=True, help=AT)
    for command in (show, blame):
        command.add_argument("--at", metavar="WHEN", help=AT)
    add_json(blame)


async def _version(opened: Opened, word: str) -> int | None:
    """The version that a word means; None for one that is no version or time."""
    from datetime import datetime

    from cocalc_tui.history.when import moment, version_number

    path, latest = opened.document.path, opened.latest
    number = version_number(word)
    if number is not None and len(str(number)) < SHORTEST:
        if number > latest:
            there = f"versions 1 to {latest}" if latest else "no versions yet"
            raise CommandError(f"version {word}: {path} has {there}", USAGE)
        return number
    found = moment(word, datetime.now().astimezone())
    if found is None:
        return None
    line = (await opened.past()).line
    version = line.at(int(found.timestamp() * 1000))
    if not version:
        # The file may well have been there: to show or restore nothing would be a wrong answer.
        begins = f"begins at {when(line.burst(1).start)}" if latest else "has not begun"
        raise CommandError(f"{word}: the history of {path} {begins}", USAGE)
    return version


async def _content(opened: Opened, word: str | None) -> Content:
    """A file as it was then: in a version, at a time, in a commit or in a snapshot; or is now."""
    from cocalc_tui.history.reading import of_file, present

    if word is None:
        return present(opened.document.replica, opened.document.type)
    version = await _version(opened, word)
    if version is not None:
        return (await opened.past()).content(version)
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
        f"{word or repr(word)}: no version, time, commit or snapshot of {path} under this name",
        USAGE,
    )


async def _text(opened: Opened, word: str | None) -> str:
    from cocalc_tui.history.reading import readable

    return readable(await _content(opened, word))


def run_show(arguments: argparse.Namespace) -> None:
    """Print a version."""

    async def work(opened: Opened) -> None:
        text = await _text(opened, arguments.at)
        if sys.stdout.isatty():
            say(text.removesuffix("\n"))
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()

    with_past(arguments, work)


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

    with_past(arguments, work)


def run_blame(arguments: argparse.Namespace) -> None:
    """Print each line with who wrote it and when."""

    async def work(opened: Opened) -> None:
        version = opened.latest if arguments.at is None else await _version(opened, arguments.at)
        if version is None:
            await _edition(opened, arguments.at)
            why = "who wrote a line is known of versions, by number or time"
            raise CommandError(f"{arguments.at}: {why}", USAGE)
        past = await opened.past()
        rows = past.blamed(version)
        if not rows:
            raise CommandError(f"{opened.document.path}: {past.blames_nobody}", USAGE)
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

    with_past(arguments, work)


def run_restore(arguments: argparse.Namespace) -> None:
    """Make the file as it was, on top of what is there now."""
    import asyncio
    import secrets

    async def work(opened: Opened) -> None:
        from cocalc_tui.client.wire import ReadOnlyError
        from cocalc_tui.history.restoring import CannotRestore, changes_since, restore

        document = opened.document
        wanted = await _content(opened, arguments.at)
        if (version := await _version(opened, arguments.at)) is not None:
            past = await opened.past()
            seen = past.content(opened.latest)
            since = past.since(version, seen)
        else:
            seen = await _content(opened, None)
            since = changes_since(wanted, seen)
        try:
            ops = restore(document.replica, seen, wanted, since, secrets.token_hex(8))
            if ops:
                document.change(ops, "restore", step=True)
        except (CannotRestore, ReadOnlyError) as error:
            raise CommandError(str(error), FAILED) from None
        await asyncio.wait_for(opened.workspace.settled(document), 20)
        say(f"{document.path} is as it was: {arguments.at}" if ops else "it is so already")

    with_past(arguments, work)
