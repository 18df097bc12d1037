"""`backup`, `restore-backup`: a copy of all documents' histories, and putting one back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    CommandError,
    add_command,
    add_project,
    join,
    say,
    talk,
    with_workspace,
)

if TYPE_CHECKING:
    from cocalc_tui.commands.common import Commands


def add(commands: Commands) -> None:
    """Add the words of this module."""
    backup = add_command(
        commands, "backup", run_backup, help="copy the log: all histories, and who may join"
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file on this machine")
    restore = add_command(
        commands, "restore-backup", run_restore, help="put a backup of the log back"
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
    for command in (backup, restore):
        add_project(command)


def run_backup(arguments: argparse.Namespace) -> None:
    """Make a copy while everything goes on."""
    project = join([arguments.project])
    to = arguments.file.absolute()
    with_workspace(project.root, lambda workspace: workspace.backup(to))
    say(f"{to}")


def run_restore(arguments: argparse.Namespace) -> None:
    """Put a copy back; the log of now is kept beside it."""
    from cocalc_tui.server.paths import ProjectError
    from cocalc_tui.server.restoring import RestoreError, restore
    from cocalc_tui.server.start import StartError
    from cocalc_tui.server.store import StoreTrouble

    project = join([arguments.project])
    door = 0
    if project.runs():
        door = with_workspace(project.root, lambda w: w.status(), start=False).door
    try:
        aside = restore(project.where, arguments.file.absolute(), door)
    except (RestoreError, StartError, StoreTrouble, ProjectError) as error:
        raise CommandError(str(error)) from None
    if aside is not None:
        talk(f"the log of before is in {aside}")
    talk("who may join is as before; apps come back by themselves, with what they had not sent")
