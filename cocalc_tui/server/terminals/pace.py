"""How much may be done at once, and how much for ever: a bucket that fills by itself.

Without a store for a burst the echo of a key would wait for the next frame's time, and a file of a
few megabytes for the credit of a flood.
"""

from __future__ import annotations


class Bucket:
    """So much in a row, then so much a second."""

    def __init__(self, full: float, rate: float, now: float) -> None:
        """`full` units, filled by `rate` units a second; times are seconds of any clock."""
        self._full, self._rate = full, rate
        self._left, self._at = full, now

    def _fill(self, now: float) -> None:
        self._left = min(self._left + (now - self._at) * self._rate, self._full)
        self._at = now

    def take(self, units: float, now: float) -> None:
        """Use some; what is not there is owed."""
        self._fill(now)
        self._left -= units

    def wait(self, units: float, now: float) -> float:
        """Seconds until so many are there; 0 where they are."""
        self._fill(now)
        return max(units - self._left, 0) / self._rate
