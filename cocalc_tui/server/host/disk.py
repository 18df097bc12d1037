"""Reading and writing one file so that nobody's bytes are lost, ours or a stranger's.

One's own file in a folder one may write is replaced: a temporary file beside it, fsync, and the
two names exchanged in one step, so a crash leaves the old or the new and never half of one. Owner,
mode, ACL and extended attributes move along. The exchange also hands back what was really there:
where somebody wrote the file in the last instant, their text is found and not overwritten. It
stays under the temporary name until it is merged (`left_over`, `forget_left_over`).

Another's file, or one with several names (hard links), is written in place: replacing it would
change its owner or part its names. The log holds the text by then, so a torn write can be seen
(`torn`) and done again. So is one that somebody keeps open for writing: whoever goes on writing to
a file that was replaced writes to nowhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cocalc_tui.server.host.renaming import exchange, move
from cocalc_tui.server.host.root import FileError, Place, Root
from cocalc_tui.server.host.textfile import too_big
from cocalc_tui.server.host.usage import has_writer, is_alone, mark_unread, was_read

TEMPORARY = ".cocalc-tui~"
"""Ends the name of a temporary file."""
_GRACE = 2.0
"""Seconds for who opened a file in the instant before it was replaced to write it."""
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Tells whether a file is the one seen before, without reading it."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int
    """Nanoseconds of the file system's clock."""
    mode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """Take the stamp from a stat result."""
        return cls(
            found.st_dev,
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
            stat.S_IMODE(found.st_mode),
        )

    @property
    def text(self) -> tuple[int, int, int, int]:
        """What is the same as long as nobody writes, though the file may be renamed."""
        return (self.device, self.inode, self.size, self.modified)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did."""

    stamp: Stamp
    found: bytes | None = None
    """What stood there instead of what was expected: a stranger wrote it in the last instant.

    It is on disk until `forget_left_over`."""
    read: bool = True
    """Whether somebody may have read what stood there: an editor may write a change of it."""


class HeldError(Exception):
    """Somebody has the file open for writing; in a moment it may be closed."""


def look(root: Root, place: Place) -> Stamp | None:
    """Return the stamp of a regular file, None where there is none. Raises FileError."""
    try:
        with root.folder(place) as folder:
            found = os.stat(place.name, dir_fd=folder, follow_symlinks=False)
    except FileError as error:
        if error.code == "missing":
            return None
        raise
    _require_regular(found, place.path)
    return Stamp.of(found)


def read(root: Root, place: Place) -> tuple[bytes, Stamp]:
    """Return a file's bytes and stamp. Raises FileError, also where it is too big."""
    with root.folder(place) as folder, _opened(place.name, os.O_RDONLY, folder) as file:
        found = os.fstat(file)
        _require_regular(found, place.path)
        if (reason := too_big(found.st_size)) is not None:
            raise FileError("form", f"{place.path}: {reason}")
        return _read_all(file), Stamp.of(found)


def held(root: Root, place: Place) -> bool:
    """Whether somebody has a file of ours open for writing; False where nobody can say."""
    with contextlib.suppress(FileError), root.folder(place) as folder:
        return _is_held(place.name, folder)
    return False


def writable(root: Root, place: Place) -> bool:
    """Whether the project's account may write this file in one of the two ways."""
    with root.folder(place) as folder:
        found = os.stat(place.name, dir_fd=folder, follow_symlinks=False)
        return _may_replace(found, folder) or os.access(
            place.name, os.W_OK, dir_fd=folder, effective_ids=True
        )


