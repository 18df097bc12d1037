"""`cat`: a notebook as text, with what its cells printed."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    CommandError,
    add_command,
    add_notebook,
    in_colour,
    is_far,
    join,
    with_document,
)

if TYPE_CHECKING:
    from textual.strip import Strip

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands
    from cocalc_tui.notebook.model import Notebook

WIDE = 1000
"""Columns of what goes to a program, which does not want its lines broken."""


def add(commands: Commands) -> None:
    """Add the words of this module."""
    add_notebook(
        add_command(commands, "cat", run, help="print a notebook with its output, as text")
    )


def run(arguments: argparse.Namespace) -> None:
    """Print it: in colours on a terminal, plain otherwise."""
    import shutil

    from cocalc_tui.widgets.outputs.look import unknown_look
    from cocalc_tui.widgets.outputs.page import notebook_rows
    from cocalc_tui.widgets.outputs.pictures import Pictures

    notebook = read(arguments.notebook)
    colour = in_colour(sys.stdout)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    pictures = Pictures() if colour else None
    for row in notebook_rows(notebook, width, unknown_look(), pictures):
        line = painted(row) if colour else row.text
        print(line.rstrip())  # noqa: T201 - this is the data


def painted(row: Strip) -> str:
    """A row for a terminal; nothing in it acts on one but colours."""
    from rich.console import Console

    from cocalc_tui.widgets.clean import install

    install()
    return row.render(Console(force_terminal=True))


def read(file: str) -> Notebook:
    """The notebook as people have it now; from its file where no relay runs."""
    from cocalc_tui.notebook import ipynb
    from cocalc_tui.notebook.model import NotebookError
    from cocalc_tui.server.host import textfile

    if is_far([file]) or not os.access(file, os.R_OK) or join([file]).runs():
        return with_document(file, taken)
    try:
        text, _ = textfile.read(Path(file).read_bytes())
        return ipynb.read(text)
    except (NotebookError, textfile.NotTextError) as error:
        raise CommandError(f"{file}: {error}") from None
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None


async def taken(workspace: Workspace, document: SharedDocument) -> Notebook:
    """The notebook that a document is, whole. Raises CommandError."""
    from cocalc_tui.notebook import model

    expect_notebook(document)
    return await workspace.blobs.whole(model.take(document.replica))


def expect_notebook(document: SharedDocument) -> None:
    """Go on only with a notebook; raises CommandError."""
    if document.type != "notebook":
        raise CommandError(f"{document.path}: this is no notebook")
