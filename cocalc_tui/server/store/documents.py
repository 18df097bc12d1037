"""Which documents there are, and their checkpoints, as the SQLite file has them.

A document is its id; where it lies is what people may change, so a path names one document at most,
and a document that another one took the path of has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.server.store.database import Database
from cocalc_tui.server.store.interface import DocumentInfo

_SELECT = "SELECT doc, path, type, log, epoch FROM documents"
_AT = f"{_SELECT} WHERE path = ? AND path <> ''"
_CHECKPOINT = (
    "INSERT INTO checkpoints VALUES (?, ?, ?) ON CONFLICT (doc) DO UPDATE "
    "SET seq = excluded.seq, data = excluded.data WHERE excluded.seq > seq"
)


class Documents:
    """The tables of documents and checkpoints; used on the thread that owns the connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_id(self, doc: str) -> DocumentInfo | None:
        """Return the document with this id."""
        return self._one(f"{_SELECT} WHERE doc = ?", doc)

    def at(self, path: str) -> DocumentInfo | None:
        """Return the document with this path."""
        return self._one(_AT, path)

    def _one(self, sql: str, value: str) -> DocumentInfo | None:
        return next((DocumentInfo(*row) for row in self._database.rows(sql, value)), None)

    def create(self, info: DocumentInfo) -> DocumentInfo:
        """Make a document, or return the one that has this path."""
        found = self.at(info.path)
        if found is None:
            self.put([info])
        return found or info

    def put(self, infos: Sequence[DocumentInfo]) -> None:
        """Make or change documents."""
        with self._database.transaction():
            for info in infos:
                self._database.run(
                    "UPDATE documents SET path = '' WHERE path = ? AND doc <> ?",
                    info.path,
                    info.doc,
                )
                self._database.run(
                    "INSERT INTO documents (doc, path, type, log, epoch) VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT (doc) DO UPDATE SET "
                    "path = excluded.path, type = excluded.type, epoch = excluded.epoch",
                    *info,
                )
        self._database.ensure_in_place()

    def rename(self, path: str, to: str) -> list[DocumentInfo]:
        """Give the document at a path, and those below it, another one."""
        below = f"{path}/"
        rows = self._database.rows(
            f"{_SELECT} WHERE path = ? OR substr(path, 1, ?) = ?", path, len(below), below
        )
        moved = [DocumentInfo(*row)._replace(path=to + row[1][len(path) :]) for row in rows]
        self.put(moved)
        return moved

    def checkpoint(self, doc: str) -> tuple[int, bytes] | None:
        """Return the newest checkpoint, and the number of the last entry that is in it."""
        return next(
            self._database.rows("SELECT seq, data FROM checkpoints WHERE doc = ?", doc), None
        )

    def put_checkpoint(self, doc: str, seq: int, data: bytes) -> None:
        """Keep a checkpoint, if it is newer than the one that is there."""
        self._database.change(_CHECKPOINT, doc, seq, data)
