"""The host side: making documents ready, requests passed on, what it says to all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import encode
from cocalc_tui.protocol.events import ProjectStatus
from cocalc_tui.server.relay import rooms
from cocalc_tui.server.store import DocumentInfo, Draft, LogPart, Member, Outcome, StoreTrouble
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.sync.patch import PatchId
from tests.server.apps import ALICE, NOW, App, Box, running, typed

IMPORT = PatchId("f" * 16, 0)


# --- making ready ------------------------------------------------------------------------------


async def test_a_document_is_made_ready_once_for_all() -> None:
    async with running(hosted=True) as box:
        host = await box.host()
        apps = [await box.app("alice", f"{n}" * 16) for n in range(1, 5)]
        opened = await asyncio.gather(*(app.open("n.ipynb") for app in apps))
        assert host.prepared == ["n.ipynb"]
        assert len({one.doc for one in opened}) == 1
        assert {(one.type, one.seq) for one in opened} == {("notebook", 1)}
        for app in apps:
            assert await app.entries(1) == [(1, *IMPORT)]


async def test_a_file_that_is_only_looked_at_leaves_nothing_in_the_log() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = (await alice.open()).doc
        await host.hear(m.Ack)
        await alice.leave()
        await host.hear(m.Unused, doc=doc)
        await host.say(m.Shut(doc=doc))
        await host.synced()
        assert (await box.store.read(doc, 0, 1)).upto == 0


async def test_the_first_change_stores_the_import_too() -> None:
    async with running(hosted=True) as box:
        await box.host()
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed(parents=(IMPORT,)))
        assert (await alice.hear(m.Ack)).seqs == [(0, 2)]
        assert (await box.store.read(doc, 0, 10**6)).upto == 2


async def test_a_document_that_cannot_be_made_ready_is_refused_to_all() -> None:
    async with running(hosted=True) as box:
        host = await box.host()
        host.fails = m.Failed(id=0, code="missing", text="there is no notes.txt")
        alice, other = await box.app(), await box.app("alice", "1" * 16)
        for app in (alice, other):
            await app.say(m.Open(id=4, path="notes.txt"))
        for app in (alice, other):
            failed = await app.hear(m.Failed, id=4)
            assert (failed.code, failed.text) == ("missing", "there is no notes.txt")
        assert await box.store.document_at("notes.txt") is None
        host.fails = None
        await alice.open()


async def test_what_the_host_makes_read_only_is_for_the_others() -> None:
    async with running(hosted=True) as box:
        host = await box.host()
        host.readonly = "notes.txt: 40 MB, too large to edit"
        alice = await box.app()
        opened = await alice.open()
        assert opened.readonly == host.readonly
        await alice.push(opened.doc, typed())
        refused = await alice.hear(m.Refused)
        assert (refused.code, refused.text) == ("role", host.readonly)
        await host.push(opened.doc, typed(host.session, parents=(IMPORT,)))
        await host.hear(m.Ack, session=host.session)


async def test_a_host_that_lets_go_too_early_is_asked_again() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = (await alice.open()).doc
        await host.say(m.Shut(doc=doc))
        await host.until(lambda: len(host.prepared) == 2)
        assert host.unused == []


async def test_a_type_that_turns_out_otherwise_is_remembered() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = (await alice.open("n.ipynb")).doc
        info = await box.store.document(doc)
        assert info is not None
        assert info.type == "notebook"
        await box.store.put_document(info._replace(type="text"))
        await alice.say(m.Shut(doc=doc))
        await host.hear(m.Unused)
        await host.say(m.Shut(doc=doc))
        await host.synced()
        assert (await alice.open("n.ipynb")).type == "notebook"
        info = await box.store.document(doc)
        assert info is not None
        assert info.type == "notebook"


async def test_without_a_host_side_nothing_is_opened_empty() -> None:
    async with running(hosted=True) as box:
        alice = await box.app()
        await alice.say(m.Open(id=4, path="notes.txt"))
        assert (await alice.hear(m.Failed, id=4)).code == "busy"
        await alice.say(m.ListFiles(id=5))
        assert (await alice.hear(m.Failed, id=5)).code == "busy"


async def test_a_new_host_side_takes_over_what_is_open() -> None:
    async with running(hosted=True) as box:
        old, alice = await box.host(), await box.app()
        await alice.open("a.txt")
        new = await box.host()
        await old.until(lambda: old.closed)
        assert old.goodbye is not None
        await new.until(lambda: new.prepared == ["a.txt"])
        await alice.open("b.txt")
        assert new.prepared == ["a.txt", "b.txt"]
        assert old.prepared == ["a.txt"]


async def test_nobody_waits_for_a_host_side_that_is_gone() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        await alice.open()
        await alice.say(m.ListFiles(id=7))
        await host.until(lambda: host.asked)
        host.importing = False
        host.fails = m.Failed(id=0, code="x", text="never sent")
        await host.leave()
        assert (await alice.hear(m.Failed, id=7)).code == "busy"
        new = await box.host()
        await new.until(lambda: new.prepared == ["notes.txt"])


async def test_who_waits_for_a_document_hears_that_the_host_side_is_gone() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        host.fails = m.Failed(id=-1, code="x", text="an answer to another question")
        host._prepare = lambda prepare: asyncio.sleep(0)  # type: ignore[method-assign]  # is silent
        await alice.say(m.Open(id=4, path="notes.txt"))
        await host.until(lambda: host.prepared)
        await host.say(m.Failed(id=12345, code="x", text="an answer to another question"))
        await host.leave()
        assert (await alice.hear(m.Failed, id=4)).code == "busy"


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocalc_tui.server.relay.passing.PATIENCE", 0.01)
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        host._prepare = lambda prepare: asyncio.sleep(0)  # type: ignore[method-assign]  # is silent
        await alice.say(m.Open(id=4, path="notes.txt"))
        failed = await alice.hear(m.Failed, id=4)
        assert (failed.code, failed.text) == (
            "busy",
            "notes.txt takes very long to open; try again later",
        )


# --- requests ----------------------------------------------------------------------------------


async def test_a_request_is_passed_on_and_its_answer_back() -> None:
    async with running(hosted=True) as box:
        await box.give("bob", "viewer")
        host, bob = await box.host(), await box.app("bob")
        await bob.say(m.ListFiles(id=7, path="sub"))
        await host.until(lambda: host.asked)
        (asked,) = host.asked
        assert (asked.user, asked.role) == ("bob", "viewer")
        assert host.request(asked) == m.ListFiles(id=7, path="sub")
        result = msgspec.Raw(msgspec.msgpack.encode(["x"]))
        await host.answer(asked, m.Answer(id=7, result=result))
        assert msgspec.msgpack.decode((await bob.hear(m.Answer, id=7)).result) == ["x"]


async def test_an_answer_that_nobody_waits_for_goes_nowhere() -> None:
    async with running(hosted=True) as box:
        host, alice, other = await box.host(), await box.app(), await box.app("alice", "1" * 16)
        await alice.say(m.ListFiles(id=7))
        await host.until(lambda: host.asked)
        (asked,) = host.asked
        await host.answer(asked, m.Answer(id=8))
        await host.answer(asked, m.People(people=[]))
        await host.say(m.Answered(connection="unknown", answer=msgspec.Raw(encode(m.Answer(id=7)))))
        await host.say(m.Answered(connection=asked.connection, answer=msgspec.Raw(b"\x80")))
        await host.answer(asked, m.Failed(id=7, code="missing", text="no"))
        await host.answer(asked, m.Answer(id=7))
        assert (await alice.hear(m.Failed, id=7)).text == "no"
        await alice.leave()
        await other.hear(m.People)
        await host.answer(asked, m.Answer(id=7))
        await host.synced()
        await other.synced()
        assert not other.heard_of(m.Answer)


# --- saying ------------------------------------------------------------------------------------


def said(number: int) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(number))


async def test_what_is_kept_is_told_to_those_who_come_later() -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = (await alice.open()).doc
        for number in (1, 2):
            await host.say(m.Tell(doc=doc, topic="saved", data=said(number), keep=True))
            await host.say(m.Tell(doc=doc, topic="output", data=said(number)))
            await host.say(m.Tell(doc="", topic="project", data=said(number), keep=True))
        await host.say(m.Tell(doc="", topic="once", data=said(0)))
        await host.say(m.Tell(doc="not open", topic="x", data=said(0)))
        await alice.hear(m.Told, topic="once")
        topics = [told.topic for told in alice.heard_of(m.Told)]
        assert topics == ["saved", "output", "project", "saved", "output", "project"]

        late = await box.app("alice", "1" * 16)
        await late.open()
        await late.synced()
        told = [(one.doc, one.topic, bytes(one.data)) for one in late.heard_of(m.Told)]
        assert told == [("", "project", b"\x02"), (doc, "saved", b"\x02")]


async def test_status_says_what_is_open_and_by_whom() -> None:
    async with running(hosted=True) as box:
        await box.give("bob", "viewer")
        await box.host()
        alice, bob = await box.app(), await box.app("bob")
        await alice.open()
        await bob.open()
        await bob.say(m.Status(id=3))
        status = msgspec.msgpack.decode((await bob.hear(m.Answer)).result, type=ProjectStatus)
        assert (status.project, status.pid, status.door, status.started) == ("lab", 1, 2, 3)
        assert status.people == ["alice"], "who asks is not told of themselves"
        (document,) = status.documents
        assert (document.path, document.people, document.seq) == (
            "notes.txt",
            ["alice", "bob"],
            1,
        )


async def test_the_owner_ends_the_relay() -> None:
    box = Box()
    await box.relay.start()
    alice = await box.app()
    await alice.say(m.Stop(id=1, everything=True))
    await alice.hear(m.Answer)
    assert box.stopped == [True]
    await box.relay.close()
    await alice.until(lambda: alice.closed)
    assert alice.goodbye is not None
    assert (alice.goodbye.code, alice.goodbye.text) == ("stopped", "alice ended the relay of lab")


async def test_who_comes_while_it_ends_was_not_there() -> None:
    """They are not told that somebody ended it, or they would wait for somebody to start it."""
    box = Box()
    await box.relay.start()
    alice = await box.app()
    await alice.say(m.Stop(id=1))
    await alice.hear(m.Answer)
    late = await box.app()
    await late.until(lambda: late.closed)
    assert late.goodbye == m.Goodbye(code="end", text="the relay ends")
    await box.relay.close()


# --- several relays, and stores in trouble -----------------------------------------------------


async def test_two_relays_on_one_store_are_one() -> None:
    store = MemoryStore()
    async with running(store, hosted=True) as one, running(store, hosted=True) as two:
        await one.give("bob", "editor")
        await two.access.load()
        hosts = [await one.host(), await two.host()]
        alice, bob = await one.app("alice"), await two.app("bob")
        doc = (await alice.open()).doc
        await alice.push(doc, typed(parents=(IMPORT,)))
        await alice.hear(m.Ack)
        opened = await bob.open()
        assert (opened.doc, opened.seq) == (doc, 2)
        assert [host.prepared for host in hosts] == [["notes.txt"], []]
        for n in range(10):
            await alice.push(doc, typed(ALICE, n + 1))
            await bob.push(doc, typed(bob.session, n, (IMPORT,) if n == 0 else None))
        log = await alice.entries(22)
        assert [entry[0] for entry in log] == list(range(1, 23))
        assert await bob.entries(22) == log
        await bob.push(doc, typed(ALICE, 11))
        assert (await bob.hear(m.Refused)).code == "id"


async def test_the_right_to_host_is_kept_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    async with running(store, hosted=True) as one, running(store, hosted=True) as two:
        host, other = await one.host(), await two.host()
        alice = await one.app("alice")
        doc = (await alice.open()).doc
        await alice.push(doc, typed(parents=(IMPORT,)))
        await alice.hear(m.Ack)
        one.now = two.now = NOW + rooms.LEASE - 1
        await one.relay._rooms.keep_leases()
        one.now = two.now = NOW + rooms.LEASE + 1
        bob = await two.app("alice", "1" * 16)
        await bob.open()
        assert other.prepared == []
        await alice.leave()
        await host.hear(m.Unused)
        await host.say(m.Shut(doc=doc))
        await host.synced()
        await bob.say(m.Shut(doc=doc))
        await bob.open()
        assert other.prepared == ["notes.txt"]


class TroubledStore(MemoryStore):
    """Fails where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: set[str] = set()

    def _check(self, doc: str) -> None:
        if doc in self.bad or "all" in self.bad:
            raise StoreTrouble("the disk is full")

    async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        for draft in drafts:
            self._check(draft.doc)
        return await super().append(drafts, now)

    async def read(self, doc: str, after: int, size: int) -> LogPart:
        self._check(doc)
        return await super().read(doc, after, size)

    async def document_at(self, path: str) -> DocumentInfo | None:
        self._check(path)
        return await super().document_at(path)

    async def owner(self, session: str) -> str | None:
        self._check(session)
        return await super().owner(session)

    async def put_member(self, name: str, member: Member | None) -> None:
        self._check(name)
        await super().put_member(name, member)


