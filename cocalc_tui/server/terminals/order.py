"""What a terminal's keeper is told at its start, and who it is: files in its private folder."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.keeper.forms import form
from cocalc_tui.server.keeper.place import ABOUT, ALIVE


@dataclass(frozen=True)
class TerminalOrder:
    """Which program to start, and where."""

    doc: str
    path: str
    """Of the .term file, relative to the project."""
    argv: list[str]
    env: dict[str, str]
    cwd: str
    umask: int
    columns: int
    lines: int
    socket: str
    """Where the keeper listens; a short path."""


@dataclass(frozen=True)
class AboutTerminal:
    """What is known of a terminal without asking its keeper."""

    doc: str
    path: str
    socket: str
    pid: int
    """Of the keeper."""
    program: int
    started: int
    """Milliseconds since 1970."""
    exit: int | None = None
    """Its exit code, once it ended; negative: the signal."""


def write_order(folder: Path, order: TerminalOrder) -> None:
    """Leave it in the keeper's folder, which is private."""
    (folder / "order.json").write_text(json.dumps(asdict(order)), encoding="utf-8")


def take_order(folder: Path) -> TerminalOrder:
    """Read it and remove it."""
    path = folder / "order.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return form(TerminalOrder, told)


def write_about(folder: Path, about: AboutTerminal) -> None:
    """Write it whole or not at all."""
    new = folder / f"{ABOUT}.new"
    new.write_text(json.dumps(asdict(about)), encoding="utf-8")
    new.replace(folder / ABOUT)


def about_all(terminals: Path) -> list[tuple[Path, AboutTerminal]]:
    """The folders of all keepers, living or dead, the oldest first, and who they are."""
    found: list[tuple[Path, AboutTerminal]] = []
    with contextlib.suppress(FileNotFoundError):
        for folder in terminals.iterdir():
            with contextlib.suppress(OSError, ValueError, TypeError):
                told = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
                found.append((folder, form(AboutTerminal, told)))
    return sorted(found, key=lambda one: one[1].started)


def living(terminals: Path) -> list[tuple[Path, AboutTerminal]]:
    """The folders of keepers that live, and who they are."""
    return [one for one in about_all(terminals) if is_locked(one[0] / ALIVE)]
