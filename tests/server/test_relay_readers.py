"""Readers that do not keep up, senders that flood, and what skips the log."""

from __future__ import annotations

import asyncio

import msgspec

from cocalc_tui.protocol import messages as m
from cocalc_tui.server.relay.link import BEHIND, CUT_OFF
from cocalc_tui.server.relay.memory import MemoryTransport
from cocalc_tui.server.relay.pushing import OVERHEAD
from cocalc_tui.server.relay.roster import PAUSE
from cocalc_tui.sync.patch import Splice
from tests.server.apps import ALICE, App, Box, running, typed

LINE = "x" * 1000


def lines(session: str, first: int, count: int) -> list[m.WirePatch]:
    return [typed(session, n, ops=(Splice(0, 0, LINE),)) for n in range(first, first + count)]


async def asleep(box: Box, session: str = "1" * 16) -> App:
    """An app that said hello and opened the document, and reads nothing of what it gets."""
    app = App(box.relay.connect_memory("alice"), session)
    box.apps.append(app)
    app.transport.send(app.side.hello(app.session, "test"))
    await app.say(m.Open(id=1, path="notes.txt"))
    while not unread(app):
        await asyncio.sleep(0)
    return app


def unread(app: App) -> int:
    assert isinstance(app.transport, MemoryTransport)
    return app.transport._incoming.waiting


async def type_much(app: App, doc: str, count: int) -> None:
    for first in range(0, count, 50):
        await app.push(doc, *lines(app.session, first, 50))
        await app.hear(m.Ack)
    app.heard = [one for one in app.heard if not isinstance(one, m.Entries)]


async def test_a_reader_that_sleeps_costs_little_and_misses_nothing() -> None:
    async with running() as box:
        alice, sleeper = await box.app(), await asleep(box)
        doc = (await alice.open()).doc
        await type_much(alice, doc, 2000)
        assert unread(sleeper) < 2 * BEHIND
        sleeper.read()
        assert [entry[0] for entry in await sleeper.entries(2000)] == list(range(1, 2001))
        await alice.push(doc, typed(ALICE, 2000))
        assert len(await sleeper.entries(2001)) == 2001


async def test_a_reader_that_wakes_while_others_type_gets_it_in_order() -> None:
    async with running() as box:
        alice, sleeper = await box.app(), await asleep(box)
        doc = (await alice.open()).doc
        await type_much(alice, doc, 600)
        sleeper.read()
        for first in range(600, 1200, 50):
            await alice.push(doc, *lines(ALICE, first, 50))
        await sleeper.entries(1200)
        heard = [one.seq for part in sleeper.heard_of(m.Entries) for one in part.entries]
        assert heard == list(range(1, 1201))


