"""Starting the process of a keeper, and hearing how that went.

A keeper that does not come up must say why in one line, or whoever waits for the kernel or terminal
would only see that nothing happens.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Literal

from cocalc_tui.server.children import child
from cocalc_tui.server.daemon import READY, last_line, python_command

PATIENCE = 20.0
"""Seconds a keeper has to start."""


class StartError(Exception):
    """No keeper could be started; one line that says why."""


async def launch(kind: Literal["keeper", "terminal"], folder: Path) -> None:
    """Start the keeper whose order lies in `folder`; raises StartError, then without the folder.

    `kind` is that of `server.main`.
    """
    try:
        said = await _said(kind, folder)
    except OSError as error:
        said = str(error)
    if said != READY:
        shutil.rmtree(folder, ignore_errors=True)
        raise StartError(said)


async def _said(kind: str, folder: Path) -> str:
    """Return the one line that a new keeper says."""
    started = child(
        *python_command("cocalc_tui.server.main", kind, str(folder)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd="/",
    )
    async with started as starter:
        assert starter.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                line = await starter.stdout.readline()
        except TimeoutError:
            line = b"it does not answer"
        else:
            await starter.wait()
    said = line.decode("utf-8", "replace").strip()
    return said or last_line(folder / "keeper.log") or "it says nothing"
