"""The walk over the project folder: which files there are, and which of them must be read again.

It follows no link and opens nothing but plain files and folders: a snapshot must not read a pipe
for ever, or somebody else's home through a planted link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from cocalc_tui.server.snapshots.entries import FILE, FOLDER, LINK, PROGRAM, Entry
from cocalc_tui.server.snapshots.memo import RACY, FolderMemo, Stamp
from cocalc_tui.server.snapshots.rules import EXCLUDED_ENDINGS, EXCLUDED_FOLDERS

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_USUAL = frozenset({0o644, 0o755})
USUAL_FOLDER = 0o755
"""The mode of folders of which none is noted."""
_UNKNOWN: Stamp = [0, 0, 0, 0, 0]


class Extras(NamedTuple):
    """What git's trees cannot say; paths as in `os.fsdecode`."""

    modes: dict[str, int]
    """Permissions of files and folders where they are not the usual ones."""
    empty: list[str]
    """Folders with nothing in them."""
    left_out: dict[str, str]
    """Path to the reason: too large, not readable."""


class Seen(NamedTuple):
    """What a walk found."""

    root: FolderMemo
    extras: Extras
    files: int
    read: int
    """Those that were not as before."""


class Store(Protocol):
    """Where what must be kept goes; `objects.Objects` is one."""

    def blob(self, data: bytes) -> str:
        """Store bytes; returns their name in hexadecimal."""
        ...

    def tree(self, entries: Iterable[Entry]) -> str:
        """Store a folder; returns its name."""
        ...


class Census:
    """One walk."""

    def __init__(
        self,
        store: Store,
        *,
        largest: int,
        now: int,
        progress: Callable[[int, int], None] = lambda _files, _read: None,
    ) -> None:
        """`largest` in bytes, `now` in nanoseconds; `progress` hears of files seen, bytes read."""
        self._store = store
        self._largest = largest
        self._now = now
        self._progress = progress
        self._extras = Extras({}, [], {})
        self._files = self._read = self._bytes = 0

    def walk(self, project: bytes, before: FolderMemo | None) -> Seen:
        """Go through the project; raises OSError where its own folder cannot be read."""
        at = os.open(project, _FOLDER)
        try:
            root = self._folder(at, "", os.fstat(at).st_mode, before)
        finally:
            os.close(at)
        return Seen(root, self._extras, self._files, self._read)

    def _folder(self, at: int, path: str, mode: int, before: FolderMemo | None) -> FolderMemo:
        memo = FolderMemo(stat.S_IMODE(mode))
        known = before.stamps if before is not None else {}
        for name, found in _entries(at):
            if stat.S_ISDIR(found.st_mode):
                if name not in EXCLUDED_FOLDERS:
                    self._enter(at, name, path, memo, before)
            elif not name.endswith(EXCLUDED_ENDINGS):
                self._files += 1
                stamp = _stamp(found)
                if before is not None and known.get(name) == stamp:
                    sha = before.shas[name]
                else:
                    stamp, sha = self._file(at, name, _join(path, name), found)
                memo.stamps[name], memo.shas[name] = stamp, sha
                if not sha or stat.S_IMODE(found.st_mode) not in _USUAL:
                    self._note(_join(path, name), found, sha)
        if path and memo.mode != USUAL_FOLDER:
            self._extras.modes[path] = memo.mode
        memo.tree = self._tree(memo, before)
        if path and not memo.tree:
            self._extras.empty.append(path)
        return memo

    def _enter(
        self, at: int, name: str, above: str, memo: FolderMemo, before: FolderMemo | None
    ) -> None:
        path = _join(above, name)
        try:
            inside = os.open(name, _FOLDER, dir_fd=at)
        except OSError as error:
            self._extras.left_out[path] = error.strerror or "cannot be read"
            return
        try:
            known = before.folders.get(name) if before is not None else None
            memo.folders[name] = self._folder(inside, path, os.fstat(inside).st_mode, known)
        finally:
            os.close(inside)

    def _tree(self, memo: FolderMemo, before: FolderMemo | None) -> str:
        if before is not None and _same(memo, before):
            return before.tree
        entries = [
            Entry(os.fsencode(name), _git_mode(memo.stamps[name][4]), sha)
            for name, sha in memo.shas.items()
            if sha
        ]
        entries += [
            Entry(os.fsencode(name), FOLDER, one.tree)
            for name, one in memo.folders.items()
            if one.tree
        ]
        return self._store.tree(entries) if entries else ""

    def _note(self, path: str, found: os.stat_result, sha: str) -> None:
        """Keep what the tree cannot say of a file."""
        mode = stat.S_IMODE(found.st_mode)
        if stat.S_ISREG(found.st_mode) and mode not in _USUAL:
            self._extras.modes[path] = mode
        if not sha:
            self._extras.left_out.setdefault(path, self._why_not(found))

    def _why_not(self, found: os.stat_result) -> str:
        if not stat.S_ISREG(found.st_mode):
            return "not a file"
        if found.st_size > self._largest:
            return f"{found.st_size // 2**20} MB"
        return "cannot be read"

    def _file(self, at: int, name: str, path: str, found: os.stat_result) -> tuple[Stamp, str]:
        """Store what a file holds; a stamp that may not be trusted the next time is unknown."""
        self._read += 1
        try:
            if stat.S_ISLNK(found.st_mode):
                sha = self._store.blob(os.fsencode(os.readlink(name, dir_fd=at)))
                return _stamp(found), sha
            if not stat.S_ISREG(found.st_mode) or found.st_size > self._largest:
                return _stamp(found), ""
            data, after = _read(at, name)
        except OSError as error:
            self._extras.left_out[path] = error.strerror or "cannot be read"
            return _UNKNOWN, ""
        self._bytes += len(data)
        self._progress(self._files, self._bytes)
        still = _stamp(after) == _stamp(found) and after.st_mtime_ns < self._now - RACY
        stamp = _stamp(found) if still else [*_UNKNOWN[:4], found.st_mode]
        return stamp, self._store.blob(data)


def _entries(at: int) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(at) as entries:
        for entry in entries:
            try:
                found = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield entry.name, found


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _read(at: int, name: str) -> tuple[bytes, os.stat_result]:
    descriptor = os.open(name, _FILE, dir_fd=at)
    with open(descriptor, "rb") as file:
        return file.read(), os.fstat(descriptor)


def _stamp(found: os.stat_result) -> Stamp:
    return [
        found.st_mtime_ns,
        found.st_ctime_ns,
        found.st_size,
        found.st_ino,
        found.st_mode,
    ]


def _same(memo: FolderMemo, before: FolderMemo) -> bool:
    """Whether the tree would be the same: same names, modes and objects."""
    if memo.shas != before.shas or memo.folders.keys() != before.folders.keys():
        return False
    if memo.stamps != before.stamps and any(
        stamp[4] != before.stamps[name][4] for name, stamp in memo.stamps.items()
    ):
        return False
    return all(one.tree == before.folders[name].tree for name, one in memo.folders.items())


def _git_mode(mode: int) -> int:
    if stat.S_ISLNK(mode):
        return LINK
    return PROGRAM if mode & 0o100 else FILE
