"""What the relay needs of a transport: to hand over frames without ever waiting for a reader."""

from __future__ import annotations

import struct
from typing import Protocol

from cocalc_tui.protocol.codec import encode
from cocalc_tui.protocol.messages import Message
from cocalc_tui.protocol.transport import Hear

BEHIND = 256 * 1024
"""Bytes not yet taken above which a reader is behind: it gets entries from the log instead."""
BINARY = 0x82
"""First byte of a frame that is a whole binary message."""
CUT_OFF = 4 * 2**20
"""Bytes not yet taken above which a reader is cut off; it comes back by itself."""


class Frame:
    """A message made ready once for all who get it: the same bytes go to every transport."""

    __slots__ = ("payload", "websocket")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.websocket = _head(len(payload)) + payload
        """As an unmasked WebSocket frame (RFC 6455, 5.2)."""

    @classmethod
    def of(cls, message: Message) -> Frame:
        """Return the frame of a message."""
        return cls(encode(message))

    def __len__(self) -> int:
        return len(self.payload)


def _head(size: int) -> bytes:
    """What goes before a whole binary message of this size."""
    if size < 126:
        return struct.pack("!BB", BINARY, size)
    if size < 2**16:
        return struct.pack("!BBH", BINARY, 126, size)
    return struct.pack("!BBQ", BINARY, 127, size)


class Link(Protocol):
    """The relay's end of a transport."""

    def send(self, frame: Frame, *, hurry: bool = False) -> int:
        """Hand a frame over; returns what is `waiting` then.

        It does so at once and never fails: the reader's end will be noticed. Whoever waits for it
        gets it before others get theirs (`hurry`); what is for one reader stays in order.
        """
        ...

    @property
    def waiting(self) -> int:
        """Bytes handed over that the reader has not taken."""
        ...

    async def drained(self) -> None:
        """Wait until few bytes are waiting; raises TransportClosed."""

    async def listen(self, hear: Hear) -> None:
        """Hand on each frame as it comes.

        Raises TransportClosed at the end, and what `hear` raises.
        """

    async def close(self) -> None:
        """End the connection; what was handed over arrives if that is quick."""

    def cut(self) -> None:
        """End the connection and forget what is waiting."""