async def test_a_full_disk_is_said_and_nothing_is_acknowledged() -> None:
    store = TroubledStore()
    async with running(store) as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        store.bad.add("all")
        await alice.push(doc, typed())
        refused = await alice.hear(m.Refused)
        assert (refused.code, refused.text) == ("disk", "the disk is full")
        await alice.say(m.Open(id=5, path="other"))
        assert (await alice.hear(m.Failed, id=5)).code == "disk"
        await alice.say(m.Share(id=6, user="bob", role="viewer"))
        assert (await alice.hear(m.Failed, id=6)).code == "disk"
        store.bad.clear()
        await alice.push(doc, typed())
        assert (await alice.hear(m.Ack)).seqs == [(0, 1)]


async def test_a_store_that_fails_at_the_door_is_said() -> None:
    store = TroubledStore()
    async with running(store) as box:
        store.bad.add(ALICE)
        alice = await box.app()
        assert alice.goodbye == m.Goodbye(code="disk", text="the disk is full")


async def answered(app: App) -> None:
    await app.until(lambda: app.heard_of(m.Opened) or app.heard_of(m.Failed))


async def test_a_path_that_two_relays_open_at_once_is_one_document() -> None:
    store = MemoryStore()
    async with running(store, hosted=True) as one, running(store, hosted=True) as two:
        hosts = [await one.host(), await two.host()]
        apps = [await one.app(), await two.app("alice", "1" * 16)]
        for app in apps:
            await app.say(m.Open(id=1, path="notes.txt"))
        for app in apps:
            await answered(app)
        (failed,) = [one for app in apps for one in app.heard_of(m.Failed)]
        assert failed.code == "busy"
        (opened,) = [one for app in apps for one in app.heard_of(m.Opened)]
        assert [host.prepared for host in hosts] == [["notes.txt"], ["notes.txt"]]
        assert {(await app.open()).doc for app in apps} == {opened.doc}


