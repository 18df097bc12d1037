"""When to ask the other end for a sign of life, and when to give up on it.

A laptop that was shut, or a stopped process, wakes with a connection that may be dead without a
word; an ssh line that went away says nothing either. Without this the app would type into nothing
for as long as the network's own timeouts take: minutes. A long gap between two ticks is how sleep
is noticed; then the connection has to prove itself at once.

Pure: times are handed in, of a clock that goes on during sleep, in seconds.
"""

from __future__ import annotations

from enum import Enum

TICK = 1.0
"""Seconds between ticks."""
EVERY = 3.0
"""Seconds between two questions for a sign of life; they tell the latency, too."""
PATIENCE = 8.0
"""Seconds to wait for one."""
ASLEEP = 3.0
"""Seconds between two ticks that mean that this machine, or this process, was not running."""
WOKEN = 2.5
"""Seconds to wait for a sign of life after that."""


class Beat(Enum):
    """What is to be done at a tick."""

    QUIET = "quiet"
    ASK = "ask"
    DEAD = "dead"


class Pulse:
    """Follows one connection."""

    def __init__(self, now: float) -> None:
        self._ticked = now
        self._asked = now - EVERY
        self._until: float | None = None
        """By when something must have been heard."""

    def heard(self) -> None:
        """Something came from the other end."""
        self._until = None

    def tick(self, now: float) -> Beat:
        """To be called every `TICK` seconds."""
        slept = now - self._ticked > ASLEEP
        self._ticked = now
        if slept:
            return self._ask(now, WOKEN)
        if self._until is not None and now >= self._until:
            return Beat.DEAD
        if now - self._asked < EVERY:
            return Beat.QUIET
        return self._ask(now, PATIENCE)

    def _ask(self, now: float, patience: float) -> Beat:
        self._asked = now
        until = now + patience
        self._until = until if self._until is None else min(until, self._until)
        return Beat.ASK
