"""Processes that outlive whoever starts them, and locks that say whether they live.

A daemon started carelessly keeps its starter's locks (an flock belongs to the open file, which a
fork shares), dies with its terminal, or leaves its starter with a zombie. Pids are reused, so that
a process lives is told by a lock it holds, never by its number.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from pathlib import Path

READY = "ready"


def detach(log: Path) -> None:
    """Go on in a process of its own session; the starter's child ends at once.

    Standard output stays the pipe on which `report` tells the starter how it went; standard error
    goes to `log`, input is empty.
    """
    if child := os.fork():
        os.waitpid(child, 0)  # once we end as well, whoever looks for us sees one process
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    redirect_errors(log)


def report(text: str) -> None:
    """Tell the starter, in one line, and let go of it."""
    os.write(1, text.encode() + b"\n")
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)


def redirect_errors(log: Path) -> None:
    """Append standard error to `log`, which starts anew above 1 MB."""
    if log.exists() and log.stat().st_size > 2**20:
        log.replace(log.with_suffix(".log.old"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def python_command(module: str, *words: str) -> list[str]:
    """Return the command line that runs one of our modules.

    -P keeps the current folder, which may be anybody's, off the import path.
    """
    return [sys.executable, "-P", "-m", module, *words]


def mind_signals() -> None:
    """Ignore no signal any more, in a child that is about to become somebody's program.

    An ignored signal stays ignored over exec, and children inherit it: Python ignores SIGPIPE,
    `nohup` SIGHUP, a script's background job SIGINT. A kernel would never be interrupted, and
    `yes | head` in a terminal would complain.
    """
    for number in signal.valid_signals():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def take_lock(path: Path) -> int | None:
    """Lock a file for the life of the returned descriptor; None where somebody holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_locked(path: Path) -> bool:
    """Tell whether a living process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def last_line(log: Path) -> str:
    """Return the last line of a log, which says why its process ended; "" for none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4096))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