async def test_a_damaged_document_does_not_stop_the_others() -> None:
    store = TroubledStore()
    async with running(store) as box:
        alice = await box.app()
        good, bad = (await alice.open("good")).doc, (await alice.open("bad")).doc
        store.bad.add(bad)
        for n in range(5):
            await alice.push(bad, typed(n=n))
            await alice.push(good, typed(n=n))
        for _ in range(5):
            assert (await alice.hear(m.Refused)).doc == bad
            assert (await alice.hear(m.Ack)).doc == good


async def test_a_log_that_cannot_be_read_ends_the_connection_with_the_reason() -> None:
    store = TroubledStore()
    async with running(store) as box:
        alice, late = await box.app(), await box.app("alice", "1" * 16)
        doc = (await alice.open()).doc
        await alice.push(doc, typed())
        await alice.hear(m.Ack)
        store.bad.add(doc)
        await late.open()
        await late.until(lambda: late.closed)
        assert late.goodbye is not None
        assert late.goodbye.code == "disk"


async def test_a_relay_that_cannot_store_any_more_ends() -> None:
    class Broken(MemoryStore):
        async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
            raise RuntimeError("a bug")

    errors: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    box = Box(Broken())
    await box.relay.start()
    alice = await box.app()
    doc = (await alice.open()).doc
    await alice.push(doc, typed())
    async with asyncio.timeout(60):
        while not box.broken:
            await asyncio.sleep(0)
    assert box.broken == [True]
    assert "it ends" in str(errors[0]["message"])
    await box.relay.close()
