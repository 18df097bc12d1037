"""Starting the keeper of a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.environment import DEFAULT_PATH
from cocalc_tui.server.keeper.launching import StartError, launch
from cocalc_tui.server.keeper.place import ALIVE
from cocalc_tui.server.terminals import opener
from cocalc_tui.server.terminals.order import TerminalOrder, about_all, write_order
from cocalc_tui.server.terminals.recording import RUNS


@dataclass(frozen=True)
class TerminalGrounds:
    """Where and how all terminals of a project are started."""

    project: Path
    terminals: Path
    """Folder of the keepers' folders."""
    sockets: Path
    """Short private folder."""
    environment: Mapping[str, str]
    """Clean, see `server.environment`."""
    umask: int


def shell() -> str:
    """The login shell of the host's account."""
    with contextlib.suppress(KeyError):
        found = pwd.getpwuid(os.geteuid()).pw_shell
        if found and os.access(found, os.X_OK):
            return found
    return "/bin/sh"


def _order(
    grounds: TerminalGrounds, name: str, doc: str, path: str, script: str, size: tuple[int, int]
) -> TerminalOrder:
    """What to tell the keeper. A script of the .term file is run first, then the shell."""
    program = shell()
    argv = [program, "-l"]
    if script.strip():
        argv = [program, "-c", f'{script}\nexec "$0" -l', program]
    here = (grounds.project / path).parent
    socket = str(grounds.sockets / f"t{name}")
    env = {
        **grounds.environment,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        opener.PROJECT: str(grounds.project),
        "COCALC_TUI_TERMINAL": path,
        **opener.environment(socket),
    }
    commands = _commands(grounds)
    env["PATH"] = f"{commands}:{env.get('PATH', DEFAULT_PATH)}"
    env["ENV"] = str(commands / opener.AT_START)
    return TerminalOrder(
        doc=doc,
        path=path,
        argv=argv,
        env=env,
        cwd=str(here if here.is_dir() else grounds.project),
        umask=grounds.umask,
        columns=size[0],
        lines=size[1],
        socket=socket,
    )


def _commands(grounds: TerminalGrounds) -> Path:
    """A folder of commands for programs in terminals: `open`, and what has shells find it."""
    folder = grounds.terminals.parent / "bin"
    folder.mkdir(0o700, exist_ok=True)
    for name, text in (("open", opener.script()), (opener.AT_START, opener.at_start(folder))):
        new = folder / f"{name}.{secrets.token_hex(4)}"
        new.write_text(text, encoding="utf-8")
        new.chmod(0o700)
        new.replace(folder / name)
    return folder


def _forget(terminals: Path, doc: str) -> None:
    """Leave no more recordings of a terminal's past runs than are kept."""
    past = [folder for folder, about in about_all(terminals) if about.doc == doc]
    for folder in past[:-RUNS]:
        if not is_locked(folder / ALIVE):
            shutil.rmtree(folder, ignore_errors=True)


async def start_terminal(
    grounds: TerminalGrounds, doc: str, path: str, script: str, size: tuple[int, int]
) -> Path:
    """Start a keeper with its program; returns its folder. Raises StartError."""
    name = secrets.token_hex(6)
    folder = grounds.terminals / name
    await asyncio.to_thread(_forget, grounds.terminals, doc)
    try:
        folder.mkdir(0o700, parents=True)
        order = await asyncio.to_thread(_order, grounds, name, doc, path, script, size)
        write_order(folder, order)
        await launch("terminal", folder)
    except (OSError, StartError) as error:
        raise StartError(f"{path}: the terminal does not start: {error}") from None
    return folder
