"""The relay: who is connected, and which part of it answers which message.

It checks, numbers (by the store), stores and forwards. It does not merge, save or run: whatever
does so is a client of it, so a crash there takes nothing typed with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from cocalc_tui import __version__
from cocalc_tui.protocol import connection as c
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import Purged
from cocalc_tui.protocol.transport import TransportClosed
from cocalc_tui.server.access import Access
from cocalc_tui.server.relay.committer import Committer
from cocalc_tui.server.relay.documents import Documents
from cocalc_tui.server.relay.link import Frame, Link
from cocalc_tui.server.relay.memory import MemoryTransport, memory_pair
from cocalc_tui.server.relay.passing import Passing
from cocalc_tui.server.relay.peer import Peer
from cocalc_tui.server.relay.project import Project
from cocalc_tui.server.relay.pushing import Pushing
from cocalc_tui.server.relay.rooms import Rooms
from cocalc_tui.server.relay.roster import Roster
from cocalc_tui.server.relay.surroundings import ALONE, Surroundings, Whereabouts
from cocalc_tui.server.relay.upkeep import Overseer
from cocalc_tui.server.relay.websocket import Gate
from cocalc_tui.server.store import Store, StoreTrouble, owner_of

MOST_CONNECTIONS = 300
"""Of one user; each costs a descriptor, and a message that never ends costs its size."""
STRANGERS = 16
"""Connections of a user who is no member, or not known to be one yet."""
HELLO = 10.0
"""Seconds in which somebody who connects has to say who they are."""
HOUSEKEEPING = 1.0
"""Seconds between looks at the store's files and at what is to be sealed."""

Handler = Callable[[Peer, Any], Awaitable[None] | None]
"""Acts on a message of a connection; what it returns is waited for before more is read."""


