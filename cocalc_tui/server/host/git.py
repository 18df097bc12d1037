"""Whether git wrote a file: it puts other versions in the place of what there is.

What an editor writes is a change of what it read, perhaps long ago. What a checkout, a pull or a
reset writes is to stand as it is, however much it looks like a version of old. git says that it
moved in its reflog, and holds a lock while it is at it.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

SLACK = 500_000_000
"""Nanoseconds by which the reflog may be older than the file: file systems' clocks are coarse."""
_BETWEEN = 0.3
"""Seconds from the end of git's lock to its reflog, amply."""


def is_at_it(folder: str, changed: int) -> bool:
    """Whether git wrote what changed in this folder at `changed` (nanoseconds). May block."""
    state = _state_of(Path(folder))
    if state is None:
        return False
    if _locked(state) or _moved(state) >= changed - SLACK:
        return True
    if _modified(state / "index") < changed - SLACK:
        return False
    time.sleep(_BETWEEN)
    return _locked(state) or _moved(state) >= changed - SLACK


def _state_of(folder: Path) -> Path | None:
    """The state of the repository that a folder is in."""
    for place in (folder, *folder.parents):
        found = place / ".git"
        if found.is_dir():
            return found
        with contextlib.suppress(OSError, UnicodeDecodeError):
            words = found.read_text(encoding="utf-8").partition("gitdir: ")
            if words[1]:
                return place / words[2].strip()
    return None


def _locked(state: Path) -> bool:
    return os.path.lexists(state / "index.lock")


def _moved(state: Path) -> int:
    return max(_modified(state / "logs" / "HEAD"), _modified(state / "HEAD"))


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
