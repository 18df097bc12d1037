"""When unsent work is written down: soon, and never on the way of a key.

While the relay answers, patches are acknowledged within milliseconds and nothing is written at all.
What is still unsent at a second look goes into the journal, in a thread. So a killed app loses at
most what was typed in the last two pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.journal import Journal, Work
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.sync.patch import Patch

PAUSE = 0.25
"""Seconds between looks while something is unsent."""
AGAIN = 3.0
"""Seconds until the next look after the disk did not take it."""


class Safekeeping:
    """Keeps one app's unsent work in its journal."""

    def __init__(
        self,
        journal: Journal,
        documents: Callable[[], Iterable[SharedDocument]],
        trouble: Callable[[str], None],
    ) -> None:
        """`trouble` is told in one line why nothing can be kept, and "" when that is over."""
        self._journal = journal
        self._documents = documents
        self._trouble = trouble
        self._said = ""
        self._seen: dict[SharedDocument, int] = {}
        """Of each document, the number of the last patch that was there at the last look."""
        self._waiting: list[Work] = []
        """What is to be written next, or what the disk did not take."""
        self._used = False
        """Whether the journal holds something."""
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def touched(self) -> None:
        """Something may be unsent."""
        if self._timer is None and self._task is None:
            self._look_in(PAUSE)

    async def finish(self) -> None:
        """Write down at once whatever is unsent, and leave it to the next start."""
        if self._task is not None:
            await self._task
        if self._timer is not None:
            self._timer.cancel()
        await self._try(self._last_words, [_work(one, _all_of(one)) for one in self._unsent()])

    def _last_words(self, works: list[Work]) -> None:
        if works:
            self._journal.rewrite(works)
        else:
            self._journal.clear()
        self._journal.close()

    def _unsent(self) -> list[SharedDocument]:
        return [document for document in self._documents() if document.outbox]

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        unsent = self._unsent()
        if unsent or self._used:
            self._task = asyncio.create_task(self._keep(unsent))
        else:
            self._seen.clear()

    async def _keep(self, unsent: list[SharedDocument]) -> None:
        if not unsent:
            self._waiting.clear()
            well = await self._try(self._journal.clear)
            self._used = not well
        elif self._journal.is_large:
            self._waiting = [_work(document, _all_of(document)) for document in unsent]
            well = await self._try(self._journal.rewrite, self._waiting)
        else:
            self._gather(unsent)
            well = not self._waiting or await self._try(self._journal.add, self._waiting)
        if well and self._waiting:
            self._waiting = []
            self._used = True
        self._task = None
        self._look_in(PAUSE if well else AGAIN)

    def _gather(self, unsent: list[SharedDocument]) -> None:
        for document in unsent:
            if found := document.outbox.firm(self._seen.get(document, -1)):
                self._waiting.append(_work(document, found))
        self._seen = {document: document.outbox.next_n - 1 for document in unsent}

    async def _try(self, work: Callable[..., None], *args: object) -> bool:
        try:
            await asyncio.to_thread(work, *args)
        except OSError as error:
            self._say(error.strerror or str(error))
            return False
        self._say("")
        return True

    def _say(self, reason: str) -> None:
        if reason != self._said:
            self._said = reason
            self._trouble(reason)


def _all_of(document: SharedDocument) -> list[Patch]:
    """All that is unsent; from now on it stays as it is."""
    document.outbox.firm(document.outbox.next_n - 1)
    return document.unsent()


def _work(document: SharedDocument, patches: Sequence[Patch]) -> Work:
    wire = [to_wire(patch) for patch in patches]
    return Work(document.doc, document.path, document.log, document.epoch, wire)
