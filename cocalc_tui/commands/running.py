"""`status`, `start`, `stop`: what runs for a project."""

from __future__ import annotations

import argparse
import contextlib
import json
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    add_command,
    add_json,
    add_project,
    is_far,
    join,
    say,
    say_json,
    talk,
    with_workspace,
)

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.events import ProjectStatus


def add(commands: Commands) -> None:
    """Add the words of this module."""
    status = add_command(
        commands, "status", run_status, help="what runs: relay, people, documents, kernels"
    )
    add_json(status)
    start = add_command(
        commands, "start", run_start, help="start the relay without opening anything"
    )
    stop = add_command(commands, "stop", run_stop, help="end the relay; kernels go on unless --all")
    stop.add_argument("--all", action="store_true", help="end the kernels too")
    for command in (status, start, stop):
        add_project(command)


def run_status(arguments: argparse.Namespace) -> None:
    """Print what runs."""
    if not _runs(arguments.project):
        nothing = "nothing runs in this project"
        say(json.dumps({"running": False}) if arguments.json else nothing)
        return
    status = with_workspace(arguments.project, lambda workspace: workspace.status(), start=False)
    if arguments.json:
        say_json(status)
        return
    for line in _lines(status):
        say(line)


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
    return lines


def run_start(arguments: argparse.Namespace) -> None:
    """Start the relay; it stays while the project is shared or something runs."""
    with_workspace(arguments.project, lambda workspace: workspace.ready())


def run_stop(arguments: argparse.Namespace) -> None:
    """End what runs."""
    everything = arguments.all
    if not _runs(arguments.project) and not everything:
        talk("nothing runs in this project")
        return
    with contextlib.suppress(ConnectionError):
        with_workspace(
            arguments.project,
            lambda workspace: workspace.stop(everything=everything),
            start=everything,
        )
