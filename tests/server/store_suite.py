"""What every store must do; each store's test module runs it on that store."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from cocalc_tui.protocol.messages import WireEntry
from cocalc_tui.protocol.patches import from_wire
from cocalc_tui.server.store import Denied, DocumentInfo, Draft, Member, Outcome, Store
from cocalc_tui.server.store.sealing import Sealing
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.patch import Patch, PatchId
from tests.server.making import ALICE, BOB, EVE, NOW, draft, ids, imported, typed

DOCUMENT = DocumentInfo("d", "notes.txt", "text", "log", 1)


async def whole(store: Store, size: int = 1 << 30, doc: str = "d") -> list[tuple[int, Patch]]:
    """The log as (seq, patch), read `size` bytes at a time."""
    found: list[tuple[int, Patch]] = []
    after = 0
    while (part := await store.read(doc, after, size)).upto > after:
        for block in part.blocks:
            found.extend((entry.seq, entry.patch) for entry in decode_block(block))
        found.extend((entry.seq, from_wire(entry.patch)) for entry in part.entries)
        after = part.upto
    return found


async def opened(path: Path, sealing: Sealing | None = None) -> SqliteStore:
    """A store on disk that has the document."""
    store = SqliteStore(path, sealing=sealing)
    await store.put_document(DOCUMENT)
    return store


async def fill(store: Store, count: int, start: int = 0) -> None:
    """Append `count` patches to a log of `start`."""
    for n in range(start, start + count):
        assert await store.append([draft(typed(n=n))], NOW) == [n + 1]


def code(outcome: Outcome) -> str:
    assert isinstance(outcome, Denied), outcome
    assert outcome.text
    assert "\n" not in outcome.text
    return outcome.code


class Ears:
    """A subscriber."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str, int]] = []

    def __call__(self, doc: str, entries: Sequence[WireEntry]) -> None:
        assert doc == "d"
        self.heard += ids(list(entries))


