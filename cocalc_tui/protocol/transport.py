"""What carries frames between an app and a relay.

A frame is one message, whole. A websocket over a Unix socket, an ssh pipe and a pair of queues in
one process look the same from above, so a client runs unchanged over each, and in simulations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

Hear: TypeAlias = Callable[[bytes], Awaitable[None] | None]
"""Takes a frame; what it returns is awaited before it is given the next."""


class TransportClosed(Exception):  # noqa: N818 - it is news, not always a fault
    """The connection is over; the text says why as far as is known."""


class Transport(Protocol):
    """One end of a connection."""

    def send(self, frame: bytes) -> None:
        """Send one frame; returns at once and never fails: whoever reads hears of the end."""

    async def recv(self) -> bytes:
        """Return the next frame; raises TransportClosed once there is none."""
        ...

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes.

        Raises TransportClosed at the end, and what `hear` raises.
        """

    async def ping(self) -> None:
        """Return once the other end gave a sign of life; raises TransportClosed."""

    async def close(self) -> None:
        """End the connection; what was sent before arrives."""

    @property
    def latency(self) -> float | None:
        """Round trip in seconds, None while it is not known."""
        ...


async def listen_to(recv: Callable[[], Awaitable[bytes]], hear: Hear) -> None:
    """`listen` for whatever has a `recv`."""
    while True:
        work = hear(await recv())
        if work is not None:
            await work
