"""Opening an SQLite file so that what is committed stays, on whatever disk it lies.

- WAL with synchronous FULL: a commit is on the disk when it returns, over a power loss too.
- One connection, locked exclusively, writes and checkpoints: no race of a checkpoint with a commit
  (SQLite's WAL-reset bug), no shared memory (WAL works on network disks), no second process.
- What a process that died had in the WAL is written anew and flushed first. Where a flush failed,
  the system has forgotten that it should write: such a commit looks whole until the power goes,
  and takes with it all that was written behind it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import apsw


def connect(path: Path, vfs: str | None = None, *, make: bool = True) -> apsw.Connection:
    """Open a private file, or make it where it may be missing; raises apsw.Error and OSError.

    It goes through SQLite's usual VFS unless named.
    """
    flags = apsw.SQLITE_OPEN_READWRITE
    if make:
        path.touch(mode=0o600)
        flags |= apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection(str(path), flags=flags, vfs=vfs)
    with closed_where_it_fails(connection):
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
    return connection


@contextlib.contextmanager
def closed_where_it_fails(connection: apsw.Connection) -> Iterator[None]:
    """Let go of the file at once: a connection that nobody has could keep the next one out."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(apsw.Error):
            connection.close()
        raise


def copy(connection: apsw.Connection, to: Path) -> None:
    """Write a consistent copy of an open file; it is whole and on disk, or not there."""
    new = to.with_name(f"{to.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    try:
        connection.execute("VACUUM INTO ?", (str(new),))
        flush(new)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    new.replace(to)
    flush(to.parent)


def flush(path: Path) -> None:
    """See that a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
