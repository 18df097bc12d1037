"""Telling the others where I am in the project, and since when I have not touched a key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.widgets.people import spot

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.widgets.project import Project

IDLE = 300.0
"""Seconds without a key after which somebody counts as away from the keys."""
LINES = 2.0
"""Seconds between two lines that are told: who has the document open sees the caret itself."""


class Standing:
    """Where I am, as it was told last."""

    def __init__(self, project: Project, machine: str) -> None:
        """`machine`: where the terminal is; "" for that of the relay."""
        self._project = project
        self.told = Whereabouts(machine=machine)
        self._at = 0.0
        """When it was told (monotonic)."""
        self._since = time.monotonic()

    def look(self, here: Whereabouts, typed_at: float) -> None:
        """Tell the document and the place in it where I am now, if that is news.

        `typed_at` is when I touched a key last (monotonic).
        """
        now = time.monotonic()
        still = now - max(typed_at, self._since)
        idle = round((time.time() - still) * 1000) if still > IDLE else 0
        if idle and self.told.idle:
            idle = self.told.idle
        told = self.told
        wanted = replace(
            here, idle=idle, machine=told.machine, follows=told.follows, calls=told.calls,
            called=told.called,
        )  # fmt: skip
        only_line = replace(wanted, line=self.told.line, cell=self.told.cell) == self.told
        if wanted != self.told and not (only_line and now < self._at + LINES):
            self._tell(wanted)

    def follow(self, connection: str) -> None:
        """Say whom I follow; "" for nobody."""
        if self.told.follows != connection:
            self._tell(replace(self.told, follows=connection))

    def call(self, user: str, document: SharedDocument) -> None:
        """Ask somebody, or ("") everybody, to come to where I am in a document."""
        here = spot(document, document.place)
        told = replace(self.told, path=here.path, line=here.line, cell=here.cell)
        self._tell(replace(told, calls=told.calls + 1, called=user))

    def _tell(self, here: Whereabouts) -> None:
        self.told, self._at = here, time.monotonic()
        self._project.stand(here)
