"""How an app reaches a relay: a Unix socket whose other end is checked, and patience.

The socket's path can be planted by anybody on the box. So the app asks the kernel which user
listens there and refuses any other than the one it expects, before it says a word.
"""

from __future__ import annotations

import pwd
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from cocalc_tui.protocol.transport import Transport, TransportClosed

Connect = Callable[[], Awaitable[Transport]]
"""Makes a new connection; raises OSError or RefusedError."""

MAX_FRAME = 16 * 2**20
FIRST_DELAY = 0.05
LAST_DELAY = 1.0


class RefusedError(Exception):
    """There is no use in trying again; the text says why, in one line."""


class WebSocketTransport:
    """A websocket as a transport of whole frames."""

    def __init__(self, socket_: object) -> None:
        from websockets.asyncio.client import ClientConnection

        assert isinstance(socket_, ClientConnection)
        self._socket = socket_
        self.latency: float | None = None
        """Round trip in seconds, None while it is not known."""

    async def send(self, frame: bytes) -> None:
        """Send one frame; raises TransportClosed."""
        from websockets.exceptions import ConnectionClosed

        try:
            await self._socket.send(frame)
        except ConnectionClosed as closed:
            raise TransportClosed(str(closed)) from None

    async def recv(self) -> bytes:
        """Return the next frame; raises TransportClosed."""
        from websockets.exceptions import ConnectionClosed

        try:
            frame = await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise TransportClosed(str(closed)) from None
        assert isinstance(frame, bytes)
        return frame

    async def ping(self) -> None:
        """Return once the other end answered; raises TransportClosed."""
        from websockets.exceptions import ConnectionClosed

        try:
            self.latency = await (await self._socket.ping())
        except ConnectionClosed as closed:
            raise TransportClosed(str(closed)) from None

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()


def peer_uid(connected: socket.socket) -> int:
    """The user id of who listens at the other end of a Unix socket (SO_PEERCRED)."""
    credentials = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return int(uid)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _check_owner(path: Path, uid: int, expected_uid: int) -> None:
    if uid != expected_uid:
        raise RefusedError(
            f"{path}: this socket belongs to {_user(uid)}, not to {_user(expected_uid)}; "
            "somebody may have planted it"
        )


async def connect_unix(path: Path, expected_uid: int) -> Transport:
    """Connect to the relay at `path`, which must belong to `expected_uid`.

    Raises OSError where nobody listens and RefusedError where somebody else does.
    """
    from websockets.asyncio.client import unix_connect
    from websockets.exceptions import InvalidHandshake

    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.setblocking(False)
        connected.connect(str(path))
        _check_owner(path, peer_uid(connected), expected_uid)
        socket_ = await unix_connect(
            sock=connected,
            compression=None,
            max_size=MAX_FRAME,
            ping_interval=None,  # the connection asks for signs of life itself (`pulse`)
            close_timeout=1,
            user_agent_header=None,
        )
    except InvalidHandshake as error:
        connected.close()
        raise OSError(str(error)) from None
    except BaseException:
        connected.close()
        raise
    return WebSocketTransport(socket_)


async def delays() -> AsyncIterator[float]:
    """Seconds to wait before each next try: soon at first, never long."""
    delay = FIRST_DELAY
    while True:
        yield delay
        delay = min(delay * 2, LAST_DELAY)
