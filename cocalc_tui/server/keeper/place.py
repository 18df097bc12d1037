"""A keeper's folder: who it is and what it spools, for whichever relay comes next.

`rm -rf .cocalc-tui` takes it away and `mv` of the project gives it another name, while what is kept
runs on. A relay that came then would find no kernel and start a second one beside it, so the keeper
sees to it that it is found.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from cocalc_tui.server.anchor import Anchor
from cocalc_tui.server.daemon import detach, report, take_lock
from cocalc_tui.server.paths import belongs
from cocalc_tui.server.state import STATE

ABOUT, ALIVE = "about.json", "alive"
"""Who it is; and locked as long as the keeper lives."""


class Place:
    """The folder of a keeper, in the state of its project."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        self.folder = folder
        project = folder.parents[2]
        self._inside = folder.relative_to(project)
        self._anchor = Anchor(project)
        self._lock: int | None = None

    @property
    def project(self) -> Path | None:
        """Where the project is; None where it was deleted."""
        return self._anchor.where()

    def take(self) -> bool:
        """Hold the folder; False where another keeper does. Raises OSError."""
        self._lock = take_lock(self.folder / ALIVE)
        return self._lock is not None

    @classmethod
    def held(cls, folder: Path) -> Self | None:
        """Leave whoever started this process and hold the folder; None where another keeper does.

        Raises OSError.
        """
        detach(folder / "keeper.log")
        place = cls(folder)
        if not place.take():
            report("held")
            return None
        return place

    def lost(self) -> bool:
        """See that the folder is there, where the project is now; raises OSError.

        Returns whether it is another one than before, or new: then what belongs into it is to be
        written again, `ABOUT` last. In a project that was deleted nothing is made anew.
        """
        project = self.project
        if project is None:
            return False
        folder = project / self._inside
        if folder == self.folder and self._is_ours() and (folder / ABOUT).exists():
            return False
        self.folder = folder
        if not self._is_ours():
            self._make(project / STATE)
        return True

    def _make(self, state: Path) -> None:
        state.mkdir(0o700, exist_ok=True)
        if not belongs(state, os.geteuid()):
            raise PermissionError(f"{state}: somebody may have planted it")
        self.folder.mkdir(0o700, parents=True, exist_ok=True)
        lock = take_lock(self.folder / ALIVE)
        if lock is not None:
            if self._lock is not None:
                os.close(self._lock)
            self._lock = lock

    def _is_ours(self) -> bool:
        """Whether the lock at the path is the one that we hold."""
        if self._lock is None:
            return False
        held = os.fstat(self._lock)
        try:
            found = os.lstat(self.folder / ALIVE)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)
