"""Files between a person's own disk and the project, asked for in the list of files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from cocalc_tui.client.transfers import Progress, TransferError, Transfers
from cocalc_tui.widgets.acting import desk

if TYPE_CHECKING:
    from cocalc_tui.widgets.project import Project


class Carrying:
    """Sends and fetches, with a word on how far it is."""

    def __init__(self, node: Widget, project: Project, say: Callable[[str], None]) -> None:
        """`say` shows a line while something is on its way, "" when nothing is."""
        self._node = node
        self._say = say
        self._transfers = Transfers(project, self._told)

    def _told(self, progress: Progress) -> None:
        name = progress.path.rpartition("/")[2]
        done = 100 * progress.done // progress.total if progress.total else 100
        self._say(f"{name} {done} %")

    async def upload(self, folder: str) -> str | None:
        """Ask for a file or folder of this machine and send it to a folder of the project.

        Returns where it is now; None where nothing was sent. Raises RequestFailed and OSError.
        """
        typed = await desk(self._node).ask("Upload from this machine", _here(), _wrong_source)
        if typed is None:
            return None
        local = Path(_meant(typed))
        path = f"{folder}/{local.name}" if folder else local.name
        try:
            count = await self._transfers.upload(local, path)
        except TransferError as error:
            desk(self._node).notice(str(error), bad=True)
            return None
        finally:
            self._say("")
        desk(self._node).notice(f"{path} is in the project: {_files(count)}")
        return path

    async def download(self, path: str) -> None:
        """Ask where to and fetch a file or folder; raises RequestFailed and OSError."""
        name = path.rpartition("/")[2]
        question = f"Download {path} to this machine, as"
        typed = await desk(self._node).ask(question, f"{_here()}{name}", _wrong_target)
        if typed is None:
            return
        local = Path(_meant(typed, name))
        try:
            count = await self._transfers.download(path, local)
        except TransferError as error:
            desk(self._node).notice(str(error), bad=True)
            return
        finally:
            self._say("")
        desk(self._node).notice(f"{local} is on this machine: {_files(count)}")

    async def open_outside(self, path: str, opener: str) -> None:
        """Have another program of this machine show a copy; raises RequestFailed and OSError."""
        from cocalc_tui.widgets import outside

        try:
            program = outside.command_for(path, opener)
            file = outside.place_for(path)
            await self._transfers.download(path, file)
        except (outside.OutsideError, TransferError) as error:
            desk(self._node).notice(str(error), bad=True)
            return
        finally:
            self._say("")
        outside.hand_out(program, file)
        name = program.rpartition("/")[2]
        desk(self._node).notice(f"{name} shows a copy of {path}, to read")


def _here() -> str:
    """Where the app was started, as it is typed."""
    folder, home = os.getcwd(), os.path.expanduser("~")
    if folder == home or folder.startswith(home + "/"):
        folder = "~" + folder.removeprefix(home)
    return folder.rstrip("/") + "/"


def _meant(typed: str, name: str = "") -> str:
    """The path that was typed; in a folder what is called `name` there."""
    local = os.path.expanduser(typed)
    return os.path.join(local, name) if name and os.path.isdir(local) else local


def _wrong_source(typed: str) -> str:
    there = os.path.exists(_meant(typed))
    return "" if there else "there is no such file or folder on this machine"


def _wrong_target(typed: str) -> str:
    local = _meant(typed)
    if not os.path.isdir(os.path.dirname(local) or "."):
        return "there is no such folder on this machine"
    return "there is one already" if os.path.isfile(local) else ""


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"
