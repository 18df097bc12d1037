"""An SQLite file of the store: its schema, its settings, and whether it still is at its path.

Settings, and why, besides those of `server.durable`:

- No automatic checkpoint: it would fall into somebody's commit. `tend` does it in quiet moments.
- An entry is one row of one table without a further index: a commit writes one page or two.
- The WAL is laid out at its usual size before it is used: while a file grows, each flush waits for
  the journal of the file system too.
- What is deleted is overwritten: whoever purges a history does not want to find it in the file.

`git clean -fdx` in a project takes the file while it is open, and writing to it goes on as if
nothing were: everything acknowledged from then on would be gone with the process. So every commit
is followed by a look at the path, and the file is written anew from what is still held open. Where
the whole project was moved, the file went along, and is gone on with where it is.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from cocalc_tui import __version__
from cocalc_tui.server.anchor import Anchor
from cocalc_tui.server.durable import closed_where_it_fails, connect
from cocalc_tui.server.store.interface import StoreTrouble
from cocalc_tui.server.store.migrations import SCHEMA, all_or_nothing, copy, flush, migrate
from cocalc_tui.sync.columns import DamagedLog

APPLICATION = 0x636F6361
"""`application_id` of the file, "coca"."""
CHECKPOINT_PAGES = 1000
"""Pages of the WAL worth a checkpoint: 4 MB."""
SPARE = 4 * CHECKPOINT_PAGES
"""Pages that hold nothing any more and are given back to the disk, where they are a quarter."""
AT_ONCE = 16 * CHECKPOINT_PAGES
"""Pages, 64 MB, written anew for that: half a second. A larger file uses spare pages up."""
TRIES = 5
"""How often it is written anew where it is gone again at once."""


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


class _Files(NamedTuple):
    """Device and inode of the file and its WAL."""

    device: int
    inode: int
    wal_device: int
    wal_inode: int


class Database:
    """The open file; used by one thread only."""

    def __init__(self, path: Path, vfs: str | None = None, layout: Layout = LOG) -> None:
        """Open or make it, through SQLite's usual VFS unless named; raises StoreTrouble."""
        self._lies_at(path)
        self._layout = layout
        self.times_anew = 0
        """How often it was taken away and written anew."""
        self._vfs = vfs
        with trouble(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._project = Anchor(path.parent.parent)
            try:
                self._finish_writing_anew()
                self._open()
            except BaseException:
                self._project.close()
                raise

    def _open(self, inode: int | None = None) -> None:
        """Go on with what lies at the path; where that fails, with what is open.

        It must be the file with this inode; None makes one where none is.
        """
        connection = connect(self.path, self._vfs, make=inode is None)
        with closed_where_it_fails(connection):
            self._configure(connection)
            _lay_out_wal(connection)
            files = self._identity()
            if inode not in (None, files.inode):
                raise FileNotFoundError(errno.ENOENT, "taken away just now", str(self.path))
        self._files = files
        self.connection = connection

    def _configure(self, connection: apsw.Connection) -> None:
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
            raise StoreTrouble(f"{self.path}: not a {what} of cocalc-tui; move it elsewhere")
        elif version != newest and self._layout is not LOG:
            raise StoreTrouble(f"{self.path}: a newer release made this {what}: update cocalc-tui")
        elif version != newest:
            migrate(connection, self.path, version, __version__)
        else:
            # Writes something, so that the exclusive lock is held from now on.
            execute(f"PRAGMA user_version = {newest}")

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
        if self._is_in_place():
            return
        with trouble(self.path):
            if not self._project.in_place:
                self._follow()
            self._write_anew()

    def _is_in_place(self) -> bool:
        try:
            return self._identity() == self._files
        except OSError:
            return False

    def _follow(self) -> None:
        """The project has another name: so has the file."""
        where = self._project.where()
        if where is None:
            raise StoreTrouble(f"{self._project.path}: the folder was deleted; nothing is stored")
        self._project.close()
        self._project = Anchor(where)
        self._lies_at(where / self.path.parent.name / self.path.name)
        if self._is_in_place():
            self._let_go_of_wal()
            self.connection.close()
            self._open(self._files.inode)

    def _let_go_of_wal(self) -> None:
        """Closing would delete the WAL by the name that it was opened under, whoever has it now."""
        keep = ctypes.c_int(1)
        self.connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(keep))

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
        self.connection.close()
        self._project.close()

    def _lies_at(self, path: Path) -> None:
        self.path = path
        self._wal = path.with_name(f"{path.name}-wal")

    def _identity(self) -> _Files:
        database, wal = os.stat(self.path), os.stat(self._wal)
        return _Files(database.st_dev, database.st_ino, wal.st_dev, wal.st_ino)

    @property
    def _anew(self) -> Path:
        """Whole, wherever it is."""
        return self.path.with_name(f"{self.path.name}.anew")

    def _write_anew(self) -> None:
        """Until it is there: whoever takes it away may still be at it, and takes the new one too.

        What is held open is let go of only once the new one is open: it may be all there is.
        """
        for left in reversed(range(TRIES)):
            if self._is_in_place():
                return
            try:
                self._write_anew_once()
            except (OSError, apsw.CantOpenError, apsw.ReadOnlyError):
                if not left:
                    raise

    def _write_anew_once(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy(self.connection, self._anew)
        with _held(self._anew) as inode:
            self._put_in_place()
            self._let_go_of_wal()
            old = self.connection
            self._open(inode)
        old.close()
        self.times_anew += 1

    def _finish_writing_anew(self) -> None:
        """Somebody took the file away, and its process was killed when it had all but mended it."""
        if not self._anew.exists():
            return
        if self.path.exists():
            self._anew.unlink()
        else:
            self._put_in_place()

    def _put_in_place(self) -> None:
        """Whatever lies there now is somebody's, such as a backup put back: it is kept.

        First the WAL, which must never lie beside another file than its own.
        """
        for found in (self._wal, self.path):
            if found.exists() or found.is_symlink():
                aside = f"{found.name}.aside-{found.lstat().st_ino}"
                found.replace(found.with_name(aside))
        self._anew.replace(self.path)
        flush(self.path.parent)


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """Give a file's inode, which no other file gets meanwhile.

    O_PATH: to close any other descriptor of it would take SQLite's locks from it.
    """
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        yield os.fstat(descriptor).st_ino
    finally:
        os.close(descriptor)


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
