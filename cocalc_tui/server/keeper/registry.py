"""Which keepers live: their folders in the project's state.

A keeper's folder holds `about.json` (who it is), `alive` (locked while it lives) and its spool. It
outlives the keeper until what it spooled is in the document. Nothing here needs a relay, so that
a door can ask whether something runs.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.keeper.forms import form
from cocalc_tui.server.keeper.place import ABOUT, ALIVE


@dataclass(frozen=True)
class About:
    """What is known of a keeper without asking it."""

    id: str
    doc: str
    """Id of the notebook's document."""
    path: str
    """Where the notebook was when the kernel started, relative to the project."""
    name: str
    title: str
    """Of the kernel, see `protocol.events.KernelState`."""
    note: str
    """Label of the kernel, such as the line that mends a missing one."""
    language: str
    pid: int
    """Of the keeper."""
    started: int
    """Milliseconds since 1970."""
    kind: str = "kernel"
    """What is kept."""
    fresh: bool = False
    """It is not the kernel that everybody shares, and ends when its queue is empty."""
    user: str = ""
    """Who had it started."""
    sockets: str = ""
    """Where its sockets are, wherever the project is now; "" where the keeper does not say."""


def write_about(folder: Path, about: About) -> None:
    """Write it whole or not at all."""
    new = folder / f"{ABOUT}.new"
    new.write_text(json.dumps(asdict(about)), encoding="utf-8")
    new.replace(folder / ABOUT)


def read_about(folder: Path) -> About | None:
    """Return who a folder's keeper is, None where that cannot be read."""
    try:
        return form(About, json.loads((folder / ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def folders(keepers: Path) -> list[Path]:
    """Return the folders of all keepers, living or dead."""
    with contextlib.suppress(FileNotFoundError):
        return sorted(path for path in keepers.iterdir() if path.is_dir())
    return []


def lives(folder: Path) -> bool:
    """Tell whether the folder's keeper lives."""
    return is_locked(folder / ALIVE)


def any_lives(keepers: Path) -> bool:
    """Tell whether some kernel is kept."""
    return any(lives(folder) for folder in folders(keepers))
