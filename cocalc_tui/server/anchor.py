"""Holding on to the project's folder, whatever it is called just now.

`mv` gives a project another name while it is in use, and whoever goes on by the path it was opened
under makes an empty project there and writes into that: what is acknowledged from then on would not
be in the project any more.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class Anchor:
    """A folder that is held open."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.path = path
        """What it was called."""
        self._folder = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        found = os.fstat(self._folder)
        self._identity = found.st_dev, found.st_ino

    @property
    def name(self) -> str:
        """Stands for the folder on this machine, whatever it is called."""
        return "{:x}-{:x}".format(*self._identity)

    @property
    def in_place(self) -> bool:
        """Whether it is still called that."""
        with contextlib.suppress(OSError):
            found = os.stat(self.path)
            return (found.st_dev, found.st_ino) == self._identity
        return False

    def where(self) -> Path | None:
        """Where it is; None where it was deleted."""
        if not os.fstat(self._folder).st_nlink:
            return None
        return Path(os.readlink(f"/proc/self/fd/{self._folder}"))

    def close(self) -> None:
        """Let go."""
        if self._folder >= 0:
            os.close(self._folder)
        self._folder = -1
