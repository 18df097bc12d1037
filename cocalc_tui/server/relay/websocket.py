"""Connections over a Unix socket, in WebSocket frames.

Who connects is told by the kernel (SO_PEERCRED), so there is no password and no token. A browser
has no business here: a request with an Origin header is turned away, or any web page its user
looks at could speak for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.protocol.transport import TransportClosed
from cocalc_tui.server.relay.link import BEHIND, Frame, Link

READ = 64 * 1024
"""Bytes read from a socket at once."""
PING = 20
"""Seconds between pings, and until an unanswered one ends a connection."""


class _Connection(ServerConnection):
    """Knows its transport and whether that takes more, which is all the relay writes to."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        # asyncio allocates this much for each read; its own 256 KiB cost a system call and 30 us.
        transport.max_size = READ  # type: ignore[attr-defined]  # has no public name
        self.wire = transport
        self.writable = asyncio.Event()
        self.writable.set()
        super().connection_made(transport)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.writable.clear()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.writable.set()

    @property
    def user(self) -> str:
        """Unix user at the other end, as it was when it connected."""
        peer = self.wire.get_extra_info("socket")
        credentials = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        _pid, uid, _gid = struct.unpack("3i", credentials)
        return user_name(uid)


class WebSocketLink:
    """The relay's end of one websocket.

    Frames are written to the transport as they are, so that one encoding serves a whole room;
    `send` of the websocket is never used beside it.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def send(self, frame: Frame) -> None:
        """Hand a frame over."""
        wire = self._connection.wire
        if self._connection.state is State.OPEN and not wire.is_closing():
            wire.write(frame.websocket)

    @property
    def waiting(self) -> int:
        """Bytes the app has not taken; those in the kernel's socket buffer do not count."""
        return self._connection.wire.get_write_buffer_size()

    async def drained(self) -> None:
        """Wait until few bytes are waiting; raises TransportClosed."""
        await self._connection.writable.wait()
        if self._connection.state is not State.OPEN:
            raise TransportClosed("the app is gone")

    async def recv(self) -> bytes:
        """Return the next frame; raises TransportClosed."""
        try:
            frame = await self._connection.recv(decode=False)
        except ConnectionClosed as closed:
            raise TransportClosed(str(closed)) from None
        assert isinstance(frame, bytes)
        return frame

    async def close(self) -> None:
        """End the connection."""
        # Closing a websocket after a protocol error raises whatever comes to its mind.
        with contextlib.suppress(Exception):
            await self._connection.close()

    def cut(self) -> None:
        """End the connection and forget what is waiting."""
        self._connection.wire.abort()


def user_name(uid: int) -> str:
    """Return the name of a Unix user; one without a name gets one that nobody has."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def _no_browsers(connection: ServerConnection, request: Request) -> Response | None:
    if "Origin" in request.headers:
        return connection.respond(HTTPStatus.FORBIDDEN, "No browser has business here.\n")
    return None


async def serve(attend: Callable[[Link, str], Awaitable[None]], at: Path | socket.socket) -> Server:
    """Accept connections at a path, or on a socket that listens there already."""

    async def handle(connection: ServerConnection) -> None:
        assert isinstance(connection, _Connection)
        await attend(WebSocketLink(connection), connection.user)

    place = {"sock": at} if isinstance(at, socket.socket) else {"path": str(at)}
    return await unix_serve(
        handle,
        **place,
        create_connection=_Connection,
        process_request=_no_browsers,
        compression=None,
        server_header=None,
        max_size=MAX_FRAME,
        write_limit=(BEHIND, BEHIND // 2),
        ping_interval=PING,
        ping_timeout=PING,
        close_timeout=1,
    )
