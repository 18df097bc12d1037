"""Copies of work that could not be merged: nothing typed is lost, not even what is refused.

Each is a plain text that a person can read, open and copy from, in their own state folder; beside
it lie the patches themselves, exactly.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.sync.patch import Patch, Splice

_PATCHES = ".patches.json"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of work that was not taken."""

    path: str
    """Of the document, in its project."""
    at: float
    """When it was kept, seconds since 1970."""
    reason: str
    file: Path
    text: str = ""


def kept_folder() -> Path:
    """Where the copies are."""
    from platformdirs import user_state_path

    return user_state_path("cocalc-tui") / "kept"


def keep(path: str, patches: Sequence[Patch], reason: str, text: str = "") -> Path:
    """Write a copy of what these patches hold, on disk when this returns; returns its file.

    `text` is the document with the work in it, "" where only what was typed is known.
    """
    folder = kept_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{time.strftime('%Y-%m-%d %H.%M.%S')} {path.replace('/', '_')[-80:]}"
    name = _free(folder, stem)
    record = {
        "path": path,
        "at": time.time(),
        "reason": reason,
        "patches": [
            {"id": list(patch.id), "time": patch.time, "ops": [list(op) for op in patch.ops]}
            for patch in patches
        ],
    }
    _write(folder / (name + _PATCHES), json.dumps(record))
    _write(folder / name, text or _words(patches))
    return folder / name


def copies() -> list[Copy]:
    """All copies, the newest first."""
    found = []
    for file in kept_folder().glob(f"*{_PATCHES}"):
        copy = file.with_name(file.name.removesuffix(_PATCHES))
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            text = copy.read_text(encoding="utf-8", errors="replace")
            found.append(Copy(record["path"], record["at"], record["reason"], copy, text))
        except (OSError, ValueError, KeyError):
            continue
    return sorted(found, key=lambda copy: copy.at, reverse=True)


def _words(patches: Sequence[Patch]) -> str:
    typed = [op.insert for patch in patches for op in patch.ops if isinstance(op, Splice)]
    return "".join(typed)


def _free(folder: Path, stem: str) -> str:
    count = 1
    name = stem
    while (folder / name).exists():
        count += 1
        name = f"{stem} ({count})"
    return name


def _write(file: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(file, flags, 0o600), "wb") as opened:
        opened.write(text.encode("utf-8", "backslashreplace"))
        opened.flush()
        os.fsync(opened.fileno())
