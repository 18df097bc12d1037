"""The documents that are open, each once however many views show it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from cocalc_tui.client.requests import RequestFailed

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.events import DocumentEvent
    from cocalc_tui.client.requests import Requests
    from cocalc_tui.widgets.project import Project

AGAIN = 0.05
"""Seconds after which opening is tried again when the connection broke during it."""


class Documents:
    """Opens a document with its first view and leaves it with its last."""

    def __init__(self, project: Project, heard: Callable[[SharedDocument, DocumentEvent], None]):
        """`heard` is told what happens in any of them."""
        self.project = project
        self._heard = heard
        self._views: dict[SharedDocument, int] = {}
        self._unsubscribe: dict[SharedDocument, Callable[[], None]] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._came = asyncio.Event()

    @property
    def requests(self) -> Requests:
        """For panes that ask the relay by themselves."""
        return self.project.requests

    @property
    def is_online(self) -> bool:
        """Whether opening need not wait for the relay."""
        return self._came.is_set()

    def online(self) -> None:
        """The relay answers: what waits for it may go on."""
        self._came.set()

    def offline(self) -> None:
        """The relay does not answer."""
        self._came.clear()

    async def open(self, path: str) -> SharedDocument:
        """The document for one more view; waits for the relay; raises RequestFailed."""
        # Two views of one document open at once at the start: they must get the same one.
        async with self._opening.setdefault(path, asyncio.Lock()):
            document = await self._open(path)
        if document not in self._views:
            self._views[document] = 0
            self._unsubscribe[document] = document.subscribe(
                lambda event: self._heard(document, event)
            )
        self._views[document] += 1
        return document

    async def _open(self, path: str) -> SharedDocument:
        while True:
            await self._came.wait()
            try:
                return await self.project.open(path)
            except RequestFailed as error:
                if error.code != "offline":
                    raise
            if not self.project.online:
                self._came.clear()
            await asyncio.sleep(AGAIN)

    def close(self, document: SharedDocument) -> None:
        """A view of it is gone."""
        self._views[document] -= 1
        if not self._views[document]:
            del self._views[document]
            self._unsubscribe.pop(document)()
            document.close()

    def unsent(self) -> list[SharedDocument]:
        """Those with work that the relay does not have yet."""
        return [document for document in self._views if not document.sent]
