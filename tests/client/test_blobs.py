"""Large parts of outputs as an app fetches them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cocalc_tui.client import blobs as module
from cocalc_tui.client.blobs import Blobs, Part
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.notebook.blobs import MissingBlobError
from cocalc_tui.protocol.events import BlobPart

STEP = 7


class Relay:
    """Gives a few bytes at a time."""

    def __init__(self, **data: bytes) -> None:
        self.data = data
        self.asked: list[str] = []
        self.came = 0
        self.offline = False

    async def ask(self, name: str, start: int) -> BlobPart:
        self.asked.append(name)
        await asyncio.sleep(0)
        if self.offline:
            raise RequestFailed("offline", "the connection was lost")
        data = self.data.get(name, b"")
        return BlobPart(size=len(data), data=data[start : start + STEP])

    def blobs(self) -> Blobs:
        def came() -> None:
            self.came += 1

        return Blobs(self.ask, came)


def about(name: str, size: int, **more: Any) -> dict[str, Any]:
    return {"name": name, "size": size, **more}


async def comes(blobs: Blobs, what: dict[str, Any]) -> Part:
    while not any(part := blobs.get(what)):
        await asyncio.sleep(0.001)
    return part


async def test_who_looks_gets_it_when_it_has_come() -> None:
    relay = Relay(a=b"x" * 20, b=b'{"n": 1}')
    blobs = relay.blobs()
    assert blobs.get(about("a", 20)) == blobs.get(about("a", 20)) == Part()
    assert blobs.missed == 2
    assert await comes(blobs, about("a", 20)) == Part("x" * 20)
    assert relay.asked == ["a"] * 3
    assert relay.came == 1
    assert await comes(blobs, about("b", 8, json=True)) == Part({"n": 1})


async def test_what_is_gone_or_too_large_is_said() -> None:
    relay = Relay(bad=b"{")
    blobs = relay.blobs()
    assert (await comes(blobs, about("gone", 5))).trouble == "it is not in the project any more"
    assert (await comes(blobs, about("bad", 1, json=True))).trouble
    assert blobs.get(about("huge", module.LARGEST + 1)).trouble == "too large to be shown here"
    assert blobs.get({}).trouble
    with pytest.raises(MissingBlobError):
        await blobs.fetch(about("gone", 5))


async def test_after_a_lost_connection_it_is_tried_again() -> None:
    relay = Relay(a=b"x")
    relay.offline = True
    blobs = relay.blobs()
    assert (await comes(blobs, about("a", 1))).trouble == "the connection was lost"
    relay.offline = False
    blobs.forget_failures()
    assert await comes(blobs, about("a", 1)) == Part("x")


async def test_what_was_looked_at_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM", 25)
    relay = Relay(a=b"a" * 10, b=b"b" * 10, c=b"c" * 10)
    blobs = relay.blobs()
    for name in "abac":
        await comes(blobs, about(name, 10))
    relay.asked.clear()
    assert blobs.get(about("a", 10)) == Part("a" * 10)
    assert blobs.get(about("b", 10)) == Part()
    await comes(blobs, about("b", 10))
    assert set(relay.asked) == {"b"}
