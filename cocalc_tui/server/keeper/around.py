"""What a keeper looks after besides what it keeps: that it is found, and that there is a door."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.server.keeper.link import Link
from cocalc_tui.server.keeper.place import Place
from cocalc_tui.server.revival import Revival

PAUSE = 2.0
"""Seconds between two looks."""
SOON, FOR_A_WHILE = 0.2, 3.0
"""The same once the relay left, and for how long: it may have been killed, and its door a moment
later."""


KEEP_FRESH = 3600.0
"""Seconds between touching the sockets, so that cleaners of /tmp pass them by."""


class Surroundings:
    """One keeper's."""

    def __init__(self, place: Place, link: Link, anew: Callable[[Path], None]) -> None:
        """`anew` writes what belongs into a folder that is another or new; it may raise OSError."""
        self._place = place
        self._link = link
        self._anew = anew
        self._revival = Revival()
        self._alone = True
        self._left = -FOR_A_WHILE
        self._next = 0.0
        self._touched = -KEEP_FRESH

    def due(self, now: float) -> float:
        """Seconds until the next look."""
        return max(0.0, self._next - now)

    def look(self, now: float, *, alone: bool) -> None:
        """Look, if it is time; `alone`: no relay is connected."""
        if alone and not self._alone:
            self._left = self._next = now
        self._alone = alone
        if now < self._next:
            return
        self._next = now + (SOON if now < self._left + FOR_A_WHILE else PAUSE)
        with contextlib.suppress(OSError):  # as on a full disk; the next look tries again
            if self._place.lost():
                self._anew(self._place.folder)
        with contextlib.suppress(OSError):
            self._link.stay_there()
            if now - self._touched > KEEP_FRESH:
                self._touched = now
                self._link.keep_fresh()
        with contextlib.suppress(OSError):
            if alone and (project := self._place.project) is not None:
                self._revival.look(project, now)
