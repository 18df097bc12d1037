"""The documents an app takes part in: opening, following, sending, and leaving them.

A document is opened once, however many ask for it, and taken up again after a lost connection or
where the relay has another log of it. What the relay does not take is kept as a copy.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from cocalc_tui.chat.places import named
from cocalc_tui.client.asks import Asks
from cocalc_tui.client.blobs import Blobs
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentMoved, FilesChanged, WorkRefused, WorkspaceEvent
from cocalc_tui.client.filetext import file_text
from cocalc_tui.client.keep import keep
from cocalc_tui.client.opening import Opening, have
from cocalc_tui.client.ready import ReadyPatches
from cocalc_tui.client.requests import RequestFailed, Requests
from cocalc_tui.garbage import garbage
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import ANEW, OutputBatch
from cocalc_tui.protocol.patches import entry_from_wire, to_wire
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.patch import Json, Patch

DISK_PAUSE = 2.0
"""Seconds before patches that the relay cannot store just now are sent again."""
REOPEN_PAUSE = 1.0
"""Seconds before a document that the relay could not open again is asked for once more."""
_log = logging.getLogger(__name__)


class Attending(Asks):
    """The documents of `client.workspace.Workspace`."""

    blobs: Blobs

    def __init__(
        self, session: str, clock: Callable[[], int], new_session: Callable[[], str]
    ) -> None:
        self.session = session
        self.me: m.Welcome | None = None
        self.documents: dict[str, SharedDocument] = {}
        """By document id."""
        self.requests = Requests(self.send)
        self._clock = clock
        self._new_session = new_session
        self._opening: dict[int, Opening] = {}
        self._ready = ReadyPatches(lambda message: self.send(message))
        self._sessions: dict[str, tuple[str, int]] = {}
        """Session and next number of documents that were left, by id."""
        self._asked_for: set[str] = set()
        """Documents that somebody opened, and not only `borrowed`."""
        self._leaving: set[str] = set()
        """Documents to leave once everything is sent."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def online(self) -> bool:
        """Whether the relay answers."""
        raise NotImplementedError

    def send(self, message: m.Message) -> bool:
        """Send a message; False where there is no connection."""
        raise NotImplementedError

    def emit(self, event: WorkspaceEvent) -> None:
        """Tell all listeners."""
        raise NotImplementedError

    # --- opening -------------------------------------------------------------------------------

    async def open(self, path: str) -> SharedDocument:
        """Take part in a document, or return the one that is open; raises RequestFailed."""
        document = await self._take_part(path, asked=True)
        self._asked_for.add(document.doc)
        return document

    @contextlib.asynccontextmanager
    async def borrowed(self, path: str, doc: str) -> AsyncIterator[SharedDocument]:
        """Take part for a while in a document that nobody asked for; raises RequestFailed.

        It is the one with this id, where the relay knows that, else the one at this path.
        """
        document = self.documents.get(doc) or await self._take_part(path, doc)
        try:
            yield document
        finally:
            if document.doc not in self._asked_for:
                self.shut(document)

    async def _take_part(
        self, path: str, doc: str | None = None, *, asked: bool = False
    ) -> SharedDocument:
        while True:
            for document in self.documents.values():
                if document.path == path and doc in {None, document.doc}:
                    self._leaving.discard(document.doc)
                    return document
            known = next((one for one in self._opening.values() if one.path == path), None)
            if known is None:
                break
            known.asked |= asked
            await known.over.wait()
        id_ = self.requests.next_id()
        opening = self._opening[id_] = Opening(path)
        opening.asked = asked
        try:
            await self.requests.ask(lambda id_: m.Open(id=id_, path=path, doc=doc), id_)
            await opening.over.wait()
        finally:
            self._opening.pop(id_, None)
            opening.over.set()
        if not opening.filled:
            raise RequestFailed("offline", "the connection was lost")
        return self.documents[opening.doc]

    async def push(self, document: SharedDocument, patches: Sequence[Patch]) -> None:
        """Hand the relay ready patches, of whatever session; raises `ready.PushRefused`."""
        await self._ready.push(document, patches)

    async def open_anew(self, document: SharedDocument) -> None:
        """Load a document whole again: the relay has another log of it."""
        document.stale = True
        self._reopen(document, whole=True)
        opening = next(one for one in self._opening.values() if one.document is document)
        await opening.over.wait()

    def _reopen(self, document: SharedDocument, *, whole: bool = False) -> None:
        id_ = self.requests.next_id()
        self._opening[id_] = Opening(document.path, document)
        whole = whole or document.stale
        held = None if whole else have(document)
        self.send(m.Open(id=id_, path=document.path, doc=document.doc, have=held, whole=whole))

    def _opened(self, message: m.Opened) -> None:
        opening = self._opening.get(message.id)
        if opening is None:
            return
        opening.doc = message.doc
        self._supersede(opening)
        try:
            opening.begin(message, self._finish_opening)
        except DamagedLog as damage:
            _log.error("%s: %s; it is read whole", message.path, damage)
            whole = m.Open(id=message.id, path=message.path, doc=message.doc, whole=True)
            self.send(whole)
            return
        self.requests.answered(message.id, message)

    def _supersede(self, by: Opening) -> None:
        """Of a document that is opened anew twice, the relay serves the later one alone."""
        for id_, opening in list(self._opening.items()):
            again = opening is not by and opening.document is not None and opening.doc == by.doc
            if again and opening.begun and not opening.complete:
                del self._opening[id_]
                opening.over.set()

    def _not_opened(self, message: m.Failed) -> None:
        """Who asked hears why; a document that people have open here tries again by itself."""
        self.requests.answered(message.id, message)
        document = self._opening[message.id].document
        if document is not None:
            del self._opening[message.id]
            document.held_back(message.text)
            asyncio.get_running_loop().call_later(REOPEN_PAUSE, self._reopen_again, document)

    def reopen_all(self) -> None:
        """Ask the relay anew what may be done with the documents that are open."""
        for document in list(self.documents.values()):
            self._reopen_again(document)

    def _reopen_again(self, document: SharedDocument) -> None:
        is_open = self.documents.get(document.doc) is document
        waits = any(opening.document is document for opening in self._opening.values())
        if is_open and not waits and self.online:
            self._reopen(document)

    def _finish_opening(self, opening: Opening) -> None:
        document = opening.document
        if document is None:
            session, first_n = self._sessions.get(opening.doc, (self.session, 0))
            document = SharedDocument(
                opening.path,
                opening.type,
                session,
                wire=self,
                first_n=first_n,
                clock=self._clock,
            )
        self._is_at(document, opening.path)
        opening.fill(document, self.me, self._new_session)
        # Who had sent all of it holds what another log may lack, too: merged by guessing, the work
        # of two of them would be there twice.
        if opening.left_over or (opening.own_gone and opening.text_before != file_text(document)):
            reason = "the relay has another log of it"
            self.keep_copy(document.path, opening.left_over, reason, opening.text_before)
        # One of which nothing was ever stored gets another id from the next relay.
        before = [doc for doc, known in self.documents.items() if known is document]
        for doc in before:
            del self.documents[doc]
        self.documents[document.doc] = document
        if opening.asked or not self._asked_for.isdisjoint(before):
            self._asked_for.add(document.doc)
        document.back()
        for id_, known in list(self._opening.items()):
            if known is opening and opening.document is not None:
                del self._opening[id_]
        document.say_place()
        document.hearing.catch_up()
        self.outgoing(document)
        self._read_whole_if_needed(document)
        opening.filled = True
        opening.over.set()
        garbage.loaded()

    # --- sending, and leaving ------------------------------------------------------------------

    def outgoing(self, document: SharedDocument) -> None:
        """Send what waits in the document's outbox, unless something is on its way."""
        if document.attached and not document.stale and (patches := document.outbox.take()):
            self.send(m.Push(doc=document.doc, patches=[to_wire(p) for p in patches]))
        elif document.doc in self._leaving and document.sent:
            self.shut(document)

    def stands(self, document: SharedDocument, place: dict[str, Json]) -> None:
        """Tell the others in the document where I am."""
        if self.me is not None and self.me.role != "host":
            self.send(m.Presence(doc=document.doc, place=place))

    def shut(self, document: SharedDocument) -> None:
        """Leave a document, once everything is sent."""
        if not document.sent:
            self._leaving.add(document.doc)
            return
        self._leaving.discard(document.doc)
        self._asked_for.discard(document.doc)
        self.documents.pop(document.doc, None)
        for id_, opening in list(self._opening.items()):
            if opening.document is document:  # its entries will not come any more
                del self._opening[id_]
                opening.over.set()
        garbage.let_go()
        self._sessions[document.doc] = (document.session, document.outbox.next_n)
        self.send(m.Shut(doc=document.doc))

    def missing_output(self, document: SharedDocument, run: str, after: int) -> None:
        """Ask for live output that was missed."""
        task = asyncio.create_task(self._fetch_output(document, run, after))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch_output(self, document: SharedDocument, run: str, after: int) -> None:
        # Where the connection is lost, the next one asks again.
        with contextlib.suppress(RequestFailed):
            batch = await self.requests.result(
                lambda id_: m.Outputs(id=id_, doc=document.doc, run=run, after=after), OutputBatch
            )
            document.hearing.heard("output", msgspec.msgpack.encode(batch))

    # --- the connection ------------------------------------------------------------------------

    def _all_back(self) -> None:
        """The relay answers: take part in everything from where it was."""
        for document in self.documents.values():
            self._reopen(document)

    def _all_gone(self) -> None:
        """The relay is gone, and with it whatever was asked."""
        for document in self.documents.values():
            document.offline_now()
        self.requests.fail_all("the connection was lost")
        for opening in self._opening.values():
            opening.over.set()
        self._opening.clear()

    # --- what the relay says -------------------------------------------------------------------

    def _heard_of_documents(self, message: m.Message) -> bool:
        """Take in a message about a document, or an answer; False for what is neither."""
        match message:
            case m.Entries():
                self._entries(message)
            case m.Ack():
                if (document := self._of_session(message)) is not None:
                    document.acknowledged(message.seqs)
            case m.Present():
                if (document := self.documents.get(message.doc)) is not None:
                    document.somebody_moved(message.connection, message.user, message.place)
            case m.Told():
                self._told(message)
            case m.Opened():
                self._opened(message)
            case m.Failed() if message.id in self._opening:
                self._not_opened(message)
            case m.Answer() | m.Failed() | m.Fetched():
                self.requests.answered(message.id, message)
            case m.Refused():
                if (document := self._of_session(message)) is not None:
                    self._refused(document, message)
                else:
                    self._ready.refused(message)
            case m.Moved():
                self._moved(message)
            case _:
                return False
        return True

    def _told(self, message: m.Told) -> None:
        for opening in self._opening.values():
            if opening.doc == message.doc:
                opening.told.append((message.topic, message.data))
        if (document := self.documents.get(message.doc)) is None:
            return
        if message.topic == ANEW:
            document.offline_now()
            self._reopen(document)
        else:
            document.hearing.heard(message.topic, message.data)

    def _entries(self, message: m.Entries) -> None:
        entries = list(map(entry_from_wire, message.entries))
        for opening in self._opening.values():
            if opening.doc == message.doc and not opening.complete:
                opening.add(message.blocks, entries)
                return
        if (document := self.documents.get(message.doc)) is not None:
            sealed = [entry for block in message.blocks for entry in decode_block(block)]
            document.arrived([*sealed, *entries])
            self._read_whole_if_needed(document)

    def _read_whole_if_needed(self, document: SharedDocument) -> None:
        """Open anew what began from a checkpoint when somebody's patch is older than that."""
        if document.replica.missing():
            self._reopen(document, whole=True)

    def _moved(self, message: m.Moved) -> None:
        for document in self.documents.values():
            path = document.path
            if path == message.path or path.startswith(f"{message.path}/"):
                self._is_at(document, message.to + path.removeprefix(message.path))
        self.emit(FilesChanged())

    def _is_at(self, document: SharedDocument, path: str) -> None:
        if document.path != path:
            before, document.path = document.path, path
            self.emit(DocumentMoved(before, path))

    def _of_session(self, message: m.Ack | m.Refused) -> SharedDocument | None:
        """The document in whose outbox the patches are that this is about."""
        document = self.documents.get(message.doc)
        return document if document and document.session == message.session else None

    def _refused(self, document: SharedDocument, message: m.Refused) -> None:
        if message.code == "gap":
            document.outbox.retry()
            if document.outbox.begins_with(message.n):
                self._reopen(document, whole=True)  # what it acknowledged is not there any more
            else:
                self.outgoing(document)
        elif message.code == "clock":
            document.clock_refused(message.n, message.time, message.now)
        elif message.code in {"disk", "busy"}:
            document.held_back(message.text)
            asyncio.get_running_loop().call_later(DISK_PAUSE, self.outgoing, document)
        else:
            if message.code == "role":
                refusal = f"{named(document.path)}: {message.text}"
                document.readonly = document.readonly or refusal
            self._set_aside(document, message.text)

    def _set_aside(self, document: SharedDocument, reason: str) -> None:
        """Keep a copy of what the relay does not take, and show the document without it."""
        self.keep_copy(document.path, document.outbox.drop_from(0), reason, file_text(document))
        document.renew_session(self._new_session())
        document.stale = True
        self._reopen(document, whole=True)

    def keep_copy(self, path: str, patches: Sequence[Patch], reason: str, text: str = "") -> None:
        """Keep work that is not taken where the person finds it, and tell them."""
        self.emit(WorkRefused(path, reason, keep(path, patches, reason, text)))
