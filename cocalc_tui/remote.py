"""A project on another machine, reached over ssh: `cocalc-tui HOST:PATH`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import PurePosixPath

from cocalc_tui.client.link import Connect, websocket_over
from cocalc_tui.client.ssh import Far, Line, open_line
from cocalc_tui.client.workspace import Workspace, new_workspace
from cocalc_tui.protocol.transport import Hear, Transport

SOON = 2.0
"""Seconds after which a line that broke is no reason to wait before the next."""
LONGEST_PAUSE = 20.0
"""Seconds between two tries at most: the other machine is not to take us for an attack."""


class RemoteProject:
    """A project over there, and the files of it that were asked for."""

    root = None
    """Its folder is not on this machine."""

    def __init__(self, places: Sequence[Far], *, start: bool) -> None:
        """Connect, which may ask for a password; raises LineError and RefusedError."""
        self.host = places[0].host
        self._paths = [place.path for place in places]
        self._line: Line | None = open_line(self.host, self._paths, start=start, alone=False)
        self.path = self._line.root
        self.files = self._line.files

    @property
    def name(self) -> str:
        """For the screen."""
        return f"{PurePosixPath(self.path).name or '/'} on {self.host}"

    @property
    def key(self) -> str:
        """Stands for it where something is remembered."""
        return f"{self.host}:{self.path}"

    def runs(self) -> bool:
        """Whether there is a relay: the line leads to it."""
        return True

    def workspace(self, *, start: bool, keep: bool = False) -> Workspace:
        """A new app's side of the project."""
        connect, rejoin = self._connector(start=start), self._connector(start=False)
        return new_workspace(self.key, connect, rejoin, self.follow, keep=keep)

    def follow(self, path: str) -> None:
        """Its folder has another name."""
        self.path = path

    def _connector(self, *, start: bool) -> Connect:
        pause, opened = 0.0, time.monotonic()

        async def connect() -> Transport:
            nonlocal pause, opened
            line, self._line = self._line, None
            if line is None:
                pause = 0.0 if time.monotonic() - opened > SOON + pause else 2 * pause + 0.2
                await asyncio.sleep(min(pause, LONGEST_PAUSE))
                opened = time.monotonic()
                line = await _opened(self.host, self.path, start=start)
            return await over(line)

        return connect

    def close(self) -> None:
        """Let go of a line that nobody took."""
        if self._line is not None:
            self._line.close()
            self._line = None


async def _opened(host: str, path: str, *, start: bool) -> Line:
    """Open a line in a thread; one that nobody waits for any more is closed."""
    opening = asyncio.ensure_future(
        asyncio.to_thread(open_line, host, [path], start=start, alone=True)
    )
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_late)
        raise


def _close_late(opening: asyncio.Future[Line]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


class OverSsh:
    """The relay's websocket, and the ssh process that ends with it."""

    def __init__(self, websocket: Transport, line: Line) -> None:
        self._websocket, self._line = websocket, line

    def send(self, frame: bytes) -> None:
        """Send one frame."""
        self._websocket.send(frame)

    async def recv(self) -> bytes:
        """Return the next frame; raises TransportClosed."""
        return await self._websocket.recv()

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes; raises TransportClosed."""
        await self._websocket.listen(hear)

    async def ping(self) -> None:
        """Return once the relay gave a sign of life; raises TransportClosed."""
        await self._websocket.ping()

    async def close(self) -> None:
        """End the connection."""
        await self._websocket.close()
        await asyncio.to_thread(self._line.close)

    @property
    def latency(self) -> float | None:
        """Round trip in seconds, None while it is not known."""
        return self._websocket.latency


async def over(line: Line) -> Transport:
    """Speak to the relay over a line; raises OSError and TransportClosed."""
    try:
        return OverSsh(await websocket_over(line.socket), line)
    except BaseException:
        line.close()
        raise
