"""Which names there are in the folders that people have on their screens.

A save of ours and of many editors makes a new file and gives it the old one's name, so that a
folder changes though nothing in it has another name. Only what a list of files would show counts.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from cocalc_tui.server.host.disk import TEMPORARY
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.state import STATE

MOST = 300
"""Folders that are followed: the last that somebody listed."""


class _Names(NamedTuple):
    changed: int
    """When the folder last changed, nanoseconds."""
    names: frozenset[tuple[str, bool]]
    """With whether each is a folder."""


class FolderNames:
    """The folders of one project that are followed."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._known: dict[str, _Names | None] = {}
        """By path, the one listed last at the end; None where there is no such folder."""

    @property
    def folders(self) -> list[str]:
        """Paths of those that are followed."""
        return list(self._known)

    def follow(self, folder: str) -> None:
        """Somebody is about to list a folder. May block."""
        folder = "" if folder == "." else folder
        # What changed since it was listed first has yet to be told to whoever did that.
        known = folder in self._known
        self._known[folder] = self._known.pop(folder) if known else self._look(folder, None)
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]

    def news(self) -> bool:
        """Whether names came or went since the last time. May block."""
        changed = False
        for folder, before in list(self._known.items()):
            now = self._look(folder, before)
            if now != before and folder in self._known:
                self._known[folder] = now
                changed |= (now and now.names) != (before and before.names)
        return changed

    def _look(self, folder: str, before: _Names | None) -> _Names | None:
        try:
            place = self._root.place(folder)
            with self._root.folder(place, itself=True) as opened:
                changed = os.fstat(opened).st_mtime_ns
                if before is not None and before.changed == changed:
                    return before
                with os.scandir(opened) as entries:
                    names = {
                        (entry.name, entry.is_dir(follow_symlinks=False))
                        for entry in entries
                        if not entry.name.endswith(TEMPORARY) and (folder or entry.name != STATE)
                    }
        except FileError:
            return None
        return _Names(changed, frozenset(names))
