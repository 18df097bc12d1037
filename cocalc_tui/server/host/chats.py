"""What was said in which chat, who is mentioned, and how far each person has read.

The chats themselves are documents like all others. This index is there so that an app can say that
something is unread without opening every chat of the project, and so that a mention is told once:
not again when the message is edited, or comes back after it was deleted. Who adds a name to a
message is who mentions. Lost, it is made anew as chats are opened, but for who has read how far: so
whoever takes the file away does not take that.
"""

from __future__ import annotations

import contextlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import apsw

from cocalc_tui.chat import schema
from cocalc_tui.chat.mentions import EVERYBODY, mentions
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Changed, DocumentEvent
from cocalc_tui.protocol.events import ChatNews, ChatState
from cocalc_tui.server.lasting import LastingFile
from cocalc_tui.sync.patch import Change, Json, RecordChange

EXCERPT = 200
"""Characters of a message that are told."""
NOTHING_READ = -(2**62)
MOST_UNREAD = 1000
"""Keys of unread messages that are told of one chat."""
_SCHEMA = 2
_TABLES = """
CREATE TABLE chat (doc TEXT PRIMARY KEY, path TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE said (
    doc TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, user TEXT NOT NULL,
    at INTEGER NOT NULL, names TEXT NOT NULL, text TEXT NOT NULL, live INTEGER NOT NULL,
    PRIMARY KEY (doc, key)
) WITHOUT ROWID;
CREATE TABLE mark (
    user TEXT NOT NULL, doc TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (user, doc)
) WITHOUT ROWID;
"""

_IN_ORDER = "CREATE INDEX IF NOT EXISTS said_in_order ON said (doc, seq)"


class _Said(NamedTuple):
    """A row of what was said."""

    doc: str
    key: str
    seq: int
    """Of the patch that said it."""
    user: str
    at: int
    names: str
    """JSON: by name, the patch that mentioned it first and whose that is."""
    text: str
    live: int
    """0 while it is deleted."""

    def named(self) -> dict[str, tuple[int, str]]:
        """Who is mentioned: in which patch, and whose that is."""
        return {name: (seq, by) for name, (seq, by) in json.loads(self.names).items()}

    def unread(self, user: str, mark: int) -> tuple[bool, bool]:
        """Whether it is unread for somebody who read up to a patch, and whether it is for them."""
        named = self.named()
        mentioned = any(
            named[name][0] > mark and named[name][1] != user
            for name in {user, EVERYBODY} & named.keys()
        )
        return mentioned or (self.user != user and self.seq > mark), mentioned


