"""What was deleted lies in the trash of the project's state until somebody empties it.

Each thing has a folder of its own there, with a note of where it was and who deleted it. So nothing
is gone by a slip, and two things of one name do not meet.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from cocalc_tui.protocol.events import Trashed
from cocalc_tui.server.host.files import kind_of, make_folder, named
from cocalc_tui.server.host.renaming import move
from cocalc_tui.server.host.root import FileError, Place, Root

_NOTE, _CONTENT = "note.json", "content"


class Trash:
    """The trash of one project, in `folder` of its state."""

    def __init__(self, root: Root, folder: Path) -> None:
        self._root = root
        self._folder = folder

    def take(self, path: str, user: str, now: int, *, known_as: str = "") -> str:
        """Move a file or folder here; returns its name here. Raises FileError.

        `known_as` is the path it had, where that is another.
        """
        place = named(self._root, path)
        name = f"{now}-{secrets.token_hex(4)}"
        kept = self._folder / name
        with self._root.folder(place) as parent:
            os.stat(place.name, dir_fd=parent, follow_symlinks=False)
            self._folder.mkdir(mode=0o700, exist_ok=True)
            kept.mkdir(mode=0o700)
            note = {"path": known_as or place.real, "user": user, "at": now}
            try:
                (kept / _NOTE).write_text(json.dumps(note), encoding="utf-8")
                with _opened(kept) as there:
                    move(place.name, parent, _CONTENT, there)
            except OSError as error:
                (kept / _NOTE).unlink(missing_ok=True)
                kept.rmdir()
                if error.errno == errno.EXDEV:
                    reason = "it is on another disk than the project, so it cannot go to the trash"
                    raise FileError("disk", f"{path}: {reason}; delete it in a shell") from None
                raise
        return name

    def contents(self) -> list[Trashed]:
        """What is here, the last first."""
        with contextlib.suppress(FileNotFoundError):
            found = [one for path in self._folder.iterdir() if (one := _trashed(path)) is not None]
            return sorted(found, key=lambda one: (one.at, one.name), reverse=True)
        return []

    def restore(self, name: str, to: str) -> str:
        """Move something back to where it was, or `to`; returns its path. Raises FileError."""
        kept = self._kept(name)
        trashed = _trashed(kept)
        if trashed is None:
            raise FileError("missing", f"{name}: what it was cannot be read; look into {kept}")
        path = to or trashed.path
        place = named(self._root, path)
        _make_folders(self._root, place)
        try:
            with self._root.folder(place) as parent, _opened(kept) as here:
                move(_CONTENT, here, place.name, parent)
        except FileError as error:
            if error.code == "exists":
                text = f"{path}: there is one again; say which other name it shall have"
                raise FileError("exists", text) from None
            raise
        shutil.rmtree(kept, ignore_errors=True)
        return place.real

    def empty(self, name: str) -> None:
        """Delete something, or ("") everything, for good. Raises FileError."""
        gone = [self._kept(name)] if name else [self._kept(one.name) for one in self.contents()]
        for kept in gone:
            try:
                shutil.rmtree(kept)
            except OSError as error:
                raise FileError("disk", f"{error.filename}: {error.strerror}") from None

    def _kept(self, name: str) -> Path:
        kept = self._folder / name
        if "/" in name or "\0" in name or name in {"", ".", ".."} or not kept.is_dir():
            raise FileError("missing", f"{name[:80]!r} is not in the trash")
        return kept


def _trashed(kept: Path) -> Trashed | None:
    try:
        note = json.loads((kept / _NOTE).read_text(encoding="utf-8"))
        found = (kept / _CONTENT).lstat()
        kind = kind_of(found)
        return Trashed(
            name=kept.name,
            path=str(note["path"]),
            kind=kind,
            size=found.st_size if kind == "file" else 0,
            user=str(note["user"]),
            at=int(note["at"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _make_folders(root: Root, place: Place) -> None:
    """Make the folders around a place that were deleted, too."""
    for depth, name in enumerate(place.folders):
        around = Place(place.path, place.folders[:depth], name)
        with root.folder(around) as parent, contextlib.suppress(FileExistsError):
            os.close(make_folder(root, name, parent))


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
