"""An app and a host side as the relay sees them: plain messages, nothing merged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec

from cocalc_tui.protocol import connection as c
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import decode, encode
from cocalc_tui.protocol.transport import Transport, TransportClosed
from cocalc_tui.server.access import Access
from cocalc_tui.server.relay import Processes, Relay, Surroundings, Whereabouts
from cocalc_tui.server.store import Store
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.sync.encoding import decode_block
from tests.server.making import ALICE, BOB, EVE, NOW, imported, typed
from tests.server.people import Everybody

Kind = TypeVar("Kind", bound=m.Message)
PATIENCE = 60
SESSIONS = {"alice": ALICE, "bob": BOB, "eve": EVE}


class App:
    """One connection; what it hears is kept until somebody asks for it."""

    def __init__(self, transport: Transport, session: str) -> None:
        self.transport = transport
        self.session = session
        self.side = c.AppSide()
        self.heard: list[m.Message] = []
        self.goodbye: m.Goodbye | None = None
        self.closed = False
        self.me: m.Welcome | None = None
        self._news = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    def read(self) -> None:
        """Begin to take what the relay sends."""
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        try:
            while True:
                self._take(await self.transport.recv())
                self._news.set()
        except TransportClosed:
            self.closed = True
            self._news.set()

    def _take(self, frame: bytes) -> None:
        match self.side.receive(frame):
            case c.Heard(message):
                self.heard.append(message)
            case c.Greeted(m.Welcome() as welcome):
                self.me = welcome
            case c.Ended(goodbye):
                self.goodbye = goodbye
            case other:
                raise AssertionError(other)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def hello(self) -> None:
        self.transport.send(self.side.hello(self.session, "test"))
        self.read()
        await self.until(lambda: self.me is not None or self.goodbye is not None)

    async def say(self, message: m.Message) -> None:
        self.transport.send(encode(message))
        await asyncio.sleep(0)  # as a real network, it lets the others come to it

    async def hear(self, kind: type[Kind], **fields: object) -> Kind:
        """The first message of a kind with these fields that was not asked for yet."""
        found: list[Kind] = []

        def there() -> bool:
            for message in self.heard_of(kind):
                if all(getattr(message, name) == value for name, value in fields.items()):
                    self.heard.remove(message)
                    found.append(message)
                    return True
            if self.closed:
                raise AssertionError(f"closed ({self.goodbye}) while waiting for {kind.__name__}")
            return False

        await self.until(there)
        return found[0]

    def heard_of(self, kind: type[Kind]) -> list[Kind]:
        return [message for message in self.heard if isinstance(message, kind)]

    async def open(self, path: str = "notes.txt", **more: object) -> m.Opened:
        await self.say(m.Open(id=1, path=path, **more))  # type: ignore[arg-type]  # by the test
        return await self.hear(m.Opened)

    async def push(self, doc: str, *patches: m.WirePatch) -> None:
        await self.say(m.Push(doc=doc, patches=list(patches)))

    async def synced(self) -> None:
        """Wait until the relay has acted on all that was said before."""
        await self.say(m.Members(id=999))
        await self.hear(m.Answer, id=999)

    async def entries(self, upto: int) -> list[tuple[int, str, int]]:
        """(seq, session, n) of all entries heard of, once `upto` is there."""
        found: dict[int, tuple[int, str, int]] = {}

        def there() -> bool:
            for message in self.heard_of(m.Entries):
                for block in message.blocks:
                    for entry in decode_block(block):
                        found[entry.seq] = (entry.seq, *entry.patch.id)
                for one in message.entries:
                    found[one.seq] = (one.seq, one.patch.session, one.patch.n)
            return upto in found

        await self.until(there)
        return [found[seq] for seq in sorted(found)]

    async def leave(self) -> None:
        await self.transport.close()
        if self._reader is not None:
            self._reader.cancel()


class Host(App):
    """Makes every document ready, with an import of one patch."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport, "d" * 16)
        self.prepared: list[str] = []
        self.unused: list[str] = []
        self.asked: list[m.Asked] = []
        self.fails: m.Failed | None = None
        self.readonly: str | None = None
        self.importing = True

    def _take(self, frame: bytes) -> None:
        super()._take(frame)
        match self.heard[-1:]:
            case [m.Prepare() as prepare]:
                self.prepared.append(prepare.path)
                task = asyncio.ensure_future(self._prepare(prepare))
                task.add_done_callback(lambda done: done.exception())
            case [m.Unused(doc=doc)]:
                self.unused.append(doc)
            case [m.Asked() as asked]:
                self.asked.append(asked)

    async def _prepare(self, prepare: m.Prepare) -> None:
        if self.fails is not None:
            text = self.fails.text
            await self.say(m.Failed(id=prepare.id, code=self.fails.code, text=text))
            return
        await self.say(m.Open(id=prepare.id, path=prepare.path, doc=prepare.doc))
        await self.hear(m.Opened, id=prepare.id)
        if self.importing:
            await self.push(prepare.doc, imported().patch)
        kind = "notebook" if prepare.path.endswith(".ipynb") else "text"
        await self.say(m.Ready(id=prepare.id, doc=prepare.doc, type=kind, readonly=self.readonly))

    async def answer(self, asked: m.Asked, answer: m.Message) -> None:
        raw = msgspec.Raw(encode(answer))
        await self.say(m.Answered(connection=asked.connection, answer=raw))

    @staticmethod
    def request(asked: m.Asked) -> m.Message:
        return decode(bytes(asked.request))


class Box:
    """A relay and who is connected to it."""

    def __init__(self, store: Store | None = None, *, hosted: bool = False) -> None:
        self.store = store or MemoryStore()
        self.now = NOW
        self.stopped: list[bool] = []
        self.broken: list[bool] = []
        self.accounts = Everybody()
        self.access = Access(self.store, "alice", self.accounts)
        self.relay = Relay(
            self.store,
            self.access,
            project=Whereabouts("lab"),
            clock=lambda: self.now,
            hosted=hosted,
            around=Surroundings(
                processes=lambda: Processes(pid=1, door=2, started=3),
                on_stop=self.stopped.append,
                on_broken=lambda: self.broken.append(True),
            ),
        )
        self.apps: list[App] = []

    async def app(self, user: str = "alice", session: str | None = None) -> App:
        app = App(self.relay.connect_memory(user), session or SESSIONS[user])
        self.apps.append(app)
        await app.hello()
        return app

    async def host(self) -> Host:
        host = Host(self.relay.connect_memory("alice", host=True))
        self.apps.append(host)
        await host.hello()
        return host

    async def give(self, user: str, role: str) -> None:
        await self.access.share(user, role)


@asynccontextmanager
async def running(store: Store | None = None, *, hosted: bool = False) -> AsyncIterator[Box]:
    box = Box(store, hosted=hosted)
    await box.relay.start()
    try:
        yield box
    finally:
        await box.relay.close()
        for app in box.apps:
            await app.leave()


__all__ = ["ALICE", "BOB", "EVE", "NOW", "App", "Box", "Host", "running", "typed"]
