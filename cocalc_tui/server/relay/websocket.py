"""Connections over a Unix socket, in WebSocket frames.

Who connects is told by the kernel (SO_PEERCRED), so there is no password and no token. A browser
has no business here: a request with an Origin header is turned away, or any web page its user
looks at could speak for them.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

from websockets.server import ServerProtocol

from cocalc_tui.peers import peer_uid, user_name
from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.protocol.transport import Hear
from cocalc_tui.server.relay.link import BEHIND, Frame, Link
from cocalc_tui.server.relay.writing import Writing
from cocalc_tui.websocket import WebSocket

PULSE = 20.0
"""Seconds between looks whether a client is there, and until silence ends a connection."""


class WebSocketLink:
    """The relay's end of one websocket.

    Frames are written as they are, so that one encoding serves a whole room, and those that gather
    until it is this link's turn (`writing`) together.
    """

    __slots__ = ("_held", "_held_size", "_websocket", "_writing", "hurried", "queued")

    def __init__(self, websocket: WebSocket, writing: Writing) -> None:
        self._websocket = websocket
        self._writing = writing
        self._held: list[bytes] = []
        self._held_size = 0
        self.queued = self.hurried = False

    def send(self, frame: Frame, *, hurry: bool = False) -> int:
        """Hand a frame over."""
        data = frame.websocket
        if hurry:
            self._writing.first(self)
        elif not self.queued:
            self._writing.soon(self)
        self._held.append(data)
        self._held_size += len(data)
        return self._held_size + self._websocket.wire.get_write_buffer_size()

    def write(self) -> None:
        """Write what was handed over."""
        held = self._held
        if held:
            self._websocket.write(held[0] if len(held) == 1 else b"".join(held))
            held.clear()
            self._held_size = 0

    @property
    def waiting(self) -> int:
        """Bytes the app has not taken; those in the kernel's socket buffer do not count."""
        return self._held_size + self._websocket.wire.get_write_buffer_size()

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes; raises TransportClosed."""
        await self._websocket.listen(hear)

    async def drained(self) -> None:
        """Wait until few bytes are waiting; raises TransportClosed."""
        await self._websocket.drained()

    def cut(self) -> None:
        """End the connection and forget what is waiting."""
        self._websocket.cut()

    async def close(self) -> None:
        """End the connection; what was handed over arrives if that is quick."""
        self.write()
        await self._websocket.close()


def peer_of(websocket: WebSocket) -> str:
    """Unix user at the other end, as it was when it connected."""
    return user_name(peer_uid(websocket.wire.get_extra_info("socket")))


class Gate:
    """Lets websockets in; `user_of` says who somebody is."""

    def __init__(
        self,
        attend: Callable[[Link, str], Awaitable[None]],
        user_of: Callable[[WebSocket], str] = peer_of,
        most: Callable[[str], int] = lambda _: 2**31,
    ) -> None:
        """Make a gate; `most` says how many connections a user may have at a time."""
        self._attend = attend
        self._user_of = user_of
        self._most = most
        self._open: defaultdict[str, set[_Guest]] = defaultdict(set)
        """Connections by user, those too that have not said anything."""
        self._servers: list[asyncio.Server] = []
        self._attending: set[asyncio.Future[None]] = set()
        self._writing = Writing()

    async def serve(self, at: Path | socket.socket) -> None:
        """Accept connections at a path, or on a socket that listens there already."""
        loop = asyncio.get_running_loop()
        if isinstance(at, socket.socket):
            self._servers.append(await loop.create_unix_server(self, sock=at))
        else:
            self._servers.append(await loop.create_unix_server(self, path=str(at)))

    def shut(self) -> None:
        """Let nobody in any more."""
        for server in self._servers:
            server.close()

    async def close(self) -> None:
        """Cut off whoever is still there, such as those who never said hello."""
        self.shut()
        guests = [guest for some in self._open.values() for guest in some]
        for guest in guests:
            guest.cut()
        for task in self._attending:
            task.cancel()
        await asyncio.gather(*self._attending, return_exceptions=True)
        await asyncio.gather(*(guest.ended() for guest in guests))

    def __call__(self) -> WebSocket:
        """The protocol of a new connection."""
        side = ServerProtocol(origins=[None], max_size=MAX_FRAME)
        return _Guest(self, side)

    def admit(self, guest: _Guest) -> bool:
        """Count a new connection; False where its user has too many."""
        guest.user = self._user_of(guest)
        self._open[guest.user].add(guest)
        return len(self._open[guest.user]) <= self._most(guest.user)

    def gone(self, guest: _Guest) -> None:
        """A connection is over."""
        self._open[guest.user].discard(guest)
        if not self._open[guest.user]:
            del self._open[guest.user]

    def accepted(self, websocket: WebSocket) -> None:
        """Somebody is let in."""
        assert isinstance(websocket, _Guest)
        link = WebSocketLink(websocket, self._writing)
        task = asyncio.ensure_future(self._attend(link, websocket.user))
        self._attending.add(task)
        task.add_done_callback(self._attending.discard)


class _Guest(WebSocket):
    """Somebody's connection, counted from its first moment to its last."""

    __slots__ = ("_gate", "user")

    def __init__(self, gate: Gate, side: ServerProtocol) -> None:
        super().__init__(side, max_size=MAX_FRAME, pulse=PULSE, full=BEHIND, accepted=gate.accepted)
        self._gate = gate
        self.user = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        super().connection_made(transport)
        if not self._gate.admit(self):
            self.cut()

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is gone."""
        self._gate.gone(self)
        super().connection_lost(error)
