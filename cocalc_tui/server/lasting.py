"""An SQLite file that stays at its path while it is open, whoever takes it away.

`git clean -fdx` in a project takes the file while it is open, and writing to it goes on as if
nothing were: everything acknowledged from then on would be gone with the process. So every commit
is followed by a look at the path, and the file is written anew from what is still held open. Where
the whole project was moved, the file went along, and is gone on with where it is.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import apsw

from cocalc_tui.server.anchor import Anchor
from cocalc_tui.server.durable import closed_where_it_fails, connect, copy, flush

TRIES = 5
"""How often it is written anew where it is gone again at once."""


class _Files(NamedTuple):
    """Device and inode of the file and its WAL."""

    device: int
    inode: int
    wal_device: int
    wal_inode: int


class LastingFile:
    """The open file; used by one thread at a time."""

    def __init__(
        self,
        path: Path,
        set_up: Callable[[apsw.Connection, Path], None],
        vfs: str | None = None,
    ) -> None:
        """Open or make it, through SQLite's usual VFS unless named.

        `set_up` lays out what was opened. Raises OSError, apsw.Error and what that raises.
        """
        self._lies_at(path)
        self._set_up = set_up
        self._vfs = vfs
        self.times_anew = 0
        """How often it was taken away and written anew."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._project = Anchor(path.parent.parent)
        try:
            self._finish_writing_anew()
            self._open()
        except BaseException:
            self._project.close()
            raise

    def ensure_in_place(self) -> None:
        """See that what was committed is in the project's file; raises OSError and apsw.Error."""
        if self.is_in_place():
            return
        if not self._project.in_place:
            self._follow()
        self._write_anew()

    def is_in_place(self) -> bool:
        """Whether the file at the path is the one that is open; for any thread to ask."""
        try:
            return self._identity() == self._files
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()
        self._project.close()

    def _open(self, inode: int | None = None) -> None:
        """Go on with what lies at the path; where that fails, with what is open.

        It must be the file with this inode; None makes one where none is.
        """
        connection = connect(self.path, self._vfs, make=inode is None)
        with closed_where_it_fails(connection):
            self._set_up(connection, self.path)
            files = self._identity()
            if inode not in (None, files.inode):
                raise FileNotFoundError(errno.ENOENT, "taken away just now", str(self.path))
        self._files = files
        self.connection = connection

    def _follow(self) -> None:
        """The project has another name: so has the file."""
        where = self._project.where()
        if where is None:
            raise FileNotFoundError(errno.ENOENT, "the folder was deleted; nothing is stored")
        self._project.close()
        self._project = Anchor(where)
        self._lies_at(where / self.path.parent.name / self.path.name)
        if self.is_in_place():
            self._let_go_of_wal()
            self.connection.close()
            self._open(self._files.inode)

    def _let_go_of_wal(self) -> None:
        """Closing would delete the WAL by the name that it was opened under, whoever has it now."""
        keep = ctypes.c_int(1)
        self.connection.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(keep))

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
            if self.is_in_place():
                return
            try:
                self._write_anew_once()
            except (OSError, apsw.CantOpenError, apsw.ReadOnlyError):
                if not left:
                    raise

    def _write_anew_once(self) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
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
