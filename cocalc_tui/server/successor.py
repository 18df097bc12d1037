"""What a relay does when its door is killed: start another door, and end itself.

Only the host's account may run a door, and apps of guests are not the host's. Without this a
project whose door was killed would be gone with its relay's end, though people are in it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cocalc_tui.server.daemon import python_command


@dataclass(frozen=True)
class Successor:
    """How the next door is to be started, with what belongs to the one there is."""

    door: int
    """The process that there is."""
    lock: int
    listener: int
    """Descriptors that came from it."""
    project: Path
    umask: int

    @classmethod
    def of(cls, words: Sequence[str], project: Path, umask: int, listener: int) -> Successor | None:
        """Read what a door says of itself; None for one of an earlier release, which does not."""
        match words:
            case ["--lock", lock, "--door", door]:
                return cls(int(door), int(lock), listener, project, umask)
        return None

    def watch(self, started: Callable[[], None]) -> None:
        """Start the next door as soon as this one is gone; `started` is to end this relay."""
        loop = asyncio.get_running_loop()

        def gone() -> None:
            if handle >= 0:
                loop.remove_reader(handle)
                os.close(handle)
            self._start()
            started()

        handle = os.pidfd_open(self.door) if os.getppid() == self.door else -1
        if handle < 0:
            gone()
        else:
            loop.add_reader(handle, gone)

    def _start(self) -> None:
        words = ["door", str(self.project), f"{self.umask:03o}"]
        words += [str(self.lock), str(self.listener), str(os.getpid())]
        command = python_command("cocalc_tui.server.main", *words)
        os.posix_spawn(command[0], command, os.environ)
