"""The spool: what comes out of a kernel, in a file that the relay reads from an offset.

The keeper appends and the relay reads at its own pace, so a relay that is slow, dead or new costs
no output. Records are numbered by their byte offset in one endless stream, kept in segments named
by where they begin; what the relay has put into the document is deleted segment by segment. Above
the cap the oldest go first: a cell's last words matter more than the middle of a flood.

A record is four bytes, its length (big-endian), then JSON. A torn last record, as a crash leaves
it, is not read.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

SEGMENT = 4 * 2**20
"""Bytes after which a new segment begins."""
CAP = 256 * 2**20
"""Bytes kept for a relay that is not there."""
LARGEST = 64 * 2**20
"""Bytes of one record; a longer length is a sign of damage."""
_SUFFIX = ".spool"
_HEAD = 4


def _segments(folder: Path) -> list[tuple[int, Path]]:
    """Return where each segment begins, in order."""
    with contextlib.suppress(FileNotFoundError):
        return sorted((int(path.stem, 16), path) for path in folder.glob(f"*{_SUFFIX}"))
    return []


def _is_open(file: int, path: Path) -> bool:
    """Whether a path leads to the file that is open."""
    try:
        return os.path.samestat(os.fstat(file), os.lstat(path))
    except OSError:
        return False


class SpoolWriter:
    """The keeper's end. Nothing but `append` raises."""

    def __init__(self, folder: Path, *, segment: int = SEGMENT, cap: int = CAP) -> None:
        self.end = 0
        """Offset after the last record."""
        self._folder = folder
        self._segment = segment
        self._cap = cap
        self._segments: list[int] = []
        self._file = -1

    def append(self, records: list[bytes]) -> None:
        """Write records; all of them or, raising OSError as on a full disk, none."""
        data = b"".join(len(record).to_bytes(_HEAD, "big") + record for record in records)
        if self._file < 0 or self.end - self._segments[-1] >= self._segment:
            self._begin_segment()
        try:
            written = 0
            while written < len(data):
                written += os.write(self._file, data[written:])
        except OSError:
            os.ftruncate(self._file, self.end - self._segments[-1])
            raise
        self.end += len(data)

    def go_on_in(self, folder: Path) -> None:
        """Go on in another folder, or in a new one where ours was taken away; raises OSError.

        A new one gets the last segment. Who reads that from the old file finds the next beside it.
        """
        self._folder = folder
        if self._file < 0 or _is_open(self._file, self._path(self._segments[-1])):
            return
        if self.end == self._segments[-1]:
            self._segments.pop()
        else:
            shutil.copyfile(f"/proc/self/fd/{self._file}", self._path(self._segments[-1]))
        os.close(self._file)
        self._file = -1

    def taken(self, offset: int) -> None:
        """Everything before `offset` is in the document: delete what nobody will read again."""
        while len(self._segments) > 1 and self._segments[1] <= offset:
            self._drop_oldest()

    def _begin_segment(self) -> None:
        path = self._path(self.end)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        new = os.open(path, flags, 0o600)
        if self._file >= 0:
            os.close(self._file)
        self._file = new
        self._segments.append(self.end)
        while len(self._segments) > 1 and self.end - self._segments[1] > self._cap:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        with contextlib.suppress(OSError):
            self._path(self._segments[0]).unlink()
        del self._segments[0]

    def _path(self, offset: int) -> Path:
        return self._folder / f"{offset:016x}{_SUFFIX}"


class SpoolReader:
    """The relay's end: reads from `offset` on; the keeper need not live."""

    def __init__(self, folder: Path, offset: int = 0) -> None:
        self.offset = offset
        """Where the next record begins."""
        self.lost = 0
        """Bytes passed over so far, because the keeper had to delete them unread."""
        self._folder = folder
        self._begin = -1
        self._file = -1

    def read(self, budget: int = 2**18) -> list[tuple[int, bytes]]:
        """Return the next records, each with the offset after it; [] where there are none yet.

        About `budget` bytes are read, but always one whole record where there is one.
        """
        records: list[tuple[int, bytes]] = []
        while not records and self._open():
            data = os.pread(self._file, max(budget, _HEAD), self.offset - self._begin)
            if len(data) >= _HEAD and len(data) < (need := self._first_length(data)):
                data = os.pread(self._file, need, self.offset - self._begin)
            records = self._split(data)
            if not records and not self._next_segment():
                break
        return records

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _first_length(self, data: bytes) -> int:
        return min(_HEAD + int.from_bytes(data[:_HEAD], "big"), LARGEST)

    def _split(self, data: bytes) -> list[tuple[int, bytes]]:
        records = []
        at = 0
        while at + _HEAD <= len(data):
            end = at + _HEAD + int.from_bytes(data[at : at + _HEAD], "big")
            if end > len(data):
                break
            records.append((self.offset + end, data[at + _HEAD : end]))
            at = end
        self.offset += at
        return records

    def _open(self) -> bool:
        """Have the segment of `offset` open; passes over what was deleted unread."""
        if self._file >= 0:
            return True
        segments = _segments(self._folder)
        if not segments:
            return False
        begins = [begin for begin, _ in segments if begin <= self.offset]
        if not begins:
            self.lost += segments[0][0] - self.offset
            self.offset = segments[0][0]
            begins = [self.offset]
        self._begin = begins[-1]
        try:
            self._file = os.open(dict(segments)[self._begin], os.O_RDONLY)
        except FileNotFoundError:
            return self._open()
        return True

    def _next_segment(self) -> bool:
        """Go on to a segment that begins after this one's end, if there is one."""
        later = [begin for begin, _ in _segments(self._folder) if begin > self._begin]
        if not later or self._more_came():
            return bool(later)
        self.close()
        self.lost += max(0, later[0] - self.offset)
        self.offset = max(self.offset, later[0])
        return True

    def _more_came(self) -> bool:
        """Tell whether this segment grew while we looked for the next."""
        return os.fstat(self._file).st_size > self.offset - self._begin
