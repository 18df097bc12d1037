"""Whether other programs have a file open now, or read it since it was written.

Whoever has it open for writing may go on writing, to nowhere if it was replaced meanwhile; whoever
read it may save a change of what they read, which is then the version that theirs is based on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal

_UNREAD = 1_000_000_000
"""Nanoseconds by which a file that we wrote seems to have been read before that."""


def has_writer(file: int) -> bool:
    """Whether somebody has a file open for writing; False where that cannot be known."""
    return _leased(file, fcntl.F_RDLCK) is False


def is_alone(file: int) -> bool:
    """Whether it is certain that nobody else has a file open."""
    return _leased(file, fcntl.F_WRLCK) is True


def _leased(file: int, kind: int) -> bool | None:
    """Ask for a lease, which the kernel gives only while nobody has the file open otherwise.

    None: another's file, or a file system without leases.
    """
    try:
        # Whoever opens it in this instant makes the kernel send a signal: one that is ignored.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, kind)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def was_read(found: os.stat_result, folder: int) -> bool:
    """Whether somebody may have read a file since it was written; our own looks do not count."""
    if os.fstatvfs(folder).f_flag & os.ST_NOATIME:
        return True
    return found.st_atime_ns > found.st_mtime_ns - _UNREAD


def mark_unread(file: int) -> None:
    """Set the time of the last reading back, so that the next one shows however soon it comes."""
    modified = os.fstat(file).st_mtime_ns
    with contextlib.suppress(PermissionError):
        os.utime(file, ns=(modified - _UNREAD, modified))
