"""How long a message takes there and back, and whether anybody answers at all.

A ping holds the time of its leaving, so that the answer to an older one, or one that somebody made
up, is not taken for it.
"""

from __future__ import annotations

import asyncio
import time


class RoundTrip:
    """The last ping over a connection, and its answer."""

    __slots__ = ("_answer", "_left", "latency")

    def __init__(self) -> None:
        self._left = 0.0
        self._answer: asyncio.Future[None] | None = None
        self.latency: float | None = None
        """Seconds that the last one took, None while that is not known."""

    def leave(self) -> bytes:
        """A ping leaves now; returns what it is to hold."""
        self._left = time.monotonic()
        return self._mark

    def came(self, data: bytes) -> bool:
        """Whether this is the answer, which has come then."""
        if data != self._mark:
            return False
        self.latency = time.monotonic() - self._left
        if self._answer is not None:
            self._answer.set_result(None)
            self._answer = None
        return True

    @property
    def awaited(self) -> asyncio.Future[None] | None:
        """What somebody waits for who asked with `wait`, None where nobody does."""
        return self._answer

    def wait(self) -> asyncio.Future[None]:
        """Return what is done once the next answer has come."""
        self._answer = asyncio.get_running_loop().create_future()
        return self._answer

    @property
    def _mark(self) -> bytes:
        return b"%x" % int(self._left * 1e6)
