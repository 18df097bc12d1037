"""The store on disk: SQLite, for each document a tail of readable rows and sealed blocks before it.

One thread owns the connection and does one thing after the other, so the order of commits is the
order of what subscribers hear. The event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from cocalc_tui.protocol.messages import WireEntry
from cocalc_tui.server.store.aging import Aging
from cocalc_tui.server.store.archive import NAME as ARCHIVE
from cocalc_tui.server.store.archive import Archive
from cocalc_tui.server.store.backup import Backup
from cocalc_tui.server.store.database import Database, trouble
from cocalc_tui.server.store.documents import Documents
from cocalc_tui.server.store.interface import (
    Denied,
    DocumentInfo,
    Draft,
    Listener,
    LogPart,
    LogSize,
    Member,
    Outcome,
    StoreTrouble,
)
from cocalc_tui.server.store.keeping import Keeping
from cocalc_tui.server.store.leases import Leases
from cocalc_tui.server.store.ledger import same_patch
from cocalc_tui.server.store.log import Found, Span, StoredLog
from cocalc_tui.server.store.migrations import forget_copies
from cocalc_tui.server.store.sealing import SealError, Sealing
from cocalc_tui.server.store.thread import Worker
from cocalc_tui.sync.patch import PatchId

Result = TypeVar("Result")


_SIZES = """
SELECT documents.doc, path, max(coalesce(row_last, 0), coalesce(block_last, 0)) AS patches,
       coalesce(block_bytes, 0), coalesce(row_bytes, 0), coalesce(length(checkpoints.data), 0),
       coalesce(archived, 0)
FROM documents
LEFT JOIN (SELECT doc, max(seq) AS row_last, sum(octet_length(row)) AS row_bytes
           FROM entries GROUP BY doc) AS tails ON tails.doc = documents.doc
LEFT JOIN (SELECT doc, max(last) AS block_last, sum(length(data)) AS block_bytes,
                  sum(CASE length(data) WHEN 0 THEN size ELSE 0 END) AS archived
           FROM blocks GROUP BY doc) AS sealed ON sealed.doc = documents.doc
