"""What shells, git and other editors do in the project, noticed by itself.

Open documents are looked at when the kernel tells of their folders, and every second in any case:
of a network file system it tells nothing. The same for folders that people have on their screens,
so that a new file appears in everybody's list without a key.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import NamedTuple

from cocalc_tui.server.host import disk
from cocalc_tui.server.host.disk import TEMPORARY, Stamp
from cocalc_tui.server.host.names import FolderNames
from cocalc_tui.server.host.opened import Opened
from cocalc_tui.server.host.root import FileError, Root
from cocalc_tui.server.host.watching import NAMES, Watcher

EVERY = 1.0
"""Seconds between rounds."""
SOON = 0.1
"""Seconds from news of names to a round; more of them come meanwhile."""
_log = logging.getLogger(__name__)


class _Seen(NamedTuple):
    """An open document's file."""

    folder: str
    """Absolute, without links."""
    name: str
    stamp: Stamp | None


class Outside:
    """Looks after one project."""

    def __init__(
        self,
        root: Root,
        opened: Callable[[], Iterable[Opened]],
        names_changed: Callable[[], None],
    ) -> None:
        """`opened` gives the open documents; `names_changed` hears that files came or went."""
        self.names = FolderNames(root)
        self._root = root
        self._opened = opened
        self._names_changed = names_changed
        self._at: dict[tuple[str, str], Opened] = {}
        """By folder and name, as in `_Seen`."""
        self._looking: set[Opened] = set()
        self._again: set[Opened] = set()
        """Of those, who had news meanwhile."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()
        self._watcher: Watcher | None = None

    def start(self) -> None:
        """Begin."""
        self._watcher = Watcher(self._heard)
        self._spawn(self._go_round_for_ever())

    async def close(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._watcher is not None:
            self._watcher.close()

    def hurry(self) -> None:
        """Go round soon: there is something new to look after."""
        self._hurry.set()

    def look_at(self, opened: Opened) -> None:
        """Take in what happened to a document's file, soon; at most one look goes on at a time."""
        if opened in self._looking:
            self._again.add(opened)
        else:
            self._looking.add(opened)
            self._spawn(self._look_at(opened))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_at(self, opened: Opened) -> None:
        try:
            await opened.look()
        finally:
            self._looking.discard(opened)
            if opened in self._again:
                self._again.discard(opened)
                self.look_at(opened)

    # --- news from the kernel --------------------------------------------------------------------

    def _heard(self, folder: str, name: str, what: int) -> None:
        if name.endswith(TEMPORARY):
            return
        if (opened := self._at.get((folder, name))) is not None:
            self.look_at(opened)
        if what & NAMES or not name:
            self.hurry()

    # --- rounds ----------------------------------------------------------------------------------

    async def _go_round_for_ever(self) -> None:
        while True:
            try:
                await self._go_round()
            except Exception:
                _log.exception("looking at the project's files failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._hurry.wait()
                await asyncio.sleep(SOON)
            self._hurry.clear()

    async def _go_round(self) -> None:
        documents = {opened: opened.shared.path for opened in self._opened()}
        seen, news = await asyncio.to_thread(self._see, documents)
        self._at = {(one.folder, one.name): opened for opened, one in seen.items()}
        self._watch()
        for opened in documents:
            if opened not in seen or opened.wants_look(seen[opened].stamp):
                self.look_at(opened)
        if news:
            self._names_changed()

    def _see(self, documents: Mapping[Opened, str]) -> tuple[dict[Opened, _Seen], bool]:
        """Look at everything, in a thread; whose file cannot be looked at is left out."""
        seen = {}
        for opened, path in documents.items():
            with contextlib.suppress(FileError):
                place = self._root.place(path)
                stamp = disk.look(self._root, place)
                seen[opened] = _Seen(self._root.folder_of(place), place.name, stamp)
        return seen, self.names.news()

    def _watch(self) -> None:
        assert self._watcher is not None
        listed = {str(self._root.path / folder) for folder in self.names.folders}
        self._watcher.watch(listed | {folder for folder, _ in self._at})
