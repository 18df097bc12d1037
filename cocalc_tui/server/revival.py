"""Starting a door again that was killed, though nobody is there who could.

Only the host's account may run one. Where it is killed at the same moment as its relay and only
guests are left, nobody's app can; but the keepers of what runs are the host's, and outlive both.
They need to know that it was killed: one that ended in order, as somebody wanted, stays away. So a
door's lock file says how it is started, until it takes that out again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from cocalc_tui.server.daemon import is_locked
from cocalc_tui.server.paths import places

PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds between two starts of one that does not stay, at first and at most."""


def note(lock: int, module: Sequence[str], words: Sequence[str]) -> None:
    """Say how the door that holds the lock is started.

    `module` is the command line up to the project's path, and `words` are what follows it.
    """
    os.ftruncate(lock, 0)
    os.pwrite(lock, json.dumps([[*module], [*words]]).encode(), 0)


def forget(lock: int) -> None:
    """The door that holds the lock ends in order, and is not to be started again."""
    os.ftruncate(lock, 0)


class Revival:
    """A keeper's look at whether there is a door."""

    def __init__(self) -> None:
        self._pause = PAUSE
        self._not_before = 0.0
        self.tries = 0
        """How often one was started."""
        self._started = 0
        """Process of the last one until it has ended; a door goes on in a child of its child."""

    def look(self, project: Path, now: float) -> None:
        """Start the project's door if it was killed; `now` in seconds. Raises OSError."""
        rested, lock = self.rested(), places(project).lock
        command = _killed(lock, project)
        if command is None:
            return
        if is_locked(lock):
            self._pause = PAUSE
        elif now >= self._not_before and rested:
            self._not_before = now + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
            self.tries += 1
            # Of several keepers that do this at once, one gets the lock.
            self._started = os.posix_spawn(command[0], command, os.environ)

    def rested(self) -> bool:
        """Whether what was started last is over, or goes on as a door."""
        if self._started and os.waitpid(self._started, os.WNOHANG)[0]:
            self._started = 0
        return not self._started


def _killed(lock: Path, project: Path) -> list[str] | None:
    """How a door is started that lives or was killed; None for one that ended in order."""
    try:
        module, words = json.loads(lock.read_bytes())
        return [*map(str, module), str(project), *map(str, words)]
    except (OSError, ValueError, TypeError):
        return None
