"""A store that forgets: for tests, simulations, and several relays on one store in one process."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.protocol.messages import WireEntry
from cocalc_tui.server.store.interface import (
    Denied,
    DocumentInfo,
    Draft,
    Listener,
    LogPart,
    LogSize,
    Member,
    Outcome,
)
from cocalc_tui.server.store.leases import Leases
from cocalc_tui.server.store.ledger import Ledger, advance, same_patch
from cocalc_tui.sync.patch import PatchId


class _Log:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self.entries: list[WireEntry] = []
        self.listeners: list[Listener] = []


class MemoryStore(Leases):
    """Everything in dictionaries; see `Store` for what each method promises."""

    def __init__(self) -> None:
        super().__init__()
        self._logs: dict[str, _Log] = {}
        self._documents: dict[str, DocumentInfo] = {}
        self._checkpoints: dict[str, tuple[int, bytes]] = {}
        self._members: dict[str, Member] = {}
        self._owners: dict[str, str] = {}

    def _log(self, doc: str) -> _Log:
        log = self._logs.get(doc)
        if log is None:
            log = self._logs[doc] = _Log()
        return log

    async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        """Check and number."""
        news: dict[str, list[WireEntry]] = {}
        outcomes = [self._append(draft, now, news) for draft in drafts]
        for doc, entries in news.items():
            for listener in list(self._log(doc).listeners):
                listener(doc, entries)
            self._forget(doc)
        return outcomes

    def _append(self, draft: Draft, now: int, news: dict[str, list[WireEntry]]) -> Outcome:
        log, patch = self._log(draft.doc), draft.patch
        if log.ledger.knows(patch):
            return self._again(log, draft)
        owner = self._owners.get(patch.session, draft.owner)
        denied = log.ledger.objection(draft, owner, now)
        if denied is not None:
            return denied
        self._owners[patch.session] = draft.owner
        entry = log.ledger.take(draft, now)
        log.ledger.unstored.clear()
        log.entries.append(entry)
        news.setdefault(draft.doc, []).append(entry)
        return entry.seq

    @staticmethod
    def _again(log: _Log, draft: Draft) -> Outcome:
        patch = draft.patch
        for entry in log.entries:
            if (entry.patch.session, entry.patch.n) == (patch.session, patch.n):
                if same_patch(entry.patch, patch):
                    return entry.seq
                break
        return Denied("id", f"another patch {patch.session}:{patch.n} is in the log")

    async def read(self, doc: str, after: int, size: int) -> LogPart:
        """Return entries after a number."""
        entries: list[WireEntry] = []
        for entry in self._log(doc).entries[after:]:
            entries.append(entry)
            size -= len(entry.patch.ops)
            if size <= 0:
                break
        return LogPart(after + len(entries), [], entries)

    async def subscribe(self, doc: str, listener: Listener) -> int:
        """Hear all entries after the number returned."""
        log = self._log(doc)
        log.listeners.append(listener)
        return log.ledger.seq

    def unsubscribe(self, doc: str, listener: Listener) -> None:
        """Hear no more."""
        self._log(doc).listeners.remove(listener)
        self._forget(doc)

    def _forget(self, doc: str) -> None:
        """Nobody listens: what is only held goes."""
        log = self._log(doc)
        if not log.listeners and log.ledger.holding:
            del self._logs[doc]

    async def heads(self, doc: str, seq: int) -> tuple[PatchId, ...]:
        """Return the heads of entries 1..seq."""
        heads: set[PatchId] = set()
        for entry in self._log(doc).entries[:seq]:
            advance(heads, PatchId(entry.patch.session, entry.patch.n), entry.patch.parents)
        return tuple(sorted(heads))

    async def sizes(self) -> list[LogSize]:
        """Return what the history of each document takes."""

        def size(info: DocumentInfo) -> LogSize:
            entries = self._log(info.doc).entries
            rows = sum(len(entry.patch.ops) for entry in entries)
            checkpoint = len(self._checkpoints.get(info.doc, (0, b""))[1])
            return LogSize(info.doc, info.path, len(entries), 0, rows, checkpoint)

        found = map(size, list(self._documents.values()))
        return sorted((one for one in found if one.patches), key=lambda one: -one.rows)

    async def replace(
        self, info: DocumentInfo, drafts: Sequence[Draft], seq: int, now: int
    ) -> bool:
        """Put another log in the place of a document's."""
        old = self._log(info.doc)
        if old.ledger.seq != seq or old.ledger.holding:
            return False
        self._logs[info.doc] = new = _Log()
        new.listeners = old.listeners
        outcomes = [self._append(draft, now, {}) for draft in drafts]
        if any(isinstance(one, Denied) for one in outcomes):
            self._logs[info.doc] = old
            raise ValueError(f"{outcomes}")
        self._checkpoints.pop(info.doc, None)
        self._documents[info.doc] = info
        return True

    async def document(self, doc: str) -> DocumentInfo | None:
        """Return the document with this id."""
        return self._documents.get(doc)

    async def document_at(self, path: str) -> DocumentInfo | None:
        """Return the document with this path."""
        found = (info for info in self._documents.values() if info.path == path != "")
        return next(found, None)

    async def create_document(self, info: DocumentInfo) -> DocumentInfo:
        """Make a document, or return the one that has this path."""
        if (found := await self.document_at(info.path)) is not None:
            return found
        await self.put_document(info)
        return info

    async def put_document(self, info: DocumentInfo) -> None:
        """Make or change a document."""
        if (other := await self.document_at(info.path)) is not None and other.doc != info.doc:
            self._documents[other.doc] = other._replace(path="")
        self._documents[info.doc] = info

    async def rename(self, path: str, to: str) -> list[DocumentInfo]:
        """Give documents another path."""
        moved = [
            info._replace(path=to + info.path[len(path) :])
            for info in self._documents.values()
            if info.path == path or info.path.startswith(f"{path}/")
        ]
        for info in moved:
            await self.put_document(info)
        return moved

    async def checkpoint(self, doc: str) -> tuple[int, bytes] | None:
        """Return the newest checkpoint."""
        return self._checkpoints.get(doc)

    async def put_checkpoint(self, doc: str, seq: int, data: bytes) -> None:
        """Keep a checkpoint."""
        ledger = self._log(doc).ledger
        if ledger.holding or seq > ledger.seq:
            return
        if seq > self._checkpoints.get(doc, (0, b""))[0]:
            self._checkpoints[doc] = (seq, data)

    async def members(self) -> dict[str, Member]:
        """Return the access list."""
        return dict(self._members)

    async def put_member(self, name: str, member: Member | None) -> None:
        """Change the access list."""
        if member is None:
            self._members.pop(name, None)
        else:
            self._members[name] = member

    async def owner(self, session: str) -> str | None:
        """Return whose session it is."""
        return self._owners.get(session)

    async def tend(self, now: int) -> None:
        """Nothing falls due."""

    async def close(self) -> None:
        """Nothing to let go of."""
