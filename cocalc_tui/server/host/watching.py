"""Hearing at once what happens in folders, from the kernel.

It does not tell what another machine does on a network file system, nor anything once its limits
are reached. So nothing relies on it: whoever hears of changes here also looks now and then, and
news only make the next look come sooner.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from cocalc_tui.server.host import inotify
from cocalc_tui.server.host.inotify import Inotify

_WHAT = (
    inotify.MODIFY
    | inotify.ATTRIB
    | inotify.CLOSE_WRITE
    | inotify.MOVED_FROM
    | inotify.MOVED_TO
    | inotify.CREATE
    | inotify.DELETE
    | inotify.DELETE_SELF
    | inotify.MOVE_SELF
)
NAMES = inotify.MOVED_FROM | inotify.MOVED_TO | inotify.CREATE | inotify.DELETE
"""What changes which names there are in a folder."""
_SELF = inotify.DELETE_SELF | inotify.MOVE_SELF | inotify.IGNORED


class Watcher:
    """Watches a changing set of folders."""

    def __init__(self, heard: Callable[[str, str, int], None]) -> None:
        """`heard` is told folder, name in it ("" for itself or all) and bits of what happened."""
        self._heard = heard
        self._watches: dict[str, int] = {}
        self._folders: dict[int, str] = {}
        self._inotify: Inotify | None = None
        with contextlib.suppress(OSError):
            self._inotify = Inotify()
            loop = asyncio.get_running_loop()
            loop.add_reader(self._inotify.descriptor, self._read)

    @property
    def watched(self) -> set[str]:
        """Folders of which the kernel tells."""
        return set(self._watches)

    def watch(self, folders: Iterable[str]) -> None:
        """From now on these, as absolute paths, and no others."""
        wanted = set(folders)
        for folder in self.watched - wanted:
            self._drop(folder)
        for folder in wanted - self.watched:
            self._add(folder)

    def close(self) -> None:
        """Watch nothing any more."""
        if self._inotify is not None:
            asyncio.get_running_loop().remove_reader(self._inotify.descriptor)
            self._inotify.close()
            self._inotify = None

    def _add(self, folder: str) -> None:
        if self._inotify is None:
            return
        with contextlib.suppress(OSError):
            watch = self._inotify.add(folder, _WHAT)
            if watch not in self._folders:
                self._watches[folder] = watch
                self._folders[watch] = folder

    def _drop(self, folder: str) -> None:
        watch = self._watches.pop(folder)
        del self._folders[watch]
        if self._inotify is not None:
            self._inotify.remove(watch)

    def _read(self) -> None:
        assert self._inotify is not None
        news: dict[tuple[str, str], int] = {}
        for event in self._inotify.read():
            if event.what & inotify.OVERFLOW:
                news |= {(folder, ""): NAMES for folder in self._watches}
            folder = self._folders.get(event.watch)
            if folder is None:
                continue
            if event.what & _SELF:
                self._drop(folder)  # the path may lead to another folder now
            key = (folder, event.name)
            news[key] = news.get(key, 0) | event.what
        for (folder, name), what in news.items():
            self._heard(folder, name, what)
