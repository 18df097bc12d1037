"""What apps do to the project's folder: list, make, rename. Apps never touch it themselves.

Nothing is overwritten: a rename onto a name that is taken is refused. What is deleted goes to the
`trash`; `copying` and `uploads` make files with contents.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from cocalc_tui.notebook.ipynb import EMPTY
from cocalc_tui.protocol.events import FileInfo
from cocalc_tui.server.host.disk import TEMPORARY
from cocalc_tui.server.host.renaming import move
from cocalc_tui.server.host.root import FileError, Place, Root
from cocalc_tui.server.state import STATE

MOST_ENTRIES = 20_000
"""Of one answer."""
SKIPPED = frozenset({".git", ".hg", ".svn", ".venv", "__pycache__", "node_modules"})
"""Not entered in a recursive listing: nobody opens files there by name."""


def list_files(root: Root, path: str, *, recursive: bool) -> list[FileInfo]:
    """Return the entries of a folder, or of all below it, to `MOST_ENTRIES`. Raises FileError."""
    place = root.place(path)
    with root.folder(place, itself=True) as folder:
        found: list[FileInfo] = []
        for info in _entries(root, "" if path == "." else path, folder, recursive=recursive):
            found.append(info)
            if len(found) == MOST_ENTRIES:
                break
    return sorted(found, key=lambda info: info.path)


def _entries(root: Root, prefix: str, folder: int, *, recursive: bool) -> Iterator[FileInfo]:
    """Go through a folder: all of its own entries first, so that a limit cuts the deep ones."""
    inside: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(TEMPORARY) or (not prefix and name == STATE):
                continue
            path = f"{prefix}/{name}" if prefix else name
            with contextlib.suppress(OSError):
                yield _info(root, path, entry.stat(follow_symlinks=False))
                if recursive and name not in SKIPPED and entry.is_dir(follow_symlinks=False):
                    inside.append(name)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    for name in inside:
        with contextlib.suppress(OSError):
            deeper = os.open(name, flags, dir_fd=folder)
            try:
                path = f"{prefix}/{name}" if prefix else name
                yield from _entries(root, path, deeper, recursive=True)
            finally:
                os.close(deeper)


def _info(root: Root, path: str, found: os.stat_result) -> FileInfo:
    if (shown := path.encode(errors="replace").decode()) != path:
        return FileInfo(path=shown, kind="other")
    kind = kind_of(found)
    link = kind == "link"
    if link:
        with contextlib.suppress(FileError, OSError):
            real = root.place(path)
            found = os.stat(root.path / real.real, follow_symlinks=False)
            kind = kind_of(found)
    size = found.st_size if kind == "file" else 0
    modified = found.st_mtime_ns // 1_000_000
    return FileInfo(path=path, kind=kind, size=size, modified=modified, link=link)


def kind_of(found: os.stat_result) -> str:
    """As of `FileInfo`."""
    if stat.S_ISREG(found.st_mode):
        return "file"
    if stat.S_ISLNK(found.st_mode):
        return "link"
    return "folder" if stat.S_ISDIR(found.st_mode) else "other"


def make(root: Root, path: str, *, folder: bool) -> None:
    """Create an empty file, a notebook with one cell, or a folder. Raises FileError."""
    place = named(root, path)
    with root.folder(place) as parent:
        if folder:
            os.close(make_folder(root, place.name, parent))
            return
        with os.fdopen(make_file(root, place.name, parent), "wb") as made:
            made.write(EMPTY.encode() if place.name.endswith(".ipynb") else b"")


def make_folder(root: Root, name: str, parent: int) -> int:
    """Make a folder in a folder; returns it opened. Raises OSError."""
    os.mkdir(name, dir_fd=parent)
    made = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    root.settle(made, parent, 0o777)
    return made


def make_file(root: Root, name: str, parent: int, mode: int = 0o666) -> int:
    """Make an empty file in a folder; returns it opened for writing. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    made = os.open(name, flags, mode, dir_fd=parent)
    root.settle(made, parent, mode)
    return made


def rename(root: Root, path: str, to: str) -> None:
    """Move a file or folder within the project. Raises FileError."""
    source, target = named(root, path), named(root, to)
    if target.real.startswith(source.real + "/"):
        raise FileError("form", f"{to}: a folder cannot move into itself")
    with root.folder(target) as there:
        try:
            with root.folder(source) as here:
                move(source.name, here, target.name, there)
        except FileError as error:
            if error.code == "exists":
                raise FileError("exists", f"{to}: there is one already") from None
            raise


def named(root: Root, path: str) -> Place:
    """Find a file or link itself, and never the project folder."""
    place = root.place(path, follow=False)
    if not place.name:
        raise FileError("form", "this is the project folder itself")
    return place
