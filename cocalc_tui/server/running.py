"""What runs although there is no relay to ask.

A kernel outlives its relay, and then nothing listens where one would ask for the project: who wants
to see or end all that runs in a folder would be told that there is nothing.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cocalc_tui.server.keeper import registry
from cocalc_tui.server.paths import Places
from cocalc_tui.server.state import STATE
from cocalc_tui.server.terminals.order import living

_MODULE = "cocalc_tui.server.main"
_DELETED = " (deleted)"
"""What the system puts behind the name of a folder that is held and was deleted."""


class Kept(NamedTuple):
    """A kernel or terminal that goes on without a relay."""

    kind: str
    """`kernel` or `terminal`."""
    path: str
    """Of its document when it began, relative to the project."""
    pid: int
    """Of the keeper."""


class Left(NamedTuple):
    """A kernel or terminal of a project that was deleted, its folder too."""

    kind: str
    """`kernel` or `terminal`."""
    project: str
    """What the folder was called."""
    pid: int
    """Of the keeper."""


def kept(where: Places) -> list[Kept]:
    """What runs in one project: kernels, then terminals."""
    kernels = map(registry.read_about, filter(registry.lives, registry.folders(where.keepers)))
    terminals = [about for _, about in living(where.terminals)]
    return [
        *(Kept("kernel", about.path, about.pid) for about in kernels if about is not None),
        *(Kept("terminal", about.path, about.pid) for about in terminals),
    ]


def running_below(folder: Path) -> list[Path]:
    """The projects in folders below this one, in order of their names."""
    top = folder.resolve()
    found = {project for project in _running() if top in project.parents}
    return sorted(project for project in found if (project / STATE).is_dir())


def left_behind(folder: Path) -> list[Left]:
    """What still runs of projects at this folder or below it that are not there any more."""
    top = folder.resolve()
    found: list[Left] = []
    for process in Path("/proc").iterdir():
        match _words(process):
            case ["keeper" | "terminal" as word, _]:
                project = _deleted_folder(process)
                if project is not None and (top == project or top in project.parents):
                    kind = "kernel" if word == "keeper" else word
                    found.append(Left(kind, str(project), int(process.name)))
    return sorted(found)


def end(left: Left, patience: float) -> None:
    """Have a keeper end what it keeps, and wait for that so many seconds at most."""
    with contextlib.suppress(ProcessLookupError):
        handle = os.pidfd_open(left.pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            select.select([handle], [], [], patience)
        finally:
            os.close(handle)


def _running() -> Iterator[Path]:
    for process in Path("/proc").iterdir():
        match _words(process):
            case ["door" | "relay", project, *_]:
                yield Path(project)
            case ["keeper" | "terminal", place]:
                yield Path(place).parent.parent.parent


def _deleted_folder(process: Path) -> Path | None:
    """The project's folder, which whoever keeps something holds (`anchor`), if it was deleted."""
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                name = str(descriptor.readlink())
                if name.endswith(_DELETED) and descriptor.is_dir() and not os.path.exists(name):
                    return Path(name.removesuffix(_DELETED))
    return None


def _words(process: Path) -> list[str]:
    """What a process of ours was told, [] for any other."""
    try:
        if not process.name.isdigit() or process.stat().st_uid != os.geteuid():
            return []
        words = os.fsdecode((process / "cmdline").read_bytes()).split("\0")
    except OSError:
        return []
    return words[words.index(_MODULE) + 1 : -1] if _MODULE in words else []
