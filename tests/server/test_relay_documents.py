"""Opening, pushing, resuming: what everybody in a document gets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME, MAX_OPS, MAX_PATCH
from cocalc_tui.server.store import LogPart, Store
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.identity import digest
from cocalc_tui.sync.patch import PatchId, Splice
from tests.server.apps import ALICE, BOB, NOW, App, running, typed


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "log.db")


async def type_in(app: App, doc: str, count: int, start: int = 0) -> None:
    await app.push(doc, *(typed(app.session, n) for n in range(start, start + count)))
    await app.hear(m.Ack)


async def test_what_one_types_all_get_numbered_and_stamped(store: Store) -> None:
    async with running(store) as box:
        await box.give("bob", "runner")
        alice, bob = await box.app("alice"), await box.app("bob")
        opened = await alice.open()
        assert (await bob.open()).doc == opened.doc
        assert (opened.seq, opened.after, opened.resumed, opened.type) == (0, 0, False, "text")
        await bob.push(opened.doc, typed(BOB))
        ack = await bob.hear(m.Ack)
        assert (ack.doc, ack.session, ack.seqs) == (opened.doc, BOB, [(0, 1)])
        (entry,) = (await alice.hear(m.Entries)).entries
        assert (entry.seq, entry.author, entry.role, entry.received) == (1, "bob", "runner", NOW)


async def test_everybody_gets_the_same_in_the_same_order(store: Store) -> None:
    async with running(store) as box:
        await box.give("bob", "editor")
        alice, bob = await box.app("alice"), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        for n in range(20):
            await alice.push(doc, typed(ALICE, n))
            await bob.push(doc, typed(BOB, n))
        log = await alice.entries(40)
        assert [entry[0] for entry in log] == list(range(1, 41))
        assert await bob.entries(40) == log


async def test_a_later_one_gets_all_that_was_there(store: Store) -> None:
    async with running(store) as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await type_in(alice, doc, 30)
        late = await box.app("alice", "1" * 16)
        assert (await late.open()).seq == 30
        assert await late.entries(30) == await alice.entries(30)


async def test_a_resume_gets_what_is_new(store: Store) -> None:
    async with running(store) as box:
        alice = await box.app()
        opened = await alice.open()
        await type_in(alice, opened.doc, 10)
        have = m.Have(log=opened.log, epoch=1, seq=4, digest=digest([PatchId(ALICE, 3)]))
        again = await box.app("alice", "1" * 16)
        resumed = await again.open(have=have)
        assert (resumed.resumed, resumed.after, resumed.seq) == (True, 4, 10)
        assert [entry[0] for entry in await again.entries(10)] == list(range(5, 11))


@pytest.mark.parametrize("seq", [4, 11, -1])
async def test_a_log_that_lost_something_starts_an_epoch(store: Store, seq: int) -> None:
    async with running(store) as box:
        alice = await box.app()
        opened = await alice.open()
        await type_in(alice, opened.doc, 10)
        have = m.Have(log=opened.log, epoch=1, seq=seq, digest=digest([PatchId(BOB, 3)]))
        again = await box.app("alice", "1" * 16)
        anew = await again.open(have=have)
        assert (anew.resumed, anew.after, anew.epoch) == (False, 0, 2)
        assert len(await again.entries(10)) == 10
        # What agrees still is the beginning of the log, whatever the epoch was.
        have = m.Have(log=opened.log, epoch=1, seq=10, digest=digest([PatchId(ALICE, 9)]))
        assert (await alice.open(have=have)).resumed
        info = await box.store.document(opened.doc)
        assert info is not None
        assert info.epoch == 2


async def test_an_app_with_another_log_starts_from_nothing() -> None:
    async with running() as box:
        alice = await box.app()
        have = m.Have(log="another", epoch=7, seq=3, digest="x")
        opened = await alice.open(have=have)
        assert (opened.resumed, opened.epoch, opened.after) == (False, 1, 0)


async def test_a_checkpoint_stands_for_the_beginning(store: Store) -> None:
    async with running(store, hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, *(typed(n=n) for n in range(9)))
        await alice.hear(m.Ack)
        await host.say(m.Checkpoint(doc=doc, seq=6, data=b"state"))
        await host.synced()
        late = await box.app("alice", "1" * 16)
        opened = await late.open()
        assert (opened.checkpoint, opened.after, opened.seq) == (b"state", 6, 10)
        assert [entry[0] for entry in await late.entries(10)] == [7, 8, 9, 10]
        whole = await box.app("alice", "2" * 16)
        opened = await whole.open(whole=True)
        assert (opened.checkpoint, opened.after) == (None, 0)
        assert len(await whole.entries(10)) == 10
        await host.say(m.Checkpoint(doc=doc, seq=9, data=bytes(MAX_FRAME - 1000)))
        await host.synced()
        assert (await (await box.app("alice", "3" * 16)).open()).after == 0


async def test_a_part_of_the_log_can_be_fetched(store: Store) -> None:
    async with running(store) as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await type_in(alice, doc, 10)
        await alice.say(m.Fetch(id=5, doc=doc, after=3, upto=5))
        fetched = await alice.hear(m.Fetched, id=5)
        assert [entry.seq for entry in fetched.entries] == [4, 5]
        await alice.say(m.Fetch(id=6, doc=doc, after=2**63, upto=2**63))
        assert (await alice.hear(m.Fetched, id=6)).entries == []
        await alice.say(m.Fetch(id=7, doc="other", after=0, upto=1))
        assert (await alice.hear(m.Failed, id=7)).code == "missing"


async def test_who_leaves_hears_no_more() -> None:
    async with running() as box:
        alice, other = await box.app(), await box.app("alice", "1" * 16)
        doc = (await alice.open()).doc
        await other.open()
        await other.say(m.Shut(doc=doc))
        await other.say(m.Shut(doc="unknown"))
        await other.synced()
        await type_in(alice, doc, 1)
        await other.synced()
        assert not other.heard_of(m.Entries)


async def test_one_file_is_one_document_however_its_path_is_written() -> None:
    async with running() as box:
        alice = await box.app()
        docs = {(await alice.open(path)).doc for path in ("a/b.txt", "a//b.txt", "./a/./b.txt")}
        assert len(docs) == 1


@pytest.mark.parametrize(
    "path", ["", "/", "..", "a/../../b", "/etc/passwd", "a\0b", ".", "x" * 1001]
)
async def test_a_path_outside_the_project_is_refused(path: str) -> None:
    async with running() as box:
        alice = await box.app()
        await alice.say(m.Open(id=3, path=path))
        failed = await alice.hear(m.Failed, id=3)
        assert failed.code == "form"
        assert "is not the path of a file" in failed.text


async def test_a_document_is_found_by_its_id_after_a_rename(store: Store) -> None:
    async with running(store, hosted=True) as box:
        host, alice = await box.host(), await box.app()
        first = await alice.open("folder/a.txt")
        await alice.push(first.doc, typed(parents=()))
        await alice.hear(m.Ack)
        unedited = await alice.open("folder/b.txt")
        await host.say(m.Moved(path="folder", to="else/where"))
        assert (await alice.hear(m.Moved)).to == "else/where"
        assert (await alice.open("folder/a.txt", doc=first.doc)).path == "else/where/a.txt"
        assert (await alice.open("else/where/b.txt")).doc == unedited.doc
        late = await box.app("alice", "1" * 16)
        assert (await late.open("else/where/a.txt")).doc == first.doc


async def test_an_unknown_id_is_no_obstacle() -> None:
    async with running() as box:
        alice = await box.app()
        assert (await alice.open("a.txt", doc="from another project")).path == "a.txt"


async def test_only_so_many_documents_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocalc_tui.server.relay.rooms.MOST_DOCUMENTS", 2)
    async with running() as box:
        alice = await box.app()
        first = await alice.open("1")
        await alice.open("2")
        await alice.say(m.Open(id=9, path="3"))
        assert (await alice.hear(m.Failed, id=9)).code == "busy"
        await alice.say(m.Shut(doc=first.doc))
        await alice.open("3")


# --- what is refused ---------------------------------------------------------------------------


async def test_sending_again_is_acknowledged_again(store: Store) -> None:
    async with running(store) as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        for _ in range(2):
            await alice.push(doc, typed(n=0), typed(n=1))
            assert (await alice.hear(m.Ack)).seqs == [(0, 1), (1, 2)]
        await alice.synced()
        assert (await alice.open()).seq == 2


async def test_the_first_that_does_not_fit_is_refused_and_what_follows_with_it() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        bad = typed(n=1, parents=(PatchId(BOB, 5),))
        await alice.push(doc, typed(n=0), bad, typed(n=2))
        assert (await alice.hear(m.Ack)).seqs == [(0, 1)]
        refused = await alice.hear(m.Refused)
        assert (refused.n, refused.code, refused.session) == (1, "parents", ALICE)
        await alice.push(doc, typed(n=2))
        assert (await alice.hear(m.Refused)).code == "gap"
        assert not alice.heard_of(m.Refused)


async def test_a_clock_ahead_is_told_the_time() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed(time=NOW + 10**9))
        refused = await alice.hear(m.Refused)
        assert (refused.code, refused.now) == ("clock", NOW)
        await alice.push(doc, typed(time=refused.now))
        assert (await alice.hear(m.Ack)).seqs == [(0, 1)]


async def test_a_patch_that_is_too_large_is_refused() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed(ops=(Splice(0, 0, "x" * MAX_PATCH),)))
        assert (await alice.hear(m.Refused)).code == "size"


async def test_a_patch_of_too_many_operations_is_refused() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed(ops=(Splice(0, 0, "x"),) * (MAX_OPS + 1)))
        refused = await alice.hear(m.Refused)
        assert refused.code == "form"
        assert refused.text.endswith("more than 10000; split it")


async def test_a_patch_without_form_is_refused() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed(time=-1))
        assert (await alice.hear(m.Refused)).code == "form"


async def test_patches_of_two_sessions_are_answered_each() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        old = "9" * 16
        await alice.push(doc, typed(old), typed(ALICE))
        assert (await alice.hear(m.Ack)).session == old
        assert (await alice.hear(m.Ack)).session == ALICE


async def test_a_large_push_is_stored_piece_by_piece() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, *(typed(n=n) for n in range(2500)))
        acks = [len((await alice.hear(m.Ack)).seqs) for _ in range(3)]
        assert acks == [1000, 1000, 500]


async def test_another_users_session_cannot_be_written_under() -> None:
    async with running() as box:
        await box.give("bob", "editor")
        alice, bob = await box.app("alice"), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        await type_in(alice, doc, 1)
        await bob.push(doc, typed(ALICE, 1))
        assert (await bob.hear(m.Refused)).code == "id"


async def test_a_document_that_is_not_open_cannot_be_changed() -> None:
    async with running() as box:
        alice, other = await box.app(), await box.app("alice", "1" * 16)
        doc = (await alice.open()).doc
        await other.push(doc, typed("1" * 16))
        assert (await other.hear(m.Refused)).code == "form"


class Slow(MemoryStore):
    """A store that is read when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = asyncio.Event()
        self.go_on = asyncio.Event()

    async def read(self, doc: str, after: int, size: int) -> LogPart:
        self.reading.set()
        await self.go_on.wait()
        return await super().read(doc, after, size)


async def test_a_document_that_is_opened_anew_while_it_is_served_is_served_whole() -> None:
    store = Slow()
    async with running(store) as box:
        one, two = await box.app(), await box.app("alice", "1" * 16)
        doc = (await one.open()).doc
        await one.push(doc, *(typed(ALICE, n) for n in range(4)))
        await one.entries(4)
        have = m.Have(log="another", epoch=1, seq=2, digest="")
        await two.open(have=have)
        await store.reading.wait()
        await two.open(whole=True)
        two.heard.clear()
        store.go_on.set()
        assert [seq for seq, _, _ in await two.entries(4)] == [1, 2, 3, 4]
