"""What a terminal showed when its program ended, and what had scrolled out by then.

It lies in the keeper's folder, so that who comes after a build that failed can read why, for a new
relay too.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, NamedTuple

FILE = "last.json"
MOST = 10_000
"""Lines that had scrolled out."""


class Last(NamedTuple):
    """The last screen of a program."""

    frame: dict[str, Any]
    """As `frames` has it whole; its history is as long as `rows`."""
    rows: list[str]
    """What had scrolled out."""
    wraps: list[int]
    """Which of these go on in the next."""


def write_last(folder: Path, last: Last) -> None:
    """Keep it; where there is no room, nothing is kept."""
    with contextlib.suppress(OSError):
        (folder / FILE).write_text(json.dumps(last), encoding="utf-8")


def read_last(folder: Path) -> Last | None:
    """What is kept; None for nothing."""
    try:
        frame, rows, wraps = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Last({**frame, "history": len(rows)}, rows, wraps)


def forget_last(folder: Path) -> None:
    """Keep nothing."""
    (folder / FILE).unlink(missing_ok=True)
