"""A program in a PTY whose CPU is counted: what a step costs, until nothing is done any more.

CPU is that of the process, all threads, as the kernel counts it in nanoseconds. The program runs
in a real PTY, so what it writes is part of the cost.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROWS, COLUMNS = 40, 120
QUIET = 0.08
"""Seconds without output after which a step counts as done."""
IDLE = 0.002
"""Seconds of CPU in that time that a program at rest may need."""
RESTING = 0.005
"""The share of a core that it may need where it is watched for longer: timers go on."""


class Program:
    """A program in a PTY."""

    def __init__(self, pid: int, master: int) -> None:
        self._pid = pid
        self._master = master

    def settle(self, quiet: float = QUIET, within: float = 120.0) -> None:
        """Read until nothing comes any more and the program does nothing."""
        end = time.monotonic() + within
        spent = self.cpu()
        while time.monotonic() < end:
            if select.select([self._master], [], [], quiet)[0]:
                os.read(self._master, 1 << 16)
                continue
            before, spent = spent, self.cpu()
            if spent - before < max(IDLE, RESTING * quiet):
                return

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        tasks = Path(f"/proc/{self._pid}/task")
        return (
            sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
        )

    def memory(self) -> float:
        """Megabytes of resident pages."""
        for line in Path(f"/proc/{self._pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def step(self, what: bytes | signal.Signals, quiet: float = QUIET) -> float:
        """Seconds of CPU that keys, or what a signal stands for, cost."""
        before = self.cpu()
        if isinstance(what, bytes):
            os.write(self._master, what)
        else:
            os.kill(self._pid, what)
        self.settle(quiet)
        return self.cpu() - before


@contextmanager
def in_pty(run: Callable[[], None]) -> Iterator[Program]:
    """Run something in a PTY, in a process of its own."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("TMUX", None)
        run()
        os._exit(0)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        yield Program(pid, master)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)
