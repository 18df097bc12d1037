"""inotify(7), which Python does not offer: the kernel tells what happens in folders.

A thin binding and no more: folders are added and removed while it runs, and one descriptor tells
when there is something to read, so nothing wakes while nothing happens.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

MODIFY = 0x2
ATTRIB = 0x4
CLOSE_WRITE = 0x8
MOVED_FROM = 0x40
MOVED_TO = 0x80
CREATE = 0x100
DELETE = 0x200
DELETE_SELF = 0x400
MOVE_SELF = 0x800
OVERFLOW = 0x4000
IGNORED = 0x8000
_ONLYDIR = 0x1000000
_DONT_FOLLOW = 0x2000000
_HEAD = struct.Struct("iIII")
_libc = ctypes.CDLL(None, use_errno=True)


class Event(NamedTuple):
    """Something happened to `name` in a folder, or ("") to the folder itself."""

    watch: int
    """As `Inotify.add` returned it; -1 for an overflow."""
    what: int
    """Bits of the constants above."""
    name: str


class Inotify:
    """The kernel's news. Raises OSError where it has none to give."""

    def __init__(self) -> None:
        self.descriptor = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.descriptor < 0:
            raise _error()

    def add(self, folder: str, what: int) -> int:
        """Hear of a folder; returns the number of the watch. Raises OSError."""
        mask = what | _ONLYDIR | _DONT_FOLLOW
        watch = int(_libc.inotify_add_watch(self.descriptor, os.fsencode(folder), mask))
        if watch < 0:
            raise _error(folder)
        return watch

    def remove(self, watch: int) -> None:
        """Hear no more; nothing where the folder is gone already."""
        _libc.inotify_rm_watch(self.descriptor, watch)

    def read(self) -> Iterator[Event]:
        """What happened since the last time; nothing where nothing did."""
        while True:
            try:
                data = os.read(self.descriptor, 64 * 1024)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                watch, what, _cookie, length = _HEAD.unpack_from(data, at)
                at += _HEAD.size
                yield Event(watch, what, os.fsdecode(data[at : at + length].rstrip(b"\0")))
                at += length

    def close(self) -> None:
        """Hear nothing any more."""
        os.close(self.descriptor)


def _error(path: str = "") -> OSError:
    code = ctypes.get_errno()
    if code == errno.ENOSPC:
        return OSError(code, "the limit of inotify watches is reached", path)
    return OSError(code, os.strerror(code), path)
