"""File locks that belong to simulated processes: all of them are one real process.

A lock belongs to an open file and goes with the process that opened it, as `flock` has it.
"""

from __future__ import annotations

import fcntl
import os

from tests.sim.loop import Process, here


class Locks:
    """Stands in for the module `fcntl`, as far as our code uses it."""

    LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN = fcntl.LOCK_EX, fcntl.LOCK_NB, fcntl.LOCK_SH, fcntl.LOCK_UN

    def __init__(self) -> None:
        self._held: dict[tuple[int, int], tuple[Process, int]] = {}
        """By device and inode: who holds it, and through which descriptor."""

    def flock(self, file: int, _how: int) -> None:
        """Lock a file; raises BlockingIOError where another holds it."""
        found = os.fstat(file)
        key = found.st_dev, found.st_ino
        process, holder = self._held.get(key, (here(), file))
        if holder != file and process.alive and self._is(holder, key):
            raise BlockingIOError
        self._held[key] = here(), file

    @staticmethod
    def _is(file: int, key: tuple[int, int]) -> bool:
        try:
            found = os.fstat(file)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == key

    def close(self) -> None:
        """Close what dead processes left open."""
        for key, (_, file) in self._held.items():
            if self._is(file, key):
                os.close(file)
