"""The connection to a relay, which comes and goes by itself.

It connects, says hello, hands on what comes, and when it is lost it tries again, soon at first and
never rarely. Only a relay that says no (`RefusedError`) ends that. Whoever uses it hears `up` and
`down`, never an exception out of a background task.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from cocalc_tui import __version__
from cocalc_tui.client.events import Offline
from cocalc_tui.client.link import Connect, RefusedError, delays
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import FrameError, MessageError, decode, encode
from cocalc_tui.protocol.transport import Transport, TransportClosed

FINAL = {"role", "session", "stopped", "version"}
"""Codes of `Goodbye` after which trying again is of no use."""


class Connection:
    """One app's line to one relay."""

    def __init__(
        self,
        connect: Connect,
        session: str,
        *,
        up: Callable[[m.Welcome], None],
        down: Callable[[Offline], None],
        heard: Callable[[m.Message], None],
    ) -> None:
        self._connect = connect
        self._session = session
        self._up, self._down, self._heard = up, down, heard
        self._transport: Transport | None = None
        self._outgoing: asyncio.Queue[m.Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._online = asyncio.Event()
        self.why_not = "the relay does not answer"

    @property
    def online(self) -> bool:
        """Whether the relay answers."""
        return self._online.is_set()

    @property
    def latency(self) -> float | None:
        """Round trip in seconds, None while it is not known."""
        return self._transport.latency if self._transport is not None else None

    def start(self) -> None:
        """Connect, and again whenever the connection is lost, until `close`."""
        self._task = asyncio.create_task(self._stay())

    async def ready(self) -> bool:
        """Wait until the relay answers; False where it said no for good."""
        assert self._task is not None
        waiter = asyncio.create_task(self._online.wait())
        await asyncio.wait({waiter, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        return self.online

    def send(self, message: m.Message) -> bool:
        """Send a message; False where there is no connection."""
        if not self.online:
            return False
        self._outgoing.put_nowait(message)
        return True

    async def close(self) -> None:
        """Leave for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _stay(self) -> None:
        waits = delays()
        while True:
            try:
                await self._converse(await self._connect())
            except RefusedError as error:
                self._lost(Offline(str(error), final=True))
                return
            except (OSError, TransportClosed, FrameError) as error:
                if self.online:
                    waits = delays()
                self._lost(Offline(str(error) or "the relay went away"))
            await asyncio.sleep(await anext(waits))

    async def _converse(self, transport: Transport) -> None:
        self._transport = transport
        hello = m.Hello(
            newest=m.VERSION, oldest=m.OLDEST, release=__version__, session=self._session
        )
        try:
            await transport.send(encode(hello))
            self._welcomed(decode(await transport.recv()))
            writer = asyncio.create_task(self._write(transport))
            try:
                while True:
                    self._take(await transport.recv())
            finally:
                writer.cancel()
        finally:
            self._transport = None
            await transport.close()

    def _welcomed(self, message: m.Message) -> None:
        if not isinstance(message, m.Welcome):
            self._take_goodbye(message)
            raise TransportClosed("the relay did not say welcome")
        self._outgoing = asyncio.Queue()
        self._online.set()
        self._up(message)

    def _take(self, frame: bytes) -> None:
        try:
            message = decode(frame)
        except MessageError:
            return  # from a newer relay, and of no use to this release
        self._take_goodbye(message)
        self._heard(message)

    def _take_goodbye(self, message: m.Message) -> None:
        if isinstance(message, m.Goodbye):
            kind = RefusedError if message.code in FINAL else TransportClosed
            raise kind(message.text)

    async def _write(self, transport: Transport) -> None:
        with contextlib.suppress(TransportClosed):
            while True:
                await transport.send(encode(await self._outgoing.get()))

    def _lost(self, gone: Offline) -> None:
        was_online = self.online
        self._online.clear()
        self.why_not = gone.reason
        if was_online or gone.final:
            self._down(gone)
