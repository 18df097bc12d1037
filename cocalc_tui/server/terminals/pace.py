"""How much may be done at once, and how much for ever: buckets that fill by themselves.

Without a store for a burst the echo of a key would wait for the next frame's time, and a file of a
few megabytes for the credit of a flood.
"""

from __future__ import annotations

from collections.abc import Callable

LOOK = 0.2
"""Seconds between two looks at the machine."""
ROOM = 0.6
"""The idle share of the processors above which there is room."""


class Bucket:
    """So much in a row, then so much a second."""

    def __init__(self, full: float, rate: float, now: float) -> None:
        """`full` units, filled by `rate` units a second; times are seconds of any clock."""
        self.rate = rate
        self._full = full
        self._left, self._at = full, now

    def _fill(self, now: float) -> None:
        self._left = min(self._left + (now - self._at) * self.rate, self._full)
        self._at = now

    def take(self, units: float, now: float) -> None:
        """Use some; what is not there is owed."""
        self._fill(now)
        self._left -= units

    def give(self, units: float, now: float) -> None:
        """Have so many at least."""
        self._fill(now)
        self._left = max(self._left, units)

    def wait(self, units: float, now: float) -> float:
        """Seconds until so many are there; 0 where they are."""
        self._fill(now)
        return max(units - self._left, 0) / self.rate


class Flow(Bucket):
    """A bucket that fills faster while the machine has room, and never more slowly than `least`."""

    def __init__(
        self, full: float, rates: tuple[float, float], now: float, idle: Callable[[], float]
    ) -> None:
        """`rates` are the least and the most; `idle` tells the idle share of the processors."""
        super().__init__(full, rates[0], now)
        self._rates, self._idle = rates, idle
        self._looked = now

    def adapt(self, now: float) -> None:
        """Be faster or slower, by how much was left of the machine; called where it is empty."""
        if now - self._looked < LOOK:
            return
        self._fill(now)
        least, most = self._rates
        share, lately = self._idle(), now - self._looked < 2 * LOOK
        faster = share > ROOM and lately
        self.rate = min(self.rate * 1.5, most) if faster else max(self.rate / 2, least)
        self._looked = now


class Processors:
    """How much of the machine's processors is used. See proc_stat(5)."""

    def __init__(self) -> None:
        self._idle = self._all = 0

    def idle(self) -> float:
        """The idle share since this was asked last."""
        try:
            with open("/proc/stat", encoding="ascii") as file:
                times = [int(word) for word in file.readline().split()[1:9]]
        except (OSError, ValueError):
            return 0.0
        idle, all_ = times[3] + times[4], sum(times)
        share = (idle - self._idle) / max(all_ - self._all, 1)
        self._idle, self._all = idle, all_
        return share
