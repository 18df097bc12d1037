"""A websocket's two ends on the event loop, against each other and against raw bytes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import ClassVar

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from cocalc_tui import websocket
from cocalc_tui.protocol.transport import TransportClosed
from cocalc_tui.websocket import WebSocket

LIMIT = 100_000
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
)


class Ends:
    """A server's end and whatever is at the other end of its socket."""

    made: ClassVar[list[Ends]] = []

    def __init__(self) -> None:
        self.made.append(self)
        self._websockets: list[WebSocket] = []
        ours, self.socket = socket.socketpair()
        for one in (ours, self.socket):
            one.setblocking(False)
        self._ours = ours
        self.accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def serve(self, pulse: float | None = None) -> WebSocket:
        side = ServerProtocol(origins=[None], max_size=LIMIT)
        loop = asyncio.get_running_loop()
        _, server = await loop.create_unix_connection(
            lambda: WebSocket(
                side, max_size=LIMIT, pulse=pulse, accepted=lambda _: self.accepted.set_result(None)
            ),
            sock=self._ours,
        )
        self._websockets.append(server)
        return server

    async def client(self) -> WebSocket:
        side = ClientProtocol(parse_uri("ws://localhost/"), max_size=LIMIT)
        side.send_request(side.connect())
        loop = asyncio.get_running_loop()
        _, client = await loop.create_unix_connection(lambda: WebSocket(side), sock=self.socket)
        self._websockets.append(client)
        return client

    async def say(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def hear(self, wanted: bytes) -> bytes:
        seen = b""
        async with asyncio.timeout(60):
            while wanted not in seen:
                data = await asyncio.get_running_loop().sock_recv(self.socket, 2**16)
                if not data:
                    raise EOFError(seen)
                seen += data
        return seen

    async def close(self) -> None:
        for end in self._websockets:
            end.cut()
            with suppress(TransportClosed, ValueError):
                while True:
                    await end.recv()
        self._ours.close()
        self.socket.close()


@pytest.fixture(autouse=True)
async def closed() -> AsyncIterator[None]:
    yield
    for ends in Ends.made:
        await ends.close()
    Ends.made.clear()


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[WebSocket, WebSocket]]:
    ends = Ends()
    server, client = await ends.serve(), await ends.client()
    await client.opened()
    await ends.accepted
    yield server, client


