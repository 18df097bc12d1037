"""A connection within one process: how the host side attaches, and tests and simulations.

As with a socket the relay sees how many bytes its reader has not taken.
"""

from __future__ import annotations

import asyncio
from collections import deque

from cocalc_tui.protocol.transport import Hear, TransportClosed, listen_to
from cocalc_tui.server.relay.link import BEHIND, Frame

LONG = 0.005
"""Seconds with one frame after which somebody else waits for their turn."""


class _Pipe:
    """One direction."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.waiting = 0
        self.closed = False
        self._changed: set[asyncio.Future[None]] = set()

    def put(self, frame: bytes) -> None:
        if not self.closed:
            self.frames.append(frame)
            self.waiting += len(frame)
            self._notify()

    async def get(self) -> bytes:
        while not self.frames:
            if self.closed:
                raise TransportClosed("the other end is gone")
            await self._change()
        frame = self.frames.popleft()
        self.waiting -= len(frame)
        self._notify()
        return frame

    async def drained(self) -> None:
        while self.waiting > BEHIND // 2 and not self.closed:
            await self._change()
        if self.closed:
            raise TransportClosed("the other end is gone")

    def close(self, *, forget: bool = False) -> None:
        self.closed = True
        if forget:
            self.frames.clear()
            self.waiting = 0
        self._notify()

    async def _change(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._changed.add(future)
        try:
            await future
        finally:
            self._changed.discard(future)

    def _notify(self) -> None:
        for future in self._changed:
            if not future.done():
                future.set_result(None)


class MemoryTransport:
    """The app's end."""

    latency: float | None = 0.0

    def __init__(self, outgoing: _Pipe, incoming: _Pipe) -> None:
        self._outgoing = outgoing
        self._incoming = incoming

    def send(self, frame: bytes) -> None:
        """Send one frame."""
        self._outgoing.put(frame)

    async def recv(self) -> bytes:
        """Return the next frame; raises TransportClosed."""
        return await self._incoming.get()

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes; raises TransportClosed.

        With what takes long the others of this process have a turn after each frame.
        """
        now = asyncio.get_running_loop().time
        while True:
            frame = await self.recv()
            begun = now()
            work = hear(frame)
            if work is not None:
                await work
            elif now() - begun > LONG:
                await asyncio.sleep(0)

    async def ping(self) -> None:
        """Return at once, or raise TransportClosed: the other end is in this process."""
        if self._incoming.closed:
            raise TransportClosed("the other end is gone")

    async def close(self) -> None:
        """End the connection; what was sent before arrives."""
        self._outgoing.close()
        self._incoming.close(forget=True)


class MemoryLink:
    """The relay's end."""

    def __init__(self, outgoing: _Pipe, incoming: _Pipe) -> None:
        self._outgoing = outgoing
        self._incoming = incoming

    def send(self, frame: Frame, *, hurry: bool = False) -> int:
        """Hand a frame over."""
        self._outgoing.put(frame.payload)
        return self._outgoing.waiting

    @property
    def waiting(self) -> int:
        """Bytes the app has not taken."""
        return self._outgoing.waiting

    async def drained(self) -> None:
        """Wait until few bytes are waiting; raises TransportClosed."""
        await self._outgoing.drained()

    async def recv(self) -> bytes:
        """Return the next frame; raises TransportClosed."""
        return await self._incoming.get()

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes; raises TransportClosed."""
        await listen_to(self.recv, hear)

    async def close(self) -> None:
        """End the connection; what was handed over can still be read."""
        self._outgoing.close()
        self._incoming.close(forget=True)

    def cut(self) -> None:
        """End the connection and forget what is waiting."""
        self._outgoing.close(forget=True)
        self._incoming.close(forget=True)


def memory_pair() -> tuple[MemoryTransport, MemoryLink]:
    """Return the two ends of a connection: the app's and the relay's."""
    up, down = _Pipe(), _Pipe()
    return MemoryTransport(up, down), MemoryLink(down, up)