class StoreSuite(ABC):
    @abstractmethod
    def make(self, folder: Path) -> Store: ...

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        store = self.make(tmp_path)
        await store.put_document(DOCUMENT)
        yield store
        await store.close()

    async def append(self, store: Store, *drafts: Draft) -> list[Outcome]:
        outcomes = await store.append(drafts, NOW)
        await asyncio.sleep(0)
        return outcomes

    # --- numbers -------------------------------------------------------------------------------

    async def test_numbers_are_dense_from_one(self, store: Store) -> None:
        assert await self.append(store, draft(typed(n=0)), draft(typed(n=1))) == [1, 2]
        assert await self.append(store, draft(typed(BOB, 0), "bob")) == [3]
        assert [seq for seq, _ in await whole(store)] == [1, 2, 3]

    async def test_a_patch_is_given_back_as_it_came(self, store: Store) -> None:
        sent = typed(kind="paste")
        await self.append(store, draft(sent, "alice", role="runner"))
        (entry,) = (await store.read("d", 0, 1000)).entries
        assert from_wire(entry.patch) == from_wire(sent)
        assert (entry.author, entry.role, entry.received) == ("alice", "runner", NOW)

    async def test_documents_are_numbered_apart(self, store: Store) -> None:
        await store.put_document(DocumentInfo("other", "other.txt", "text", "l", 1))
        drafts = [draft(typed()), draft(typed(), doc="other"), draft(typed(n=1))]
        assert await self.append(store, *drafts) == [1, 1, 2]
        assert len(await whole(store, doc="other")) == 1

    async def test_sending_again_is_harmless(self, store: Store) -> None:
        for _ in range(2):
            assert await self.append(store, draft(typed()), draft(typed(n=1))) == [1, 2]
        assert await self.append(store, draft(typed(n=2)), draft(typed(n=2))) == [3, 3]
        assert len(await whole(store)) == 3

    # --- what is not taken ---------------------------------------------------------------------

    async def test_another_patch_under_a_known_id_is_denied(self, store: Store) -> None:
        await self.append(store, draft(typed()))
        (outcome,) = await self.append(store, draft(typed(time=NOW + 1)))
        assert code(outcome) == "id"

    async def test_a_gap_is_denied(self, store: Store) -> None:
        outcomes = await self.append(store, draft(typed(n=1, parents=())), draft(typed(n=0)))
        assert code(outcomes[0]) == "gap"
        assert outcomes[1] == 1

    async def test_unknown_parents_are_denied(self, store: Store) -> None:
        (outcome,) = await self.append(store, draft(typed(parents=(PatchId(BOB, 0),))))
        assert code(outcome) == "parents"

    async def test_parents_may_come_in_the_same_batch(self, store: Store) -> None:
        answer = typed(BOB, 0, (PatchId(ALICE, 0),))
        assert await self.append(store, draft(typed()), draft(answer, "bob")) == [1, 2]

    async def test_a_session_belongs_to_whom_used_it_first(self, store: Store) -> None:
        assert await store.owner(ALICE) is None
        await self.append(store, draft(typed()))
        assert await store.owner(ALICE) == "alice"
        (outcome,) = await self.append(store, draft(typed(n=1), "eve"))
        assert code(outcome) == "id"

    async def test_a_session_is_bound_over_documents_and_within_a_batch(self, store: Store) -> None:
        await store.put_document(DocumentInfo("other", "other.txt", "text", "l", 1))
        outcomes = await self.append(store, draft(typed()), draft(typed(), "eve", doc="other"))
        assert outcomes[0] == 1
        assert code(outcomes[1]) == "id"

    async def test_the_host_side_cannot_be_kept_out_of_a_session(self, store: Store) -> None:
        await self.append(store, draft(typed(EVE), "eve"))
        assert await self.append(store, draft(typed(EVE, 1), role="host")) == [2]

    async def test_a_clock_far_ahead_is_denied(self, store: Store) -> None:
        late, later = NOW + 60_000, NOW + 120_000
        outcomes = await self.append(
            store, draft(typed(time=late + 1)), draft(typed(time=late)), draft(typed(n=1))
        )
        assert code(outcomes[0]) == "clock"
        assert outcomes[1:] == [1, 2]
        # The log itself is as good as a clock: who has seen it is ahead with reason.
        assert await self.append(store, draft(typed(n=2, time=later))) == [3]

    # --- what it takes, and another log in its place -------------------------------------------

    async def test_sizes_of_histories(self, store: Store) -> None:
        assert await store.sizes() == []
        await store.put_document(DocumentInfo("other", "other.txt", "text", "l", 1))
        drafts = [draft(typed(n=n)) for n in range(3)]
        await self.append(store, *drafts, draft(typed(BOB), "bob", doc="other"))
        found = await store.sizes()
        assert [(one.doc, one.path, one.patches) for one in found] == [
            ("d", "notes.txt", 3),
            ("other", "other.txt", 1),
        ]
        assert all(one.sealed + one.rows > 0 for one in found)

    async def test_another_log_takes_the_place_of_one(self, store: Store) -> None:
        await self.append(store, *(draft(typed(n=n)) for n in range(3)))
        await store.put_checkpoint("d", 2, b"old")
        ears = Ears()
        await store.subscribe("d", ears)
        new, info = draft(typed(BOB), "bob"), DOCUMENT._replace(log="new", epoch=2)
        assert not await store.replace(info, [new], 2, NOW)
        with pytest.raises(ValueError, match="gap"):
            await store.replace(info, [draft(typed(BOB, 1, ()), "bob")], 3, NOW)
        assert len(await whole(store)) == 3
        assert await store.document("d") == DOCUMENT
        assert await store.replace(info, [new], 3, NOW)
        assert [patch.id for _, patch in await whole(store)] == [(BOB, 0)]
        assert await store.document("d") == info
        assert await store.checkpoint("d") is None
        assert ears.heard == []
        # What still comes for the old log is not taken, nor a checkpoint of it.
        (outcome,) = await self.append(store, draft(typed(n=3)))
        assert code(outcome) == "gap"
        await store.put_checkpoint("d", 3, b"old")
        assert await store.checkpoint("d") is None
        assert await self.append(store, draft(typed(BOB, 1), "bob")) == [2]
        assert [seq for seq, _, _ in ears.heard] == [2]

    async def test_nothing_stored_is_not_replaced(self, store: Store) -> None:
        assert not await store.replace(DOCUMENT, [draft(typed())], 0, NOW)

    # --- what is heard -------------------------------------------------------------------------

    async def test_subscribers_hear_all_after_the_number_they_got(self, store: Store) -> None:
        await self.append(store, draft(typed(n=0)))
        first, second = Ears(), Ears()
        assert await store.subscribe("d", first) == 1
        await self.append(store, draft(typed(n=1)), draft(typed(n=1)), draft(typed(n=3)))
        assert await store.subscribe("d", second) == 2
        await self.append(store, draft(typed(n=2)))
        assert first.heard == [(2, ALICE, 1), (3, ALICE, 2)]
        assert second.heard == [(3, ALICE, 2)]
        store.unsubscribe("d", second)
        await self.append(store, draft(typed(n=3)))
        assert first.heard[-1] == (4, ALICE, 3)
        assert len(second.heard) == 1

    async def test_subscribing_amid_commits_misses_nothing(self, store: Store) -> None:
        ears = [Ears() for _ in range(10)]
        began: list[int] = []

        async def listen(one: Ears) -> None:
            began.append(await store.subscribe("d", one))

        async def write(session: str) -> None:
            for n in range(20):
                assert isinstance((await store.append([draft(typed(session, n))], NOW))[0], int)

        await asyncio.gather(write(ALICE), write(BOB), *map(listen, ears))
        await asyncio.sleep(0)
        for seq, one in zip(began, ears, strict=True):
            assert [heard[0] for heard in one.heard] == list(range(seq + 1, 41))

    # --- reading -------------------------------------------------------------------------------

    async def test_every_slice_gives_the_same_log(self, store: Store) -> None:
        for n in range(60):
            await self.append(store, draft(typed(n=n)))
            await store.tend(NOW)
        log = await whole(store)
        assert [seq for seq, _ in log] == list(range(1, 61))
        for size in (1, 200, 1000):
            assert sorted(set(seqs(await whole(store, size)))) == list(range(1, 61))
        assert (await store.read("d", 60, 100)).upto == 60

    async def test_reading_begins_where_asked(self, store: Store) -> None:
        for n in range(30):
            await self.append(store, draft(typed(n=n)))
        await store.tend(NOW)
        for after in range(30):
            part = await store.read("d", after, 1 << 20)
            found = [e.seq for block in part.blocks for e in decode_block(block)]
            found += [entry.seq for entry in part.entries]
            assert [seq for seq in found if seq > after] == list(range(after + 1, 31))

    async def test_heads_of_every_version(self, store: Store) -> None:
        one = PatchId(ALICE, 0)
        both = (PatchId(ALICE, 1), PatchId(BOB, 0))
        await self.append(
            store,
            draft(typed()),
            draft(typed(BOB, 0, (one,)), "bob"),
            draft(typed(n=1)),
            draft(typed(BOB, 1, both), "bob"),
        )
        expected = [(), (one,), (PatchId(BOB, 0),), both, (PatchId(BOB, 1),)]
        for _ in range(2):
            assert [await store.heads("d", seq) for seq in range(5)] == expected
            await store.tend(NOW)

    # --- what is held --------------------------------------------------------------------------

    async def test_what_is_only_held_is_there_while_somebody_listens(self, store: Store) -> None:
        ears = Ears()
        await store.subscribe("d", ears)
        assert await self.append(store, imported(0), imported(1)) == [1, 2]
        assert await self.append(store, imported(0)) == [1]
        assert len(ears.heard) == 2
        assert len(await whole(store)) == 2
        assert await store.heads("d", 1) == (PatchId("f" * 16, 0),)
        store.unsubscribe("d", ears)
        assert await whole(store) == []

    async def test_what_is_held_is_stored_with_what_follows(self, store: Store) -> None:
        ears = Ears()
        await store.subscribe("d", ears)
        await self.append(store, imported(0), imported(1))
        follows = typed(parents=(PatchId("f" * 16, 1),))
        assert await self.append(store, draft(follows)) == [3]
        store.unsubscribe("d", ears)
        assert [seq for seq, _ in await whole(store)] == [1, 2, 3]
        assert await self.append(store, imported(1)) == [2]

    async def test_nothing_is_held_for_nobody(self, store: Store) -> None:
        assert await self.append(store, imported(0)) == [1]
        assert await whole(store) == []
        ears = Ears()
        assert await store.subscribe("d", ears) == 0
        other = Draft("d", "alice", "host", typed("9" * 16, kind="import"), hold=True)
        assert await self.append(store, other) == [1]

    async def test_an_import_into_a_log_is_stored(self, store: Store) -> None:
        ears = Ears()
        await store.subscribe("d", ears)
        await self.append(store, draft(typed()))
        assert await self.append(store, imported(0)) == [2]
        store.unsubscribe("d", ears)
        assert len(await whole(store)) == 2

    async def test_a_checkpoint_of_what_is_only_held_is_not_kept(self, store: Store) -> None:
        await store.subscribe("d", Ears())
        await self.append(store, imported(0))
        await store.put_checkpoint("d", 1, b"one")
        assert await store.checkpoint("d") is None

    # --- documents -----------------------------------------------------------------------------

    async def test_documents_are_found_by_id_and_path(self, store: Store) -> None:
        assert await store.document("d") == DOCUMENT
        assert await store.document_at("notes.txt") == DOCUMENT
        assert await store.document("x") is None
        assert await store.document_at("x") is None
        assert await store.document_at("") is None

    async def test_what_is_known_of_a_document_changes(self, store: Store) -> None:
        changed = DOCUMENT._replace(type="notebook", epoch=2)
        await self.append(store, draft(typed()))
        await store.put_document(changed)
        assert await store.document("d") == changed
        assert len(await whole(store)) == 1

    async def test_a_path_is_taken_over(self, store: Store) -> None:
        new = DocumentInfo("new", "notes.txt", "text", "l", 1)
        await store.put_document(new)
        assert await store.document_at("notes.txt") == new
        assert await store.document("d") == DOCUMENT._replace(path="")

    async def test_several_documents_may_be_without_a_path(self, store: Store) -> None:
        for doc in ("x", "y"):
            await store.put_document(DocumentInfo(doc, "notes.txt", "text", "l", 1))
        found = await store.document("x")
        assert found is not None
        assert found.path == ""

    async def test_renaming_a_folder_takes_what_is_below(self, store: Store) -> None:
        for doc, path in {"1": "a/x", "2": "a/b/y", "3": "ab/z", "4": "a"}.items():
            await store.put_document(DocumentInfo(doc, path, "text", "l", 1))
        moved = await store.rename("a", "c/d")
        assert sorted(info.path for info in moved) == ["c/d", "c/d/b/y", "c/d/x"]
        assert (await store.document_at("c/d/b/y") or DOCUMENT).doc == "2"
        assert (await store.document_at("ab/z") or DOCUMENT).doc == "3"

    async def test_the_newest_checkpoint_is_kept(self, store: Store) -> None:
        for n in range(5):
            await self.append(store, draft(typed(n=n)))
        assert await store.checkpoint("d") is None
        for seq in (2, 5, 3):
            await store.put_checkpoint("d", seq, bytes([seq]))
        assert await store.checkpoint("d") == (5, b"\x05")

    # --- people --------------------------------------------------------------------------------

    async def test_members_come_and_go(self, store: Store) -> None:
        assert await store.members() == {}
        await store.put_member("bob", Member("viewer", 7))
        await store.put_member("eve", Member("viewer"))
        await store.put_member("bob", Member("runner", 7))
        await store.put_member("eve", None)
        await store.put_member("eve", None)
        assert await store.members() == {"bob": Member("runner", 7)}

    async def test_a_lease_has_one_holder_until_it_ends(self, store: Store) -> None:
        assert await store.lease("d", "one", NOW, NOW + 100)
        assert await store.lease("d", "one", NOW + 50, NOW + 150)
        assert not await store.lease("d", "two", NOW + 149, NOW + 300)
        assert await store.lease("x", "two", NOW, NOW + 100)
        assert await store.lease("d", "two", NOW + 150, NOW + 300)
        await store.release("d", "one")
        assert not await store.lease("d", "one", NOW + 200, NOW + 400)
        await store.release("d", "two")
        assert await store.lease("d", "one", NOW + 200, NOW + 400)


def seqs(log: list[tuple[int, Patch]]) -> list[int]:
    return [seq for seq, _ in log]
