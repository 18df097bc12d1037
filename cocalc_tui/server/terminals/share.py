"""How much of the processors a terminal has beside others: little while it floods.

The system shares processors among sessions, of which a keeper is one and its program another, and
what waits for both between two reads stands in the way of every key that others type. The niceness
of a session can be taken back by who gave it, as that of a process cannot. See sched(7), autogroup.
"""

from __future__ import annotations

import errno
import math
from collections.abc import Sequence
from pathlib import Path

NICE = 10
"""About a tenth of what others have, where there is not enough for all."""
AGAIN = 0.12
"""Seconds until the system listens again: it takes a new niceness of anybody ten times a second."""


class Share:
    """The niceness of some sessions."""

    def __init__(self, sessions: Sequence[int], processes: Path = Path("/proc")) -> None:
        """`sessions` are told by a process of each."""
        self._is = {processes / str(pid) / "autogroup": 0 for pid in sessions}
        self._wanted = 0
        self._asks_at = -math.inf

    @property
    def is_even(self) -> bool:
        """Whether it is to have as much as others."""
        return self._wanted == 0

    def give_way(self) -> None:
        """Have little."""
        self._wanted = NICE

    def be_even(self) -> None:
        """Have as much as others."""
        self._wanted = 0

    def wait(self, now: float) -> float:
        """Seconds until there is something to do; infinity for nothing."""
        settled = all(nice == self._wanted for nice in self._is.values())
        return math.inf if settled else max(self._asks_at - now, 0)

    def settle(self, now: float) -> None:
        """Have the sessions as they are wanted, as far as the system listens."""
        if self.wait(now) > 0:
            return
        for file in [file for file, nice in self._is.items() if nice != self._wanted]:
            try:
                file.write_text(str(self._wanted))
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    self._asks_at = now + AGAIN
                    return
            self._is[file] = self._wanted