def write(
    root: Root, place: Place, data: bytes, expected: Stamp | None, *, patient: bool = False
) -> Written:
    """Make these the file's bytes, on disk when this returns.

    `expected` is the stamp of what may be overwritten, None where no file should be there. Raises
    FileError; then the file is as it was. Raises HeldError where `patient` and somebody has the
    file open for writing.
    """
    with root.folder(place) as folder:
        try:
            found = os.stat(place.name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return _replace(root, place, data, folder, None, expected)
        _require_regular(found, place.path)
        _require_writable(found, place.path)
        held = _is_held(place.name, folder)
        if held and patient:
            raise HeldError
        if not held and _may_replace(found, folder):
            try:
                return _replace(root, place, data, folder, found, expected)
            except _CannotKeepError:
                pass
        return _overwrite(place, data, folder, expected)


def left_over(root: Root, place: Place) -> bytes | None:
    """Return what lies under the temporary name, None where nothing does.

    That is what a crash left of writing a new file, or the text of a stranger that a save of ours
    took the place of. Raises FileError.
    """
    try:
        with (
            root.folder(place) as folder,
            _opened(_temporary(place), os.O_RDONLY, folder) as file,
        ):
            return _read_all(file)
    except FileError as error:
        if error.code == "missing":
            return None
        raise


def forget_left_over(root: Root, place: Place) -> None:
    """Take away what `left_over` returns."""
    with root.folder(place) as folder, contextlib.suppress(FileNotFoundError):
        os.unlink(_temporary(place), dir_fd=folder)


def torn(found: bytes, new: bytes, old: bytes) -> bool:
    """Whether `found` is what a crash leaves of writing `new` over `old` in place."""
    same = _common_start(found, new)
    padded = old.ljust(len(new), b"\0")
    return len(found) in {len(old), len(padded)} and found[same:] == padded[same : len(found)]


def _common_start(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _temporary(place: Place) -> str:
    return f".{place.name[:200]}{TEMPORARY}"


# --- replacing ---------------------------------------------------------------------------------


class _CannotKeepError(Exception):
    """A new file cannot be given the old one's group, mode or attributes."""


def _may_replace(found: os.stat_result, folder: int) -> bool:
    return (
        found.st_uid == os.geteuid()
        and found.st_nlink == 1
        and os.access(".", os.W_OK | os.X_OK, dir_fd=folder, effective_ids=True)
    )


def _is_held(name: str, folder: int) -> bool:
    with contextlib.suppress(OSError), _opened(name, os.O_RDONLY, folder) as file:
        return has_writer(file)
    return False


def _replace(
    root: Root,
    place: Place,
    data: bytes,
    folder: int,
    old: os.stat_result | None,
    expected: Stamp | None,
) -> Written:
    name = _temporary(place)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(name, flags, 0o600 if old else 0o666, dir_fd=folder)
    try:
        try:
            _write_all(file, data)
            if old is not None:
                _keep(file, place.name, folder, old)
            else:
                root.settle(file, folder, 0o666)
            mark_unread(file)
            os.fsync(file)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=folder)
            raise
        ours = Stamp.of(os.fstat(file))
        found, seen = _swap(place, name, folder, expected)
        os.fsync(folder)
        # The rename set the time of change; all else is as we wrote it, whoever wrote since.
        return Written(replace(ours, changed=os.fstat(file).st_ctime_ns), found, seen)
    finally:
        os.close(file)


def _keep(file: int, name: str, folder: int, old: os.stat_result) -> None:
    """Give the new file the group, the attributes (ACLs are some) and the mode of the old one."""
    try:
        if os.fstat(file).st_gid != old.st_gid:
            os.fchown(file, -1, old.st_gid)
        with _opened(name, os.O_RDONLY, folder) as before:
            for attribute, value in _attributes(before).items():
                if _attributes(file).get(attribute) != value:
                    os.setxattr(file, attribute, value)
        os.fchmod(file, stat.S_IMODE(old.st_mode))
    except OSError:
        raise _CannotKeepError from None


def _attributes(file: int) -> dict[str, bytes]:
    try:
        return {name: os.getxattr(file, name) for name in os.listxattr(file)}
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return {}
        raise


def _swap(
    place: Place, temporary: str, folder: int, expected: Stamp | None
) -> tuple[bytes | None, bool]:
    """Put the temporary file in its place; returns `found` and `read` of `Written`."""
    if not exchange(temporary, place.name, folder):
        if expected is None:
            with contextlib.suppress(FileExistsError):
                move(temporary, folder, place.name, folder)
                return None, False
        if not exchange(temporary, place.name, folder):
            os.rename(temporary, place.name, src_dir_fd=folder, dst_dir_fd=folder)
            return None, True
    return _displaced(place, temporary, folder, expected)


def _displaced(
    place: Place, name: str, folder: int, expected: Stamp | None
) -> tuple[bytes | None, bool]:
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        exchange(name, place.name, folder)
        found = os.stat(place.name, dir_fd=folder, follow_symlinks=False)
        os.unlink(name, dir_fd=folder)
        _require_regular(found, place.path)
    read = True
    with contextlib.suppress(PermissionError), _opened(name, os.O_RDONLY, folder) as file:
        until = time.monotonic() + _GRACE
        while has_writer(file) and time.monotonic() < until:
            time.sleep(0.002)
        read = not is_alone(file) or was_read(os.fstat(file), folder)
        if expected is None or Stamp.of(os.fstat(file)).text != expected.text:
            return _read_all(file), read
    os.unlink(name, dir_fd=folder)
    return None, read


# --- in place ----------------------------------------------------------------------------------


def _overwrite(place: Place, data: bytes, folder: int, expected: Stamp | None) -> Written:
    with _opened(place.name, os.O_RDWR, folder) as file:
        before = os.fstat(file)
        strange = expected is None or Stamp.of(before) != expected
        found = _read_all(file) if strange else None
        if len(data) > before.st_size:
            _reserve(file, before.st_size, len(data))
        os.lseek(file, 0, os.SEEK_SET)
        _write_all(file, data)
        os.ftruncate(file, len(data))
        mark_unread(file)
        os.fsync(file)
        stamp = Stamp.of(os.fstat(file))
        os.lseek(file, 0, os.SEEK_SET)
        if _read_all(file) != data:
            stamp = replace(stamp, modified=0)  # whoever else writes there is to be noticed
        return Written(stamp, found, was_read(before, folder))


def _reserve(file: int, size: int, wanted: int) -> None:
    """Get the room first, so that a full disk is noticed before a byte is overwritten."""
    try:
        os.posix_fallocate(file, 0, wanted)
    except OSError as error:
        os.ftruncate(file, size)
        if error.errno not in _UNSUPPORTED:
            raise


# --- plain reading and writing -----------------------------------------------------------------


@contextlib.contextmanager
def _opened(name: str, flags: int, folder: int) -> Iterator[int]:
    """Open a file without following a link or waiting for a pipe's other end.

    Where that is allowed, without a mark of when it was read: that tells whether others did.
    """
    flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.open(name, flags | os.O_NOATIME, dir_fd=folder)
    except PermissionError:
        file = os.open(name, flags, dir_fd=folder)
    try:
        yield file
    finally:
        os.close(file)


def _require_regular(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise FileError("form", f"{path}: this is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise FileError("form", f"{path}: this is not a regular file")


def _require_writable(found: os.stat_result, path: str) -> None:
    if not found.st_mode & 0o222:
        mode = stat.S_IMODE(found.st_mode)
        reason = f"the file is read-only (mode {mode:03o})"
        raise FileError("disk", f"{path}: {reason}; `chmod u+w` lets it be written")


def _read_all(file: int) -> bytes:
    pieces = []
    while piece := os.read(file, 2**20):
        pieces.append(piece)
    return b"".join(pieces)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
