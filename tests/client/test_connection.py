"""What an app does with what the relay says first and last."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from cocalc_tui.client.connection import Connection
from cocalc_tui.client.events import Offline
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import encode
from cocalc_tui.protocol.transport import Hear, Transport, TransportClosed, listen_to
from tests.protocol.test_connection import SESSION, WELCOME

PEOPLE = m.People(people=[])


class Scripted:
    """A relay that says what is written, then hangs up."""

    latency: float | None = 0.0

    def __init__(self, frames: Sequence[bytes]) -> None:
        self._frames = list(frames)

    def send(self, frame: bytes) -> None:
        pass

    async def recv(self) -> bytes:
        await asyncio.sleep(0)
        if not self._frames:
            raise TransportClosed("it is said")
        return self._frames.pop(0)

    async def listen(self, hear: Hear) -> None:
        await listen_to(self.recv, hear)

    async def ping(self) -> None:
        pass

    async def close(self) -> None:
        pass


class Said:
    """What came of a relay's words: what was heard, and how it went down."""

    def __init__(self, *frames: bytes) -> None:
        self.heard: list[m.Message] = []
        self.welcomes: list[m.Welcome] = []
        self.tries = 0
        self._frames = frames
        self._gone: asyncio.Future[Offline] = asyncio.get_running_loop().create_future()
        self.connection = Connection(
            self._connect,
            SESSION,
            up=self.welcomes.append,
            down=self._down,
            heard=self.heard.append,
        )

    async def _connect(self) -> Transport:
        self.tries += 1
        return Scripted(self._frames)

    def _down(self, gone: Offline) -> None:
        if not self._gone.done():
            self._gone.set_result(gone)

    async def gone(self) -> Offline:
        self.connection.start()
        async with asyncio.timeout(60):
            gone = await self._gone
        await self.connection.close()
        return gone


async def test_messages_are_heard_once_welcomed() -> None:
    said = Said(encode(WELCOME), encode(PEOPLE))
    assert await said.gone() == Offline("it is said")
    assert (said.welcomes, said.heard) == ([WELCOME], [PEOPLE])


async def test_what_a_newer_relay_says_and_what_only_apps_say_is_passed_over() -> None:
    strange = msgspec.msgpack.encode({"t": "new"})
    said = Said(encode(WELCOME), strange, encode(m.Members(id=1)), encode(PEOPLE))
    await said.gone()
    assert said.heard == [PEOPLE]


async def test_a_relay_of_another_protocol_is_left_for_good() -> None:
    said = Said(encode(msgspec.structs.replace(WELCOME, version=m.VERSION + 1)))
    assert await said.gone() == Offline("this is no relay that the app can speak to", final=True)
    assert (said.welcomes, said.tries) == ([], 1)


@pytest.mark.parametrize(("code", "final"), [("role", True), ("version", True), ("end", False)])
async def test_some_goodbyes_are_for_good(code: str, final: bool) -> None:
    said = Said(encode(WELCOME), encode(m.Goodbye(code=code, text="why")))
    assert await said.gone() == Offline("why", final=final)


async def test_bytes_that_are_no_message_end_the_connection_only() -> None:
    gone = await Said(encode(WELCOME), b"\xc1").gone()
    assert not gone.final
    assert gone.reason.startswith("not a message")


async def test_who_says_something_else_first_is_tried_again() -> None:
    said = Said(encode(PEOPLE))
    said.connection.start()
    async with asyncio.timeout(60):
        while said.tries < 2:
            await asyncio.sleep(0.01)
    await said.connection.close()
    assert (said.welcomes, said.heard) == ([], [])
