"""Files as apps read them: part by part, of whatever size they are, and where lines are."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from cocalc_tui.protocol.events import FilePart, LineCounts
from cocalc_tui.protocol.messages import MAX_PART
from cocalc_tui.server.host.disk import Stamp
from cocalc_tui.server.host.root import FileError, Root

MOST_COUNTED = 512
"""Parts whose lines are counted for one request: 64 MB take a tenth of a second."""


def read_part(root: Root, path: str, at: int) -> FilePart:
    """Return a part of a file from `at` on. Raises FileError."""
    with _opened(root, path) as (file, found):
        data = os.pread(file, MAX_PART, at) if 0 <= at < found.st_size else b""
    seen = Stamp.of(found)
    stamp = f"{seen.inode}-{seen.size}-{seen.modified}"
    return FilePart(data=data, total=found.st_size, stamp=stamp)


def count_lines(root: Root, path: str, at: int) -> LineCounts:
    """Return the line breaks in parts of a file from `at` on, `MOST_COUNTED` at most.

    Raises FileError.
    """
    with _opened(root, path) as (file, found):
        end = min(found.st_size, at + MOST_COUNTED * MAX_PART)
        starts = range(max(at, 0), end, MAX_PART)
        counts = [os.pread(file, MAX_PART, start).count(b"\n") for start in starts]
    return LineCounts(counts=counts, total=found.st_size)


@contextlib.contextmanager
def _opened(root: Root, path: str) -> Iterator[tuple[int, os.stat_result]]:
    """A plain file to read."""
    place = root.place(path)
    with root.folder(place) as folder:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(place.name or ".", flags, dir_fd=folder)
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                what = "a folder" if stat.S_ISDIR(found.st_mode) else "not a plain file"
                raise FileError("form", f"{path}: this is {what}")
            yield file, found
        finally:
            os.close(file)
