"""What a keeper is told at its start: a file in its private folder, read once and removed.

Command lines and environments can be read by others or are inherited by accident; this is neither.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cocalc_tui.server.keeper.forms import form
from cocalc_tui.server.keeper.pulse import SILENT
from cocalc_tui.server.keeper.registry import About

_NAME = "order.json"


@dataclass(frozen=True)
class Order:
    """Which kernel to start, and how."""

    about: About
    """Its pid is filled in by the keeper."""
    argv: list[str]
    """`{connection_file}` stands for the path of that file."""
    env: dict[str, str]
    cwd: str
    umask: int
    interrupt_by_message: bool
    sockets: str
    """Private folder for sockets, short; the keeper makes it and removes it."""
    silent: float = SILENT
    """Seconds without a sign of life after which that is said."""


def write_order(folder: Path, order: Order) -> None:
    """Leave it in the keeper's folder, which is private."""
    (folder / _NAME).write_text(json.dumps(asdict(order)), encoding="utf-8")


def take_order(folder: Path) -> Order:
    """Read it and remove it."""
    path = folder / _NAME
    told = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return form(Order, {**told, "about": form(About, told["about"])})
