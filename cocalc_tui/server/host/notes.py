"""What the host side keeps beside the log, in files that stay in their place.

With the log alone the next relay would take our last save for a stranger's change and take back
what was typed since, and everybody would have all chats to read again. Whoever takes the state
folder away may take these files when the log is already written anew, so they are looked at also
where nobody writes to them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from cocalc_tui.protocol.events import ChatNews
from cocalc_tui.server.host.chats import Chats
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.host.saved import SavedVersions

LOOK = 1.0
"""Seconds between looks at whether they are in their place."""


class Notes:
    """The notes of one project."""

    def __init__(self, state: Path, tell: Callable[[ChatNews], None]) -> None:
        """Open or make them; raises OSError and apsw.Error. `tell` as for `Chats`."""
        self.saved = SavedVersions(state / "saved.db")
        self.chats = Chats(state / "chats.db", tell)

    async def keep_in_place(self) -> None:
        """Look at them for ever."""
        while True:
            await asyncio.sleep(LOOK)
            self.ensure_in_place()

    def ensure_in_place(self) -> None:
        """Write anew what was taken away; where that fails it is tried again."""
        with contextlib.suppress(FileError):  # it is said of the next file that is saved
            self.saved.ensure_in_place()
        self.chats.ensure_in_place()

    def close(self) -> None:
        """Let go of the files, which are in their place."""
        self.ensure_in_place()
        self.chats.close()
        self.saved.close()
