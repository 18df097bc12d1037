"""`log`, `purge`, `export`: what the history of a file has, what it takes, and an end of it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import add_json, join, say, say_json, talk, with_workspace
from cocalc_tui.commands.past import Opened, file_command, when, with_past

if TYPE_CHECKING:
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.history.timeline import Burst


def add(commands: Commands) -> None:
    """Add the words of this module."""
    log = file_command(commands, "log", run_log, "who changed a file, and when")
    log.add_argument("--commits", action="store_true", help="the git commits that changed it")
    log.add_argument("--saves", action="store_true", help="with each save that nobody asked for")
    log.add_argument("--size", action="store_true", help="what its history takes; of a folder, all")
    add_json(log)
    purge = file_command(commands, "purge", run_purge, "forget a file's history, for good")
    purge.add_argument("--yes", action="store_true", required=True, help="say that you mean it")
    export = file_command(
        commands, "export", run_export, "a file's history as JSON lines, a terminal's as asciicast"
    )
    export.add_argument("--history", action="store_true", required=True, help="each patch a line")


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

    with_past(arguments, work)


async def _with_saves(opened: Opened, *, everything: bool) -> list[Burst]:
    """The bursts of a file, and between them its saves: `everything`, or those of people."""
    from cocalc_tui.client.history import saves
    from cocalc_tui.history.timeline import Burst

    bursts = list((await opened.past()).line.bursts())
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
        say(f"{opened.document.path}: versions 1 to {opened.latest} are forgotten")

    with_past(arguments, work)


async def _log_commits(opened: Opened, *, as_json: bool) -> None:
    """Print the git commits that changed a file, the latest last."""
    from cocalc_tui.client.commits import NO_COMMIT, Commits

    found = (await Commits(opened.workspace.requests).of(opened.document.path))[::-1]
    if not found:
        talk(f"{opened.document.path}: {NO_COMMIT}")
    elif found[0].older:
        talk(f"{len(found):,} commits; git log --follow {opened.document.path} has the older ones")
    if as_json:
        say_json(found)
        return
    for one in found:
        said = [one.id[:12], when(one.at), one.author, one.title]
        say("\t".join(said + [one.path] * (one.path != opened.document.path)))


def run_export(arguments: argparse.Namespace) -> None:
    """Print every version as a line of JSON; of a terminal, what it showed."""

    async def work(opened: Opened) -> None:
        if opened.document.type == "terminal":
            from cocalc_tui.client.terminals import Terminal

            terminal = Terminal(opened.workspace.requests, opened.document.doc)
            sys.stdout.write(await terminal.recording())
            return
        versions = (await opened.past()).versions
        for number in range(1, versions.latest + 1):
            made = versions.made(number)
            row = {"version": number, **made._asdict()}
            if opened.document.type == "text":
                pieces = versions.difference(number - 1, number)
                row["changes"] = _positions(pieces)
            say(json.dumps(row, ensure_ascii=False))

    with_past(arguments, work)


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
