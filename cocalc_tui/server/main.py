"""Entry points of the processes of the relay side; `python -m cocalc_tui.server.main KIND ...`.

Started by each other only, never typed by people. Each kind imports only what it needs: a door and
a keeper stay tiny. Nothing secret is an argument, as anybody can read those.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cocalc_tui.garbage import garbage
from cocalc_tui.server.daemon import READY, detach, python_command, redirect_errors, report
from cocalc_tui.server.state import STATE

if TYPE_CHECKING:
    from cocalc_tui.server.door import Door

PRIVATE = 0o077
"""The umask of all our processes; kernels get the login's back."""


def main(words: list[str]) -> None:
    """Be the process that the first word names."""
    os.umask(PRIVATE)
    os.chdir("/")
    match words:
        case ["door", project, umask]:
            _door(Path(project), umask)
        case ["door", project, umask, lock, listener, relay]:
            _next_door(Path(project), umask, int(lock), int(listener), int(relay))
        case ["relay", project, umask, "--listener", listener, *door]:
            garbage.hold_off()
            from cocalc_tui.server.serve import serve

            sys.exit(serve(Path(project), int(umask, 8), int(listener), door))
        case ["snapshots", project]:
            from cocalc_tui.server.snapshots.worker import main as work

            work(Path(project), Path(project) / STATE)
        case ["search", project]:
            from cocalc_tui.server.search.worker import main as search

            search(Path(project))
        case ["terminal", folder]:
            from cocalc_tui.server.terminals.keeper import keep as keep_terminal

            keep_terminal(Path(folder))
        case ["keeper", folder]:
            from cocalc_tui.server.keeper.keeper import keep

            keep(Path(folder))
        case _:
            sys.exit(f"unknown process: {words[:1]}")


def _door(project: Path, umask: str) -> None:
    from cocalc_tui.server.door import Door
    from cocalc_tui.server.paths import places

    where = places(project)
    detach(where.state / "door.log")
    door = Door(where, _relay(project, umask), umask)
    if not door.open():
        report("held")
        return
    report(READY)
    _serve(door, umask)


def _next_door(project: Path, umask: str, lock: int, listener: int, relay: int) -> None:
    """Be the door after one that was killed, started by its relay."""
    from cocalc_tui.server.door import Door
    from cocalc_tui.server.paths import places

    where = places(project)
    with contextlib.suppress(OSError):  # taken away: the relay makes it anew
        redirect_errors(where.state / "door.log")
    door = Door(where, _relay(project, umask), umask)
    door.adopt(lock, listener, relay)
    _serve(door, umask)


def _relay(project: Path, umask: str) -> list[str]:
    return python_command("cocalc_tui.server.main", "relay", str(project), umask)


def _serve(door: Door, umask: str) -> None:
    moved = door.serve()
    if moved is not None:
        # Guests cannot start one where it is now, and what runs goes on there.
        words = python_command("cocalc_tui.server.main", "door", str(moved), umask)
        os.execv(words[0], words)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
