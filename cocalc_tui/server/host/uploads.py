"""Files that apps send part by part, and parts of files that they fetch.

What is sent grows under a hidden name beside its place and gets its own name when it is whole, so
nobody ever sees half a file. A note of each is kept in the state, so that what a relay that was
killed left behind is taken away by the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import stat
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cocalc_tui.protocol.messages import MAX_PART, Upload
from cocalc_tui.server.host.disk import TEMPORARY
from cocalc_tui.server.host.files import make_file, named
from cocalc_tui.server.host.renaming import exchange, move
from cocalc_tui.server.host.root import FileError, Place, Root
from cocalc_tui.server.host.trash import Trash

LARGEST = 64 * 2**30
"""Bytes of a file that is sent through the relay."""
SPARE = 64 * 2**20
"""Bytes of the disk that are left for the log."""
MOST_AT_ONCE = 16
"""Transfers of one user."""
IDLE = 900.0
"""Seconds after which a transfer that nothing comes of is forgotten."""


@dataclass(eq=False)
class _Upload:
    """A file on its way here."""

    place: Place
    temporary: str
    user: str
    size: int
    replace: bool
    file: int
    at: int = 0
    """Bytes that are here."""
    touched: float = field(default_factory=time.monotonic)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Uploads:
    """What is being sent to one project."""

    def __init__(self, root: Root, notes: Path, trash: Trash) -> None:
        """`notes` is a folder of the state."""
        self._root = root
        self._notes = notes
        self._trash = trash
        self._going: dict[str, _Upload] = {}
        self._over: deque[tuple[str, str]] = deque(maxlen=256)
        """Transfers that were put in their place, and by whom: who hears no answer asks again."""

    async def clean_up(self) -> None:
        """Take away what a relay before this one left half done."""
        await asyncio.to_thread(self._clean_up)

    async def begin(self, wish: Upload, user: str) -> str:
        """Get ready for a file; returns the name of the transfer. Raises FileError."""
        await self._forget_idle()
        if sum(one.user == user for one in self._going.values()) >= MOST_AT_ONCE:
            raise FileError("busy", f"{user} sends {MOST_AT_ONCE} files already; wait for one")
        name = secrets.token_hex(8)
        self._going[name] = await asyncio.to_thread(self._begin, name, wish, user)
        return name

    async def add(self, name: str, at: int, data: bytes, user: str) -> None:
        """Take in a part; one that is here already is nothing. Raises FileError."""
        upload = self._find(name, user)
        if len(data) > MAX_PART or at + len(data) > upload.size or at < 0:
            raise FileError("form", f"{upload.place.path}: this part is too long")
        async with upload.lock:
            if at > upload.at:
                raise FileError("gap", f"{upload.place.path}: a part is missing before {at}")
            if at + len(data) > upload.at:
                new = data[upload.at - at :]
                with _said(upload.place.path):
                    await asyncio.to_thread(_write_at, upload.file, new, upload.at)
                upload.at += len(new)
        upload.touched = time.monotonic()

    async def end(self, name: str, user: str, now: int, *, keep: bool) -> None:
        """Put the file in its place, or forget it; again is nothing. Raises FileError."""
        if (name, user) in self._over:
            return
        upload = self._find(name, user)
        async with upload.lock:
            if keep and upload.at < upload.size:
                text = f"{upload.place.path}: only {upload.at} of {upload.size} bytes are here"
                raise FileError("form", text)
            self._going.pop(name, None)
            await asyncio.to_thread(self._end, name, upload, now, keep)
            self._over.append((name, user))

    def path(self, name: str) -> str:
        """Where a file on its way here will be, "" where there is no such."""
        return self._going[name].place.real if name in self._going else ""

    async def close(self) -> None:
        """Forget everything that is not whole."""
        while self._going:
            name, upload = self._going.popitem()
            await asyncio.to_thread(self._end, name, upload, 0, False)

    def _find(self, name: str, user: str) -> _Upload:
        upload = self._going.get(name)
        if upload is None or upload.user != user:
            raise FileError("missing", "this transfer is over; send the file again")
        return upload

    async def _forget_idle(self) -> None:
        for name, upload in list(self._going.items()):
            if time.monotonic() - upload.touched > IDLE:
                del self._going[name]
                await asyncio.to_thread(self._end, name, upload, 0, False)

    # --- on the disk ---------------------------------------------------------------------------

    def _begin(self, name: str, wish: Upload, user: str) -> _Upload:
        path, size = wish.path, wish.size
        place = named(self._root, path)
        if not 0 <= size <= LARGEST:
            raise FileError("form", f"{path}: {size} bytes; up to {LARGEST} can be sent")
        temporary = f".{place.name[:180]}.{name}{TEMPORARY}"
        with self._root.folder(place) as folder:
            _require_room(folder, path, size)
            _require_place(place.name, folder, path, replace=wish.replace)
            self._notes.mkdir(mode=0o700, exist_ok=True)
            hidden = "/".join((*place.folders, temporary))
            (self._notes / name).write_text(hidden, encoding="utf-8", errors="surrogateescape")
            file = make_file(self._root, temporary, folder, 0o777 if wish.executable else 0o666)
        return _Upload(place, temporary, user, size, wish.replace, file)

    def _end(self, name: str, upload: _Upload, now: int, keep: bool) -> None:
        try:
            if keep:
                with _said(upload.place.path):
                    os.fsync(upload.file)
                self._put(upload, now)
        finally:
            os.close(upload.file)
            self._remove(upload.place, upload.temporary)
            (self._notes / name).unlink(missing_ok=True)

    def _put(self, upload: _Upload, now: int) -> None:
        """Give the file its name; what has the name already goes to the trash."""
        place, temporary = upload.place, upload.temporary
        with self._root.folder(place) as folder:
            if not upload.replace or not exchange(temporary, place.name, folder):
                move(temporary, folder, place.name, folder)
                return
            try:
                before = os.stat(temporary, dir_fd=folder, follow_symlinks=False)
                os.fchmod(upload.file, stat.S_IMODE(before.st_mode))
                hidden = "/".join((*place.folders, temporary))
                self._trash.take(hidden, upload.user, now, known_as=place.real)
            except BaseException:
                exchange(temporary, place.name, folder)
                raise

    def _clean_up(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            for note in self._notes.iterdir():
                hidden = note.read_text(encoding="utf-8", errors="surrogateescape")
                with contextlib.suppress(FileError):
                    place = named(self._root, hidden)
                    if place.name.endswith(f".{note.name}{TEMPORARY}"):
                        self._remove(place, place.name)
                note.unlink(missing_ok=True)

    def _remove(self, place: Place, name: str) -> None:
        with contextlib.suppress(FileError), self._root.folder(place) as folder:
            os.unlink(name, dir_fd=folder)


def _require_room(folder: int, path: str, size: int) -> None:
    there = os.statvfs(folder)
    free = there.f_bavail * there.f_frsize
    if size + SPARE > free:
        raise FileError("disk", f"{path}: {size} bytes do not fit, {max(0, free - SPARE)} are free")


def _require_place(name: str, folder: int, path: str, *, replace: bool) -> None:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not replace:
        raise FileError("exists", f"{path}: there is one already")
    if not stat.S_ISREG(found.st_mode):
        raise FileError("exists", f"{path}: this is no plain file, so it is not replaced")


@contextlib.contextmanager
def _said(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError("disk", f"{path}: {error.strerror}") from None


def _write_at(file: int, data: bytes, at: int) -> None:
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, at)
        rest, at = rest[written:], at + written
