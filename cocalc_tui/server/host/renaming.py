"""The two renames that overwrite nothing: renameat2(2), which Python does not offer.

A plain rename silently takes the place of whatever has the new name. On file systems that know
neither form (some network ones) `move` looks first, and `exchange` says that it cannot.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os

_NOREPLACE = 1
_EXCHANGE = 2
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
_libc = ctypes.CDLL(None, use_errno=True)


def _renameat2(source: str, here: int, target: str, there: int, how: int) -> int:
    """Return 0 or the error's number."""
    if _libc.renameat2(here, os.fsencode(source), there, os.fsencode(target), how) == 0:
        return 0
    return ctypes.get_errno()


def exchange(one: str, other: str, folder: int) -> bool:
    """Let two names of a folder change places; False where one is missing or it is unsupported."""
    code = _renameat2(one, folder, other, folder, _EXCHANGE)
    if code in _UNSUPPORTED | {errno.ENOENT}:
        return False
    if code:
        raise OSError(code, os.strerror(code))
    return True


def move(source: str, here: int, target: str, there: int) -> None:
    """Rename from a folder to a folder; raises FileExistsError where the name is taken."""
    code = _renameat2(source, here, target, there, _NOREPLACE)
    if code in _UNSUPPORTED:
        with contextlib.suppress(FileNotFoundError):
            os.stat(target, dir_fd=there, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        os.rename(source, target, src_dir_fd=here, dst_dir_fd=there)
    elif code:
        raise OSError(code, os.strerror(code))
