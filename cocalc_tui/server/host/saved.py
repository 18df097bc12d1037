"""What the project's files held when they were last read or written, and which version that was.

Without it a relay that starts anew could not tell its own last save from a stranger's change, nor
what that change was made from. So before a file is written, what is about to be written is noted
here, durably; a crash between the two is seen at the next start.

A version that somebody may have read is kept for long: an editor may have been open all the while,
and what it writes in the end is a change of that.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from cocalc_tui.protocol.events import SaveInfo
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.host.textfile import Form
from cocalc_tui.server.lasting import LastingFile
from cocalc_tui.sync.patch import PatchId

LAST = 3
"""Versions of a file that are kept in any case: a crash may be in the midst of the last, and what
that displaced is noted before the log has it as a change of the one before."""
READ = 16
"""Versions kept because somebody may have read them."""
LARGE = 2**20
"""Bytes of a file of which fewer are kept."""
READ_OF_LARGE = 3
APART = 60_000
"""Milliseconds between two saves by nobody that are both noted: it saves all the while."""
_SCHEMA = 3
_TABLES = """
CREATE TABLE saved (
    number INTEGER PRIMARY KEY, doc TEXT NOT NULL, heads TEXT NOT NULL, hash TEXT NOT NULL,
    bom INTEGER NOT NULL, text BLOB NOT NULL, keys TEXT NOT NULL, done INTEGER NOT NULL,
    read INTEGER NOT NULL
);
CREATE INDEX saved_doc ON saved (doc, number);
CREATE TABLE unsaved (doc TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;
"""
_SAVES = """
CREATE TABLE saves (
    doc TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, user TEXT NOT NULL
);
CREATE INDEX saves_doc ON saves (doc);
"""

_FILES = """
CREATE TABLE IF NOT EXISTS files (
    doc TEXT PRIMARY KEY, path TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    size INTEGER NOT NULL, hash TEXT NOT NULL
) WITHOUT ROWID;
"""


class FileNote(NamedTuple):
    """Which file a document's was when it was seen last."""

    doc: str
    path: str
    device: int
    inode: int
    size: int
    hash: str
    """Of its bytes."""


@dataclass(frozen=True, slots=True)
class Version:
    """A file's content, and the version of the document that it is."""

    heads: tuple[PatchId, ...]
    text: str
    form: Form
    hash: str
    """Of the file's bytes."""
    keys: list[Any] = field(default_factory=list)
    """Of a notebook: `notebook.foreign.keys_of`."""
    done: bool = True
    """Whether the file is known to have held it."""
    read: bool = False
    """Whether somebody else may have it in an editor."""
    number: int = 0


def hash_of(data: bytes) -> str:
    """Return what stands for a file's bytes."""
    return hashlib.sha256(data).hexdigest()


class SavedVersions:
    """The notes of one project; may be used from any thread. Every method may raise FileError."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; raises OSError and apsw.Error."""
        self._lock = threading.Lock()
        self._file = LastingFile(path, _set_up)

    @contextlib.contextmanager
    def _use(self) -> Iterator[apsw.Connection]:
        """Let one thread at a time use the connection, and see that what it did stays."""
        with self._lock:
            try:
                yield self._file.connection
                self._file.ensure_in_place()
            except (OSError, apsw.Error) as error:
                reason = f"what was saved cannot be noted in the project: {error}"
                raise FileError("disk", reason) from None

    def of(self, doc: str) -> list[Version]:
        """Return what is known of a document's file, the last version first."""
        sql = (
            "SELECT heads, text, bom, hash, keys, done, read, number FROM saved"
            " WHERE doc = ? ORDER BY number DESC"
        )
        with self._use() as connection:
            rows = list(connection.execute(sql, (doc,)))
        return [_version(*row) for row in rows]

    def note(self, doc: str, version: Version, *, behind: int | None = None) -> int:
        """Note what is about to be written, or (`done`) was found; returns its number.

        With `behind` it was there before that version, which is the last; returns the number that
        the last has then.
        """
        heads = json.dumps(version.heads)
        data = zlib.compress(version.text.encode(), 1)
        keys = json.dumps(version.keys)
        sql = (
            "INSERT INTO saved (doc, heads, hash, bom, text, keys, done, read)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number"
        )
        values = (
            doc, heads, version.hash, version.form.bom, data, keys, version.done, version.read
        )  # fmt: skip
        with self._use() as connection, connection:
            if version.done:  # found again: one note of it is enough
                connection.execute(
                    "DELETE FROM saved WHERE doc = ? AND heads = ? AND hash = ?",
                    (doc, heads, version.hash),
                )
            ((number,),) = connection.execute(sql, values)
            if behind is not None:
                connection.execute(
                    "UPDATE saved SET number = ?1 + 1 WHERE number = ?2", (number, behind)
                )
                number += 1
            read = READ_OF_LARGE if len(version.text) > LARGE else READ
            connection.execute(
                "DELETE FROM saved WHERE doc = ?1 AND number NOT IN"
                " (SELECT number FROM saved WHERE doc = ?1 ORDER BY number DESC LIMIT ?2)"
                " AND number NOT IN (SELECT number FROM saved WHERE doc = ?1 AND read"
                " ORDER BY number DESC LIMIT ?3)",
                (doc, LAST, read),
            )
        return int(number)

    def settle(self, number: int, *, written: bool) -> None:
        """Say whether what was about to be written is in the file."""
        sql = "UPDATE saved SET done = 1" if written else "DELETE FROM saved"
        with self._use() as connection:
            connection.execute(f"{sql} WHERE number = ?", (number,))

    def note_save(self, doc: str, save: SaveInfo) -> None:
        """Note that the file was written; what nobody asked for takes in the one just before."""
        last = "rowid = (SELECT max(rowid) FROM saves WHERE doc = ?)"
        with self._use() as connection, connection:
            for seq, at, user in list(
                connection.execute(f"SELECT seq, at, user FROM saves WHERE {last}", (doc,))  # noqa: S608 - made of constants
            ):
                if not user and (seq == save.seq or (not save.user and save.at - at < APART)):
                    connection.execute(f"DELETE FROM saves WHERE {last}", (doc,))  # noqa: S608 - made of constants
            connection.execute(
                "INSERT INTO saves VALUES (?, ?, ?, ?)", (doc, save.seq, save.at, save.user)
            )

    def saves(self, doc: str) -> list[SaveInfo]:
        """When the file of a document was written, oldest first."""
        sql = "SELECT seq, at, user FROM saves WHERE doc = ? ORDER BY rowid"
        with self._use() as connection:
            rows = list(connection.execute(sql, (doc,)))
        return [SaveInfo(seq=seq, at=at, user=user) for seq, at, user in rows]

    def was_read(self, number: int) -> None:
        """Note that somebody may have a version in an editor."""
        with self._use() as connection:
            connection.execute("UPDATE saved SET read = 1 WHERE number = ?", (number,))

    def forget(self, doc: str) -> None:
        """Forget a document that was never changed."""
        with self._use() as connection:
            connection.execute("DELETE FROM saved WHERE doc = ?", (doc,))

    def note_file(self, note: FileNote) -> None:
        """Note which file a document's is now."""
        with self._use() as connection:
            connection.execute("REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", note)

    def files(self, size: int) -> list[FileNote]:
        """Return what is noted of files of a size."""
        with self._use() as connection:
            rows = connection.execute("SELECT * FROM files WHERE size = ?", (size,))
            return list(map(FileNote._make, rows))

    def file_moved(self, doc: str, to: str) -> None:
        """Note that a document's file has another path."""
        with self._use() as connection:
            connection.execute("UPDATE files SET path = ? WHERE doc = ?", (to, doc))

    def keep_only(self, doc: str, version: Version | None) -> None:
        """Forget all other versions of a document, and leave nothing of them in this file."""
        number = version.number if version is not None else 0
        with self._use() as connection:
            connection.execute("DELETE FROM saved WHERE doc = ? AND number <> ?", (doc, number))
            connection.execute("DELETE FROM saves WHERE doc = ?", (doc,))
            connection.execute("VACUUM")
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def mark(self, doc: str, path: str | None) -> None:
        """Note that a document has changes that its file at `path` has not; None: no more."""
        with self._use() as connection:
            if path is None:
                connection.execute("DELETE FROM unsaved WHERE doc = ?", (doc,))
            else:
                connection.execute("REPLACE INTO unsaved VALUES (?, ?)", (doc, path))

    def marked(self) -> list[str]:
        """Return the paths of files that were not saved when the relay ended."""
        with self._use() as connection:
            return [path for (path,) in connection.execute("SELECT path FROM unsaved")]

    def ensure_in_place(self) -> None:
        """Write the notes anew where somebody took them away."""
        if not self._file.is_in_place():  # else nobody waits for who uses them
            with self._use():
                pass

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()


def _set_up(connection: apsw.Connection, _: Path) -> None:
    with connection:
        schema = connection.pragma("user_version")
        if schema == 1:
            connection.execute("ALTER TABLE saved ADD COLUMN read INTEGER NOT NULL DEFAULT 1")
        elif schema not in (2, _SCHEMA):
            for table in ("saved", "unsaved", "saves"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(_TABLES)
        if schema != _SCHEMA:
            connection.execute(_SAVES)
        connection.execute(_FILES)
        # Writes something, so that the exclusive lock is held from now on.
        connection.execute(f"PRAGMA user_version = {_SCHEMA}")


def _version(
    heads: str, text: bytes, bom: int, digest: str, keys: str, done: int, read: int, number: int
) -> Version:
    ids: Sequence[tuple[str, int]] = json.loads(heads)
    return Version(
        tuple(PatchId(*head) for head in ids),
        zlib.decompress(text).decode(),
        Form(bool(bom)),
        digest,
        json.loads(keys),
        bool(done),
        bool(read),
        number,
    )
