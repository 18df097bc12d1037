"""Looking at real processes, and waiting for what they do."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def command_line(pid: int) -> list[str]:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
    return [word.decode("utf-8", "replace") for word in words[:-1]]


def parent(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("\nPPid:\t")[2].partition("\n")[0] or 0)


def processes(*words: str) -> list[int]:
    """Pids of our processes whose arguments are all these words, or paths below them.

    What one of them starts has its arguments until it is what it will be, and is not counted.
    """
    return [
        pid
        for pid in (int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit())
        if (line := command_line(pid))
        and "cocalc_tui.server.main" in line
        and all(any(a == word or a.startswith(f"{word}/") for a in line) for word in words)
        and command_line(parent(pid)) != line
    ]


def end(project: Path) -> None:
    """Kill what runs for a project, and what that has started again meanwhile."""
    quiet = 0
    while quiet < 2:
        pids = processes(str(project))
        quiet = 0 if pids else quiet + 1
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def eventually(happened: Callable[[], object], within: float = 60) -> None:
    """Wait until something is so; the bound only ends a test that fails."""
    until = time.monotonic() + within
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.01)