def masked(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


async def raw(pulse: float | None = None) -> tuple[Ends, WebSocket]:
    ends = Ends()
    server = await ends.serve(pulse)
    await ends.say(REQUEST % b"")
    await ends.hear(b"101 Switching Protocols")
    return ends, server


async def test_messages_arrive_in_order_both_ways() -> None:
    async with pair() as (server, client):
        for size in (0, 1, 126, 70_000):
            client.send(bytes(size))
            server.send(b"x" * size)
        assert [len(await server.recv()) for _ in range(4)] == [0, 1, 126, 70_000]
        assert [len(await client.recv()) for _ in range(4)] == [0, 1, 126, 70_000]


async def test_a_listener_is_given_one_message_after_the_other() -> None:
    async with pair() as (server, client):
        heard: list[bytes] = []
        go_on = asyncio.Event()

        async def slowly(frame: bytes) -> None:
            await go_on.wait()
            heard.append(frame + b" at last")

        def hear(frame: bytes) -> Awaitable[None] | None:
            if frame == b"slow":
                return slowly(frame)
            heard.append(frame)
            return None

        client.send(b"before")
        await asyncio.sleep(0.01)
        listening = asyncio.ensure_future(server.listen(hear))
        for word in (b"slow", b"quick"):
            client.send(word)
        while heard != [b"before"]:
            await asyncio.sleep(0)
        await client.close()
        go_on.set()
        with pytest.raises(TransportClosed):
            await listening
        assert heard == [b"before", b"slow at last", b"quick"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_a_listener_raises_ends_its_listening(at_once: bool) -> None:
    async with pair() as (server, client):

        async def fail() -> None:
            await asyncio.sleep(0)
            raise ValueError("later")

        def hear(_: bytes) -> Awaitable[None]:
            if at_once:
                raise ValueError("now")
            return fail()

        client.send(b"x")
        client.send(b"y")
        with pytest.raises(ValueError, match="now" if at_once else "later"):
            await server.listen(hear)


async def test_who_listens_no_more_ends_what_they_were_doing() -> None:
    async with pair() as (server, client):
        begun, ended = asyncio.Event(), asyncio.Event()

        async def for_ever() -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        listening = asyncio.ensure_future(server.listen(lambda _: for_ever()))
        client.send(b"x")
        async with asyncio.timeout(60):
            await begun.wait()
            listening.cancel()
            await ended.wait()


async def test_a_sender_waits_while_much_is_unread() -> None:
    ends, server = await raw()
    frame = masked(Opcode.BINARY, bytes(10_000))
    sent = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            while sent < 500:
                await ends.say(frame)
                sent += 1
    assert sent < 500
    for _ in range(sent):
        await server.recv()
    await ends.say(frame)
    server.cut()


async def test_a_reader_that_takes_nothing_is_waited_for() -> None:
    async with pair() as (server, client):
        while server.waiting < 2**20:
            server.send(bytes(90_000))
        waiting = asyncio.ensure_future(server.drained())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        async with asyncio.timeout(60):
            while not waiting.done():
                await client.recv()
        await waiting
        client.cut()
        while server.open:
            await asyncio.sleep(0.001)
        server.send(b"nobody hears this")
        with pytest.raises(TransportClosed):
            await server.drained()


async def test_fragments_are_one_message_and_control_frames_may_lie_between() -> None:
    ends, server = await raw()
    for byte in (
        masked(Opcode.BINARY, b"one ", fin=False)
        + masked(Opcode.PING, b"there?")
        + masked(Opcode.CONT, b"message")
    ):
        await ends.say(bytes((byte,)))
    assert await server.recv() == b"one message"
    await ends.hear(b"there?")
    server.cut()


async def test_a_message_that_is_too_large_ends_the_connection_and_says_so() -> None:
    ends, server = await raw()
    await ends.say(masked(Opcode.BINARY, bytes(LIMIT + 1))[:-1])
    await ends.hear(b"\x03\xf1")  # 1009
    with pytest.raises(TransportClosed):
        await server.recv()


async def test_pings_without_end_are_not_answered_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(websocket, "MOST_WRITTEN", 10_000)
    ends, server = await raw()
    flood = masked(Opcode.PING, bytes(125)) * 100
    for _ in range(500):
        await ends.say(flood)
    assert 0 < server.waiting < 10_000 + len(flood) + websocket.READ
    await ends.say(masked(Opcode.BINARY, b"still here"))
    assert await server.recv() == b"still here"


async def test_silence_ends_a_connection_that_is_looked_after() -> None:
    _ends, server = await raw(pulse=0.05)
    async with asyncio.timeout(60):
        with pytest.raises(TransportClosed):
            await server.recv()


async def test_who_answers_stays_and_the_way_there_and_back_is_known() -> None:
    ends = Ends()
    server, client = await ends.serve(pulse=0.02), await ends.client()
    await client.opened()
    while server.latency is None:
        await asyncio.sleep(0.001)
    assert [client.latency] == [None]
    await asyncio.gather(client.ping(), client.ping())
    assert client.latency is not None
    assert 0 < client.latency < 10
    server.cut()
    while client.open:
        await asyncio.sleep(0.001)
    with pytest.raises(TransportClosed):
        await client.ping()


async def test_goodbye_is_said_and_answered() -> None:
    async with pair() as (server, client):
        server.send(b"last words")
        await asyncio.gather(server.close(), client.recv())
        with pytest.raises(TransportClosed):
            await client.recv()


async def test_goodbye_to_one_who_does_not_answer_takes_a_moment_only() -> None:
    _ends, server = await raw()
    async with asyncio.timeout(60):
        await server.close()
    with pytest.raises(TransportClosed):
        await server.recv()


async def test_a_browser_and_nonsense_are_turned_away() -> None:
    for request, answer in (
        (REQUEST % b"Origin: http://localhost\r\n", b"403 Forbidden"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"426 Upgrade Required"),
        (b"\x00\xff\r\n\r\n", b""),
    ):
        ends = Ends()
        server = await ends.serve()
        await ends.say(request)
        with suppress(EOFError):
            assert answer in await ends.hear(b"\r\n\r\n")
        ends.socket.close()
        with pytest.raises(TransportClosed):
            await server.recv()


async def test_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "HANDSHAKE", 0.05)
    server = await Ends().serve()
    async with asyncio.timeout(60):
        with pytest.raises(TransportClosed):
            await server.recv()


async def test_a_server_that_is_none_is_told_from_one() -> None:
    ends = Ends()
    client = await ends.client()
    ends._ours.setblocking(False)
    await asyncio.get_running_loop().sock_sendall(ends._ours, b"SSH-2.0-OpenSSH_9.2\r\n")
    async with asyncio.timeout(60):
        with pytest.raises(TransportClosed):
            await client.opened()


@pytest.mark.parametrize("at_once", [True, False])
async def test_who_is_done_listening_does_not_wait_for_what_is_left(at_once: bool) -> None:
    async with pair() as (server, client):
        for _ in range(5):
            client.send(b"more")

        async def soon() -> None:
            await asyncio.sleep(0)
            raise TransportClosed("enough")

        def hear(_: bytes) -> Awaitable[None]:
            if at_once:
                raise TransportClosed("enough")
            return soon()

        async with asyncio.timeout(60):
            with pytest.raises(TransportClosed, match="enough"):
                await server.listen(hear)
