"""What the commands about a file's history share: its document with its past."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import add_command, with_document

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands, Run
    from cocalc_tui.history.pasts import LogPast


def file_command(commands: Commands, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    """Add a subcommand about a file of a project."""
    command = add_command(commands, name, run, help=text)
    command.add_argument("file", metavar="FILE", help="a file of a project; HOST:PATH over ssh")
    return command


class Opened:
    """A file's document with its past."""

    def __init__(self, workspace: Workspace, document: SharedDocument, past: LogPast) -> None:
        self.workspace = workspace
        self.document = document
        self.past = past


def with_past(arguments: argparse.Namespace, work: Callable[[Opened], Awaitable[None]]) -> None:
    """Do some work with a file's past. Raises CommandError."""

    async def ask(workspace: Workspace, document: SharedDocument) -> None:
        from cocalc_tui.client.past import LogBook
        from cocalc_tui.history.pasts import LogPast

        book = LogBook(workspace.requests, document.doc)
        await book.fetch(document.numbers.upto)
        await work(Opened(workspace, document, LogPast(await book.versions(), document.type)))

    with_document(arguments.file, ask)


def when(at: int) -> str:
    """A time in milliseconds, for people here."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at / 1000))
