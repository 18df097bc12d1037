"""A consistent copy of the log, made while it is written to.

Pages are copied some at a time on the store's thread, and what is committed in between goes into
the copy too, so nobody's patch waits for a large log to be read. The copy gets its name when it is
whole and on disk, and never takes the place of another file.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

import apsw

from cocalc_tui.server.durable import flush
from cocalc_tui.server.store.database import Database, trouble
from cocalc_tui.server.store.interface import StoreTrouble

PAGES = 256
"""Copied at once: 1 MB, a few milliseconds."""


class Backup:
    """One copy being made; used on the thread that owns the database."""

    def __init__(self, database: Database, to: Path) -> None:
        """Begin; raises StoreTrouble."""
        if os.path.lexists(to):
            raise StoreTrouble(f"{to}: there is one already; say another name")
        self._to = to
        self._part = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
        with trouble(to):
            self._part.touch(mode=0o600, exist_ok=False)
            self._target = apsw.Connection(str(self._part))
            for setting in ("journal_mode = OFF", "synchronous = OFF"):
                list(self._target.execute(f"PRAGMA {setting}"))
            self._copying = self._target.backup("main", database.connection, "main")

    def step(self) -> bool:
        """Copy some; tells whether it is whole. Raises StoreTrouble."""
        with trouble(self._to):
            self._copying.step(PAGES)
            return bool(self._copying.done)

    def lacks(self) -> str | None:
        """The digest of a block that the whole copy has not, as it is in the archive."""
        with trouble(self._to):
            self._copying.finish()
            sql = "SELECT digest FROM blocks WHERE length(data) = 0 LIMIT 1"
            return next((digest for (digest,) in self._target.execute(sql)), None)

    def fill(self, digest: str, block: bytes) -> None:
        """Put a block in from the archive: a copy stands by itself."""
        with trouble(self._to):
            sql = "UPDATE blocks SET data = ? WHERE digest = ? AND length(data) = 0"
            self._target.execute(sql, (block, digest))

    def finish(self) -> None:
        """Give it its name; raises StoreTrouble."""
        with trouble(self._to):
            self._target.close()
            flush(self._part)
            try:
                os.link(self._part, self._to)
            except FileExistsError:
                raise StoreTrouble(f"{self._to}: there is one already; say another name") from None
            self._part.unlink()
            flush(self._to.parent)

    def abandon(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(apsw.Error):
            self._copying.finish()
        with contextlib.suppress(apsw.Error):
            self._target.close()
        self._part.unlink(missing_ok=True)
