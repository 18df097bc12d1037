"""What becomes of history that grows old, one step at a time.

Rows of a document that nobody wrote to for a while are sealed, however few they are. Blocks go from
the log into the archive, and what was purged goes from both.

A block goes where it is older than the owner says (`keeping`) and the document's checkpoint covers
it, so that nobody who opens the document needs it. Each step can be killed anywhere: the log notes
the digest before the archive has the block, and lets go of the block when the archive has it on
disk. What carries a digest may be in the archive; a log that is purged is noted with it, until the
archive has forgotten it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from cocalc_tui.server.store.archive import Archive, digest_of
from cocalc_tui.server.store.database import Database
from cocalc_tui.server.store.interface import StoreTrouble
from cocalc_tui.server.store.keeping import Keeping
from cocalc_tui.server.store.sealing import Sealing

DAY = 24 * 60 * 60 * 1000
PAUSE = 60 * 60 * 1000
"""Milliseconds until it is looked again whether anything became old."""
_OLD = """
SELECT doc, first, log FROM blocks JOIN documents USING (doc) JOIN checkpoints USING (doc)
WHERE length(blocks.data) > 0 AND clock < ? AND last <= seq LIMIT 1
"""
_IDLE = """
SELECT doc FROM (SELECT doc, max(seq) AS last, count(*) AS rows FROM entries GROUP BY doc) AS tails
JOIN entries USING (doc) WHERE rows >= ? AND seq = last AND row ->> '$.received' < ?
"""
_THIS = "doc = ?1 AND first = ?2 AND (SELECT log FROM documents WHERE doc = ?1) = ?3"
"""A block, unless its history was purged since."""

Call = Callable[..., Awaitable[Any]]


class _Old(NamedTuple):
    doc: str
    first: int
    log: str


class Aging:
    """What is done about old history, whenever the store is tended."""

    def __init__(
        self,
        database: Database,
        archive: Archive,
        call: Call,
        keeping: Callable[[], Keeping],
        sealing: Sealing,
        seal: Callable[[str], Awaitable[None]],
    ) -> None:
        """`call` does something on the thread that owns the database.

        `seal` seals all rows of a document that nobody has open.
        """
        self._database = database
        self._sealing = sealing
        self._seal = seal
        self._idle: list[str] = []
        """Documents whose rows are to be sealed."""
        self._archive = archive
        self._call = call
        self._keeping = keeping
        self._rests_until = 0
        self._tried = 0
        """After how many days was archived at the last step."""
        self._known = False
        """Whether the archive is known to be the one that this log went on with before."""

    async def step(self, now: int) -> bool:
        """Seal a document or move a block if one is due at `now`; raises StoreTrouble.

        False where it rests, and nothing was tried.
        """
        if self._idle:
            await self._seal(self._idle.pop())
            return True
        days = self._keeping().archive_after
        if now < self._rests_until and days == self._tried:
            return False
        self._tried, self._rests_until = days, now + PAUSE
        await self._forget()
        self._idle = await self._call(self._find_idle, now - self._sealing.idle)
        old = await self._call(self._find, now - days * DAY) if days else None
        if old is not None:
            await self._move(_Old(*old))
            self._rests_until = 0
        return True

    def _find_idle(self, before: int) -> list[str]:
        return [doc for (doc,) in self._database.rows(_IDLE, self._sealing.few, before)]

    def _find(self, before: int) -> Any:
        return next(self._database.rows(_OLD, before), None)

    async def _move(self, old: _Old) -> None:
        if not self._known:
            await self._require_same()
        block = await self._call(self._note, old)
        if block is not None:
            await asyncio.to_thread(self._archive.put, old.log, block)
            await self._call(self._let_go, old)

    async def _require_same(self) -> None:
        """An empty file in the place of the archive must not take in what another has begun."""
        sql = "SELECT digest FROM blocks WHERE length(data) = 0 LIMIT 1"
        for (digest,) in await self._call(lambda: list(self._database.rows(sql))):
            if not await asyncio.to_thread(self._archive.holds, digest):
                said = "is not the archive that this log has gone on with"
                raise StoreTrouble(f"{self._archive.path}: {said}; put that one there")
        self._known = True

    def _note(self, old: _Old) -> bytes | None:
        """Say under which digest a block goes; returns it."""
        sql = f"SELECT data FROM blocks WHERE {_THIS}"  # noqa: S608 - made of constants
        for (block,) in list(self._database.rows(sql, *old)):
            sql = f"UPDATE blocks SET digest = ?4, size = ?5 WHERE {_THIS}"  # noqa: S608 - made of constants
            self._database.change(sql, *old, digest_of(block), len(block))
            return bytes(block)
        return None

    def _let_go(self, old: _Old) -> None:
        self._database.change(f"UPDATE blocks SET data = x'' WHERE {_THIS}", *old)  # noqa: S608 - made of constants

    async def _forget(self) -> None:
        """What was purged goes from the archive; where that is not there, the next time."""
        sql = "SELECT log FROM forgotten"
        logs = [log for (log,) in await self._call(lambda: list(self._database.rows(sql)))]
        with contextlib.suppress(StoreTrouble):
            if logs:
                await asyncio.to_thread(self._archive.forget, logs)
                await self._call(self._database.change, "DELETE FROM forgotten")

    def due(self) -> None:
        """Look at the next opportunity, as something was purged."""
        self._rests_until = 0
