"""Whether a kernel gives signs of life: its heartbeat channel, which answers while it computes.

A kernel that was stopped, or whose machine has no time for it, looks like one with much to do. It
is only said of one that answered before: not every kernel has a heart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the relay reads SILENT, and speaks with no kernel
    import zmq

EVERY = 10.0
"""Seconds between two questions."""
SILENT = 30.0
"""Seconds without an answer after which that is said."""
_BEAT = (b"", b"?")


class Pulse:
    """Asks a kernel whether it is alive. Whoever has it gives the time, in seconds."""

    def __init__(self, socket: zmq.Socket[bytes], silent: float = SILENT) -> None:
        self._socket = socket
        self._silent = silent
        self._every = min(EVERY, silent / 3)
        self._asked = 0.0
        """When it was asked what it has not answered; 0 for nothing."""
        self._next = 0.0
        self._beats = False
        """Whether it ever answered."""

    def feel(self, now: float) -> None:
        """Take an answer, and ask again when it is time to."""
        while self._socket.poll(0):
            self._socket.recv_multipart()
            self._asked, self._beats = 0.0, True
        if not self._asked and now >= self._next:
            self._socket.send_multipart(_BEAT)
            self._asked, self._next = now, now + self._every

    def due(self, now: float) -> float:
        """Seconds until it is to be felt again."""
        until = self._asked + self._silent if self._asked else self._next
        return max(0.1, until - now)

    def silent(self, now: float) -> bool:
        """Whether it should have answered long ago."""
        return self._beats and bool(self._asked) and now - self._asked > self._silent
