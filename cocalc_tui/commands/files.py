"""`upload`, `download`, `copy`, `rename`, `delete`, `trash`: files of the project, from a shell.

Paths of the project are named from its folder, wherever one stands: the same words work for a
guest who cannot enter the folder, and over ssh.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.commands.common import (
    USAGE,
    CommandError,
    PassingLine,
    add_command,
    add_json,
    add_project,
    minutes,
    say,
    say_json,
    talk,
    with_workspace,
)

if TYPE_CHECKING:
    from cocalc_tui.client.transfers import Progress, Transfers
    from cocalc_tui.client.workspace import Workspace
    from cocalc_tui.commands.common import Commands

THERE = "of a file or folder, from the project's folder on"


def add(commands: Commands) -> None:
    """Add the words of this module."""
    upload = add_command(commands, "upload", run_upload, help="send files into the project")
    upload.add_argument(
        "paths", nargs="+", metavar="FILE", help="`-`: what comes on standard input"
    )
    upload.add_argument("--to", default="", metavar="PATH", help="folder, or for `-` the file")
    download = add_command(commands, "download", run_download, help="fetch files of the project")
    download.add_argument("paths", nargs="+", metavar="PATH", help=THERE)
    download.add_argument("--to", default=".", metavar="FOLDER", help="`-`: to standard output")
    for command in (upload, download):
        command.add_argument("--replace", action="store_true", help="what has the name already")
    copy = add_command(commands, "copy", run_copy, help="copy a file or folder of the project")
    rename = add_command(commands, "rename", run_rename, help="rename or move; documents follow")
    for command in (copy, rename):
        command.add_argument("path", metavar="PATH", help=THERE)
        command.add_argument("to", metavar="TO", help="its new path")
    delete = add_command(commands, "delete", run_delete, help="move to the project's trash")
    delete.add_argument("paths", nargs="+", metavar="PATH", help=THERE)
    trash = add_command(commands, "trash", run_trash, help="list the trash, or take things out")
    what = trash.add_mutually_exclusive_group()
    what.add_argument("--restore", metavar="NAME", help="by its name or path; --to another path")
    what.add_argument("--empty", action="store_true", help="delete all in it for good")
    trash.add_argument("--to", default="", metavar="PATH", help="default: where it was")
    add_json(trash)
    for command in (upload, download, copy, rename, delete, trash):
        add_project(command)


# --- to and fro --------------------------------------------------------------------------------


def run_upload(arguments: argparse.Namespace) -> None:
    """Send files and folders."""
    to = arguments.to.strip("/")
    if "-" in arguments.paths and (len(arguments.paths) > 1 or not to):
        raise CommandError("for `-` say --to which file of the project it goes", USAGE)

    async def work(transfers: Transfers) -> None:
        for word in arguments.paths:
            with _local(word) as local:
                there = to if word == "-" else "/".join(filter(None, (to, local.resolve().name)))
                await transfers.upload(local, there, replace=arguments.replace)

    _transfer(arguments.project, work)


def run_download(arguments: argparse.Namespace) -> None:
    """Fetch files and folders."""

    async def work(transfers: Transfers) -> None:
        for word in arguments.paths:
            path = word.strip("/")
            if arguments.to == "-":
                await transfers.fetch(path, sys.stdout.buffer)
                sys.stdout.buffer.flush()
                continue
            local = _target(Path(arguments.to), path)
            await transfers.download(path, local, replace=arguments.replace)

    if arguments.to != "-" and len(arguments.paths) > 1 and not os.path.isdir(arguments.to):
        raise CommandError(f"{arguments.to}: no such folder", USAGE)
    _transfer(arguments.project, work)


def _target(into: Path, path: str) -> Path:
    """Into a folder, or under the name that was said."""
    return into / path.rpartition("/")[2] if os.path.isdir(into) else into


@contextlib.contextmanager
def _local(word: str) -> Iterator[Path]:
    """A path on this disk; for `-` of a file that holds what came."""
    if word != "-":
        if not os.path.exists(word):
            raise CommandError(f"{word}: no such file or folder", USAGE)
        yield Path(word)
        return
    import shutil
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield Path(file.name)


def _transfer(folder: str, work: Callable[[Transfers], Awaitable[None]]) -> None:
    from cocalc_tui.client.transfers import TransferError, Transfers

    told = PassingLine()

    def tell(progress: Progress) -> None:
        share = 100 * progress.done // max(progress.total, 1) if progress.total else 100
        told.say(f"{share:3d} %  {progress.path}")

    async def converse(workspace: Workspace) -> None:
        try:
            await work(Transfers(workspace, tell))
        except TransferError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        finally:
            told.clear()

    with_workspace(folder, converse)


# --- within the project ------------------------------------------------------------------------


def run_copy(arguments: argparse.Namespace) -> None:
    """Copy a file or folder."""
    path, to = arguments.path.strip("/"), arguments.to.strip("/")
    with_workspace(arguments.project, lambda w: w.files.copy(path, to))


def run_rename(arguments: argparse.Namespace) -> None:
    """Give a file or folder another name, or another place."""
    path, to = arguments.path.strip("/"), arguments.to.strip("/")
    with_workspace(arguments.project, lambda w: w.files.rename(path, to))


def run_delete(arguments: argparse.Namespace) -> None:
    """Move to the trash."""

    async def work(workspace: Workspace) -> None:
        for path in arguments.paths:
            name = await workspace.files.delete(path.strip("/"))
            talk(f"{path} is in the trash; back with: cocalc-tui trash --restore {name}")

    with_workspace(arguments.project, work)


def run_trash(arguments: argparse.Namespace) -> None:
    """List the trash, take something out, or empty it."""
    if arguments.empty:
        with_workspace(arguments.project, lambda w: w.files.empty_trash())
        return
    if arguments.restore is not None:
        restored = with_workspace(
            arguments.project,
            lambda w: _restore(w, arguments.restore, arguments.to.strip("/")),
            start=True,
        )
        say(restored)
        return
    found = with_workspace(arguments.project, lambda w: w.files.trash())
    if arguments.json:
        say_json(found)
    else:
        for one in found:
            say(f"{one.name}\t{minutes(one.at)}\t{one.user}\t{one.path}")


async def _restore(workspace: Workspace, word: str, to: str) -> str:
    """A name or a path is taken: of several that had the path, the one deleted last."""
    found = await workspace.files.trash()
    names = [one.name for one in found if word in {one.name, one.path}]
    return await workspace.files.restore(names[0] if names else word, to)
