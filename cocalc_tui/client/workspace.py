"""One app's side of one connection to a project's relay, and all documents open over it.

The connection comes and goes; the workspace stays. It connects, says hello, takes part in its
documents again from where each was, sends what is unsent, and does so as often as it takes. Those
who listen hear `Online` and `Offline`, never an exception out of a background task.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from cocalc_tui import __version__
from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.events import (
    FilesChanged,
    Offline,
    Online,
    PeopleChanged,
    WorkRefused,
    WorkspaceEvent,
)
from cocalc_tui.client.keep import keep
from cocalc_tui.client.link import Connect, RefusedError, delays
from cocalc_tui.client.opening import Opening, have
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import decode, encode
from cocalc_tui.protocol.events import (
    FileInfo,
    KernelChoice,
    OutputBatch,
    ProjectStatus,
)
from cocalc_tui.protocol.patches import entry_from_wire, to_wire
from cocalc_tui.protocol.transport import Transport, TransportClosed
from cocalc_tui.sync.patch import Json, Patch

Listener = Callable[[WorkspaceEvent], None]
Result = TypeVar("Result")


class RequestFailed(Exception):  # noqa: N818 - it is an answer, not a fault of the program
    """The relay could not do it; `text` is one line for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Workspace:
    """A project, as one start of an app sees it."""

    def __init__(
        self,
        connect: Connect,
        session: str,
        *,
        clock: Callable[[], int] = wall_clock,
    ) -> None:
        self.session = session
        self.me: m.Welcome | None = None
        self.people: list[m.Person] = []
        self.documents: dict[str, SharedDocument] = {}
        """By document id."""
        self.offline_since: float | None = time.time()
        self._connect = connect
        self._clock = clock
        self._listeners: list[Listener] = []
        self._transport: Transport | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[m.Message]] = {}
        self._opening: dict[int, Opening] = {}
        self._outgoing: asyncio.Queue[m.Message] = asyncio.Queue()
        self._next_n: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._online = asyncio.Event()
        self._gone: Offline | None = None
        self.handlers: dict[type[m.Message], Callable[[m.Message], None]] = {}
        """What else is to be done with messages, as the host side does with `Asked`."""

    # --- the connection ------------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """Whether the relay answers."""
        return self._online.is_set()

    @property
    def latency(self) -> float | None:
        """Round trip to the relay in seconds, None while it is not known."""
        return self._transport.latency if self._transport is not None else None

    def start(self) -> None:
        """Connect, and again whenever the connection is lost, until `close`."""
        self._task = asyncio.create_task(self._stay_connected())

    async def ready(self) -> None:
        """Wait for the first connection; raises RequestFailed where there is no use in waiting."""
        waiter = asyncio.create_task(self._online.wait())
        assert self._task is not None
        await asyncio.wait({waiter, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        if not self.online:
            reason = self._gone.reason if self._gone else "the relay does not answer"
            raise RequestFailed("role", reason)

    async def close(self) -> None:
        """Send what is unsent if that is quick, then leave."""
        if self.online:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_sent(), 2)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _all_sent(self) -> None:
        while any(document.outbox for document in self.documents.values()) and self.online:
            await asyncio.sleep(0.005)

    async def _stay_connected(self) -> None:
        waits = delays()
        while True:
            try:
                transport = await self._connect()
                await self._converse(transport)
                waits = delays()
            except (OSError, TransportClosed) as error:
                self._lost(Offline(str(error) or "the relay went away"))
            except RefusedError as error:
                self._lost(Offline(str(error), final=True))
                return
            await asyncio.sleep(await anext(waits))

    async def _converse(self, transport: Transport) -> None:
        self._transport = transport
        hello = m.Hello(
            newest=m.VERSION, oldest=m.OLDEST, release=__version__, session=self.session
        )
        try:
            await transport.send(encode(hello))
            while not isinstance(answer := decode(await transport.recv()), m.Welcome):
                if isinstance(answer, m.Goodbye):
                    raise RefusedError(answer.text)
            self._arrive(answer)
            writer = asyncio.create_task(self._write(transport))
            try:
                while True:
                    self._hear(decode(await transport.recv()))
            finally:
                writer.cancel()
        finally:
            self._transport = None
            await transport.close()

    def _arrive(self, welcome: m.Welcome) -> None:
        self.me = welcome
        self.offline_since = None
        self._gone = None
        self._outgoing = asyncio.Queue()
        for document in self.documents.values():
            self._reopen(document)
        self._online.set()
        self._emit(Online())

    def _lost(self, gone: Offline) -> None:
        self._gone = gone
        was_online = self.online
        self._online.clear()
        if was_online:
            self.offline_since = time.time()
            self.people = []
            for document in self.documents.values():
                document.offline_now()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(RequestFailed("offline", "the connection was lost"))
        self._waiting.clear()
        self._opening.clear()
        if was_online or gone.final:
            self._emit(gone)

    async def _write(self, transport: Transport) -> None:
        with contextlib.suppress(TransportClosed):
            while True:
                await transport.send(encode(await self._outgoing.get()))

    def send(self, message: m.Message) -> None:
        """Send a message when the connection is there; it is dropped with a lost connection."""
        if self._transport is not None:
            self._outgoing.put_nowait(message)

    # --- what the relay says -------------------------------------------------------------------

    def _hear(self, message: m.Message) -> None:
        match message:
            case m.Entries():
                self._entries(message)
            case m.Ack():
                if (document := self.documents.get(message.doc)) is not None:
                    document.acknowledged(message.seqs)
            case m.Present():
                if (document := self.documents.get(message.doc)) is not None:
                    document.somebody_moved(message.connection, message.user, message.place)
                    if message.place is not None and message.place.get("new"):
                        document.say_place()
            case m.Told():
                self._told(message)
            case m.Opened():
                self._opened(message)
            case m.Answer() | m.Failed() | m.Fetched():
                self._answer(message.id, message)
            case m.Refused():
                self._refused(message)
            case m.People():
                self.people = message.people
                self._emit(PeopleChanged())
            case m.Goodbye():
                raise (RefusedError if message.code in {"role", "version"} else TransportClosed)(
                    message.text
                )
            case _:
                if (handler := self.handlers.get(type(message))) is not None:
                    handler(message)

    def _entries(self, message: m.Entries) -> None:
        entries = [entry_from_wire(entry) for entry in message.entries]
        for opening in self._opening.values():
            if opening.doc == message.doc and not opening.complete:
                opening.add(entries)
                return
        if (document := self.documents.get(message.doc)) is not None:
            document.arrived(entries)

    def _told(self, message: m.Told) -> None:
        if message.topic == "files":
            self._emit(FilesChanged())
        for opening in self._opening.values():
            if opening.doc == message.doc:
                opening.told.append((message.topic, message.data))
        if (document := self.documents.get(message.doc)) is not None:
            document.hearing.heard(message.topic, message.data)

    def _answer(self, id_: int, message: m.Message) -> None:
        future = self._waiting.pop(id_, None)
        if future is not None and not future.done():
            future.set_result(message)

    def _refused(self, message: m.Refused) -> None:
        document = self.documents.get(message.doc)
        if document is None or message.session != self.session:
            return
        if message.code == "gap":
            document.outbox.retry()
            self.outgoing(document)
            return
        if message.code == "clock":
            document.restamp(message.now)
            self.outgoing(document)
            return
        document.readonly = document.readonly or f"{document.path}: {message.text}"
        self._keep(document, document.outbox.drop_from(message.n), message.text)

    def _keep(self, document: SharedDocument, patches: list[Patch], reason: str) -> None:
        copy = keep(document.path, patches)
        self._emit(WorkRefused(document.path, reason, copy))

    # --- documents -----------------------------------------------------------------------------

    async def open(self, path: str) -> SharedDocument:
        """Take part in a document; raises RequestFailed."""
        for document in self.documents.values():
            if document.path == path:
                return document
        id_ = next(self._ids)
        opening = Opening(path)
        self._opening[id_] = opening
        try:
            await self._ask(m.Open(id=id_, path=path))
            await opening.filled.wait()
        finally:
            self._opening.pop(id_, None)
        return self.documents[opening.doc]

    def _reopen(self, document: SharedDocument) -> None:
        id_ = next(self._ids)
        self._opening[id_] = Opening(document.path, document)
        self.send(
            m.Open(id=id_, path=document.path, doc=document.doc, have=have(document)),
        )

    def _opened(self, message: m.Opened) -> None:
        opening = self._opening.get(message.id)
        if opening is None:
            return
        opening.begin(message, self._finish_opening)
        self._answer(message.id, message)

    def _finish_opening(self, opening: Opening) -> None:
        document = opening.document
        if document is None:
            document = SharedDocument(
                opening.path,
                opening.type,
                self.session,
                wire=self,
                first_n=self._next_n.get(opening.doc, 0),
                clock=self._clock,
            )
        opening.fill(document, self.me)
        if opening.left_over:
            self._keep(document, opening.left_over, "the relay has another log of it")
        self.documents[document.doc] = document
        for id_, known in list(self._opening.items()):
            if known is opening and opening.document is not None:
                del self._opening[id_]
        document.say_place()
        document.hearing.catch_up()
        self.outgoing(document)
        opening.filled.set()

    def outgoing(self, document: SharedDocument) -> None:
        """Send what waits in the document's outbox, unless something is on its way."""
        if self.online and (patches := document.outbox.take()):
            self.send(m.Push(doc=document.doc, patches=[to_wire(p) for p in patches]))

    def stands(self, document: SharedDocument, place: dict[str, Json] | None) -> None:
        """Tell the others in the document where I am."""
        self.send(m.Presence(doc=document.doc, place=place))

    def shut(self, document: SharedDocument) -> None:
        """Leave a document once everything is sent."""
        self.documents.pop(document.doc, None)
        self._next_n[document.doc] = document.outbox.next_n
        self.send(m.Shut(doc=document.doc))

    def missing_output(self, document: SharedDocument, run: str, after: int) -> None:
        """Ask for live output that was missed."""
        task = asyncio.ensure_future(self._fetch_output(document, run, after))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _fetch_output(self, document: SharedDocument, run: str, after: int) -> None:
        request = m.Outputs(id=next(self._ids), doc=document.doc, run=run, after=after)
        batch = await self._result(request, OutputBatch)
        document.hearing.heard("output", msgspec.msgpack.encode(batch))

    # --- requests ------------------------------------------------------------------------------

    async def _ask(self, request: m.Message) -> m.Message:
        if not self.online:
            raise RequestFailed("offline", "not connected to the relay just now")
        future: asyncio.Future[m.Message] = asyncio.get_running_loop().create_future()
        id_ = request.id  # type: ignore[attr-defined]  # every request has one
        self._waiting[id_] = future
        self.send(request)
        answer = await future
        if isinstance(answer, m.Failed):
            raise RequestFailed(answer.code, answer.text)
        return answer

    async def _result(self, request: m.Message, type_: type[Result]) -> Result:
        answer = await self._ask(request)
        assert isinstance(answer, m.Answer)
        return msgspec.msgpack.decode(answer.result, type=type_)

    async def save(self, document: SharedDocument) -> None:
        """Write it to disk now."""
        await self._all_of(document)
        await self._ask(m.Save(id=next(self._ids), doc=document.doc))

    async def run(self, document: SharedDocument, cells: list[str]) -> None:
        """Queue cells, as they are typed here."""
        await self._all_of(document)
        await self._ask(m.Run(id=next(self._ids), doc=document.doc, cells=cells))

    async def _all_of(self, document: SharedDocument) -> None:
        """Wait until the relay has what is typed here: that is what is to be saved or run."""
        while document.outbox and self.online:
            await asyncio.sleep(0.002)

    async def interrupt(self, document: SharedDocument) -> None:
        """Interrupt the running cell and empty the queue."""
        await self._ask(m.Interrupt(id=next(self._ids), doc=document.doc))

    async def restart(self, document: SharedDocument, *, stop: bool) -> None:
        """End the kernel and, unless `stop`, start it anew."""
        await self._ask(m.Restart(id=next(self._ids), doc=document.doc, stop=stop))

    async def kernels(self, document: SharedDocument) -> list[KernelChoice]:
        """Kernels to choose from."""
        request = m.Kernels(id=next(self._ids), doc=document.doc)
        return await self._result(request, list[KernelChoice])

    async def choose_kernel(self, document: SharedDocument, name: str) -> None:
        """Use this kernel from now on."""
        await self._ask(m.ChooseKernel(id=next(self._ids), doc=document.doc, name=name))

    async def list_files(self, path: str = "", *, recursive: bool = False) -> list[FileInfo]:
        """The entries of a folder, or of everything below it."""
        request = m.ListFiles(id=next(self._ids), path=path, recursive=recursive)
        return await self._result(request, list[FileInfo])

    async def make_file(self, path: str, *, folder: bool = False) -> None:
        """Create an empty file, notebook or folder."""
        await self._ask(m.MakeFile(id=next(self._ids), path=path, folder=folder))

    async def rename_file(self, path: str, to: str) -> None:
        """Move a file or folder; open documents follow."""
        await self._ask(m.RenameFile(id=next(self._ids), path=path, to=to))

    async def delete_file(self, path: str) -> None:
        """Move a file or folder to the project's trash."""
        await self._ask(m.DeleteFile(id=next(self._ids), path=path))

    async def status(self) -> ProjectStatus:
        """What runs."""
        return await self._result(m.Status(id=next(self._ids)), ProjectStatus)

    async def members(self) -> dict[str, str]:
        """Who may join, user to role."""
        return await self._result(m.Members(id=next(self._ids)), dict[str, str])

    async def share(self, user: str, role: str | None) -> None:
        """Give somebody a role, or take it."""
        await self._ask(m.Share(id=next(self._ids), user=user, role=role))

    async def stop(self, *, everything: bool = False) -> None:
        """End the relay, and with `everything` the kernels too."""
        await self._ask(m.Stop(id=next(self._ids), everything=everything))

    # --- listening -----------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of everything that happens; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _emit(self, event: WorkspaceEvent) -> None:
        for listener in self._listeners[:]:
            listener(event)
