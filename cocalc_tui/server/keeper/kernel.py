"""The kernel's process: starting it, signalling it, and knowing why it ended.

It gets its own session, so a signal reaches what it started; it dies with its keeper, as nobody
could ever reach it again; and the end of what it wrote to its standard error is kept, as that is
where the reason of a death stands.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cocalc_tui.server.daemon import mind_signals
from cocalc_tui.server.keeper.memory import Memory

KEPT = 4096
"""Bytes of the kernel's last words."""
LONGEST_REASON = 300
MOST_LINES = 8
"""Lines of the last words that are told."""
_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""
_libc = ctypes.CDLL(None)
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class KernelProcess:
    """A running kernel. Raises OSError where it cannot be started; fork before any thread is."""

    def __init__(
        self, argv: Sequence[str], *, env: Mapping[str, str], cwd: str, umask: int
    ) -> None:
        self._process = subprocess.Popen(
            argv,
            env=dict(env),
            cwd=cwd,
            umask=umask,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_prepare,
        )
        assert self._process.stdout is not None
        self.pid = self._process.pid
        self.words = self._process.stdout.fileno()
        """Descriptor to read its standard output and error from."""
        self.ended = os.pidfd_open(self.pid)
        """Descriptor that is readable once it has ended."""
        self.asked_to_end = False
        self.memory = Memory(self.pid)
        os.set_blocking(self.words, False)
        self._last = b""

    def listen(self) -> None:
        """Read what it wrote, so that it is never blocked; the end is kept."""
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self.words, 65536):
                self._last = (self._last + part)[-KEPT:]

    def forget_words(self) -> None:
        """Pass over what it said while it started well."""
        self.listen()
        self._last = b""

    def signal(self, number: int) -> None:
        """Send a signal to it and to all it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it now, asked to."""
        self.asked_to_end = True
        self.signal(signal.SIGKILL)

    def reap(self) -> str:
        """After its end: end what it started too, and return the cause in words."""
        self.signal(signal.SIGKILL)
        _, status, used = os.wait4(self.pid, 0)
        code = self._process.returncode = os.waitstatus_to_exitcode(status)
        self.listen()
        os.close(self.ended)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return describe_end(code, self.last_words(), self.memory.why(used.ru_maxrss * 1024))

    def last_words(self) -> str:
        """Return the last line that says something, cleaned for a screen."""
        lines = self._lines()
        telling = [line for line in lines if not line[0].isspace()] or lines
        return telling[-1].strip()[:LONGEST_REASON] if telling else ""

    def last_lines(self) -> list[str]:
        """Return the last lines it wrote, cleaned for a screen."""
        return [line.rstrip()[:LONGEST_REASON] for line in self._lines()[-MOST_LINES:]]

    def _lines(self) -> list[str]:
        text = _ESCAPES.sub("", self._last.decode("utf-8", "replace"))
        return [line for line in text.split("\n") if line.strip()]


def describe_end(code: int, last_words: str, why: str) -> str:
    """Say how a process ended, as the end of a sentence, from its code (negative: the signal).

    `why` it was killed, should it have been.
    """
    said = f': "{last_words}"' if last_words else ""
    if code == -signal.SIGKILL:
        return f"was killed (SIGKILL, exit code {128 - code}; {why}){said}"
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"was ended by {name} (exit code {128 - code}){said}"
    return f"ended with exit code {code}{said}"


def listens_on_tcp(pid: int) -> bool:
    """Tell whether a process of the kernel's session accepts TCP connections.

    There any user of the machine could read all output.
    """
    sockets = _listening_sockets()
    return any(_holds(member, sockets) for member in session_members(pid))


def session_members(session: int) -> list[int]:
    """Return the pids of all processes of a session."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2]
                if int(after_name.split()[3]) == session:
                    members.append(int(entry.name))
    return members


def _listening_sockets() -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            found |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}
    return found


def _holds(pid: int, sockets: set[str]) -> bool:
    with contextlib.suppress(OSError):
        return any(os.readlink(fd) in sockets for fd in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _prepare() -> None:
    """What becomes the kernel, before it does: it dies with its keeper, and minds signals."""
    mind_signals()
    _libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