class Relay:
    """One project's relay; `start` it before anything else."""

    def __init__(
        self,
        store: Store,
        access: Access,
        *,
        project: Whereabouts,
        clock: Callable[[], int],
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        hosted: bool = True,
        around: Surroundings = ALONE,
    ) -> None:
        """Make a relay.

        `clock` gives milliseconds. `hosted` False serves documents that live in the log alone,
        without a host side.
        """
        self._store = store
        self._access = access
        self._project = project
        self._clock = clock
        self._new_id = new_id
        self._around = around
        self._overseer = Overseer(store, around.keeping, around.trouble, self._say_kept)
        self._roster = Roster()
        self._kept: dict[str, Frame] = {}
        self._passing = Passing()
        self._committer = Committer(store, clock)
        self._pushing = Pushing(store, self._committer, clock)
        self._rooms = Rooms(
            store, self._passing, holder=new_id(), clock=clock, new_id=new_id, hosted=hosted
        )
        self._documents = Documents(
            store, self._rooms, clock=clock, new_id=new_id, purged=self._say_purged
        )
        self._about = Project(project.name, store, access, self._roster, self._rooms, around)
        self.heard = 0
        """How many messages came so far."""
        self.visits = 0
        """How many people came so far, gone ones too."""
        self._gate = Gate(self.attend, most=self._most_connections)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped: tuple[str, str] | None = None
        self._handlers = self._who_answers()

    def _who_answers(self) -> dict[type[m.Message], Handler]:
        """Which part answers which message."""
        return {
            m.Open: self._documents.open,
            m.Shut: self._documents.shut,
            m.Push: self._pushing.push,
            m.Fetch: self._documents.fetch,
            m.Presence: self._presence,
            m.Share: self._about.share,
            m.Members: self._about.members,
            m.Status: self._about.status,
            m.Backup: self._about.back_up,
            m.Stop: self._stop,
            m.HistorySizes: self._about.sizes,
            m.Checkpoint: self._documents.checkpoint,
            m.Anew: self._documents.anew,
            m.Mentioned: self._about.mentioned,
            m.Tell: self._tell,
            m.Answered: self._answered,
            m.Ready: self._ready,
            m.Failed: self._ready,
            m.Moved: self._moved,
            m.Size: self._documents.measured,
            **dict.fromkeys(c.FOR_HOST, self._pass_on),
        }

    # --- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to commit."""
        await self._access.load()
        self._spawn(self._essential(self._committer.run))
        self._spawn(self._essential(self._keep_house))

    async def serve_unix(self, at: Path | socket.socket) -> None:
        """Accept connections at a path, or on a socket that listens there already."""
        await self._gate.serve(at)

    def _most_connections(self, user: str) -> int:
        """How many connections somebody may have, whatever they say over them."""
        return STRANGERS if self._access.role(user) is m.Role.NOBODY else MOST_CONNECTIONS

    def connect_memory(self, user: str, *, host: bool = False) -> MemoryTransport:
        """Return a new connection within this process; `host` makes it the host side's."""
        transport, link = memory_pair()
        self._spawn(self.attend(link, user, host=host))
        return transport

    def announce(self, text: str) -> None:
        """Say something to everybody, in one line."""
        data = msgspec.Raw(msgspec.msgpack.encode(text))
        self._roster.to_all(Frame.of(m.Told(doc="", topic="notice", data=data)))

    @property
    def people(self) -> list[m.Person]:
        """Everybody who is connected, the host side aside."""
        return self._roster.people

    async def close(self, moved: Path | None = None) -> None:
        """Store what is queued, tell everybody and end all connections; the store stays open.

        `moved` is where the project is that has another name now.
        """
        self._gate.shut()
        await self._committer.finished()
        code, text = self._stopped or ("end", "the relay ends")
        if moved is not None:
            code, text = "moved", f"{self._project.root} is {moved} now"
        peers = list(self._roster)
        for peer in peers:
            peer.end(code, text, str(moved or ""))
        await asyncio.gather(*(peer.ended() for peer in peers))
        self._roster.close()
        await self._gate.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _essential(self, work: Callable[[], Awaitable[None]]) -> None:
        """Without it nothing would be stored any more, and everybody would wait for ever."""
        try:
            await work()
        except Exception as error:
            text = "a part of the relay broke; it ends, and starts anew when it is needed"
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": text, "exception": error})
            self._around.on_broken()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING)
            await self._about.check_groups()
            with contextlib.suppress(StoreTrouble):
                await self._rooms.keep_leases()
                await self._store.tend(self._clock())
                await self._overseer.look(self._clock())

    # --- connections ---------------------------------------------------------------------------

    async def attend(self, link: Link, user: str, *, host: bool = False) -> None:
        """Talk with one connection until it ends."""
        peer = Peer(link, user, self._new_id(), host=host)
        silence = asyncio.get_running_loop().call_later(HELLO, self._expect_hello, peer)
        try:
            await link.listen(partial(self._hear, peer))
        except TransportClosed:
            return
        except StoreTrouble as trouble:
            peer.end("disk", str(trouble))
        finally:
            silence.cancel()
            await self._left(peer)
            await peer.ended()

    @staticmethod
    def _expect_hello(peer: Peer) -> None:
        if peer.side.state is c.State.GREETING:
            peer.end("form", f"no hello came within {HELLO:.0f} seconds")

    def _hear(self, peer: Peer, frame: bytes) -> Awaitable[None] | None:
        self.heard += 1
        match peer.side.receive(frame):
            case c.Heard(message):
                return self._handlers[type(message)](peer, message)
            case c.Denied(reply):
                peer.say(reply)
            case c.Greeted(m.Hello() as hello, version):
                return self._greet(peer, hello, version)
            case c.Ended(goodbye):
                peer.say(goodbye)
                raise TransportClosed(goodbye.text)
        return None

    async def _greet(self, peer: Peer, hello: m.Hello, version: int) -> None:
        if self._stopped is not None:
            # Whoever was there starts no other; whoever comes now may, as soon as this one is gone.
            peer.end("end", "the relay ends")
            return
        owner = await self._store.owner(hello.session)
        await self._access.look_up([peer.user])
        role = m.Role.HOST if peer.host else self._access.role(peer.user)
        if role is m.Role.NOBODY:
            peer.end("role", self._about.stranger(peer.user))
            return
        if owner not in {None, owner_of(peer.user, role.name.lower())}:
            peer.end("session", "this session is another user's: start the app anew")
            return
        peer.session = hello.session
        peer.since = self._clock()
        self._roster.add(peer)
        self.visits += not peer.host
        welcome = m.Welcome(
            version=version,
            release=__version__,
            connection=peer.id,
            user=peer.user,
            role=role.name.lower(),
            host=self._access.host_user,
            project=self._project.name,
            root=self._project.root,
            machine=self._project.machine,
            place=self._project.place,
            now=peer.since,
        )
        peer.hand(Frame(peer.side.welcome(welcome, role)))
        for frame in self._kept.values():
            peer.hand(frame)
        self._roster.tell_places(peer)
        if peer.host:
            await self._host_came(peer)

    async def _host_came(self, peer: Peer) -> None:
        if (before := self._passing.host) is not None:
            before.end("end", "another host side took over")
            await self._left(before)
        self._passing.host = peer
        for room in self._rooms:
            if room.people or room.openers:
                self._rooms.prepare_again(room)

    async def _left(self, peer: Peer) -> None:
        peer.forget()
        if not self._roster.remove(peer):
            return
        if self._passing.host is peer:
            self._passing.gone()
        self._passing.forget(peer)
        for doc in list(peer.memberships):
            await self._rooms.leave(peer, doc)

    # --- what somebody says --------------------------------------------------------------------

    def _presence(self, peer: Peer, message: m.Presence) -> None:
        if not message.doc:
            self._roster.stand(peer, message.place)
        elif (member := peer.memberships.get(message.doc)) is not None:
            member.room.stand(peer, message.place)

    def _stop(self, peer: Peer, message: m.Stop) -> None:
        peer.say(m.Answer(id=message.id))
        self._stopped = ("stopped", f"{peer.user} ended the relay of {self._project.name}")
        self._around.on_stop(message.everything)

    # --- the host side -------------------------------------------------------------------------

    def _pass_on(self, peer: Peer, message: m.Message) -> Awaitable[None] | None:
        self._passing.ask(peer, message)
        return peer.when_unclogged()

    def _answered(self, _peer: Peer, message: m.Answered) -> None:
        self._passing.answered(message)

    def _ready(self, _peer: Peer, message: m.Ready | m.Failed) -> None:
        self._passing.ready(message)

    def _say_purged(self, path: str, user: str) -> None:
        data = msgspec.Raw(msgspec.msgpack.encode(Purged(path=path, user=user)))
        self._roster.to_all(Frame.of(m.Told(doc="", topic="purged", data=data)))

    def _tell(self, _peer: Peer, message: m.Tell) -> None:
        if message.doc:
            if (room := self._rooms.get(message.doc)) is not None:
                room.tell(message.topic, message.data, keep=message.keep)
            return
        if message.keep:
            self._say_kept(message.topic, message.data)
        else:
            self._roster.to_all(Frame.of(m.Told(doc="", topic=message.topic, data=message.data)))

    def _say_kept(self, topic: str, data: msgspec.Raw) -> None:
        """Say something to everybody who is there, and to who comes later."""
        frame = self._kept[topic] = Frame.of(m.Told(doc="", topic=topic, data=data))
        self._roster.to_all(frame)

    async def _moved(self, _peer: Peer, message: m.Moved) -> None:
        await self._rooms.rename(message.path, message.to)
        self._roster.to_all(Frame.of(message))
