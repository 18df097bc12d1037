"""A network that does to connections what networks do.

A connection is two one-way pipes of whole frames. Each frame takes its time and frames keep their
order, as in a socket; hostility comes on top: frames held up for long, lost from some moment on
without a word (half-open), everything cut at once, frames that a dead or closed connection still
delivers while its successor is in use (so what is sent again comes twice and in another order),
and, where `wild`, even frames that a socket would never lose, double or swap.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random

from cocalc_tui.protocol.transport import Hear, TransportClosed, listen_to
from cocalc_tui.server.relay.link import Frame
from tests.sim.loop import Process, SimLoop, here

NOTICES = (20.0, 40.0)
"""Seconds until an unanswered ping tells the relay that nobody is there; apps find out by
themselves."""


class Pipe:
    """One direction of a connection."""

    def __init__(self, loop: SimLoop, weather: Weather, tap: Callable[[bytes], None]) -> None:
        self._loop = loop
        self._weather = weather
        self._tap = tap
        """Sees each frame that its reader takes."""
        self._frames: deque[bytes] = deque()
        self._last = 0.0
        """When the last frame arrives that is on its way."""
        self._changed: list[asyncio.Future[None]] = []
        self.unread = 0
        """Bytes sent that the reader has not taken."""
        self.most_unread = 0
        self.silent = False
        """What is sent vanishes."""
        self.sender_gone = False
        """What was sent arrives, then the end."""
        self.reader_gone = False
        self._ended = False

    def put(self, frame: bytes) -> None:
        """Send; returns at once."""
        if self.sender_gone or self.reader_gone:
            return
        arriving = [frame] if self.silent else self._weather.happens_to(frame)
        self.unread += len(frame) * len(arriving)
        self.most_unread = max(self.most_unread, self.unread)
        for one in arriving:
            self._loop.call_at(self._arrival(), self._arrive, one, context=self._world)

    def carry(self, what: Callable[[], object]) -> None:
        """Let something happen at the other end, behind what is on its way."""

        def arrive() -> None:
            if not self.silent:
                what()

        if not self.silent and not self.sender_gone:
            self._loop.call_at(self._arrival(), arrive, context=self._world)

    def _arrival(self) -> float:
        soonest = self._loop.time() + self._weather.latency()
        if not self._weather.swaps():
            soonest = max(soonest, self._last)
        self._last = max(self._last, soonest)
        return soonest

    def _arrive(self, frame: bytes) -> None:
        if not self.silent:
            self._frames.append(frame)
            self._wake()

    async def get(self) -> bytes:
        """The next frame; raises TransportClosed."""
        while not self._frames:
            if self._ended or self.reader_gone:
                raise TransportClosed("the other end is gone")
            await self._change()
        frame = self._frames.popleft()
        self.unread -= len(frame)
        self._wake()
        self._tap(frame)
        return frame

    async def drained(self, below: int) -> None:
        """Wait until fewer bytes are unread; raises TransportClosed."""
        while self.unread > below and not self._known_to_be_over:
            await self._change()
        if self._known_to_be_over:
            raise TransportClosed("the other end is gone")

    @property
    def _known_to_be_over(self) -> bool:
        """Whether the sender knows that nobody reads."""
        return self.sender_gone or (self.reader_gone and not self.silent)

    def end(self, *, lose: float = 0.0) -> None:
        """The sender is gone: the end comes behind what is on its way, less a share of it."""
        if not self.sender_gone:
            self.sender_gone = True
            when = self._last - lose * max(0.0, self._last - self._loop.time())
            self._loop.call_at(max(when, self._loop.time()), self._end, context=self._world)
            self._wake()

    def lose(self) -> None:
        """The reader is gone, or knows that nobody is there."""
        self.reader_gone = True
        self._frames.clear()
        self._wake()

    @property
    def _world(self) -> object:
        return self._loop.world.context

    def _end(self) -> None:
        self._ended = self.silent = True
        self._wake()

    async def _change(self) -> None:
        future = self._loop.create_future()
        self._changed.append(future)
        await future

    def _wake(self) -> None:
        changed, self._changed = self._changed, []
        for future in changed:
            if not future.done():
                future.set_result(None)


class Weather:
    """How bad the network is just now."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.slow = 1.0
        self.wild = 0.0
        """Share of frames to which happens what no socket does."""
        self.rough = False
        """Whether it is wild at times."""

    def calm(self) -> None:
        """From now on it is a good network."""
        self.slow, self.wild = 1.0, 0.0

    def latency(self) -> float:
        """Seconds that a frame takes."""
        return self._random.expovariate(1000 / self.slow)

    def happens_to(self, frame: bytes) -> list[bytes]:
        """The frames that arrive of this one."""
        if self.wild and self._random.random() < self.wild:
            return self._random.choice([[], [frame, frame]])
        return [frame]

    def swaps(self) -> bool:
        """Whether a frame may overtake."""
        return bool(self.wild) and self._random.random() < self.wild


