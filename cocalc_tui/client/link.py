"""How an app reaches a relay: a Unix socket whose other end is checked, and patience.

The socket's path can be planted by anybody on the box. So the app asks the kernel which user
listens there and refuses any other than the one it expects, before it says a word.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from cocalc_tui.peers import peer_uid, user_name
from cocalc_tui.protocol.transport import Transport

Connect = Callable[[], Awaitable[Transport]]
"""Makes a new connection; raises OSError or RefusedError."""

MAX_FRAME = 16 * 2**20
FIRST_DELAY = 0.05
LAST_DELAY = 1.0


class RefusedError(Exception):
    """There is no use in trying again; the text says why, in one line."""


class NobodyThereError(RefusedError):
    """No relay runs, and this user may not start one: another time there may be one."""


def _check_owner(path: Path, uid: int, expected_uid: int) -> None:
    if uid != expected_uid:
        raise RefusedError(
            f"{path}: this socket belongs to {user_name(uid)}, not to {user_name(expected_uid)}; "
            "somebody may have planted it"
        )


def connected(path: Path, expected_uid: int) -> socket.socket:
    """Return a socket connected to the one at `path`, at which `expected_uid` listens.

    Raises OSError where nobody listens, and RefusedError where somebody else does.
    """
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        found.setblocking(False)
        found.connect(str(path))
        _check_owner(path, peer_uid(found), expected_uid)
    except BaseException:
        found.close()
        raise
    return found


async def connect_unix(path: Path, expected_uid: int) -> Transport:
    """Connect to the relay at `path`, which must belong to `expected_uid`.

    Raises OSError where nobody listens, RefusedError where somebody else does, and TransportClosed
    where whoever does is no relay.
    """
    return await websocket_over(connected(path, expected_uid))


async def websocket_over(connected: socket.socket) -> Transport:
    """Speak websocket over a connected socket; raises OSError and TransportClosed."""
    from websockets.client import ClientProtocol
    from websockets.uri import parse_uri

    from cocalc_tui.websocket import WebSocket

    try:
        side = ClientProtocol(parse_uri("ws://localhost/"), max_size=MAX_FRAME)
        side.send_request(side.connect())
        _, websocket = await asyncio.get_running_loop().create_unix_connection(
            lambda: WebSocket(side), sock=connected
        )
    except BaseException:
        connected.close()
        raise
    try:
        await websocket.opened()
    except BaseException:
        websocket.cut()  # and not the socket alone, which the event loop would go on watching
        raise
    return websocket


async def delays() -> AsyncIterator[float]:
    """Seconds to wait before each next try: soon at first, never long."""
    delay = FIRST_DELAY
    while True:
        yield delay
        delay = min(delay * 2, LAST_DELAY)
