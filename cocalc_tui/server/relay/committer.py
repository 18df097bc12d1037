"""Group commit: whatever is queued while the disk is busy goes into the next transaction.

One flush to disk costs a millisecond however much it carries, so patches of all documents and all
people share it. An acknowledgement leaves only after the transaction that holds the patch.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from cocalc_tui.server.store import Denied, Draft, Outcome, Store, StoreTrouble

MOST = 2000
"""Patches in one transaction: nobody waits for all of somebody else's flood."""
CROWD = 4
"""Pushes in a batch that are more than people make by typing: then the next is worth a wait."""
TURNS = 20
"""Turns of the loop for which it is waited at most, while each brings more."""


class Job(NamedTuple):
    """Drafts that were pushed together, and who hears what became of them."""

    drafts: Sequence[Draft]
    done: Callable[[Sequence[Outcome]], None]


class Committer:
    """Hands the store one batch after the other."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._queue: deque[Job] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, job: Job) -> None:
        """Queue drafts; `done` is called with one outcome for each."""
        self._queue.append(job)
        self._idle.clear()
        self._wake.set()

    async def finished(self) -> None:
        """Wait until nothing is queued."""
        await self._idle.wait()

    async def run(self) -> None:
        """Commit for ever."""
        last = 0
        try:
            while True:
                await self._wake.wait()
                if last >= CROWD:
                    await self._gather()
                jobs = self._take()
                last = len(jobs)
                await self._commit(jobs)
                if not self._queue:
                    self._wake.clear()
                    self._idle.set()
        finally:
            self._idle.set()

    async def _gather(self) -> None:
        """Take in what is coming just now: many who heard the last batch answer it at once."""
        for _ in range(TURNS):
            queued = len(self._queue)
            await asyncio.sleep(0)
            if len(self._queue) == queued:
                return

    async def _commit(self, jobs: list[Job]) -> None:
        outcomes = await self._append([draft for job in jobs for draft in job.drafts])
        start = 0
        for job in jobs:
            job.done(outcomes[start : start + len(job.drafts)])
            start += len(job.drafts)

    def _take(self) -> list[Job]:
        jobs: list[Job] = []
        size = 0
        while self._queue and size < MOST:
            jobs.append(self._queue.popleft())
            size += len(jobs[-1].drafts)
        return jobs

    async def _append(self, drafts: list[Draft]) -> list[Outcome]:
        try:
            return await self._store.append(drafts, self._clock())
        except StoreTrouble as trouble:
            if len({draft.doc for draft in drafts}) > 1:
                return await self._append_apart(drafts)
            return [Denied("disk", str(trouble))] * len(drafts)

    async def _append_apart(self, drafts: list[Draft]) -> list[Outcome]:
        """Each document by itself: one that is damaged does not stop the others."""
        outcomes: dict[str, Iterator[Outcome]] = {}
        for doc in {draft.doc: None for draft in drafts}:
            own = [draft for draft in drafts if draft.doc == doc]
            outcomes[doc] = iter(await self._append(own))
        return [next(outcomes[draft.doc]) for draft in drafts]
