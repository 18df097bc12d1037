"""An SQLite file of the store: its schema, its settings, and what goes wrong with it.

Settings, and why, besides those of `server.durable`:

- No automatic checkpoint: it would fall into somebody's commit. `tend` does it in quiet moments.
- An entry is one row of one table without a further index: a commit writes one page or two.
- The WAL is laid out at its usual size before it is used: while a file grows, each flush waits for
  the journal of the file system too.
- What is deleted is overwritten: whoever purges a history does not want to find it in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from cocalc_tui import __version__
from cocalc_tui.server.lasting import LastingFile
from cocalc_tui.server.store.interface import StoreTrouble
from cocalc_tui.server.store.migrations import SCHEMA, all_or_nothing, migrate
from cocalc_tui.sync.columns import DamagedLog

APPLICATION = 0x636F6361
"""`application_id` of the file, "coca"."""
CHECKPOINT_PAGES = 1000
"""Pages of the WAL worth a checkpoint: 4 MB."""
SPARE = 4 * CHECKPOINT_PAGES
"""Pages that hold nothing any more and are given back to the disk, where they are a quarter."""
AT_ONCE = 16 * CHECKPOINT_PAGES
"""Pages, 64 MB, written anew for that: half a second. A larger file uses spare pages up."""


class Layout(NamedTuple):
    """What a file holds."""

    what: str
    """For people."""
    application: int
    """`application_id` of the file."""
    version: int
    """`user_version`, of which earlier ones are brought up to date (`migrations`)."""
    tables: str


LOG = Layout(
    "log",
    APPLICATION,
    SCHEMA,
    """
CREATE TABLE documents (
    doc TEXT PRIMARY KEY, path TEXT NOT NULL, type TEXT NOT NULL, log TEXT NOT NULL,
    epoch INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX documents_path ON documents (path) WHERE path <> '';
CREATE TABLE entries (
    doc TEXT NOT NULL, seq INTEGER NOT NULL, row TEXT NOT NULL, PRIMARY KEY (doc, seq)
) WITHOUT ROWID;
CREATE TABLE blocks (
    doc TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, clock INTEGER NOT NULL,
    heads TEXT NOT NULL, sessions TEXT NOT NULL, data BLOB NOT NULL, digest TEXT,
    size INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (doc, first)
);
CREATE TABLE forgotten (log TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE checkpoints (doc TEXT PRIMARY KEY, seq INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE members (user TEXT PRIMARY KEY, role TEXT NOT NULL, id INTEGER) WITHOUT ROWID;
CREATE TABLE sessions (session TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE migrations (version INTEGER PRIMARY KEY, release TEXT NOT NULL);
""",
)
"""Blocks without data are in the archive under their digest, of so many bytes (`archive`);
`forgotten` are logs that were purged and may still be there."""


class Database:
    """The open file; used by one thread only."""

    def __init__(self, path: Path, vfs: str | None = None, layout: Layout = LOG) -> None:
        """Open or make it, through SQLite's usual VFS unless named; raises StoreTrouble."""
        self._layout = layout
        with trouble(path):
            self._file = LastingFile(path, self._set_up, vfs)

    @property
    def connection(self) -> apsw.Connection:
        """The open one."""
        return self._file.connection

    @property
    def path(self) -> Path:
        """Where it is: it goes along where the project is moved."""
        return self._file.path

    @property
    def times_anew(self) -> int:
        """How often it was taken away and written anew."""
        return self._file.times_anew

    def _set_up(self, connection: apsw.Connection, path: Path) -> None:
        execute = connection.execute
        execute("PRAGMA wal_autocheckpoint = 0")
        execute("PRAGMA secure_delete = ON")
        what, known, newest, tables = self._layout
        application = connection.pragma("application_id")
        version = connection.pragma("user_version")
        if (application, version) == (0, 0):
            with all_or_nothing(connection):
                execute(tables)
                execute(f"PRAGMA application_id = {known}")
                execute(f"PRAGMA user_version = {newest}")
        elif application != known:
            raise StoreTrouble(f"{path}: not a {what} of cocalc-tui; move it elsewhere")
        elif version != newest and self._layout is not LOG:
            raise StoreTrouble(f"{path}: a newer release made this {what}: update cocalc-tui")
        elif version != newest:
            migrate(connection, path, version, __version__)
        else:
            # Writes something, so that the exclusive lock is held from now on.
            execute(f"PRAGMA user_version = {newest}")
        _lay_out_wal(connection)

    def rows(self, sql: str, *values: str | int | bytes | None) -> Iterator[Any]:
        """What a statement gives, one row after the other."""
        cursor = self.connection.execute(sql, values)
        try:
            yield from cursor
        finally:
            cursor.close()

    def run(self, sql: str, *values: str | int | bytes | None) -> None:
        """Run a statement that gives nothing."""
        self.connection.execute(sql, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; on disk at the end. Raises StoreTrouble where it is not."""
        with trouble(self.path), all_or_nothing(self.connection):
            yield

    def change(self, sql: str, *values: str | int | bytes | None) -> None:
        """Run one statement, on disk at the end; raises StoreTrouble where it is not."""
        with self.transaction():
            self.run(sql, *values)
        self.ensure_in_place()

    def ensure_in_place(self) -> None:
        """See that what was committed is in the project's file; raises StoreTrouble."""
        with trouble(self.path):
            self._file.ensure_in_place()

    def checkpoint(self) -> None:
        """Move what the WAL holds into the file, if it is much."""
        with trouble(self.path):
            pages, _ = self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
            if pages > CHECKPOINT_PAGES:
                self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)

    def scrub(self) -> None:
        """See that the WAL does not hold any more what was deleted; raises StoreTrouble."""
        with trouble(self.path):
            self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            _lay_out_wal(self.connection)

    def give_back(self) -> None:
        """Return room to the disk, if it is much: for a moment in which nobody waits."""
        with trouble(self.path):
            spare = self.connection.pragma("freelist_count")
            pages = self.connection.pragma("page_count")
            if spare > max(SPARE, pages // 4) and pages - spare <= AT_ONCE:
                self.connection.execute("VACUUM")
                self.connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _lay_out_wal(connection: apsw.Connection) -> None:
    """Spill a transaction that is taken back: what it wrote is free to be written over."""
    execute = connection.execute
    size = connection.pragma("cache_size")
    execute("PRAGMA cache_size = 10")
    execute("BEGIN IMMEDIATE")
    execute("CREATE TABLE layout (page BLOB)")
    page = bytes(connection.pragma("page_size") - 100)
    connection.executemany(
        "INSERT INTO layout VALUES (?)", ((page,) for _ in range(CHECKPOINT_PAGES))
    )
    execute("ROLLBACK")
    execute(f"PRAGMA cache_size = {size}")


@contextmanager
def trouble(path: Path) -> Iterator[None]:
    """Turn what SQLite or the system says into one line for people."""
    try:
        yield
    except apsw.FullError:
        raise StoreTrouble(
            f"{path}: the disk is full; nothing more is stored until there is space"
        ) from None
    except (apsw.BusyError, apsw.LockedError):
        raise StoreTrouble(f"{path}: another program has it open") from None
    except (apsw.CorruptError, apsw.NotADBError, DamagedLog) as error:
        raise StoreTrouble(f"{path}: damaged ({error}); put a backup back") from None
    except OSError as error:
        raise StoreTrouble(f"{path}: cannot be written: {error.strerror or error}") from None
    except apsw.Error as error:
        raise StoreTrouble(f"{path}: cannot be written: {error}") from None
