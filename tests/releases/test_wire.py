"""Apps and relays of neighbouring releases understand each other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import KNOWN, decode, encode
from cocalc_tui.protocol.connection import FROM_APP
from cocalc_tui.protocol.transport import Transport
from tests.protocol.samples import sample
from tests.releases.kept import OldWire, of_each_release
from tests.server.apps import ALICE, App, running, typed


@of_each_release
def test_what_it_says_is_understood(release: Path) -> None:
    old = OldWire(release)
    for told in old.messages:
        frame = bytes.fromhex(told["frame"])
        heard = decode(frame)
        assert type(heard).__name__ == told["name"]
        wanted = sample(type(heard))
        for name in type(old.decode(frame)).__struct_fields__:
            assert getattr(heard, name) == getattr(wanted, name), told["name"]


@of_each_release
def test_what_we_say_is_understood_by_it(release: Path) -> None:
    old = OldWire(release)
    for kind in KNOWN.values():
        if old.knows(kind.__name__):
            message = sample(kind)
            heard = old.decode(encode(message))
            for name in type(heard).__struct_fields__:
                assert _plain(getattr(heard, name)) == _plain(getattr(message, name)), kind


def _plain(value: Any) -> Any:
    """A value without the name of its type; one that was left out is as good as none."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value)) if value else None


@of_each_release
def test_who_might_ask_something_still_may(release: Path) -> None:
    kinds = {kind.__name__: kind for kind in FROM_APP}
    for told in OldWire(release).messages:
        if told["from_app"]:
            assert m.Role[told["needs"]] >= kinds[told["name"]].NEEDS


class OldApp:
    """An app of an earlier release on a relay of this one."""

    def __init__(self, transport: Transport, old: OldWire) -> None:
        self.transport, self.old = transport, old

    async def say(self, name: str, **fields: Any) -> None:
        self.transport.send(self.old.encode(name, **fields))

    async def hear(self, name: str) -> Any:
        async with asyncio.timeout(60):
            while True:
                try:
                    heard = self.old.decode(await self.transport.recv())
                except msgspec.ValidationError:
                    continue  # a message of a newer neighbour is passed over
                if type(heard).__name__ == name:
                    return heard


@of_each_release
async def test_an_old_app_types_and_is_read(release: Path) -> None:
    old = OldWire(release)
    async with running() as box:
        app = OldApp(box.relay.connect_memory("alice"), old)
        await app.say("Hello", newest=1, oldest=1, release="old", session=ALICE)
        assert (await app.hear("Welcome")).role == "owner"
        await app.say("Open", id=1, path="notes.txt")
        doc = (await app.hear("Opened")).doc
        sent = msgspec.msgpack.encode(typed())
        patch = msgspec.msgpack.decode(sent, type=old.types["WirePatch"])
        await app.say("Push", doc=doc, patches=[patch])
        assert (await app.hear("Ack")).seqs == [(0, 1)]
        newer: App = await box.app("alice", "f" * 16)
        await newer.open()
        assert await newer.entries(1) == [(1, ALICE, 0)]
        await app.say("Share", id=2, user="bob", role="editor")
        await app.hear("Answer")
        await app.say("Members", id=3)
        members = msgspec.msgpack.decode((await app.hear("Answer")).result)
        assert members == {"alice": "owner", "bob": "editor"}
        await app.transport.close()


@pytest.mark.parametrize(("oldest", "newest"), [(m.VERSION + 1, m.VERSION + 3), (0, m.OLDEST - 1)])
async def test_what_is_no_neighbour_is_told_to_update(oldest: int, newest: int) -> None:
    async with running() as box:
        transport = box.relay.connect_memory("alice")
        hello = m.Hello(newest=newest, oldest=oldest, release="9.9.9", session=ALICE)
        transport.send(encode(hello))
        goodbye = decode(await transport.recv())
        assert isinstance(goodbye, m.Goodbye)
        assert goodbye.code == "version"
        assert "update" in goodbye.text
        assert "9.9.9" in goodbye.text
