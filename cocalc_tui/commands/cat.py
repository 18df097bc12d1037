"""`cat`: a notebook as text, with what its cells printed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import CommandError, add_command, join, with_workspace

if TYPE_CHECKING:
    from textual.strip import Strip

    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.notebook.model import Notebook

WIDE = 1000
"""Columns of what goes to a program, which does not want its lines broken."""


def add(commands: Commands) -> None:
    """Add the words of this module."""
    cat = add_command(commands, "cat", run, help="print a notebook with its output, as text")
    cat.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="an .ipynb file")


def run(arguments: argparse.Namespace) -> None:
    """Print it: in colours on a terminal, plain otherwise."""
    import shutil

    from cocalc_tui.widgets.outputs.look import unknown_look
    from cocalc_tui.widgets.outputs.page import notebook_rows
    from cocalc_tui.widgets.outputs.pictures import Pictures

    notebook = read(arguments.notebook)
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else WIDE
    pictures = Pictures() if terminal and "NO_COLOR" not in os.environ else None
    for row in notebook_rows(notebook, width, unknown_look(), pictures):
        line = painted(row) if terminal and "NO_COLOR" not in os.environ else row.text
        print(line.rstrip())  # noqa: T201 - this is the data


def painted(row: Strip) -> str:
    """A row for a terminal; nothing in it acts on one but colours."""
    from rich.console import Console

    from cocalc_tui.widgets.clean import install

    install()
    return row.render(Console(force_terminal=True))


def read(path: Path) -> Notebook:
    """The notebook as people have it now; from its file where no relay runs."""
    from cocalc_tui.notebook import ipynb, model
    from cocalc_tui.notebook.model import NotebookError

    if not path.is_file():
        raise CommandError(f"{path}: no such file")
    project = join([path])

    async def take(workspace: Workspace) -> Notebook:
        document = await workspace.open(project.files[0])
        if document.type != "notebook":
            raise CommandError(f"{path}: this is no notebook")
        return await workspace.blobs.whole(model.take(document.replica))

    if project.runs():
        return with_workspace(project.root, take, start=False)
    try:
        return ipynb.read(path.read_text(encoding="utf-8-sig"))
    except (NotebookError, OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from None
