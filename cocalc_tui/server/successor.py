"""What a relay does when its door is killed: it starts another.

Only the host's account may run a door, and apps of guests are not the host's. Without this a
project whose door was killed would be gone with its relay's end, though people are in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from cocalc_tui.server.daemon import python_command

QUICK = 2.0
"""A door that is gone within so many seconds may have a reason that the next one will meet too."""
PAUSE = 0.5
"""Seconds before the one after such a door is started."""


class Successors:
    """The doors of one relay, one after the other."""

    def __init__(self, door: int, words: Sequence[str]) -> None:
        """`door` is the process that there is.

        `words` are what the next one is told besides the relay's process: project, umask, and the
        descriptors of lock and listener, which it inherits.
        """
        self.door = door
        self._words = [*words]
        self._since = -QUICK
        """When the last one was started, on the loop's clock."""

    @classmethod
    def of(cls, said: Sequence[str], project: Path, umask: int, listener: int) -> Successors | None:
        """Read what a door says of itself; None for one of an earlier release, which does not."""
        match said:
            case ["--lock", lock, "--door", door]:
                words = [str(project), f"{umask:03o}", lock, str(listener)]
                return cls(int(door), words)
        return None

    def watch(self) -> None:
        """From now on there is always a door."""
        try:
            handle = os.pidfd_open(self.door)
        except ProcessLookupError:
            self._replace()
            return
        loop = asyncio.get_running_loop()

        def gone() -> None:
            loop.remove_reader(handle)
            os.close(handle)
            self._replace()

        loop.add_reader(handle, gone)

    def _replace(self) -> None:
        """Start the next at once where this one was killed: nobody else may start one then."""
        loop = asyncio.get_running_loop()
        killed = self._is_killed()
        if killed or loop.time() - self._since >= QUICK:
            self._next()
        else:
            loop.call_later(PAUSE, self._next)

    def _is_killed(self) -> bool:
        """Take leave of a door that this relay started; tells whether somebody killed it."""
        try:
            status = os.waitpid(self.door, os.WNOHANG)[1]
        except ChildProcessError:
            return False
        return os.waitstatus_to_exitcode(status) in (-signal.SIGKILL, -signal.SIGTERM)

    def _next(self) -> None:
        words = ["door", *self._words, str(os.getpid())]
        command = python_command("cocalc_tui.server.main", *words)
        self._since = asyncio.get_running_loop().time()
        self.door = os.posix_spawn(command[0], command, os.environ)
        self.watch()

    def end(self) -> None:
        """Have the door end too; one that started this relay sees how it ends."""
        if self.door != os.getppid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.door, signal.SIGTERM)
