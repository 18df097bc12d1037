"""The disk under the real SQLite store: full, broken, or without power at the worst moment.

SQLite writes through a VFS of ours into real files, and each sector that was written and not yet
flushed is remembered as it was. When the power goes, each of them is the old or the new, whichever
the seed chooses: writes are lost, torn and out of order. A flush that fails leaves what it should
have flushed in doubt for ever, as Linux does. A process dies in the midst of any call if it is to.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import apsw

SECTOR = 512
USUAL = "unix"
_names = itertools.count()


class _File:
    """What may still be lost of one file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.unflushed: dict[int, bytes] = {}
        """By number: the sector as it is on the platters, shorter where the file ended in it."""
        self.doubtful: dict[int, bytes] = {}
        """The same, of sectors whose flush failed: they look flushed until the power goes."""


class Disk:
    """The server's disk. It outlives the processes that write to it."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._files: dict[str, _File] = {}
        self.full = False
        self.broken = False
        """Flushing fails."""
        self.failing = False
        """Writing fails, now and then."""

    def heal(self) -> None:
        """From now on it is a good disk."""
        self.full = self.broken = self.failing = False

    def file(self, path: str) -> _File:
        """What is known of a file."""
        return self._files.setdefault(path, _File(path))

    def flushed(self, path: Path) -> None:
        """Somebody called fsync on a file besides SQLite, or it has another name now."""
        self._files.pop(str(path), None)

    def lose_power(self) -> int:
        """Lose some of what was not flushed; returns how many sectors. All files must be closed."""
        lost = 0
        for file in self._files.values():
            lost += self._lose(file)
        self._files.clear()
        return lost

    def _lose(self, file: _File) -> int:
        path = Path(file.path)
        if not path.exists():
            return 0
        at_risk = file.doubtful | file.unflushed
        mode = self._random.choice(["all", "none", "some", "some"])
        gone = {
            number: old
            for number, old in sorted(at_risk.items())
            if mode == "all" or (mode == "some" and self._random.random() < 0.5)
        }
        if gone:
            path.write_bytes(_without(path.read_bytes(), gone))
        return len(gone)


def _without(data: bytes, gone: dict[int, bytes]) -> bytes:
    """A file's bytes with these sectors as they were before."""
    sectors = [data[at : at + SECTOR] for at in range(0, len(data), SECTOR)]
    for number, old in gone.items():
        if number < len(sectors):
            sectors[number] = old
    while sectors and not sectors[-1]:
        sectors.pop()
    return b"".join(s.ljust(SECTOR, b"\0") for s in sectors[:-1]) + b"".join(sectors[-1:])


class SimVFS(apsw.VFS):
    """One process's way to the disk; SQLite uses it for every file that does not name another."""

    def __init__(self, disk: Disk, dies: Callable[[], None]) -> None:
        """`dies` ends the process."""
        self.disk = disk
        self.alive = True
        self.fatal_in: int | None = None
        """So many calls until the process dies in one."""
        self._dies = dies
        self.name = f"sim{next(_names)}"
        super().__init__(self.name, USUAL, makedefault=True)

    def tick(self) -> bool:
        """A call that changes something begins; False where the process dies in it."""
        if not self.alive:
            raise apsw.IOError("the process is dead")
        if self.fatal_in is None:
            return True
        self.fatal_in -= 1
        return self.fatal_in >= 0

    def changes(self) -> None:
        """A call begins that changes something as a whole or not at all."""
        if not self.tick():
            self.end()

    def end(self) -> None:
        """The process dies, here and now."""
        self.alive = False
        self._dies()
        raise apsw.IOError("the process is dead")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's word
        if name is None:
            return apsw.VFSFile(USUAL, None, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return SimFile(self, path, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's word
        self.changes()
        self.disk.flushed(Path(filename))
        super().xDelete(filename, syncdir)


class SimFile(apsw.VFSFile):
    """A file that SQLite has open."""

    def __init__(
        self, vfs: SimVFS, path: str, name: str | apsw.URIFilename, flags: list[int]
    ) -> None:
        self._vfs = vfs
        self._path = path
        super().__init__(USUAL, name, flags)

    @property
    def _file(self) -> _File:
        return self._vfs.disk.file(self._path)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's word
        vfs, disk = self._vfs, self._vfs.disk
        survives = vfs.tick()
        if disk.full and offset + len(data) > self.xFileSize():
            raise apsw.FullError("no space left")
        if disk.failing and disk._random.random() < 0.05:
            raise apsw.IOError("the disk does not take it")
        if not survives:
            data = data[: disk._random.randrange(len(data) + 1)]
        self._remember(offset, len(data))
        super().xWrite(data, offset)
        if not survives:
            vfs.end()

    def _remember(self, offset: int, length: int) -> None:
        file = self._file
        for number in range(offset // SECTOR, -(-(offset + length) // SECTOR)):
            if number in file.doubtful:
                file.unflushed[number] = file.doubtful.pop(number)
            elif number not in file.unflushed:
                file.unflushed[number] = self._sector(number)

    def _sector(self, number: int) -> bytes:
        size = self.xFileSize()
        there = min(SECTOR, size - number * SECTOR)
        return bytes(super().xRead(there, number * SECTOR)) if there > 0 else b""

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's word
        self._vfs.changes()
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's word
        file = self._file
        self._vfs.changes()
        if self._vfs.disk.broken:
            file.doubtful |= file.unflushed
            file.unflushed.clear()
            raise apsw.IOError("the disk does not answer")
        file.unflushed.clear()


@contextlib.contextmanager
def default_vfs() -> Iterator[None]:
    """Give SQLite its usual VFS back in the end."""
    try:
        yield
    finally:
        apsw.set_default_vfs(USUAL)
