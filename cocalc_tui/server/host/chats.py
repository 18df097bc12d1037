"""What was said in which chat, who is mentioned, and how far each person has read.

The chats themselves are documents like all others. This index is there so that an app can say that
something is unread without opening every chat of the project, and so that a mention is told once:
not again when the message is edited. Lost, it is made anew as chats are opened.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from cocalc_tui.chat import schema
from cocalc_tui.chat.model import EVERYBODY, mentions
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Changed, DocumentEvent
from cocalc_tui.protocol.events import ChatNews, ChatState
from cocalc_tui.sync.patch import Change, Json, RecordChange

EXCERPT = 200
"""Characters of a message that are told."""
NOTHING_READ = -(2**62)
_SCHEMA = 1
_TABLES = """
CREATE TABLE chat (doc TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE said (
    doc TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, user TEXT NOT NULL,
    at INTEGER NOT NULL, names TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (doc, key)
) WITHOUT ROWID;
CREATE TABLE mark (
    user TEXT NOT NULL, doc TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (user, doc)
) WITHOUT ROWID;
"""


class Chats:
    """The index of one project's chats."""

    def __init__(self, path: Path, tell: Callable[[ChatNews], None]) -> None:
        """Open or make the file; raises apsw.Error. `tell` tells everybody who is connected."""
        path.touch(mode=0o600)
        self._tell = tell
        self._connection = apsw.Connection(str(path))
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        if self._connection.pragma("user_version") != _SCHEMA:
            with self._connection:
                for table in ("chat", "said", "mark"):
                    self._connection.execute(f"DROP TABLE IF EXISTS {table}")
                self._connection.execute(_TABLES)
                self._connection.execute(f"PRAGMA user_version = {_SCHEMA}")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def follow(self, document: SharedDocument) -> None:
        """Take in what a chat holds, and what will be said in it as long as it is open."""

        def heard(event: DocumentEvent) -> None:
            if isinstance(event, Changed):
                self._changed(document, event.changes)

        self._take_in(document)
        document.subscribe(heard)

    def _take_in(self, document: SharedDocument) -> None:
        """What was said while nobody indexed: it is unread, but it is no news any more."""
        records = document.replica.records
        known = {key for (key,) in self._rows("SELECT key FROM said WHERE doc = ?", document.doc)}
        there = {key for key in records if _is_message(records[key])}
        with self._connection:
            self._keep_path(document)
            for key in there - known:
                self._keep(document, key, 0 if not known else document.numbers.upto)
            self._drop(document, known - there)

    def _changed(self, document: SharedDocument, changes: Sequence[Change]) -> None:
        records = document.replica.records
        touched = {
            change.key if isinstance(change, RecordChange) else change.at.key: change.by
            for change in changes
        }
        news: list[ChatNews] = []
        with self._connection:
            self._keep_path(document)
            for key, by in touched.items():
                if not records.live(key):
                    self._drop(document, [key])
                elif _is_message(records[key]):
                    seq = document.numbers.of(by) or document.numbers.upto
                    news += self._keep(document, key, seq)
        for one in news:
            self._tell(one)

    def _keep(self, document: SharedDocument, key: str, seq: int) -> list[ChatNews]:
        """Keep a message as it is; returns what of it is new."""
        fields = document.replica.records[key]
        user, at = str(fields.get("user")), fields.get("at")
        text = str(document.replica.text(schema.body_of(key)))
        names = mentions(text)
        before = self._rows(
            "SELECT seq, names FROM said WHERE doc = ? AND key = ?", document.doc, key
        )
        told = json.loads(before[0][1]) if before else []
        row = (
            document.doc,
            key,
            before[0][0] if before else seq,
            user,
            at if isinstance(at, int) else 0,
            json.dumps([*dict.fromkeys([*told, *names])]),
            text[:EXCERPT],
        )
        self._connection.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        fresh = [name for name in names if name not in told]
        if before and not fresh:
            return []
        return [
            ChatNews(
                doc=document.doc,
                path=document.path,
                key=key,
                user=user,
                text=text[:EXCERPT],
                names=fresh,
                edited=bool(before),
            )
        ]

    def _keep_path(self, document: SharedDocument) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO chat VALUES (?, ?)", (document.doc, document.path)
        )

    def _drop(self, document: SharedDocument, keys: Iterable[str]) -> None:
        for key in keys:
            self._connection.execute(
                "DELETE FROM said WHERE doc = ? AND key = ?", (document.doc, key)
            )

    def begin_anew(self, doc: str) -> None:
        """Another log counts from 1 on: what was said before it stays as read as it was."""
        seqs = [
            seq for (seq,) in self._rows("SELECT seq FROM said WHERE doc = ? ORDER BY seq", doc)
        ]

        def place(seq: int) -> int:
            """Below 1, in the same order."""
            return bisect_right(seqs, seq) - len(seqs)

        with self._connection:
            for table in ("said", "mark"):
                sql = f"SELECT DISTINCT seq FROM {table} WHERE doc = ? ORDER BY seq"  # noqa: S608
                for (seq,) in self._rows(sql, doc):
                    sql = f"UPDATE {table} SET seq = ? WHERE doc = ? AND seq = ?"  # noqa: S608
                    self._connection.execute(sql, (place(seq), doc, seq))

    # --- what apps ask -------------------------------------------------------------------------

    def mark(self, user: str, doc: str, seq: int) -> None:
        """Somebody has read a chat so far."""
        self._connection.execute(
            "INSERT INTO mark VALUES (?, ?, ?) ON CONFLICT (user, doc) "
            "DO UPDATE SET seq = max(seq, excluded.seq)",
            (user, doc, seq),
        )

    def states(self, user: str) -> list[ChatState]:
        """All chats in which something was said, as they are for somebody; the latest first."""
        marks: dict[str, int] = dict(self._rows("SELECT doc, seq FROM mark WHERE user = ?", user))
        found: dict[str, ChatState] = {}
        for doc, path, seq, author, at, names, text in self._rows(
            "SELECT doc, path, seq, user, at, names, text FROM said JOIN chat USING (doc) "
            "ORDER BY doc, seq, at"
        ):
            before = found.get(doc)
            unread = author != user and seq > marks.get(doc, NOTHING_READ)
            mentioned = unread and bool({user, EVERYBODY} & set(json.loads(names)))
            found[doc] = ChatState(
                doc=doc,
                path=path,
                messages=(before.messages if before else 0) + 1,
                unread=(before.unread if before else 0) + unread,
                mentions=(before.mentions if before else 0) + mentioned,
                at=at,
                user=author,
                text=text,
            )
        return sorted(found.values(), key=lambda one: one.at, reverse=True)

    def _rows(self, query: str, *values: str) -> list[Any]:
        return list(self._connection.execute(query, values))


def _is_message(fields: Mapping[str, Json]) -> bool:
    return fields.get("type") == "message"
