"""The tree of a project's files as far as it was looked into: rows to show, without a screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from cocalc_tui.chat.places import is_beside

if TYPE_CHECKING:
    from cocalc_tui.protocol.events import FileInfo


class Entry(Struct, frozen=True):
    """A row of the tree."""

    path: str
    depth: int
    folder: bool
    unfolded: bool = False

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


class FilesModel:
    """Folders that were listed, and which of them are unfolded."""

    def __init__(self) -> None:
        self._listed: dict[str, list[tuple[str, bool]]] = {}
        self._unfolded: set[str] = set()

    def listed(self, folder: str, entries: Sequence[FileInfo]) -> None:
        """What is in a folder now: folders first, then by name."""
        found = [(entry.path, entry.kind == "folder") for entry in entries]
        self._listed[folder] = sorted(found, key=lambda one: (not one[1], one[0].lower(), one[0]))

    def unfold(self, folder: str) -> bool:
        """Show what is in a folder; True when it has yet to be listed."""
        self._unfolded.add(folder)
        return folder not in self._listed

    def fold(self, folder: str) -> None:
        """Show only the folder itself."""
        self._unfolded.discard(folder)

    def to_list(self) -> list[str]:
        """Folders whose contents show, so must be looked at again when files changed."""
        shown = {entry.path for entry in self.entries() if entry.unfolded}
        for folder in self._listed.keys() - shown - {""}:
            del self._listed[folder]
        return ["", *sorted(shown)]

    def unlisted(self) -> list[str]:
        """Unfolded folders that show and whose contents are not known, as those just made."""
        return [one.path for one in self.entries() if one.unfolded and one.path not in self._listed]

    def entries(self) -> list[Entry]:
        """The rows that show, from top to bottom."""
        return list(self._below("", 0))

    def _below(self, folder: str, depth: int) -> Iterator[Entry]:
        for path, is_folder in self._listed.get(folder, ()):
            if is_beside(path):
                continue  # it opens beside its file
            unfolded = is_folder and path in self._unfolded
            yield Entry(path, depth, is_folder, unfolded)
            if unfolded:
                yield from self._below(path, depth + 1)

    def reveal(self, path: str) -> list[str]:
        """Unfold the folders around a path; returns those yet to be listed."""
        parts = path.split("/")[:-1]
        folders = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        return [folder for folder in folders if self.unfold(folder)]


def wrong_name(path: str) -> str:
    """What is wrong with a new path, "" for nothing; the host side has the last word."""
    parts = path.strip("/").split("/")
    if path.startswith("/") or ".." in parts:
        return "a path within the project, please"
    if any(part in {"", "."} for part in parts):
        return "a part of the path is empty"
    if not path.isprintable():
        return "a character that cannot be seen"
    if any(len(part.encode("utf-8", "surrogateescape")) > 255 for part in parts):
        return "too long for a file's name"
    return ""
