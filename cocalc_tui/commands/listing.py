"""`list`: the files of a project as the relay has them, and who is in which."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    add_command,
    add_json,
    add_project,
    say,
    say_json,
    with_workspace,
)

if TYPE_CHECKING:
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.protocol.events import FileInfo, ProjectStatus


def add(commands: Commands) -> None:
    """Add the words of this module."""
    listing = add_command(commands, "list", run, help="files of the project, and who is in them")
    listing.add_argument("path", nargs="?", default="", metavar="FOLDER", help="below the project")
    add_json(listing)
    add_project(listing)


def run(arguments: argparse.Namespace) -> None:
    """Print them."""

    async def ask(workspace: Workspace) -> tuple[list[FileInfo], ProjectStatus]:
        path = arguments.path.strip("/")
        return await workspace.files.entries(path, recursive=True), await workspace.status()

    files, status = with_workspace(arguments.project, ask)
    people = {document.path: document.people for document in status.documents}
    if arguments.json:
        rows = [
            {
                "path": file.path,
                "kind": file.kind,
                "size": file.size,
                "modified": file.modified,
                "people": people.get(file.path, []),
            }
            for file in files
        ]
        say_json(rows)
        return
    for file in files:
        if file.kind != "folder":
            say("\t".join([file.path, *people.get(file.path, [])]))