class Chats:
    """The index of one project's chats."""

    def __init__(self, path: Path, tell: Callable[[ChatNews], None]) -> None:
        """Open or make the file; raises OSError and apsw.Error.

        `tell` tells everybody who is connected.
        """
        self._tell = tell
        self._file = LastingFile(path, _set_up)

    @property
    def _connection(self) -> apsw.Connection:
        return self._file.connection

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """All or nothing, in the project's file at the end."""
        with self._connection:
            yield
        self.ensure_in_place()

    def ensure_in_place(self) -> None:
        """Write the index anew where somebody took it away.

        Where that fails it goes on with what is open: a chat that its index keeps from being
        written would be worse.
        """
        with contextlib.suppress(OSError, apsw.Error):  # it is tried again in a moment
            self._file.ensure_in_place()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

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
        known = self._said(document.doc)
        there = {key for key in records if _is_message(records[key])}
        with self._changing():
            self._keep_path(document)
            for key in there - known.keys():
                seq, by = (document.numbers.upto if known else 0), _author(records[key])
                self._keep(document, key, seq, by, None)
            for key, row in known.items():
                self._put(row._replace(live=int(key in there)))

    def _changed(self, document: SharedDocument, changes: Sequence[Change]) -> None:
        records = document.replica.records
        touched = {
            change.key if isinstance(change, RecordChange) else change.at.key: change.by
            for change in changes
        }
        known = self._said(document.doc, touched)
        news: list[ChatNews] = []
        with self._changing():
            self._keep_path(document)
            for key, by in touched.items():
                before = known.get(key)
                if not records.live(key):
                    if before is not None:
                        self._put(before._replace(live=0))
                elif _is_message(records[key]):
                    seq = document.numbers.of(by) or document.numbers.upto
                    author = document.author_of.get(by.session, "")
                    news += self._keep(document, key, seq, author, before)
        for one in news:
            self._tell(one)

    def _keep(
        self, document: SharedDocument, key: str, seq: int, by: str, before: _Said | None
    ) -> list[ChatNews]:
        """Keep a message as patch `seq` of `by` left it; returns what of it is new."""
        fields = document.replica.records[key]
        user, at = _author(fields), fields.get("at")
        text = str(document.replica.text(schema.body_of(key)))
        told = before.named() if before else {}
        fresh = [name for name in mentions(text) if name not in told]
        whose = by if before else user
        self._put(
            _Said(
                document.doc,
                key,
                before.seq if before else seq,
                user,
                at if isinstance(at, int) else 0,
                json.dumps(told | dict.fromkeys(fresh, (seq, whose))),
                text[:EXCERPT],
                1,
            )
        )
        if before and not fresh:
            return []
        return [
            ChatNews(
                doc=document.doc,
                path=document.path,
                key=key,
                user=whose,
                text=text[:EXCERPT],
                names=fresh,
                edited=bool(before),
            )
        ]

    def _keep_path(self, document: SharedDocument) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO chat VALUES (?, ?)", (document.doc, document.path)
        )

    def _put(self, row: _Said) -> None:
        self._connection.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _said(self, doc: str, keys: Iterable[str] | None = None) -> dict[str, _Said]:
        """What is kept of a chat, or of some of its messages, by key."""
        if keys is None:
            rows = self._connection.execute("SELECT * FROM said WHERE doc = ?", (doc,))
            return {row.key: row for row in map(_Said._make, rows)}
        found: dict[str, _Said] = {}
        for key in keys:
            query = "SELECT * FROM said WHERE doc = ? AND key = ?"
            for row in self._connection.execute(query, (doc, key)):
                found[key] = _Said._make(row)
        return found

    def moved(self, path: str, to: str) -> None:
        """A file or folder has another path; so have the chats in it that nobody has open."""
        with self._changing():
            for doc, old in self._inside(path):
                new = to + old.removeprefix(path)
                self._connection.execute("UPDATE chat SET path = ? WHERE doc = ?", (new, doc))

    def gone(self, path: str) -> None:
        """A file or folder was deleted: a chat is not listed until somebody opens it again."""
        with self._changing():
            for doc, _ in self._inside(path):
                self._connection.execute("DELETE FROM chat WHERE doc = ?", (doc,))

    def _inside(self, path: str) -> list[tuple[str, str]]:
        """The chats that are this file or lie in this folder: id and path."""
        rows: Iterable[tuple[str, str]] = self._connection.execute("SELECT doc, path FROM chat")
        return [(doc, old) for doc, old in rows if old == path or old.startswith(f"{path}/")]

    def begin_anew(self, doc: str) -> None:
        """Another log counts from 1 on: what was said before it stays as read as it was."""
        rows = self._said(doc).values()
        seqs = sorted(
            [row.seq for row in rows] + [seq for row in rows for seq, _ in row.named().values()]
        )

        def place(seq: int) -> int:
            """Below 1, in the same order."""
            return bisect_right(seqs, seq) - len(seqs)

        with self._changing():
            for row in rows:
                named = {name: (place(seq), by) for name, (seq, by) in row.named().items()}
                self._put(row._replace(seq=place(row.seq), names=json.dumps(named)))
            sql = "SELECT seq, user FROM mark WHERE doc = ?"
            for seq, user in list(self._connection.execute(sql, (doc,))):
                sql = "UPDATE mark SET seq = ? WHERE doc = ? AND user = ?"
                self._connection.execute(sql, (place(seq), doc, user))

    # --- what apps ask -------------------------------------------------------------------------

    def mark(self, user: str, doc: str, seq: int) -> str:
        """Somebody has read a chat so far; returns the last message they have read, "" for none."""
        with self._changing():
            self._connection.execute(
                "INSERT INTO mark VALUES (?, ?, ?) ON CONFLICT (user, doc) "
                "DO UPDATE SET seq = max(seq, excluded.seq)",
                (user, doc, seq),
            )
        return self._last_message(doc, self._marks(user)[doc])

    def readers(self, doc: str) -> dict[str, str]:
        """The last message that each person has read of a chat, by user."""
        marks = list(self._connection.execute("SELECT user, seq FROM mark WHERE doc = ?", (doc,)))
        found = {user: self._last_message(doc, seq) for user, seq in marks}
        return {user: key for user, key in found.items() if key}

    def _last_message(self, doc: str, upto: int) -> str:
        query = "SELECT key FROM said WHERE doc = ? AND live AND seq <= ? ORDER BY seq DESC LIMIT 1"
        return next((key for (key,) in self._connection.execute(query, (doc, upto))), "")

    def states(self, user: str) -> list[ChatState]:
        """All chats in which something was said, as they are for somebody; the latest first."""
        marks = self._marks(user)
        found: dict[str, ChatState] = {}
        for path, *row in self._connection.execute(
            "SELECT path, said.* FROM said JOIN chat USING (doc) WHERE live ORDER BY doc, seq, at"
        ):
            said = _Said._make(row)
            before = found.get(said.doc)
            unread, mentioned = said.unread(user, marks.get(said.doc, NOTHING_READ))
            found[said.doc] = ChatState(
                doc=said.doc,
                path=path,
                messages=(before.messages if before else 0) + 1,
                unread=(before.unread if before else 0) + unread,
                mentions=(before.mentions if before else 0) + mentioned,
                at=said.at,
                user=said.user,
                text=said.text,
            )
        return sorted(found.values(), key=lambda one: one.at, reverse=True)

    def _marks(self, user: str) -> dict[str, int]:
        """How far somebody has read, by chat."""
        return dict(self._connection.execute("SELECT doc, seq FROM mark WHERE user = ?", (user,)))

    def unread(self, user: str, doc: str) -> list[str]:
        """The keys of what is unread for somebody in a chat, the latest last."""
        mark = self._marks(user).get(doc, NOTHING_READ)
        found = [row for row in self._said(doc).values() if row.live and row.unread(user, mark)[0]]
        return [row.key for row in sorted(found, key=lambda row: row.seq)][-MOST_UNREAD:]


def _set_up(connection: apsw.Connection, _: Path) -> None:
    # A message or a mark would wait for the disk: whoever loses power reads a chat once more.
    connection.execute("PRAGMA synchronous = NORMAL")
    with connection:
        if connection.pragma("user_version") != _SCHEMA:
            for table in ("chat", "said", "mark"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.execute(_TABLES)
        connection.execute(_IN_ORDER)
        # Writes something, so that the exclusive lock is held from now on.
        connection.execute(f"PRAGMA user_version = {_SCHEMA}")


def _is_message(fields: Mapping[str, Json]) -> bool:
    return fields.get("type") == "message"


def _author(fields: Mapping[str, Json]) -> str:
    return str(fields.get("user"))
