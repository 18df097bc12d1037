"""Handing the relay patches that are made already, of whatever session: nobody types in them.

So the host side brings in what a file holds, and an app what another start of it left unsent. The
document's own outbox is not involved: it has one session and counts on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_PATCH
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.sync.patch import Patch, PatchId

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument

_ATTACHING = 0.02
"""Seconds between looks at whether a document is attached to the relay again."""
_MOST = 500
"""Patches in one message."""


class PushRefused(Exception):  # noqa: N818 - it is an answer
    """The relay did not take a patch, nor what follows it."""

    def __init__(self, message: m.Refused) -> None:
        super().__init__(message.text)
        self.code = message.code
        self.text = message.text
        self.patch = PatchId(message.session, message.n)
        self.now = message.now
        """The relay's clock, milliseconds."""


class _Waiting(NamedTuple):
    """Who waits for what becomes of a session's patches."""

    document: SharedDocument
    first: PatchId
    refused: asyncio.Future[None]

    def hears(self, message: m.Refused) -> bool:
        """Whether a refusal is news: a gap behind one that was refused itself says nothing more.

        Some of those are still on their way when the patches before the gap leave again.
        """
        first = self.first.n
        while PatchId(message.session, first) in self.document.replica:
            first += 1
        return not self.refused.done() and (message.code != "gap" or message.n <= first)


class ReadyPatches:
    """What of it is on its way."""

    def __init__(self, send: Callable[[m.Message], object]) -> None:
        self._send = send
        self._waiting: dict[tuple[str, str], _Waiting] = {}
        """By document and session."""

    async def push(self, document: SharedDocument, patches: Sequence[Patch]) -> None:
        """Return when the document has them, over lost connections too; raises PushRefused.

        `patches` are in order; a connection that never comes back is waited for.
        """
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        firsts = {patch.id.session: patch.id for patch in reversed(patches)}
        waiting = {
            (document.doc, session): _Waiting(document, first, refused)
            for session, first in firsts.items()
        }
        self._waiting |= waiting
        news = asyncio.Event()
        stop = document.subscribe(lambda _: news.set())
        try:
            await self._until_there(document, patches, news, refused)
        finally:
            stop()
            for name in waiting:
                del self._waiting[name]
            refused.cancel()

    def refused(self, message: m.Refused) -> None:
        """The relay did not take something."""
        waiting = self._waiting.get((message.doc, message.session))
        if waiting is not None and waiting.hears(message):
            waiting.refused.set_exception(PushRefused(message))

    async def _until_there(
        self,
        document: SharedDocument,
        patches: Sequence[Patch],
        news: asyncio.Event,
        refused: asyncio.Future[None],
    ) -> None:
        sent = False
        while any(patch.id not in document.replica for patch in _lasts(patches)):
            if document.attached and not sent:
                for batch in _batches(patches):
                    self._send(m.Push(doc=document.doc, patches=batch))
            sent = document.attached
            news.clear()
            waiter = asyncio.ensure_future(news.wait())
            either: set[asyncio.Future[Any]] = {waiter, refused}
            try:
                await asyncio.wait(
                    either,
                    timeout=None if sent else _ATTACHING,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                waiter.cancel()
            if refused.done():
                refused.result()


def _lasts(patches: Sequence[Patch]) -> list[Patch]:
    """The last patch of each session."""
    return list({patch.id.session: patch for patch in patches}.values())


def _batches(patches: Sequence[Patch]) -> Iterator[list[m.WirePatch]]:
    batch: list[m.WirePatch] = []
    room = MAX_PATCH
    for wire in map(to_wire, patches):
        if batch and (len(wire.ops) > room or len(batch) == _MOST):
            yield batch
            batch, room = [], MAX_PATCH
        batch.append(wire)
        room -= len(wire.ops)
    yield batch
