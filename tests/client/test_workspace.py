"""Two workspaces on one real relay: typing at once, being cut off, coming back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.events import (
    Changed,
    DocumentEvent,
    Offline,
    Online,
    WorkRefused,
    WorkspaceEvent,
)
from cocalc_tui.client.keep import copies
from cocalc_tui.client.places import Place
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Whereabouts
from cocalc_tui.server.store import DocumentInfo, Draft, Outcome, StoreTrouble
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.sync.checkpoint import encode_checkpoint
from cocalc_tui.sync.patch import MAIN, Splice
from tests.server.people import Everybody

PATIENCE = 60


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.002)


class Disk(MemoryStore):
    """A store whose disk can be full."""

    full = False
    closed = False

    async def document(self, doc: str) -> DocumentInfo | None:
        if self.closed:
            raise StoreTrouble("the disk is gone")
        return await super().document(doc)

    async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        if self.full:
            raise StoreTrouble("the disk is full")
        return await super().append(drafts, now)


class Box:
    """A relay on a memory store, and people who connect to it."""

    def __init__(self) -> None:
        self.store = Disk()
        self.people: list[Workspace] = []
        self.transports: dict[Workspace, Transport] = {}
        self.relay = self._relay()

    def _relay(self) -> Relay:
        access = Access(self.store, "alice", Everybody())
        return Relay(self.store, access, project=Whereabouts("lab"), clock=wall_clock, hosted=False)

    async def person(self, user: str, clock: Callable[[], int] = wall_clock) -> Workspace:
        async def connect() -> Transport:
            transport = self.relay.connect_memory(user)
            self.transports[workspace] = transport
            return transport

        session = f"{len(self.people) + 1:016x}"
        workspace = Workspace(connect, session, clock=clock)
        self.people.append(workspace)
        workspace.start()
        await workspace.ready()
        return workspace

    async def restart(self) -> None:
        await self.relay.close()
        self.relay = self._relay()
        await self.relay.start()


@asynccontextmanager
async def running(box: Box | None = None) -> AsyncIterator[Box]:
    box = box or Box()
    await box.relay.start()
    try:
        yield box
    finally:
        for person in box.people:
            await person.close()
        await box.relay.close()


def text(document: SharedDocument) -> str:
    return str(document.replica.text())


def type_at_end(document: SharedDocument, words: str) -> None:
    document.change([Splice(len(document.replica.text()), 0, words)])


async def agree(*documents: SharedDocument) -> str:
    def same() -> bool:
        return all(d.sent for d in documents) and len({text(d) for d in documents}) == 1

    await until(same)
    return text(documents[0])


async def test_two_type_at_once_and_agree() -> None:
    async with running() as box:
        alice, bob = await box.person("alice"), await box.person("alice")
        mine, theirs = await alice.open("a.txt"), await bob.open("a.txt")
        for word in ("one ", "two ", "three "):
            type_at_end(mine, word)
            type_at_end(theirs, word.upper())
            await asyncio.sleep(0)
        merged = await agree(mine, theirs)
        assert sorted(merged.split()) == ["ONE", "THREE", "TWO", "one", "three", "two"]
        assert not mine.saved or mine.hearing.saved_seq >= mine.numbers.upto


async def test_the_same_document_is_opened_once() -> None:
    async with running() as box:
        alice = await box.person("alice")
        first, second = await asyncio.gather(alice.open("a.txt"), alice.open("a.txt"))
        assert first is second
        assert await alice.open("a.txt") is first


async def test_who_was_cut_off_goes_on_and_merges_by_itself() -> None:
    async with running() as box:
        alice, bob = await box.person("alice"), await box.person("alice")
        seen: list[WorkspaceEvent] = []
        bob.subscribe(seen.append)
        mine, theirs = await alice.open("a.txt"), await bob.open("a.txt")
        type_at_end(mine, "before ")
        await agree(mine, theirs)
        await box.transports[bob].close()
        await until(lambda: not bob.online)
        type_at_end(theirs, "offline ")
        type_at_end(mine, "meanwhile ")
        assert not theirs.sent
        merged = await agree(mine, theirs)
        assert sorted(merged.split()) == ["before", "meanwhile", "offline"]
        assert [type(event) for event in seen if isinstance(event, Offline | Online)] == [
            Offline,
            Online,
        ]


async def test_a_new_relay_on_the_same_store_is_joined() -> None:
    async with running() as box:
        alice = await box.person("alice")
        mine = await alice.open("a.txt")
        type_at_end(mine, "first ")
        await agree(mine)
        await box.restart()
        type_at_end(mine, "second ")
        bob = await box.person("alice")
        assert await agree(mine, await bob.open("a.txt")) == "first second "


async def test_undo_takes_back_own_work_only() -> None:
    async with running() as box:
        alice, bob = await box.person("alice"), await box.person("alice")
        mine, theirs = await alice.open("a.txt"), await bob.open("a.txt")
        type_at_end(mine, "alice ")
        await agree(mine, theirs)
        type_at_end(theirs, "bob ")
        await agree(mine, theirs)
        mine.undo()
        assert await agree(mine, theirs) == "bob "
        mine.redo()
        assert await agree(mine, theirs) == "alice bob "
        assert theirs.undo()
        assert await agree(mine, theirs) == "alice "


async def test_people_see_each_other_where_they_are() -> None:
    async with running() as box:
        alice, bob = await box.person("alice"), await box.person("alice")
        mine = await alice.open("a.txt")
        type_at_end(mine, "0123456789")
        mine.stand(Place(MAIN, 5))
        theirs = await bob.open("a.txt")
        await until(lambda: theirs.others and theirs.others[0].place.caret == 5)
        theirs.change([Splice(0, 0, "new ")])
        assert theirs.others[0].place.caret == 9
        theirs.close()
        await until(lambda: not mine.others)


async def test_a_viewer_may_look_only() -> None:
    async with running() as box:
        alice = await box.person("alice")
        await alice.sharing.give("eve", "viewer")
        assert await alice.sharing.members() == {"alice": "owner", "eve": "viewer"}
        eve = await box.person("eve")
        mine, theirs = await alice.open("a.txt"), await eve.open("a.txt")
        type_at_end(mine, "hello")
        await until(lambda: text(theirs) == "hello")
        with pytest.raises(ReadOnlyError, match=r"a\.txt"):
            type_at_end(theirs, "no")
        with pytest.raises(RequestFailed) as failed:
            await eve.sharing.give("eve", "runner")
        assert failed.value.code == "role"


async def test_a_stranger_gets_one_line() -> None:
    async with running() as box:
        with pytest.raises(RequestFailed, match="cocalc-tui share mallory"):
            await box.person("mallory")


async def test_a_role_taken_ends_the_work_but_loses_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr("cocalc_tui.client.attending.DISK_PAUSE", 0.05)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    async with running() as box:
        alice = await box.person("alice")
        await alice.sharing.give("eve", "editor")
        eve = await box.person("eve")
        seen: list[WorkspaceEvent] = []
        eve.subscribe(seen.append)
        document = await eve.open("a.txt")
        box.store.full = True
        type_at_end(document, "typed in good faith")
        await until(lambda: "full" in document.trouble)
        await alice.sharing.give("eve", "viewer")
        box.store.full = False
        await until(lambda: any(isinstance(event, WorkRefused) for event in seen))
        (copy,) = copies()
        assert (copy.path, copy.text) == ("a.txt", "typed in good faith")
        assert copy.file.stat().st_mode & 0o777 == 0o600
        await until(lambda: document.readonly is not None and text(document) == "")
        assert eve.me is not None
        assert eve.me.role == "viewer"


async def test_a_role_given_counts_for_what_is_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    async with running() as box:
        alice = await box.person("alice")
        await alice.sharing.give("eve", "viewer")
        eve = await box.person("eve")
        document = await eve.open("a.txt")
        assert "look" in (document.readonly or "")
        await alice.sharing.give("eve", "editor")
        await until(lambda: document.readonly is None)
        type_at_end(document, "now I may")
        assert await agree(document, await alice.open("a.txt")) == "now I may"
        await alice.sharing.give("eve", "viewer")
        await until(lambda: "look" in (document.readonly or ""))


async def test_a_document_that_is_opened_anew_twice_goes_on() -> None:
    """The relay answers both and sends the log once, for the later."""
    async with running() as box:
        alice, bob = await box.person("alice"), await box.person("alice")
        mine, theirs = await alice.open("a.txt"), await bob.open("a.txt")
        type_at_end(mine, "one ")
        await agree(mine, theirs)
        alice._reopen(mine, whole=True)
        alice._reopen(mine, whole=True)
        await until(lambda: not alice._opening)
        type_at_end(theirs, "two")
        assert await agree(mine, theirs) == "one two"


async def test_a_clock_far_ahead_is_set_right() -> None:
    """Once, and for all that comes; what was typed stays as it was, and can be undone."""
    async with running() as box:
        ahead = await box.person("alice", lambda: wall_clock() + 10**9)
        mine = await ahead.open("a.txt")
        type_at_end(mine, "from the future")
        await until(lambda: mine.sent)
        bob = await box.person("alice")
        assert text(await bob.open("a.txt")) == "from the future"
        type_at_end(mine, " and on")
        assert [patch.time for patch in mine.unsent()] < [wall_clock() + 10_000]
        await until(lambda: mine.sent)
        mine.undo()
        assert text(mine) == ""


async def test_a_full_disk_holds_patches_back_until_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cocalc_tui.client.attending.DISK_PAUSE", 0.05)
    async with running() as box:
        alice = await box.person("alice")
        mine = await alice.open("a.txt")
        type_at_end(mine, "before ")
        await agree(mine)
        box.store.full = True
        type_at_end(mine, "typed on a full disk")
        await until(lambda: "full" in mine.trouble)
        assert mine.readonly is None
        box.store.full = False
        assert await agree(mine) == "before typed on a full disk"
        assert mine.trouble == ""


async def test_a_document_that_cannot_be_opened_again_is_tried_until_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cocalc_tui.client.attending.REOPEN_PAUSE", 0.05)
    async with running() as box:
        alice = await box.person("alice")
        mine = await alice.open("a.txt")
        type_at_end(mine, "before ")
        await agree(mine)
        box.store.closed = True
        await box.transports[alice].close()
        await until(lambda: "the disk is gone" in mine.trouble)
        type_at_end(mine, "meanwhile ")
        box.store.closed = False
        assert await agree(mine) == "before meanwhile "
        assert mine.trouble == ""


async def test_closing_sends_what_is_unsent() -> None:
    async with running() as box:
        alice = await box.person("alice")
        mine = await alice.open("a.txt")
        type_at_end(mine, "last words")
        mine.close()
        bob = await box.person("alice")
        theirs = await bob.open("a.txt")
        await until(lambda: text(theirs) == "last words")
        again = await alice.open("a.txt")
        type_at_end(again, "!")
        assert await agree(again, theirs) == "last words!"


def test_a_document_without_a_relay_can_be_changed() -> None:
    document = SharedDocument.offline("a.txt", ops=[Splice(0, 0, "text")])
    heard: list[DocumentEvent] = []
    stop = document.subscribe(heard.append)
    document.change([Splice(4, 0, "!")])
    stop()
    document.undo()
    assert text(document) == "text"
    assert [event.local for event in heard if isinstance(event, Changed)] == [True]


async def test_a_document_that_is_left_while_it_is_opened_anew_can_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as box:
        alice = await box.person("alice")
        mine = await alice.open("a.txt")
        type_at_end(mine, "text")
        await agree(mine)
        alice._reopen(mine, whole=True)
        mine.close()
        async with asyncio.timeout(PATIENCE):
            assert text(await alice.open("a.txt")) == "text"


async def test_a_checkpoint_of_other_entries_is_not_begun_from(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as box:
        mine = await (await box.person("alice")).open("a.txt")
        type_at_end(mine, "one ")
        await until(lambda: mine.sent)
        early = encode_checkpoint(mine.replica, 1)
        type_at_end(mine, "two ")
        await until(lambda: mine.sent)
        await box.store.put_checkpoint(mine.doc, 2, early)
        theirs = await (await box.person("alice")).open("a.txt")
        assert text(theirs) == "one two "
        assert "a checkpoint of entries 1..1 is for 1..2; it is read whole" in caplog.text
        type_at_end(theirs, "three")
        assert await agree(mine, theirs) == "one two three"


async def test_whatever_goes_wrong_the_app_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as box:
        alice = await box.person("alice")
        mine = await alice.open("a.txt")
        trips: list[WorkspaceEvent] = []

        def trip(event: WorkspaceEvent) -> None:
            trips.append(event)
            if len(trips) == 1:
                raise ZeroDivisionError

        alice.subscribe(trip)
        await box.person("alice")
        await until(lambda: any(isinstance(event, Online) for event in trips))
        type_at_end(mine, "still here")
        assert await agree(mine) == "still here"
        assert "nobody thought of" in caplog.text
