"""Entry points of the processes of the relay side; `python -m cocalc_tui.server.main KIND ...`.

Started by each other only, never typed by people. Each kind imports only what it needs: a door and
a keeper stay tiny. Nothing secret is an argument, as anybody can read those.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cocalc_tui.garbage import garbage
from cocalc_tui.server.daemon import READY, detach, python_command, report
from cocalc_tui.server.paths import places

PRIVATE = 0o077
"""The umask of all our processes; kernels get the login's back."""


def main(words: list[str]) -> None:
    """Be the process that the first word names."""
    os.umask(PRIVATE)
    os.chdir("/")
    match words:
        case ["door", project, umask]:
            _door(Path(project), umask)
        case ["relay", project, umask, "--listener", listener]:
            garbage.hold_off()
            from cocalc_tui.server.serve import serve

            sys.exit(serve(Path(project), int(umask, 8), int(listener)))
        case ["snapshots", project]:
            from cocalc_tui.server.snapshots.worker import main as work

            work(Path(project), places(Path(project)).state)
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

    where = places(project)
    detach(where.state / "door.log")
    relay = python_command("cocalc_tui.server.main", "relay", str(project), umask)
    door = Door(where, relay)
    if not door.open():
        report("held")
        return
    report(READY)
    moved = door.serve()
    if moved is not None:
        # Guests cannot start one where it is now, and what runs goes on there.
        words = python_command("cocalc_tui.server.main", "door", str(moved), umask)
        os.execv(words[0], words)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
