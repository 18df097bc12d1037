"""Connections over a Unix socket, in WebSocket frames.

Who connects is told by the kernel (SO_PEERCRED), so there is no password and no token. A browser
has no business here: a request with an Origin header is turned away, or any web page its user
looks at could speak for them.
"""

from __future__ import annotations

import asyncio
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

from websockets.server import ServerProtocol

from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.protocol.transport import Hear
from cocalc_tui.server.relay.link import BEHIND, Frame, Link
from cocalc_tui.websocket import WebSocket

PULSE = 20.0
"""Seconds between looks whether a client is there, and until silence ends a connection."""


class WebSocketLink:
    """The relay's end of one websocket.

    Frames are written as they are, so that one encoding serves a whole room.
    """

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self.drained = websocket.drained
        self.close = websocket.close
        self.cut = websocket.cut

    def send(self, frame: Frame) -> None:
        """Hand a frame over."""
        self._websocket.write(frame.websocket)

    @property
    def waiting(self) -> int:
        """Bytes the app has not taken; those in the kernel's socket buffer do not count."""
        return self._websocket.waiting

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes; raises TransportClosed."""
        await self._websocket.listen(hear)


def peer_of(websocket: WebSocket) -> str:
    """Unix user at the other end, as it was when it connected."""
    peer = websocket.wire.get_extra_info("socket")
    credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return user_name(uid)


def user_name(uid: int) -> str:
    """Return the name of a Unix user; one without a name gets one that nobody has."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


class Gate:
    """Lets websockets in; `user_of` says who somebody is."""

    def __init__(
        self,
        attend: Callable[[Link, str], Awaitable[None]],
        user_of: Callable[[WebSocket], str] = peer_of,
    ) -> None:
        self._attend = attend
        self._user_of = user_of
        self._attending: set[asyncio.Future[None]] = set()

    def __call__(self) -> WebSocket:
        """The protocol of a new connection."""
        side = ServerProtocol(origins=[None], max_size=MAX_FRAME)
        return WebSocket(side, pulse=PULSE, full=BEHIND, accepted=self._accepted)

    def _accepted(self, websocket: WebSocket) -> None:
        user = self._user_of(websocket)
        task = asyncio.ensure_future(self._attend(WebSocketLink(websocket), user))
        self._attending.add(task)
        task.add_done_callback(self._attending.discard)


async def serve(
    attend: Callable[[Link, str], Awaitable[None]], at: Path | socket.socket
) -> asyncio.Server:
    """Accept connections at a path, or on a socket that listens there already."""
    loop = asyncio.get_running_loop()
    if isinstance(at, socket.socket):
        return await loop.create_unix_server(Gate(attend), sock=at)
    return await loop.create_unix_server(Gate(attend), path=str(at))
