"""Work that the relay does not have yet, on this machine's disk: it outlives the app.

One file per start of an app, in the person's own state folder, private, and there only while
something is unsent. The app holds a lock on it for life; a file that nobody holds is what an app
left that was killed, and whoever starts next in the same project takes it over (`orphans`). Patches
are written as they will be sent, ids and all, so sending them again, by whomever and however often,
adds nothing twice.

A frame that a crash cut short ends the file: what was before it counts.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cocalc_tui.protocol.messages import WirePatch

_SUFFIX = ".journal"
_RELEASE = 1
_LARGE = 4 * 2**20
"""Bytes of a file that is written anew with what is still unsent."""


class Head(msgspec.Struct, frozen=True, tag="head"):
    """The first frame."""

    release: int
    project: str
    place: str = ""
    """As in `protocol.messages.Welcome`."""

    def is_of(self, project: str, place: str) -> bool:
        """Whether it is this project's, which may have been moved since."""
        same = self.project == project or bool(place and self.place == place)
        return same and self.release == _RELEASE


class Work(msgspec.Struct, frozen=True, tag="work"):
    """Unsent patches of one document, in the order of their numbers."""

    doc: str
    path: str
    log: str
    epoch: int
    patches: list[WirePatch]


def folder() -> Path:
    """Where this person's journals are."""
    from platformdirs import user_state_path

    return user_state_path("cocalc-tui") / "unsent"


class Journal:
    """The file of one app; its methods may block, and raise OSError where the disk does."""

    def __init__(self, project: str, name: str, within: Path | None = None) -> None:
        """`project` says which project the work is for; `name` is this start of the app's own."""
        self.project = project
        self.place = ""
        """Stands for the project's folder whatever it is called, once that is known."""
        self.folder = within or folder()
        self._path = self.folder / f"{name}{_SUFFIX}"
        self._file = -1
        self._size = 0

    @property
    def is_large(self) -> bool:
        """Whether it is time to write it anew."""
        return self._size > _LARGE

    def add(self, works: Sequence[Work]) -> None:
        """Keep more; on disk when this returns."""
        if self._file < 0:
            self.rewrite(works)
            return
        data = b"".join(_frame(work) for work in works)
        try:
            _write(self._file, data)
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)
            os.lseek(self._file, self._size, os.SEEK_SET)
            raise
        self._size += len(data)

    def rewrite(self, works: Sequence[Work]) -> None:
        """Keep this and nothing else; on disk when this returns."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._path.with_suffix(f".{os.getpid()}.new")
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(new, flags, 0o600)
        head = _frame(Head(_RELEASE, self.project, self.place))
        data = head + b"".join(_frame(work) for work in works)
        try:
            # The lock comes before the name by which others would find it.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write(file, data)
            os.fdatasync(file)
            new.replace(self._path)
        except OSError:
            os.close(file)
            new.unlink(missing_ok=True)
            raise
        self._let_go()
        self._file, self._size = file, len(data)

    def clear(self) -> None:
        """Nothing is unsent any more."""
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
            self._let_go()

    def close(self) -> None:
        """Leave the file for the next start."""
        self._let_go()

    def _let_go(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file, self._size = -1, 0


class Orphan:
    """A journal that no app holds any more, held by this one until `done` or `release`."""

    def __init__(self, path: Path, file: int, works: list[Work]) -> None:
        self.works = works
        self._path = path
        self._file = file

    def done(self) -> None:
        """All of it is sent, or kept elsewhere."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def release(self) -> None:
        """Leave it to a later start."""
        os.close(self._file)


def orphans(project: str, within: Path | None = None, place: str = "") -> Iterator[Orphan]:
    """Take over what apps of this project left behind; those that still run are passed by.

    With its `place` also what they left before it was moved.
    """
    where = within or folder()
    for path in sorted(where.glob(f"*{_SUFFIX}")):
        if (found := _take_over(path, project, place)) is not None:
            yield found
    for half_made in where.glob("*.new"):
        _sweep(half_made)


def _take_over(path: Path, project: str, place: str) -> Orphan | None:
    found = None
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found = _left_behind(path, file, project, place)
        if found is None:
            os.close(file)
    return found


def _left_behind(path: Path, file: int, project: str, place: str) -> Orphan | None:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    frames = list(_frames(path.read_bytes()))
    head = frames[0] if frames else None
    if not isinstance(head, Head) or not head.is_of(project, place):
        return None
    if not os.fstat(file).st_nlink:
        return None  # another start was quicker
    return Orphan(path, file, _merged([work for work in frames if isinstance(work, Work)]))


def _sweep(half_made: Path) -> None:
    """Take away what an app left that was killed while it made its journal."""
    with contextlib.suppress(OSError), half_made.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        half_made.unlink()


def _merged(works: Sequence[Work]) -> list[Work]:
    """One for each document and log."""
    found: dict[tuple[str, str, int], Work] = {}
    for work in works:
        key = (work.doc, work.log, work.epoch)
        before = found[key].patches if key in found else []
        found[key] = msgspec.structs.replace(work, patches=[*before, *work.patches])
    return list(found.values())


# --- frames: length, checksum, MessagePack ------------------------------------------------------

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Head | Work)


def _frame(record: Head | Work) -> bytes:
    body = _encoder.encode(record)
    return len(body).to_bytes(4, "little") + zlib.crc32(body).to_bytes(4, "little") + body


def _frames(data: bytes) -> Iterator[Head | Work]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "little")
        body = data[at + 8 : at + 8 + length]
        if not body or zlib.crc32(body) != int.from_bytes(data[at + 4 : at + 8], "little"):
            return
        yield _decoder.decode(body)
        at += 8 + length


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
