"""One document's log in the SQLite file: its ledger, its tail of rows, its sealed blocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from cocalc_tui.protocol.messages import WireEntry, WirePatch
from cocalc_tui.protocol.patches import entry_from_wire, entry_to_wire
from cocalc_tui.server.store.archive import Archive
from cocalc_tui.server.store.database import Database
from cocalc_tui.server.store.interface import owner_of
from cocalc_tui.server.store.ledger import Ledger, advance
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.patch import Entry, PatchId
from cocalc_tui.sync.rows import decode_row, encode_row

SESSION, N, TIME, PARENTS = (f"row ->> '$.{at}'" for at in ("id[0]", "id[1]", "time", "parents"))
"""Parts of a row (`sync.rows`): SQLite reads them many times faster than whole rows are decoded."""


SPLICE = 0
"""What an operation on the wire begins with where it is a splice (`protocol.patches`)."""
_decode = msgspec.msgpack.Decoder(list[list[Any]]).decode
_encode = msgspec.json.Encoder().encode
MOST_SEALED = 4 * 2**20
"""Bytes of rows that go into a block at once: a block is sent in one frame."""
MOST_GROWN = 2**20
"""Bytes of a block that takes in what follows."""


class Span(NamedTuple):
    """Rows that are to be sealed, and the block before them that takes them in (b"" for none)."""

    first: int
    """Number of the first entry, of the block where there is one."""
    last: int
    block: bytes
    rows: list[str]


class Found(NamedTuple):
    """A part of a log: sealed blocks first, then entries."""

    upto: int
    blocks: list[bytes | str]
    """What is in the archive is named by its digest."""
    entries: list[WireEntry]


class StoredLog:
    """The log of one document; used on the thread that owns the connection."""

    def __init__(self, database: Database, archive: Archive, doc: str) -> None:
        self.doc = doc
        self.ledger = Ledger()
        self._database = database
        self._archive = archive
        self._load()

    # --- writing -------------------------------------------------------------------------------

    def write(self) -> None:
        """Write what is numbered and not stored, within a transaction; nothing while holding."""
        ledger = self.ledger
        if ledger.holding:
            return
        new = ledger.unstored
        begun = [one for one in new if one.patch.n == 0]
        if begun:
            self._database.connection.executemany(
                "INSERT OR IGNORE INTO sessions VALUES (?, ?)",
                [(one.patch.session, owner_of(one.author, one.role)) for one in begun],
            )
        self._database.connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?)",
            [(self.doc, one.seq, _row(one)) for one in new],
        )

    def written(self) -> None:
        """The transaction is on disk."""
        if not self.ledger.holding:
            self.ledger.unstored.clear()

    def undo(self, held: int) -> None:
        """The transaction failed: back to what is stored, and the first `held` that were held."""
        kept = self.ledger.unstored[:held]
        self.ledger = Ledger()
        self._load()
        for entry in kept:
            self.ledger.add(entry)
            self.ledger.unstored.append(entry)

    # --- reading -------------------------------------------------------------------------------

    def find(self, session: str, n: int) -> tuple[int, WirePatch] | None:
        """Return the patch with this id, and its number."""
        for entry in self.ledger.unstored:
            if (entry.patch.session, entry.patch.n) == (session, n):
                return entry.seq, entry.patch
        for row in self._database.rows(
            f"SELECT row FROM entries WHERE doc = ? AND {SESSION} = ? AND {N} = ?",  # noqa: S608 - made of constants
            self.doc,
            session,
            n,
        ):
            found = entry_to_wire(decode_row(row[0]))
            return found.seq, found.patch
        return self._find_sealed(session, n)

    def _find_sealed(self, session: str, n: int) -> tuple[int, WirePatch] | None:
        sql = "SELECT sessions, data, digest FROM blocks WHERE doc = ? ORDER BY first DESC"
        for sessions, data, digest in self._database.rows(sql, self.doc):
            first, last = json.loads(sessions).get(session, (0, -1))
            if first <= n <= last:
                for entry in self._decoded(data, digest):
                    if entry.patch.id == (session, n):
                        return entry.seq, entry_to_wire(entry).patch
        return None

    def _decoded(self, data: bytes, digest: str) -> list[Entry]:
        return decode_block(data or self._archive.get(digest))

    def read(self, after: int, size: int) -> Found:
        """Return entries after a number: about `size` bytes, at least one entry."""
        blocks: list[bytes | str] = []
        sql = (
            "SELECT last, data, digest, size FROM blocks WHERE doc = ? AND last > ? ORDER BY first"
        )
        for last, data, digest, length in self._database.rows(sql, self.doc, after):
            blocks.append(data or digest)
            after = last
            size -= len(data) or length
            if size <= 0:
                return Found(after, blocks, [])
        entries: list[WireEntry] = []
        for entry in self._tail(after):
            entries.append(entry)
            size -= len(entry.patch.ops) + 100
            if size <= 0:
                break
        return Found(after + len(entries), blocks, entries)

    def _tail(self, after: int) -> Iterator[WireEntry]:
        sql = "SELECT row FROM entries WHERE doc = ? AND seq > ? ORDER BY seq"
        for (row,) in self._database.rows(sql, self.doc, after):
            yield entry_to_wire(decode_row(row))
        yield from (entry for entry in self.ledger.unstored if entry.seq > after)

    def heads(self, seq: int) -> tuple[PatchId, ...]:
        """Return the heads of entries 1..seq, sorted."""
        if seq == self.ledger.seq:
            return tuple(sorted(self.ledger.heads))
        heads, after = self._sealed_heads(seq)
        for entry in self._entries(after):
            if entry.seq > seq:
                break
            advance(heads, entry.patch.id, entry.patch.parents)
        return tuple(sorted(heads))

    def _sealed_heads(self, seq: int) -> tuple[set[PatchId], int]:
        """Heads after the last block that ends at `seq` or before, and where it ends."""
        sql = (
            "SELECT heads, last FROM blocks WHERE doc = ? AND last <= ? ORDER BY last DESC LIMIT 1"
        )
        for heads, last in self._database.rows(sql, self.doc, seq):
            return set(map(PatchId._make, json.loads(heads))), last
        return set(), 0

    def _entries(self, after: int) -> Iterator[Entry]:
        """All entries after a number that a block ends at, or 0."""
        sql = "SELECT data, digest FROM blocks WHERE doc = ? AND first > ? ORDER BY first"
        for data, digest in self._database.rows(sql, self.doc, after):
            yield from self._decoded(data, digest)
        sql = "SELECT row FROM entries WHERE doc = ? AND seq > ? ORDER BY seq"
        for (row,) in self._database.rows(sql, self.doc, after):
            yield decode_row(row)
        yield from map(entry_from_wire, self.ledger.unstored)

    # --- sealing -------------------------------------------------------------------------------

    def is_due(self, rows: int, keep: int) -> bool:
        """Whether that many rows are due for a block, besides the newest."""
        return self._due(keep) - self._sealed >= rows

    def _due(self, keep: int) -> int:
        return self.ledger.seq - len(self.ledger.unstored) - keep

    def to_seal(self, rows: int, keep: int, most: int) -> Span | None:
        """Return rows that are due for a block, if there are that many besides the newest."""
        if not self.is_due(rows, keep):
            return None
        due = self._due(keep)
        found: list[str] = []
        size = 0
        sql = "SELECT row, octet_length(row) FROM entries WHERE doc = ? AND seq <= ? ORDER BY seq"
        for row, length in self._database.rows(sql, self.doc, due):
            size += length
            if size > MOST_SEALED and found:
                break
            found.append(row)
        first, block = self._sealed + 1, b""
        sql = (
            "SELECT first, data FROM blocks "
            "WHERE doc = ? AND last = ? AND last - first < ? AND length(data) BETWEEN 1 AND ?"
        )
        for start, data in self._database.rows(sql, self.doc, self._sealed, most, MOST_GROWN):
            first, block = start, data
        return Span(first, self._sealed + len(found), block, found)

    def sealed(self, span: Span, data: bytes) -> None:
        """Put a block in the place of the rows it was made of."""
        heads = self._sealed_heads(span.first - 1)[0]
        sessions: dict[str, tuple[int, int]] = {}
        clock = 0
        for entry in decode_block(data):
            session, n = entry.patch.id
            sessions[session] = (sessions.get(session, (n, n))[0], n)
            clock = max(clock, entry.patch.time)
            advance(heads, entry.patch.id, entry.patch.parents)
        place = (self.doc, span.first, span.last)
        with self._database.transaction():
            self._database.run(
                "DELETE FROM blocks WHERE doc = ? AND first >= ? AND last <= ?", *place
            )
            self._database.run(
                "DELETE FROM entries WHERE doc = ? AND seq >= ? AND seq <= ?", *place
            )
            self._database.run(
                "INSERT INTO blocks (doc, first, last, clock, heads, sessions, data)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                *place,
                clock,
                json.dumps(sorted(heads)),
                json.dumps(sessions),
                data,
            )
        self._sealed = span.last

    # --- loading -------------------------------------------------------------------------------

    def _load(self) -> None:
        ledger, rows = self.ledger, self._database.rows
        self._sealed = 0
        sql = "SELECT last, clock, heads, sessions FROM blocks WHERE doc = ? ORDER BY first"
        for last, clock, heads, sessions in rows(sql, self.doc):
            ledger.seq = self._sealed = last
            ledger.clock = max(ledger.clock, clock)
            ledger.heads = set(map(PatchId._make, json.loads(heads)))
            ledger.next_n.update((one, n + 1) for one, (_, n) in json.loads(sessions).items())
        for seq, patch_id, time, parents in self._tail_ids():
            ledger.follow(seq, patch_id, time, parents)
        ledger.holding = ledger.seq == 0

    def _tail_ids(self) -> Iterator[tuple[int, PatchId, int, list[PatchId]]]:
        """(seq, id, time, parents) of each row."""
        sql = f"SELECT seq, {SESSION}, {N}, {TIME}, {PARENTS} FROM entries "  # noqa: S608 - made of constants
        rows = self._database.rows(f"{sql} WHERE doc = ? ORDER BY seq", self.doc)
        for seq, session, n, time, parents in rows:
            if parents is not None:
                before = list(map(PatchId._make, json.loads(parents)))
            else:
                before = [PatchId(session, n - 1)] if n else []
            yield seq, PatchId(session, n), time, before


def _row(entry: WireEntry) -> str:
    """The entry as `sync.rows` writes it: typed text, nearly all there is, straight from the wire.

    Taking each letter apart and putting it together again was most of what the store did.
    """
    patch = entry.patch
    ops = _splices(patch.ops)
    if ops is None:
        return encode_row(entry_from_wire(entry))
    row: dict[str, object] = {
        "seq": entry.seq,
        "author": entry.author,
        "role": entry.role,
        "received": entry.received,
        "id": (patch.session, patch.n),
        "time": patch.time,
    }
    if patch.parents != ([(patch.session, patch.n - 1)] if patch.n else []):
        row["parents"] = patch.parents
    if patch.kind != "typing":
        row["kind"] = patch.kind
    if patch.acting_for is not None:
        row["for"] = patch.acting_for
    if patch.group is not None:
        row["group"] = patch.group
    row["ops"] = ops
    return _encode(row).decode()


def _splices(ops: msgspec.Raw) -> list[list[object]] | None:
    """Operations as a row has them, None where one is no splice."""
    found: list[list[object]] = []
    for op in _decode(ops):
        if op[0] != SPLICE:
            return None
        found.append(op[1:] if any(op[4:]) else op[1:4])
    return found
