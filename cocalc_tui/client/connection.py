"""The connection to a relay, which comes and goes by itself.

It connects, says hello, hands on what comes, and when it is lost it tries again, soon at first and
never rarely. Only a relay that says no (`RefusedError`) ends that. A relay that somebody ended is
not started by those who were connected, or nobody could ever end it: they look whether there is one
again. Whoever uses it hears `up` and `down`, never an exception out of a background task.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine

from cocalc_tui import __version__
from cocalc_tui.client.events import Offline
from cocalc_tui.client.link import Connect, NobodyThereError, RefusedError, delays
from cocalc_tui.client.pulse import TICK, Beat, Pulse
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import encode
from cocalc_tui.protocol.connection import AppSide, Ended, Greeted, Heard, Passed
from cocalc_tui.protocol.transport import Transport, TransportClosed

_log = logging.getLogger(__name__)
FINAL = {"role", "session", "version"}
"""Codes of `Goodbye` after which trying again is of no use."""
STOPPED = "stopped"
"""Code of `Goodbye` when somebody ended the relay."""


class _StoppedError(TransportClosed):
    """Somebody ended the relay, and it is not this app's to start another."""


class _MovedError(TransportClosed):
    """The project's folder has another name."""

    def __init__(self, text: str, path: str) -> None:
        super().__init__(text)
        self.path = path


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
        rejoin: Connect | None = None,
        moved: Callable[[str], None] = lambda _path: None,
    ) -> None:
        """Make a line; `rejoin` connects like `connect`, but starts no relay where none runs.

        Without it, it is over when somebody ends the relay. `moved` hears where a project is whose
        folder got another name, before it is connected to again.
        """
        self._moved = moved
        self._connect = connect
        self._rejoin = rejoin
        self._stopped = False
        self._hurry = asyncio.Event()
        self._session = session
        self._up, self._down, self._heard = up, down, heard
        self._transport: Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._online = asyncio.Event()
        self.why_not = "the relay does not answer"
        self.nobody_there = False
        """Whether that is all that is the matter."""
        self.heard_at = time.time()
        """When the relay last gave a sign of life, seconds since 1970."""

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
        if self._task is None:
            self._task = asyncio.create_task(self._stay())

    async def ready(self) -> bool:
        """Wait until the relay answers; False where it said no for good."""
        assert self._task is not None
        waiter = asyncio.create_task(self._online.wait())
        await asyncio.wait({waiter, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        return self.online

    def start_again(self) -> None:
        """Start a relay after somebody ended it."""
        self._stopped = False
        self._hurry.set()

    def send(self, message: m.Message) -> bool:
        """Send a message; False where there is no connection."""
        if not self.online or self._transport is None:
            return False
        self._transport.send(encode(message))
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
                await self._converse(await self._reached())
            except RefusedError as error:
                self.nobody_there = isinstance(error, NobodyThereError)
                self._lost(Offline(str(error), final=True, nobody_there=self.nobody_there))
                return
            except _StoppedError as error:
                final = self._rejoin is None
                self._lost(Offline(str(error), final, stopped=not final))
                if final:
                    return
                self._stopped, waits = True, delays()
            except _MovedError as error:
                waits = delays()
                self._lost(Offline(str(error)))
                self._moved(error.path)
            except (OSError, TransportClosed) as error:
                if self.online:
                    waits = delays()
                self._lost(Offline(str(error) or "the relay went away"))
            except Exception as error:
                # Whatever it was, an app that hears nothing any more and does not say so is worse.
                _log.exception("the connection failed in a way nobody thought of")
                self._lost(Offline(f"the connection failed: {error!r:.120}"))
            await self._pause(await anext(waits))

    async def _reached(self) -> Transport:
        if not self._stopped or self._rejoin is None:
            return await self._connect()
        try:
            return await self._rejoin()
        except RefusedError as error:
            raise OSError(str(error)) from None  # as long as nobody starts one, that may change

    async def _pause(self, seconds: float) -> None:
        self._hurry.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()

    async def _converse(self, transport: Transport) -> None:
        self._transport = transport
        pulse = Pulse(_now())
        try:
            await _first_of(self._listen(transport, pulse), self._watch(transport, pulse))
        finally:
            self._transport = None
            await transport.close()

    async def _listen(self, transport: Transport, pulse: Pulse) -> None:
        side = AppSide()
        transport.send(side.hello(self._session, __version__))
        self._take(side.receive(await transport.recv()))

        def hear(frame: bytes) -> None:
            pulse.heard()
            self.heard_at = time.time()
            self._take(side.receive(frame))

        await transport.listen(hear)

    async def _watch(self, transport: Transport, pulse: Pulse) -> None:
        """Raise TransportClosed when there is no sign of life."""
        asking: set[asyncio.Task[None]] = set()
        try:
            while True:
                await asyncio.sleep(TICK)
                match pulse.tick(_now()):
                    case Beat.DEAD:
                        raise TransportClosed("the relay does not answer any more")
                    case Beat.ASK:
                        task = asyncio.create_task(self._ask(transport, pulse))
                        asking.add(task)
                        task.add_done_callback(asking.discard)
        finally:
            for task in asking:
                task.cancel()

    async def _ask(self, transport: Transport, pulse: Pulse) -> None:
        with contextlib.suppress(TransportClosed):  # the reader hears of it, too
            await transport.ping()
            pulse.heard()
            self.heard_at = time.time()

    def _take(self, event: Greeted | Heard | Passed | Ended | None) -> None:
        match event:
            case Heard(message):
                self._heard(message)
            case Greeted(m.Welcome() as welcome):
                self._stopped = False
                self._online.set()
                self._up(welcome)
            case Ended(goodbye):
                raise _ending(goodbye)

    def _lost(self, gone: Offline) -> None:
        was_online = self.online
        self._online.clear()
        self.why_not = gone.reason
        if was_online or gone.final:
            self._down(gone)


def _ending(goodbye: m.Goodbye) -> Exception:
    """What a goodbye means for who is connected."""
    if goodbye.code == STOPPED:
        return _StoppedError(goodbye.text)
    if goodbye.moved:
        return _MovedError(goodbye.text, goodbye.moved)
    return (RefusedError if goodbye.code in FINAL else TransportClosed)(goodbye.text)


def _now() -> float:
    """Seconds of the clock that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


async def _first_of(*work: Coroutine[None, None, None]) -> None:
    """Do all until one ends, then end the others; raises what it raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