class Connection:
    """What an app and a relay have between them."""

    def __init__(self, loop: SimLoop, weather: Weather, taps: Taps, app: Process) -> None:
        self.app = app
        self.relay: Process | None = None
        self.up = Pipe(loop, weather, taps.heard_by_relay)
        self.down = Pipe(loop, weather, taps.heard_by_app)
        self.sent = taps.sent_by_app
        self._loop = loop
        app.at_death.append(self._app_dies)

    @property
    def over(self) -> bool:
        """Whether neither end has it any more."""
        return self.up.reader_gone and self.down.reader_gone

    def accepted_by(self, relay: Process) -> None:
        """A relay takes it."""
        self.relay = relay
        relay.at_death.append(self._relay_dies)

    def _app_dies(self) -> None:
        self.up.end(lose=self._loop.random.random())
        self.down.lose()

    def _relay_dies(self) -> None:
        self.down.end(lose=self._loop.random.random())
        self.up.lose()

    def cut(self) -> None:
        """Both ends notice at once; what is on its way may be lost."""
        for pipe in (self.up, self.down):
            pipe.end(lose=self._loop.random.random())

    def fall_silent(self, *, up: bool = True, down: bool = True) -> None:
        """Nothing arrives any more; each end finds out by itself, and late."""
        self.up.silent |= up
        self.down.silent |= down
        self._relay_notices()

    def stopped(self, process: Process) -> None:
        """The app may not answer for long."""
        if process is self.app:
            self._relay_notices()

    def _relay_notices(self) -> None:
        """The relay gives up, unless the app answers by then."""
        if self.relay is None:
            return

        def look() -> None:
            if self.up.silent or self.down.silent or self.app.stopped:
                self.up.lose()
                self.down.end(lose=1.0)

        self._loop.call_later(self._loop.random.uniform(*NOTICES), look, context=self.relay.context)

    def ping(self, answered: asyncio.Future[None]) -> None:
        """Ask the relay for a sign of life."""

        def pong() -> None:
            if not answered.done():
                answered.set_result(None)

        def arrive() -> None:
            if self.relay is not None:
                self._loop.call_soon(self.down.carry, pong, context=self.relay.context)

        self.up.carry(arrive)


class Taps:
    """Who watches what an app and its relay say to each other."""

    def sent_by_app(self, frame: bytes) -> None:
        """An app handed a frame over."""

    def heard_by_relay(self, frame: bytes) -> None:
        """The relay took a frame."""

    def heard_by_app(self, frame: bytes) -> None:
        """An app took a frame."""


class SimTransport:
    """The app's end, as `protocol.transport` asks."""

    latency: float | None = 0.001

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, frame: bytes) -> None:
        self._connection.sent(frame)
        self._connection.up.put(frame)

    async def recv(self) -> bytes:
        return await self._connection.down.get()

    async def listen(self, hear: Hear) -> None:
        await listen_to(self.recv, hear)

    async def ping(self) -> None:
        if self._connection.down.reader_gone:
            raise TransportClosed("the other end is gone")
        answered = asyncio.get_running_loop().create_future()
        self._connection.ping(answered)
        await answered

    async def close(self) -> None:
        self._connection.up.end()
        self._connection.down.lose()


class SimLink:
    """The relay's end, as `server.relay.link` asks."""

    def __init__(self, connection: Connection, behind: int) -> None:
        self._connection = connection
        self._behind = behind
        connection.accepted_by(here())

    def send(self, frame: Frame, *, hurry: bool = False) -> int:
        self._connection.down.put(frame.payload)
        return self.waiting

    @property
    def waiting(self) -> int:
        return self._connection.down.unread

    async def drained(self) -> None:
        await self._connection.down.drained(self._behind // 2)

    async def listen(self, hear: Hear) -> None:
        await listen_to(self._connection.up.get, hear)

    async def close(self) -> None:
        self._connection.down.end()
        self._connection.up.lose()

    def cut(self) -> None:
        self._connection.down.end(lose=1.0)
        self._connection.up.lose()
