"""Which projects of this user have something that runs, read off the processes themselves.

A kernel outlives its relay, and then nothing listens where one would ask for the project: who wants
to end all that runs in a folder would be told that there is nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from cocalc_tui.server.paths import STATE

_MODULE = "cocalc_tui.server.main"


def running_below(folder: Path) -> list[Path]:
    """The projects in folders below this one, in order of their names."""
    top = folder.resolve()
    found = {project for project in _running() if top in project.parents}
    return sorted(project for project in found if (project / STATE).is_dir())


def _running() -> Iterator[Path]:
    for process in Path("/proc").iterdir():
        match _words(process):
            case ["door" | "relay", project, *_]:
                yield Path(project)
            case ["keeper" | "terminal", place]:
                yield Path(place).parent.parent.parent


def _words(process: Path) -> list[str]:
    """What a process of ours was told, [] for any other."""
    try:
        if not process.name.isdigit() or process.stat().st_uid != os.geteuid():
            return []
        words = os.fsdecode((process / "cmdline").read_bytes()).split("\0")
    except OSError:
        return []
    return words[words.index(_MODULE) + 1 : -1] if _MODULE in words else []
