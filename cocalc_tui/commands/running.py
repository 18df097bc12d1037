"""`status`, `start`, `stop`: what runs for a project."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    FAILED,
    USAGE,
    CommandError,
    add_command,
    add_json,
    add_project,
    is_far,
    join,
    say,
    say_json,
    talk,
    with_document,
    with_workspace,
)
from cocalc_tui.terminal.ending import ending

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.events import ProjectStatus
    from cocalc_tui.server.running import Kept, Left

PATIENCE = 10.0
"""Seconds that a relay may take to end."""
LOOK_AGAIN = 0.05
"""Seconds between two looks at whether a terminal has ended."""
GO_ON = "kernels or terminals run; --all ends them, too"


def add(commands: Commands) -> None:
    """Add the words of this module."""
    status = add_command(
        commands, "status", run_status, help="what runs: relay, people, documents, kernels"
    )
    add_json(status)
    start = add_command(
        commands, "start", run_start, help="start the relay without opening anything"
    )
    stop = add_command(
        commands,
        "stop",
        run_stop,
        help="end the relay, or what runs of a file",
        description="End the relay: kernels and terminals go on unless --all. With FILE end the "
        "kernel of that notebook, or that terminal, and nothing else.",
    )
    stop.add_argument("files", nargs="*", metavar="FILE", help="a notebook or a terminal")
    stop.add_argument("--all", action="store_true", help="end kernels and terminals too")
    for command in (status, start, stop):
        add_project(command)


def run_status(arguments: argparse.Namespace) -> None:
    """Print what runs."""
    if not _runs(arguments.project):
        _say_without_relay(arguments.project, as_json=arguments.json)
        return
    status = with_workspace(arguments.project, lambda workspace: workspace.status(), start=False)
    if arguments.json:
        say_json(status)
        return
    for line in _lines(status):
        say(line)
    _say_left(_left(arguments.project))


def _say_without_relay(folder: str, *, as_json: bool) -> None:
    here, below, left = _kept(folder), _running_below(folder), _left(folder)
    if as_json:
        told = {
            "kept": [one._asdict() for one in here],
            "below": [str(path) for path in below],
            "left": [one._asdict() for one in left],
        }
        say(json.dumps({"running": False} | told))
        return
    say("no relay runs, this goes on:" if here else "nothing runs in this project")
    for one in here:
        say(f"  {one.kind:8}  {one.path}  pid {one.pid}")
    for project in below:
        say(f"  below it  {project}")
    _say_left(left)


def _say_left(left: list[Left]) -> None:
    for one in left:
        say(f"  {one.kind:8}  of {one.project}, which was deleted  pid {one.pid}")


def _runs(folder: str) -> bool:
    """Whether a relay is there; on another machine asking for one tells."""
    return is_far([folder]) or join([folder]).runs()


def _lines(status: ProjectStatus) -> list[str]:
    lines = [f"{status.project}: relay {status.pid}, door {status.door}"]
    lines += [f"  person    {user}" for user in status.people]
    for document in status.documents:
        who = ", ".join(document.people) or "nobody"
        lines.append(f"  document  {document.path}  version {document.seq}, {who}")
    for kernel in status.kernels:
        lines.append(f"  kernel    {kernel.path}  {kernel.name} {kernel.state}, pid {kernel.pid}")
    for terminal in status.terminals:
        title = f"{terminal.title}, " if terminal.title else ""
        lines.append(f"  terminal  {terminal.path}  {title}pid {terminal.pid}")
    for ended in status.ended:
        lines.append(f"  ended     {ended.path}  {ended.reason or ending(ended.exit)}")
    return lines


def run_start(arguments: argparse.Namespace) -> None:
    """Start the relay; it stays while the project is shared or something runs."""
    with_workspace(arguments.project, lambda workspace: workspace.ready())


def run_stop(arguments: argparse.Namespace) -> None:
    """End what runs: of files, in this project, or where that is none, in those below it."""
    if arguments.files:
        _check_files_alone(arguments)
        for file in arguments.files:
            _stop_of(file)
        return
    folder, everything = arguments.project, arguments.all
    runs, left = _runs(folder), _left(folder)
    if everything:
        _end(left)
    if runs or (everything and _is_project(folder)):
        _stop(folder, everything=everything)
        return
    below = _running_below(folder)
    if _kept(folder):
        talk(f"no relay runs; {GO_ON}")
    elif not below and not left:
        talk("nothing runs in this project")
    elif left and not everything:
        talk(f"of projects that were deleted {GO_ON}")
    for project in below:
        if everything or _runs(str(project)):
            _stop(str(project), everything=everything)
            talk(f"{project}: stopped")
        else:
            talk(f"{project}: {GO_ON}")


def _check_files_alone(arguments: argparse.Namespace) -> None:
    """A FILE says what is meant, and in which project; raises CommandError."""
    if arguments.all:
        raise CommandError("--all ends all that runs: name no FILE with it", USAGE)
    if arguments.project != os.curdir:
        named = " ".join(os.path.join(arguments.project, file) for file in arguments.files)
        raise CommandError(f"a FILE is named from here, without --project: {named}", USAGE)


def _stop_of(file: str) -> None:
    """End the kernel of a notebook, or a terminal; raises CommandError where none runs."""
    if not _runs(file) and not _kept(file):
        raise CommandError(f"{file}: nothing runs in this project", FAILED)
    with_document(file, _end_of, first=_check_runs)


async def _check_runs(workspace: Workspace, path: str) -> None:
    status = await workspace.status()
    run = {one.path for one in status.kernels} | {one.path for one in status.terminals}
    if path not in run:
        raise CommandError(f"{path}: no kernel or terminal runs here", FAILED)


async def _end_of(workspace: Workspace, document: SharedDocument) -> None:
    import asyncio

    from cocalc_tui.client.terminals import Terminal
    from cocalc_tui.protocol.kinds import TERMINAL

    if document.type != TERMINAL:
        await document.restart(stop=True)
        talk(f"{document.path}: its kernel is stopped")
        return
    await Terminal(workspace.requests, document.doc).end()
    while await _has_terminal(workspace, document.path):  # noqa: ASYNC110 - it is told to who watches
        await asyncio.sleep(LOOK_AGAIN)
    talk(f"{document.path}: its terminal is stopped")


async def _has_terminal(workspace: Workspace, path: str) -> bool:
    return any(one.path == path for one in (await workspace.status()).terminals)


def _kept(folder: str) -> list[Kept]:
    """What goes on in a project without a relay."""
    from cocalc_tui.server.running import kept

    return kept(join([folder]).where)


def _running_below(folder: str) -> list[Path]:
    """What runs in folders below one that is no project: there is none inside another."""
    from cocalc_tui.server.running import running_below

    return [] if _is_project(folder) else running_below(Path(folder))


def _left(folder: str) -> list[Left]:
    """What still runs of projects that were deleted: nobody can ask for them by name."""
    from cocalc_tui.server.running import left_behind

    return [] if is_far([folder]) else left_behind(Path(folder))


def _end(left: list[Left]) -> None:
    from cocalc_tui.server.running import end

    for one in left:
        end(one, PATIENCE)
        talk(f"{one.project}, which was deleted: its {one.kind} is stopped")


def _is_project(folder: str) -> bool:
    return is_far([folder]) or os.path.exists(join([folder]).where.state)


def _stop(folder: str, *, everything: bool) -> None:
    ended: list[str] = []

    async def stop(workspace: Workspace) -> None:
        if everything:
            status = await workspace.status()
            ended.extend(f"{one.path}: its kernel is stopped" for one in status.kernels)
            ended.extend(f"{one.path}: its terminal is stopped" for one in status.terminals)
        await workspace.stop(everything=everything)

    with contextlib.suppress(ConnectionError):
        with_workspace(folder, stop, start=everything)
    if not is_far([folder]):
        _wait_for_the_end(join([folder]).where.lock)
    for line in ended:
        talk(line)


def _wait_for_the_end(lock: Path) -> None:
    """Let a door end that was told to, so that what is asked next finds none."""
    from cocalc_tui.server.daemon import is_locked

    deadline = time.monotonic() + PATIENCE
    while is_locked(lock) and time.monotonic() < deadline:
        time.sleep(0.01)
