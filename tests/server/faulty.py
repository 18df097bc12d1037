"""A SQLite VFS whose disk can be told to fail: the store under test is the real one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

NAME = "faulty"


class Disk:
    """What the disk does just now."""

    def __init__(self) -> None:
        self.full = False
        self.broken = False

    @contextmanager
    def being(self, fault: str) -> Iterator[None]:
        setattr(self, fault, True)
        try:
            yield
        finally:
            setattr(self, fault, False)


class FaultyVFS(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(NAME, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's word
        return FaultyFile(self._disk, name, flags)


class FaultyFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's word
        if self._disk.full:
            raise apsw.FullError("no space left")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's word
        if self._disk.broken:
            raise apsw.IOError("the disk does not answer")
        super().xSync(flags)
