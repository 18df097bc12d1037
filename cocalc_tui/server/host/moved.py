"""Where a file went that is not at its path any more: `mv` keeps its inode, a copy its bytes.

Without this a `mv` would look like a deletion: the document would stay behind at the old path, make
the file there again at the next key, and its history would have another name than its file.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cocalc_tui.server.host.disk import TEMPORARY, Stamp
from cocalc_tui.server.host.files import SKIPPED
from cocalc_tui.server.host.root import Root
from cocalc_tui.server.state import STATE

PATIENCE = 2.0
"""Seconds of looking; in a huge project the rest is not looked at."""
RECENT = 5.0
"""Seconds: a copy that is older was there before, and is not where the file went."""


class Found(NamedTuple):
    """A regular file."""

    path: str
    info: os.stat_result


def find_moved(root: Root, was: Stamp, same: Callable[[str], bool]) -> str | None:
    """Return where the file with this stamp is now, None where it is nowhere in the project.

    `same` tells whether a file of its size, there since a moment ago, also has its bytes.
    """
    copies: list[str] = []
    now = time.time()
    for path, info in _files(root, time.monotonic() + PATIENCE):
        if Stamp.of(info).text == was.text:
            return path
        if info.st_size == was.size and now - info.st_ctime < RECENT:
            copies.append(path)
    return next(filter(same, copies), None) if was.size else None


def _files(root: Root, until: float) -> Iterator[Found]:
    """All regular files of a project, those in the upper folders first."""
    waiting = [""]
    while waiting and time.monotonic() < until:
        folder = waiting.pop(0)
        with contextlib.suppress(OSError), os.scandir(root.path / folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if path == STATE or entry.name.endswith(TEMPORARY):
                    continue
                with contextlib.suppress(OSError):
                    info = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(info.st_mode):
                        yield Found(path, info)
                    elif stat.S_ISDIR(info.st_mode) and entry.name not in SKIPPED:
                        waiting.append(path)