LEFT JOIN checkpoints ON checkpoints.doc = documents.doc
WHERE patches > 0
ORDER BY coalesce(block_bytes, 0) + coalesce(row_bytes, 0) + coalesce(archived, 0) DESC, path
"""


_FORGET = """
INSERT OR IGNORE INTO forgotten SELECT log FROM documents
WHERE doc = ?1 AND EXISTS (SELECT 1 FROM blocks WHERE doc = ?1 AND digest IS NOT NULL)
"""


class _News(NamedTuple):
    listener: Listener
    doc: str
    entries: Sequence[WireEntry]


class SqliteStore(Leases):
    """One file; see `Store` for what each method promises."""

    def __init__(
        self,
        path: Path,
        *,
        sealing: Sealing | None = None,
        vfs: str | None = None,
        archive: Path | None = None,
        keeping: Callable[[], Keeping] = Keeping,
        on_taken_away: Callable[[], None] = lambda: None,
    ) -> None:
        """Open or make the file; raises StoreTrouble. `vfs` names a VFS registered with apsw.

        `archive` is where old blocks go, by default beside it; `keeping` says when they do.
        `on_taken_away` is called when the file was gone, or another's, and is written anew.
        """
        super().__init__()
        self._path = path
        self._archive = Archive(archive or path.with_name(ARCHIVE), vfs)
        self.trouble = ""
        """What keeps old blocks from going into the archive, "" for nothing."""
        self._on_taken_away = on_taken_away
        self._times_anew = 0
        self._database = Database(path, vfs)
        self._thread = Worker("store")
        self._documents = Documents(self._database)
        self._sealing = sealing or Sealing()
        self._logs: dict[str, StoredLog] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._news: list[_News] = []
        """Committed, and not told before the file is known to be in its place."""
        self._owners: dict[str, str] = {}
        """Whose sessions are, as far as this process had to know."""
        self._aging = Aging(
            self._database, self._archive, self._call, keeping, self._sealing, self._seal_idle
        )

    async def _call(self, work: Callable[..., Result], *args: object) -> Result:
        """Do something on the thread; raises StoreTrouble whatever the disk did."""
        with trouble(self._path):
            return await self._thread.call(work, *args)

    # --- the log -------------------------------------------------------------------------------

    async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        """Check, number and make durable."""
        outcomes = await self._call(self._append, drafts, now)
        self._tell()
        return outcomes

    def _append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        logs = {draft.doc: self._log(draft.doc) for draft in drafts}
        held = {doc: len(log.ledger.unstored) for doc, log in logs.items()}
        try:
            with self._database.transaction():
                outcomes = [self._judge(logs[draft.doc], draft, now) for draft in drafts]
                for log in logs.values():
                    log.write()
        except BaseException:
            for doc, log in logs.items():
                log.undo(held[doc])
            self._owners.clear()
            raise
        for doc, log in logs.items():
            if entries := log.ledger.unstored[held[doc] :]:
                self._news.extend(_News(one, doc, entries) for one in self._hearing(doc))
            log.written()
            if log.ledger.holding and not self._listeners.get(doc):
                del self._logs[doc]
        self._database.ensure_in_place()
        return outcomes

    def _judge(self, log: StoredLog, draft: Draft, now: int) -> Outcome:
        patch = draft.patch
        if log.ledger.knows(patch):
            found = log.find(patch.session, patch.n)
            if found is not None and same_patch(found[1], patch):
                return found[0]
            return Denied("id", f"another patch {patch.session}:{patch.n} is in the log")
        owner = self._owner(patch.session) or draft.owner
        denied = log.ledger.objection(draft, owner, now)
        if denied is not None:
            return denied
        self._owners.setdefault(patch.session, owner)
        return log.ledger.take(draft, now).seq

    def _tell(self) -> None:
        if self._times_anew != self._database.times_anew:
            self._times_anew = self._database.times_anew
            self._on_taken_away()
        news, self._news = self._news, []
        for listener, doc, entries in news:
            if listener in self._listeners.get(doc, ()):
                listener(doc, entries)

    def _log(self, doc: str) -> StoredLog:
        if doc not in self._logs:
            self._logs[doc] = StoredLog(self._database, self._archive, doc)
        return self._logs[doc]

    def _hearing(self, doc: str) -> tuple[Listener, ...]:
        return tuple(self._listeners.get(doc, ()))

    async def read(self, doc: str, after: int, size: int) -> LogPart:
        """Return entries after a number."""
        found: Found = await self._call(lambda: self._log(doc).read(after, size))
        blocks = [
            one if isinstance(one, bytes) else await asyncio.to_thread(self._archive.get, one)
            for one in found.blocks
        ]
        return LogPart(found.upto, blocks, found.entries)

    async def heads(self, doc: str, seq: int) -> tuple[PatchId, ...]:
        """Return the heads of entries 1..seq."""
        return await self._call(lambda: self._log(doc).heads(seq))

    async def subscribe(self, doc: str, listener: Listener) -> int:
        """Hear all entries after the number returned."""

        def subscribe() -> int:
            seq = self._log(doc).ledger.seq
            self._listeners.setdefault(doc, []).append(listener)
            return seq

        return await self._call(subscribe)

    def unsubscribe(self, doc: str, listener: Listener) -> None:
        """Hear no more."""
        self._listeners[doc].remove(listener)
        self._thread.submit(self._forget, doc)

    def _forget(self, doc: str) -> None:
        if not self._listeners.get(doc):
            self._listeners.pop(doc, None)
            self._logs.pop(doc, None)

    async def sizes(self) -> list[LogSize]:
        """Return what the history of each document takes."""
        found = await self._call(lambda: list(self._database.rows(_SIZES)))
        return [LogSize(*row) for row in found]

    async def replace(
        self, info: DocumentInfo, drafts: Sequence[Draft], seq: int, now: int
    ) -> bool:
        """Put another log in the place of a document's."""
        return await self._call(self._replace, info, drafts, seq, now)

    def _replace(self, info: DocumentInfo, drafts: Sequence[Draft], seq: int, now: int) -> bool:
        doc, ledger = info.doc, self._log(info.doc).ledger
        if ledger.seq != seq or ledger.holding:
            return False
        try:
            with self._database.transaction():
                self._database.run(_FORGET, doc)
                for table in ("entries", "blocks", "checkpoints"):
                    self._database.run(f"DELETE FROM {table} WHERE doc = ?", doc)  # noqa: S608 - made of constants
                log = StoredLog(self._database, self._archive, doc)
                self._fill(log, drafts, now)
                sql = "UPDATE documents SET log = ?, epoch = ? WHERE doc = ?"
                self._database.run(sql, info.log, info.epoch, doc)
        except BaseException:
            self._owners.clear()
            raise
        log.written()
        self._logs[doc] = log
        self._aging.due()
        self._database.ensure_in_place()
        self._database.scrub()
        with trouble(self._path):
            forget_copies(self._database.path)
        return True

    def _fill(self, log: StoredLog, drafts: Sequence[Draft], now: int) -> None:
        """Write a log from its beginning."""
        outcomes = [self._judge(log, draft, now) for draft in drafts]
        if any(isinstance(one, Denied) for one in outcomes):
            raise ValueError(f"{outcomes}")
        log.write()

    # --- documents -----------------------------------------------------------------------------

    async def document(self, doc: str) -> DocumentInfo | None:
        """Return the document with this id."""
        return await self._call(self._documents.of_id, doc)

    async def document_at(self, path: str) -> DocumentInfo | None:
        """Return the document with this path."""
        return await self._call(self._documents.at, path)

    async def create_document(self, info: DocumentInfo) -> DocumentInfo:
        """Make a document, or return the one that has this path."""
        return await self._call(self._documents.create, info)

    async def put_document(self, info: DocumentInfo) -> None:
        """Make or change a document."""
        await self._call(self._documents.put, [info])

    async def rename(self, path: str, to: str) -> list[DocumentInfo]:
        """Give documents another path."""
        return await self._call(self._documents.rename, path, to)

    async def checkpoint(self, doc: str) -> tuple[int, bytes] | None:
        """Return the newest checkpoint."""
        return await self._call(self._documents.checkpoint, doc)

    async def put_checkpoint(self, doc: str, seq: int, data: bytes) -> None:
        """Keep a checkpoint."""
        await self._call(self._put_checkpoint, doc, seq, data)

    def _put_checkpoint(self, doc: str, seq: int, data: bytes) -> None:
        ledger = self._log(doc).ledger
        if not ledger.holding and seq <= ledger.seq:
            self._documents.put_checkpoint(doc, seq, data)

    # --- people --------------------------------------------------------------------------------

    async def members(self) -> dict[str, Member]:
        """Return the access list."""
        sql = "SELECT user, role, id FROM members"
        return await self._call(
            lambda: {name: Member(role, id_) for name, role, id_ in self._database.rows(sql)}
        )

    async def put_member(self, name: str, member: Member | None) -> None:
        """Change the access list."""
        if member is None:
            await self._call(self._database.change, "DELETE FROM members WHERE user = ?", name)
        else:
            sql = "INSERT OR REPLACE INTO members (user, role, id) VALUES (?, ?, ?)"
            await self._call(self._database.change, sql, name, member.role, member.id)

    async def owner(self, session: str) -> str | None:
        """Return whose session it is."""
        return await self._call(self._owner, session)

    def _owner(self, session: str) -> str | None:
        if session not in self._owners:
            sql = "SELECT owner FROM sessions WHERE session = ?"
            for (owner,) in self._database.rows(sql, session):
                self._owners[session] = owner
        return self._owners.get(session)

    # --- keeping house -------------------------------------------------------------------------

    async def tend(self, now: int) -> None:
        """See that the files are in place, move the WAL, seal rows, have old blocks archived."""
        await self._call(self._database.ensure_in_place)
        self._tell()
        await self._call(self._database.checkpoint)
        for log in await self._call(self._due):
            await self._seal(log, self._sealing.rows, self._sealing.keep)
        await self._age(now)

    def _due(self) -> list[StoredLog]:
        """The logs of which rows are to be sealed, in one go: each second, for all there are."""
        how = self._sealing
        return [log for log in self._logs.values() if log.is_due(how.rows, how.keep)]

    async def _age(self, now: int) -> None:
        try:
            await asyncio.to_thread(self._archive.look)
            if await self._aging.step(now):
                self.trouble = ""
        except StoreTrouble as found:
            self.trouble = str(found)

    async def _seal_idle(self, doc: str) -> None:
        if doc not in self._logs:
            log: StoredLog = await self._call(self._log, doc)
            await self._seal(log, rows=1, keep=0)
            await self._call(self._forget, doc)

    async def _seal(self, log: StoredLog, rows: int, keep: int) -> None:
        how = self._sealing
        span: Span | None = await self._call(log.to_seal, rows, keep, how.most)
        if span is None:
            return
        try:
            data = await how.seal(span.block, span.rows)
        except SealError:
            return
        await self._call(self._sealed, log, span, data)

    def _sealed(self, log: StoredLog, span: Span, data: bytes) -> None:
        """Put the block in place, unless the log was let go of and perhaps loaded anew meanwhile.

        What was loaded does not know of the block and would seal after the rows that were there.
        """
        if self._logs.get(log.doc) is log:
            log.sealed(span, data)

    async def backup(self, to: Path) -> None:
        """Copy the log to a new file while it is written to."""
        job = await self._call(Backup, self._database, to)
        try:
            whole = False
            while not whole:
                whole = await self._call(job.step)
            while (lacks := await self._call(job.lacks)) is not None:
                await self._call(job.fill, lacks, await asyncio.to_thread(self._archive.get, lacks))
            await self._call(job.finish)
        except BaseException:
            await self._call(job.abandon)
            raise

    async def close(self) -> None:
        """Finish what was begun and let go of the file."""
        with contextlib.suppress(StoreTrouble):
            await self._call(self._database.give_back)
        await self._call(self._database.close)
        self._thread.close()
        await asyncio.to_thread(self._archive.close)
