"""Starting a project's relay on demand: exactly one, however many apps ask at once.

Whoever finds nobody listening takes the start lock, looks again, and starts a door. The door holds
a lock of its own for life, so even a starter that got past the start lock changes nothing. A naive
start makes several relays, each with the same database open.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from cocalc_tui.peers import peer_uid, user_name
from cocalc_tui.server.daemon import READY, last_line, python_command, take_lock
from cocalc_tui.server.environment import clean, current_umask
from cocalc_tui.server.paths import Places, places, prepare

PATIENCE = 15.0
"""Seconds for a door to start, on a busy machine too."""
PAUSE = 0.02


class StartError(Exception):
    """No relay can be had; one line that says what, where and what to do."""


def ensure_relay(project: Path) -> Path:
    """Return the socket of the project's relay, starting its door where none runs.

    `project` comes from `server.paths.find_project`. Raises StartError, and
    `server.paths.ProjectError` where the folder cannot be a project of this user.
    """
    where = places(project)
    if not _answers(where):
        prepare(where)
        with start_lock(where):
            _start(where)
    return where.socket


def running_relay(project: Path) -> Path | None:
    """Return the socket of the project's relay, None where nobody listens; starts nothing."""
    where = places(project)
    return where.socket if _answers(where) else None


def _answers(where: Places) -> bool:
    """Tell whether the host listens; raises StartError where somebody else does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(where.socket))
        except TimeoutError:
            return True
        except OSError:
            return False
        uid = peer_uid(probe)
    if uid != where.host:
        raise StartError(
            f"{where.socket}: {user_name(uid)} listens there, not {user_name(where.host)}; "
            "somebody may have planted it, have it removed"
        )
    return True


@contextlib.contextmanager
def start_lock(where: Places) -> Iterator[None]:
    """Keep everybody else from starting a relay; raises StartError."""
    until = time.monotonic() + PATIENCE
    path = where.runtime / "start.lock"
    while (lock := take_lock(path)) is None:
        if time.monotonic() > until:
            raise StartError(f"{path}: somebody has been starting a relay for {PATIENCE:.0f} s")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        os.close(lock)


def _start(where: Places) -> None:
    """Start a door, again while one that is just ending holds the project."""
    until = time.monotonic() + PATIENCE
    while not _answers(where):
        said = _start_door(where)
        if said == READY:
            return
        if said != "held":
            raise StartError(f"{where.project}: the relay's door does not start: {said}")
        if time.monotonic() > until:
            raise StartError(
                f"{where.lock}: another process holds the project and does not answer; "
                "was the folder moved while in use? end that process, then try again"
            )
        time.sleep(PAUSE)


def _start_door(where: Places) -> str:
    """Return the one line that a new door says of itself."""
    log = where.state / "door.log"
    words = ["door", str(where.project), f"{current_umask():03o}"]
    with log.open("ab") as errors:
        starter = subprocess.Popen(
            python_command("cocalc_tui.server.main", *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=clean(os.environ),
            cwd="/",
        )
    assert starter.stdout is not None
    with starter, starter.stdout as answer:
        if not select.select([answer], [], [], PATIENCE)[0]:
            starter.kill()
            return f"no answer within {PATIENCE:.0f} s (see {log})"
        line = os.read(answer.fileno(), 4096).decode("utf-8", "replace").strip()
    return line or f"{last_line(log)} (see {log})"
