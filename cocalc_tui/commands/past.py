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
    """A file's document with its past, which is fetched when it is asked for."""

    def __init__(self, workspace: Workspace, document: SharedDocument) -> None:
        self.workspace = workspace
        self.document = document
        self.latest = document.numbers.upto
        """The number of the newest version that is looked at."""
        self._past: LogPast | None = None

    async def past(self) -> LogPast:
        """Its versions up to the latest; raises RequestFailed."""
        from cocalc_tui.client.past import LogBook
        from cocalc_tui.history.pasts import LogPast

        if self._past is None:
            book = LogBook(self.workspace.requests, self.document.doc)
            await book.fetch(self.latest)
            self._past = LogPast(await book.versions(), self.document.type)
        return self._past


def with_past(arguments: argparse.Namespace, work: Callable[[Opened], Awaitable[None]]) -> None:
    """Do some work with a file's past. Raises CommandError."""

    async def ask(workspace: Workspace, document: SharedDocument) -> None:
        await work(Opened(workspace, document))

    with_document(arguments.file, ask)


def when(at: int) -> str:
    """A time in milliseconds, for people here."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at / 1000))