async def test_a_reader_that_never_reads_is_cut_off() -> None:
    async with running(hosted=True) as box:
        host, sleeper = await box.host(), await asleep(box)
        data = msgspec.Raw(msgspec.msgpack.encode("x" * 100_000))
        for _ in range(CUT_OFF // 100_000 + 1):
            assert not sleeper.closed
            await host.say(m.Tell(doc="", topic="news", data=data))
            await host.synced()
        assert unread(sleeper) == 0
        sleeper.read()
        await sleeper.until(lambda: sleeper.closed)
        assert sleeper.goodbye is None
        await host.hear(m.People, people=[])


async def test_who_is_here_is_told_once_though_somebody_does_not_read() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        alice, sleeper = await box.app(), await asleep(box)
        doc = (await alice.open()).doc
        await type_much(alice, doc, 600)
        assert unread(sleeper) > BEHIND
        await box.app("bob")
        while all(one.user != "bob" for one in (await alice.hear(m.People)).people):
            pass
        await asyncio.sleep(4 * PAUSE)  # in which it would be told again
        await alice.push(doc, typed(ALICE, 600))
        await alice.hear(m.Ack)
        assert not alice.heard_of(m.People)
        sleeper.read()
        while all(one.user != "bob" for one in (await sleeper.hear(m.People)).people):
            pass


async def test_a_large_patch_cuts_nobody_off() -> None:
    async with running() as box:
        alice, sleeper = await box.app(), await asleep(box)
        doc = (await alice.open()).doc
        for n in range(3):
            await alice.push(doc, typed(ALICE, n, ops=(Splice(0, 0, "x" * 4_000_000),)))
            await alice.hear(m.Ack)
        await alice.push(doc, typed(ALICE, 3))
        sleeper.read()
        assert len(await sleeper.entries(4)) == 4
        assert len(await alice.entries(4)) == 4


async def test_what_is_kept_is_told_again_to_a_reader_that_was_behind() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = (await alice.open()).doc
        sleeper = await asleep(box)
        data = msgspec.Raw(msgspec.msgpack.encode("x" * 10_000))
        for _ in range(100):
            await host.say(m.Tell(doc=doc, topic="output", data=data))
        last = msgspec.Raw(msgspec.msgpack.encode("last"))
        await host.say(m.Tell(doc=doc, topic="runs", data=data, keep=True))
        await host.say(m.Tell(doc=doc, topic="runs", data=last, keep=True))
        await host.synced()
        assert unread(sleeper) < 2 * BEHIND
        sleeper.read()
        assert (await sleeper.hear(m.Told, topic="runs")).data == last
        assert len(sleeper.heard_of(m.Told)) < 100
        assert len(alice.heard_of(m.Told)) == 102


async def test_a_flood_is_read_no_faster_than_it_is_stored() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        gate = asyncio.Event()
        append = box.store.append

        async def slow(drafts: object, now: int) -> object:
            await gate.wait()
            return await append(drafts, now)  # type: ignore[arg-type]  # passed through

        box.store.append = slow  # type: ignore[method-assign,assignment]  # a disk that hangs
        flood = asyncio.ensure_future(type_flood(alice, doc, count=20_000, at_once=100))
        async with asyncio.timeout(60):
            while not flood.done() and not stuck(alice):
                await asyncio.sleep(0)
        assert stuck(alice)
        (peer,) = list(box.relay._roster)
        assert peer._pending < 3 * 2**20
        gate.set()
        await flood
        assert len(await alice.entries(20_000)) == 20_000


def stuck(app: App) -> bool:
    """Whether the relay does not read on."""
    assert isinstance(app.transport, MemoryTransport)
    return app.transport._outgoing.waiting > BEHIND // 2


async def type_flood(app: App, doc: str, *, count: int, at_once: int) -> None:
    for first in range(0, count, at_once):
        await app.push(doc, *(typed(app.session, n) for n in range(first, first + at_once)))


def test_many_small_patches_weigh_something() -> None:
    assert OVERHEAD >= 100


# --- presence ----------------------------------------------------------------------------------


async def test_where_somebody_is_the_others_hear() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        alice, bob = await box.app(), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        await bob.say(m.Presence(doc=doc, place={"caret": 1}))
        present = await alice.hear(m.Present)
        assert (present.user, present.place) == ("bob", {"caret": 1})
        assert bob.me is not None
        assert present.connection == bob.me.connection
        await bob.synced()
        assert not bob.heard_of(m.Present)


async def test_the_latest_place_wins() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        alice, bob = await box.app(), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        for caret in range(100):
            await bob.say(m.Presence(doc=doc, place={"caret": caret}))
        await alice.hear(m.Present, place={"caret": 99})
        assert len(alice.heard_of(m.Present)) < 20


async def test_who_leaves_is_nowhere() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        alice, bob = await box.app(), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        await bob.say(m.Presence(doc="unknown", place={}))
        await bob.leave()
        assert (await alice.hear(m.Present, doc=doc)).place is None
        while len((await alice.hear(m.People)).people) > 1:
            pass


async def test_a_place_is_small() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        alice, bob = await box.app(), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        await bob.say(m.Presence(doc=doc, place={"caret": "x" * 10_000}))
        await bob.say(m.Presence(doc=doc, place={"caret": 2}))
        assert (await alice.hear(m.Present)).place == {"caret": 2}


async def test_presence_is_the_first_to_be_dropped() -> None:
    async with running() as box:
        await box.give("bob", "editor")
        bob, sleeper = await box.app("bob"), await asleep(box)
        doc = (await bob.open()).doc
        await type_much(bob, doc, 600)
        before = unread(sleeper)
        await bob.say(m.Presence(doc=doc, place={"caret": 1}))
        await bob.synced()
        assert unread(sleeper) == before
