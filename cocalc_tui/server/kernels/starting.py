"""Starting and ending keepers, also such as nobody knows of any more."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.keeper.following import KeeperGoneError, KeeperLink
from cocalc_tui.server.keeper.launching import StartError, launch
from cocalc_tui.server.keeper.order import Order, write_order
from cocalc_tui.server.keeper.registry import About, lives, read_about
from cocalc_tui.server.kernels.specs import Spec

PATIENCE = 20.0
"""Seconds a keeper has to end when asked to."""
PAUSE = 0.02


@dataclass(frozen=True)
class Grounds:
    """Where and how all kernels of a project are started."""

    project: Path
    keepers: Path
    """Folder of the keepers' folders."""
    outputs: Path
    """Folder for what documents leave out of long outputs."""
    blobs: BlobStore
    """Of large parts of outputs."""
    sockets: Path
    """Short private folder of the folders of their sockets."""
    environment: Mapping[str, str]
    """Clean, see `server.environment`."""
    umask: int
    """Of the host's login."""

    def sockets_of(self, folder: Path) -> Path:
        """Return where the sockets of a keeper are, which need a short path.

        They stay where they are though the project is moved.
        """
        about = read_about(folder)
        return Path(about.sockets) if about and about.sockets else self.sockets / folder.name


async def start_keeper(
    grounds: Grounds,
    document: tuple[str, str],
    spec: Spec,
    now: int,
    user: str,
    *,
    fresh: bool = False,
) -> Path:
    """Start a keeper with its kernel and return its folder; raises StartError.

    `document`: its id and its path; `user` has it started.
    """
    folder = grounds.keepers / secrets.token_hex(6)
    about = About(
        id=folder.name,
        doc=document[0],
        path=document[1],
        name=spec.name,
        title=spec.title,
        note=spec.note,
        language=spec.language,
        pid=0,
        started=now,
        fresh=fresh,
        user=user,
    )
    order = await asyncio.to_thread(_order, grounds, about, spec)
    try:
        folder.mkdir(0o700, parents=True)  # somebody may just have taken the state away
        write_order(folder, order)
        await launch("keeper", folder)
    except (OSError, StartError) as error:
        raise StartError(f"the kernel's keeper does not start: {error}") from None
    return folder


def _order(grounds: Grounds, about: About, spec: Spec) -> Order:
    """Return what to tell the keeper. Kernels run in the folder of their notebook."""
    notebook = grounds.project / about.path
    cwd = notebook.parent if notebook.parent.is_dir() else grounds.project
    return Order(
        about=about,
        argv=spec.argv,
        env={**grounds.environment, **spec.env, "JPY_SESSION_NAME": str(notebook)},
        cwd=str(cwd),
        umask=grounds.umask,
        interrupt_by_message=spec.interrupt_by_message,
        sockets=str(grounds.sockets / about.id),
    )


async def end_keeper(folder: Path, sockets: Path) -> None:
    """End a keeper and its kernel, whatever state it is in; returns when it is gone."""
    link = KeeperLink(lambda _: None)
    with contextlib.suppress(KeeperGoneError, ValueError):
        await link.connect(sockets / "keeper.sock")
        await link.ask("end")
    await link.close()
    if not await gone(folder):
        _signal(folder, signal.SIGTERM)
        if not await gone(folder):
            _signal(folder, signal.SIGKILL)
            await gone(folder)


async def gone(folder: Path) -> bool:
    """Wait for a keeper to end; tells whether it did."""
    for _ in range(int(PATIENCE / PAUSE)):
        if not lives(folder):
            return True
        await asyncio.sleep(PAUSE)
    return False


def _signal(folder: Path, number: int) -> None:
    """Signal a keeper, if the process with its pid is really that keeper."""
    about = read_about(folder)
    with contextlib.suppress(OSError):
        if about is not None and about.pid > 0:
            words = Path(f"/proc/{about.pid}/cmdline").read_bytes().split(b"\0")
            if os.fsencode(folder) in words:
                os.kill(about.pid, number)
