"""Members who mean ill, over real sockets: floods, single bytes, halves of messages, no hello.

Ann types all the while over a socket of her own. Whatever the others do she is answered within a
moment, and the relay's memory stays within bounds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import resource
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.client.link import connect_unix
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import decode, encode
from cocalc_tui.server.relay import relay as relay_module
from cocalc_tui.sync.patch import Splice
from tests.server.apps import App, Box, typed
from tests.server.hosting import until

ME = pwd.getpwuid(os.geteuid()).pw_name
MOST_MEMORY = 120 * 2**20
"""Bytes by which this process, both ends in one, may grow."""
SHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def framed(message: bytes) -> bytes:
    """A message as a client's websocket frame, with a mask of zeros."""
    length = len(message)
    if length < 126:
        head = bytes([0x82, 0x80 | length])
    elif length < 2**16:
        head = b"\x82\xfe" + length.to_bytes(2)
    else:
        head = b"\x82\xff" + length.to_bytes(8)
    return head + bytes(4) + message


class Served(Box):
    """A relay on a socket, and ann who types."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.slowest = 0.0
        """Seconds for which ann waited for an answer."""
        self.writers: list[asyncio.StreamWriter] = []
        self._n = 0

    async def begin(self) -> None:
        await self.relay.start()
        await self.relay.serve_unix(self.path)
        await self.give(ME, "editor")
        self.ann = App(await connect_unix(self.path, os.geteuid()), "a" * 16)
        self.apps.append(self.ann)
        await self.ann.hello()
        self.doc = (await self.ann.open()).doc

    async def type(self) -> None:
        """Ann types a word and waits for the answer."""
        began = time.monotonic()
        await self.ann.push(self.doc, typed("a" * 16, self._n))
        await self.ann.hear(m.Ack)
        self.ann.heard.clear()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self._n += 1

    async def type_while(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        while not task.done():
            await self.type()
            await asyncio.sleep(0.005)
        await task
        await self.type()

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection over which nothing was said."""
        reader, writer = await asyncio.open_unix_connection(str(self.path))
        self.writers.append(writer)
        return reader, writer

    async def raw(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection whose handshake is done."""
        reader, writer = await self.connected()
        writer.write(SHAKE)
        await reader.readuntil(b"\r\n\r\n")
        return reader, writer

    async def greeted(
        self, session: str = "e" * 16
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await self.raw()
        hello = m.Hello(newest=m.VERSION, oldest=1, release="x", session=session)
        writer.write(framed(encode(hello)))
        await reader.read(100)
        return reader, writer


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Served]:
    box = Served(tmp_path / "s")
    await box.begin()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield box
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < MOST_MEMORY
    assert box.slowest < 10, "the others waited for the flood"
    for writer in box.writers:
        writer.transport.abort()
    await box.relay.close()
    for app in box.apps:
        await app.leave()


async def test_bytes_that_come_one_by_one(box: Served) -> None:
    async def trickle() -> None:
        _, writer = await box.greeted()
        for byte in framed(encode(m.ListFiles(id=1, path="x" * 300))) * 5:
            writer.write(bytes([byte]))
            await writer.drain()

    await box.type_while(trickle())


async def test_halves_of_messages_that_never_end(box: Served) -> None:
    async def half() -> None:
        for size in (10, 2000, 7 * 2**20, 2**40):
            _, writer = await box.greeted()
            writer.write(b"\x82\xff" + size.to_bytes(8) + bytes(4) + b"x" * min(size // 2, 2**20))
            await asyncio.sleep(0.05)
        _, writer = await box.greeted()
        for _ in range(3000):  # a message in parts without an end
            writer.write(b"\x02\xfe" + (4000).to_bytes(2) + bytes(4 + 4000))
            with contextlib.suppress(ConnectionError):
                await writer.drain()

    await box.type_while(half())


async def test_questions_and_presence_without_end(box: Served) -> None:
    async def flood() -> None:
        _, writer = await box.greeted()
        writer.write(framed(encode(m.Open(id=1, path="notes.txt"))))
        ask = framed(encode(m.ListFiles(id=1)))
        stand = framed(encode(m.Presence(doc=box.doc, place={"caret": 1})))
        with contextlib.suppress(ConnectionError):
            for _ in range(300):
                writer.write((ask + stand) * 100)
                await writer.drain()

    await box.type_while(flood())


async def test_patches_without_end(box: Served) -> None:
    async def flood() -> None:
        reader, writer = await box.greeted()
        writer.write(framed(encode(m.Open(id=1, path="notes.txt"))))
        session = "e" * 16
        with contextlib.suppress(ConnectionError):
            for n in range(0, 4000, 50):
                patches = [
                    typed(session, n + i, ops=(Splice(0, 0, "x" * 2000),)) for i in range(50)
                ]
                writer.write(framed(encode(m.Push(doc=box.doc, patches=patches))))
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.001):
                        await reader.read(2**20)

    await box.type_while(flood())


async def test_pings_without_end(box: Served) -> None:
    async def flood() -> None:
        _, writer = await box.greeted()
        ping = b"\x89\xfd" + bytes(4) + b"x" * 125
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(2):
                while True:
                    writer.write(ping * 500)
                    await writer.drain()

    await box.type_while(flood())


@pytest.mark.parametrize("shaken", [False, True])
async def test_who_connects_and_says_nothing(
    box: Served, shaken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "HELLO", 0.2)
    monkeypatch.setattr("cocalc_tui.websocket.HANDSHAKE", 0.2)
    reader, _ = await box.raw() if shaken else await box.connected()

    async def wait() -> None:
        async with asyncio.timeout(60):
            said = await reader.read()
        if shaken:
            at = said.index(b"\x82") + 2
            goodbye = decode(said[at : at + said[at - 1]])
            assert isinstance(goodbye, m.Goodbye)
            assert "no hello" in goodbye.text

    await box.type_while(wait())


async def test_only_so_many_connections_of_one_user(
    box: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "MOST_CONNECTIONS", 30)
    sockets = []
    try:
        for _ in range(60):
            knock = socket.socket(socket.AF_UNIX)
            knock.setblocking(False)
            knock.connect(str(box.path))
            sockets.append(knock)
            await box.type()
        await until(lambda: sum(_is_open(knock) for knock in sockets) <= 29)  # and ann's
        await box.type()
        assert sum(_is_open(knock) for knock in sockets) == 29
        for knock in sockets[:10]:
            knock.close()
        await until(lambda: sum(map(len, box.relay._gate._open.values())) == 20)
        again = App(await connect_unix(box.path, os.geteuid()), "b" * 16)
        box.apps.append(again)
        await again.hello()
        assert again.me is not None
    finally:
        for knock in sockets:
            knock.close()


def _is_open(knock: socket.socket) -> bool:
    try:
        return knock.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
