"""The archive: blocks of history that nobody looked at for long, out of the log.

A log that is written to all day lies on a fast disk and goes into every backup; what people did two
years ago need not. So old blocks lie in a file of their own, which may be on another disk. The log
keeps where each begins and ends, its heads and its sessions: opening a document, resuming and
checking patches need no more, and only who looks at history waits for the archive.

A block is known by the hash of its bytes. It is in the archive, on disk, before the log lets go of
it, so whatever is killed between the two leaves it in both, and moving it again changes nothing.
Nothing is deleted but what was purged. What comes back is compared with the hash: a disk that was
put in the place of another is told from the right one.

The file has a thread of its own, so that a slow disk, or one that has to spin up, keeps nobody's
patch waiting.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from cocalc_tui.server.store.database import Database, Layout, trouble
from cocalc_tui.server.store.interface import StoreTrouble

Result = TypeVar("Result")
NAME = "archive.sqlite"
LAYOUT = Layout(
    "archive of a log",
    0x636F6172,  # "coar"
    1,
    """
CREATE TABLE blocks (digest TEXT PRIMARY KEY, log TEXT NOT NULL, data BLOB NOT NULL);
CREATE INDEX blocks_log ON blocks (log);
""",
)


def digest_of(block: bytes) -> str:
    """What a block is known by."""
    return hashlib.sha256(block).hexdigest()


class Archive:
    """The file, opened when it is needed first; may be used from any thread but its own."""

    def __init__(self, path: Path, vfs: str | None = None) -> None:
        self.path = path
        self._vfs = vfs
        self._thread = ThreadPoolExecutor(1, "archive")
        self._database: Database | None = None

    def _call(self, work: Callable[[Database], Result], *, make: bool = False) -> Result:
        return self._thread.submit(self._with_file, work, make).result()

    def _with_file(self, work: Callable[[Database], Result], make: bool) -> Result:
        if self._database is None:
            if not make and not self.path.exists():
                raise StoreTrouble(
                    f"{self.path}: the archive of old history is not there; put it back"
                )
            self._require_own_folder()
            self._database = Database(self.path, self._vfs, LAYOUT)
        self._database.ensure_in_place()
        with trouble(self.path):
            return work(self._database)

    def _require_own_folder(self) -> None:
        """What lies where others may write could be put there by them."""
        folder = self.path.parent
        with trouble(folder):
            found = folder.stat()
        if found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise StoreTrouble(
                f"{folder}: the archive wants a folder that only its owner may write"
            )

    def look(self) -> None:
        """See that the file is in its place, where it is used at all; raises StoreTrouble.

        Once it was opened, it can be written anew though somebody deletes it.
        """
        if self._database is not None or self.path.exists():
            self._call(lambda _: None)

    def put(self, log: str, block: bytes) -> str:
        """Keep a block; returns its digest once it is on disk. Raises StoreTrouble."""

        def put(database: Database) -> str:
            digest = digest_of(block)
            with database.transaction():
                sql = "INSERT OR IGNORE INTO blocks VALUES (?, ?, ?)"
                database.run(sql, digest, log, block)
            database.ensure_in_place()
            database.checkpoint()
            return digest

        return self._call(put, make=True)

    def get(self, digest: str) -> bytes:
        """Give a block back; raises StoreTrouble."""
        data = self._call(lambda database: _data(database, digest))
        if data is None or digest_of(data) != digest:
            said = "lacks a part of the history, or has it damaged"
            raise StoreTrouble(f"{self.path}: {said}; put the archive back that it went into")
        return data

    def holds(self, digest: str) -> bool:
        """Whether a block is there; raises StoreTrouble."""
        sql = "SELECT 1 FROM blocks WHERE digest = ?"
        return self._call(lambda database: any(database.rows(sql, digest)))

    def forget(self, logs: Sequence[str]) -> None:
        """Delete what is there of these logs; raises StoreTrouble."""

        def forget(database: Database) -> None:
            with database.transaction():
                for log in logs:
                    database.run("DELETE FROM blocks WHERE log = ?", log)
            database.scrub()
            database.give_back()

        self._call(forget)

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._thread.submit(self._database.close).result()
        self._thread.shutdown()


def _data(database: Database, digest: str) -> bytes | None:
    sql = "SELECT data FROM blocks WHERE digest = ?"
    return next((data for (data,) in database.rows(sql, digest)), None)
