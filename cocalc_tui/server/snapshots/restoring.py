"""Putting back what a snapshot holds: a file, a folder, or all.

What is there now is the business of whoever calls: it is kept in a snapshot first. Files that the
snapshot does not have stay; nothing outside of the project is written, wherever a link leads.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from cocalc_tui.server.snapshots.archive import Archive, Node
from cocalc_tui.server.snapshots.census import USUAL_FOLDER, Extras

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
TEMPORARY = ".cocalc-tui-new"


def restore(archive: Archive, id_: str, path: bytes, project: Path) -> tuple[int, list[str]]:
    """Put back what is at a path (b"": all).

    Returns how many files were written and, for each that could not be, a line that says why.
    Raises SnapshotError where the snapshot has no such path.
    """
    node = archive.node(id_, path)
    writer = _Writer(archive, archive.extras(id_), os.open(project, _FOLDER))
    try:
        for one in archive.below(node):
            writer.put(one)
        for empty in writer.extras.empty:
            if _is_within(os.fsencode(empty), path):
                writer.folder(os.fsencode(empty))
        writer.finish_folders()
    finally:
        os.close(writer.top)
    return writer.written, writer.troubles


def _is_within(path: bytes, folder: bytes) -> bool:
    return not folder or path == folder or path.startswith(folder + b"/")


class _Writer:
    """Writes into the project, opening each folder from the one above without following links."""

    def __init__(self, archive: Archive, extras: Extras, top: int) -> None:
        self.archive = archive
        self.extras = extras
        self.top = top
        self.written = 0
        self.troubles: list[str] = []
        self._modes: dict[bytes, int] = {}
        """Those that folders get in the end, the ones above first."""

    def put(self, node: Node) -> None:
        """Put one back."""
        if not node.path:
            return
        if node.is_folder:
            self.folder(node.path)
            return
        with self._troubles_of(node.path):
            above, name = os.path.split(node.path)
            at = self._open(above)
            try:
                self._write(at, name, node)
                self.written += 1
            finally:
                os.close(at)

    def folder(self, path: bytes) -> None:
        """Make a folder, where there is none."""
        with self._troubles_of(path):
            os.close(self._open(path))
            mode = self.extras.modes.get(os.fsdecode(path))
            if mode is not None:
                self._modes[path] = mode

    def finish_folders(self) -> None:
        """Give folders their modes at last: some may not be written into."""
        for path, mode in reversed(self._modes.items()):
            with self._troubles_of(path):
                at = self._open(path)
                try:
                    os.fchmod(at, mode)
                finally:
                    os.close(at)

    @contextlib.contextmanager
    def _troubles_of(self, path: bytes) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            shown = path.decode("utf-8", "backslashreplace")
            self.troubles.append(f"{shown}: {error.strerror or error}")

    def _open(self, path: bytes) -> int:
        at, here = os.dup(self.top), b""
        try:
            for part in filter(None, path.split(b"/")):
                here = os.path.join(here, part)
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=at)
                    self._modes.setdefault(here, USUAL_FOLDER)
                inner = os.open(part, _FOLDER, dir_fd=at)
                os.close(at)
                at = inner
        except OSError:
            os.close(at)
            raise
        return at

    def _write(self, at: int, name: bytes, node: Node) -> None:
        temporary = f".{secrets.token_hex(6)}{TEMPORARY}".encode()
        data = self.archive.data(node)
        try:
            if stat.S_ISLNK(node.mode):
                os.symlink(data, temporary, dir_fd=at)
            else:
                self._fill(at, temporary, node, data)
            os.rename(temporary, name, src_dir_fd=at, dst_dir_fd=at)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=at)
            raise

    def _fill(self, at: int, temporary: bytes, node: Node, data: bytes) -> None:
        usual = 0o755 if node.mode & 0o100 else 0o644
        mode = self.extras.modes.get(os.fsdecode(node.path), usual)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(temporary, flags, 0o600, dir_fd=at), "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
