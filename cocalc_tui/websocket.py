"""One end of a websocket, on the event loop itself.

The protocol is that of `websockets`, without its connections: those hand each message through a
queue and a task of its own, which a neighbour's key would wait for twice on its way and a relay
pays for with memory and time on each of a thousand connections. Here whoever listens is called as
soon as a message is there, and what is to be sent is written at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF, Protocol, Side, State

from cocalc_tui.inbox import Inbox
from cocalc_tui.protocol.framing import Framing
from cocalc_tui.protocol.transport import Hear, TransportClosed
from cocalc_tui.roundtrip import RoundTrip

if TYPE_CHECKING:
    from websockets.server import ServerProtocol

READ = 64 * 1024
"""Bytes read from a socket at once."""
MOST_WRITTEN = 2**20
"""Bytes untaken by the other side from which on its pings are not answered any more."""
FAREWELL = 1.0
"""Seconds for which the other side may be slow to say goodbye."""
HANDSHAKE = 10.0
"""Seconds within which it must be clear that the other side speaks websocket."""


class WebSocket(asyncio.Protocol):
    """One end of a connection; `side` says which."""

    __slots__ = (
        "__weakref__",
        "_accepted",
        "_framing",
        "_full",
        "_inbox",
        "_leaving",
        "_loop",
        "_lost",
        "_max_size",
        "_parts",
        "_pulse",
        "_side",
        "_timer",
        "_trip",
        "_writable",
        "open",
        "wire",
    )
    wire: asyncio.Transport

    def __init__(
        self,
        side: Protocol,
        *,
        max_size: int | None = None,
        pulse: float | None = None,
        full: int = READ,
        accepted: Callable[[WebSocket], None] = lambda _: None,
    ) -> None:
        """Make an end that is not connected yet.

        `max_size`: bytes of the longest message that a client may send. `pulse`: seconds between
        looks by itself whether anybody is there, and until silence ends the connection. `full`:
        bytes written and not taken from which on `drained` waits. `accepted` is called when a
        client is let in.
        """
        self._side = side
        self._max_size, self._pulse, self._full = max_size, pulse, full
        self._accepted = accepted
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox()
        self._parts: list[bytes] = []
        self._framing = Framing(masked=side.side is Side.SERVER)
        self._writable: asyncio.Future[None] | None = None
        self.open = False
        """Whether messages can be sent."""
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._leaving = False
        self._trip = RoundTrip()
        self._timer: asyncio.TimerHandle | None = None

    # --- what asyncio calls --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected."""
        assert isinstance(transport, asyncio.Transport)
        # asyncio allocates this much for each read; its own 256 KiB cost a system call and 30 us.
        if hasattr(transport, "max_size"):
            transport.max_size = READ
        transport.set_write_buffer_limits(self._full, self._full // 2)
        self.wire = self._inbox.wire = transport
        self._set_timer(HANDSHAKE, transport.abort)
        self._write()

    def data_received(self, data: bytes) -> None:
        """Bytes came: act on what they say."""
        message = self._framing.whole(data)
        if message is not None:
            if self.open:  # not by `_message`: this is every key's way
                self._inbox.came(message)
            return
        for whole, part in self._framing.feed(data):
            if whole:
                self._message(part)
            else:
                self._side.receive_data(part)
                self._act()

    def eof_received(self) -> None:
        """No more will come."""
        self._side.receive_eof()
        self._act()

    def connection_lost(self, error: Exception | None) -> None:
        """The socket is gone."""
        if self._timer is not None:
            self._timer.cancel()
        self.open = False
        self.resume_writing()
        self._lost.set_result(None)
        self._inbox.end(TransportClosed(self._why(error)))

    def pause_writing(self) -> None:
        """Much is written and not taken."""
        if self._writable is None:
            self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """It was taken."""
        if self._writable is not None:
            self._writable.set_result(None)
            self._writable = None

    # --- for whoever uses it -------------------------------------------------------------------

    async def opened(self) -> None:
        """Wait until the other side lets us in; raises TransportClosed where it does not."""
        while self._side.state is State.CONNECTING:
            await self._inbox.news()

    def send(self, message: bytes) -> None:
        """Send a message; one that cannot arrive any more is dropped."""
        if self.open and self._side.state is State.OPEN:
            self._side.send_binary(message)
            self._write()

    def write(self, frames: bytes) -> None:
        """Send frames that were made ready elsewhere."""
        if self.open:
            self.wire.write(frames)

    @property
    def waiting(self) -> int:
        """Bytes the other side has not taken; those in the kernel's buffer do not count."""
        return self.wire.get_write_buffer_size()

    @property
    def latency(self) -> float | None:
        """Round trip in seconds, None while it is not known."""
        return self._trip.latency

    async def drained(self) -> None:
        """Wait until few bytes are waiting; raises TransportClosed."""
        if self._writable is not None:
            await asyncio.shield(self._writable)
        if not self.open:
            raise TransportClosed("the other end is gone")

    async def recv(self) -> bytes:
        """Return the next message; raises TransportClosed."""
        return await self._inbox.take()

    async def listen(self, hear: Hear) -> None:
        """Hand on each message as it comes; raises TransportClosed at the end."""
        await self._inbox.listen(hear)

    async def close(self) -> None:
        """Say goodbye and end the connection; what was sent before arrives if that is quick."""
        self._leaving = True
        self.open = False
        self._inbox.drop()
        if self._side.state is State.OPEN:
            self._side.send_close(1000)
            self._write()
        try:
            await asyncio.wait({self._lost}, timeout=FAREWELL)
        finally:
            self.wire.abort()
        await self.ended()

    async def ended(self) -> None:
        """Wait until the socket is gone."""
        await asyncio.shield(self._lost)

    async def ping(self) -> None:
        """Return once the other end answered; raises TransportClosed."""
        pong = self._trip.awaited
        if pong is None:
            pong = self._trip.wait()
            self._ping()
        await asyncio.wait({pong, self._lost}, return_when=asyncio.FIRST_COMPLETED)
        if not pong.done():
            raise TransportClosed(self._why(None))

    def cut(self) -> None:
        """End the connection and forget what is waiting."""
        self.open = False
        self.wire.abort()

    # --- how it works --------------------------------------------------------------------------

    def _act(self) -> None:
        for event in self._side.events_received():
            if isinstance(event, Frame):
                self._frame(event)
            elif isinstance(event, Request):
                self._request(event)
            elif isinstance(event, Response):
                self._opened()
        if self.wire.get_write_buffer_size() > MOST_WRITTEN and self._side.state is State.OPEN:
            self._side.data_to_send()
        self._write()
        if self._side.state is not State.OPEN:
            self.open = False
            if self._side.close_expected() and not self._leaving:
                self._leaving = True
                self._set_timer(FAREWELL, self.wire.abort)

    def _frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.PONG:
            self._answered(bytes(frame.data))
        elif frame.opcode in (Opcode.BINARY, Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                self._message(b"".join(self._parts))
                self._parts = []

    def _message(self, message: bytes) -> None:
        if self.open:
            self._inbox.came(message)

    def _request(self, request: Request) -> None:
        side: ServerProtocol = self._side  # type: ignore[assignment]  # only it has requests
        side.send_response(side.accept(request))
        if side.state is State.OPEN:
            # The handshake is over, and what was said in it need not be remembered for hours.
            self._side = Protocol(Side.SERVER, state=State.OPEN, max_size=self._max_size)
            self._write_all(side.data_to_send())
            self._opened()
            self._accepted(self)

    def _opened(self) -> None:
        self.open = self._side.state is State.OPEN
        if not self.open:
            self.wire.abort()
        elif self._pulse is not None:
            self._beat()
        elif self._timer is not None:
            self._timer.cancel()
        self._inbox.wake()

    def _write(self) -> None:
        """Write what the protocol wants to say."""
        self._write_all(self._side.data_to_send())

    def _write_all(self, data: list[bytes]) -> None:
        if not data or self.wire.is_closing():
            return
        self.wire.write(b"".join(data))
        if data[-1] == SEND_EOF:
            self.wire.write_eof()

    def _why(self, error: Exception | None) -> str:
        side = self._side
        if side.handshake_exc is not None:
            return str(side.handshake_exc)
        if error is not None:
            return str(error)
        return str(side.close_exc) if side.state is State.CLOSED else "the other end is gone"

    # --- is anybody there? ---------------------------------------------------------------------

    def _ping(self) -> None:
        data = self._trip.leave()
        if self.open:
            self._side.send_ping(data)
            self._write()

    def _beat(self) -> None:
        assert self._pulse is not None
        self._ping()
        self._set_timer(self._pulse, self.wire.abort)

    def _answered(self, data: bytes) -> None:
        if self._trip.came(data) and self._pulse is not None:
            self._set_timer(self._pulse, self._beat)

    def _set_timer(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)
