"""Who may do what, on every message, and from one moment to the next."""

from __future__ import annotations

import msgspec
import pytest

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.server.relay import relay
from cocalc_tui.sync.patch import (
    Cancel,
    Create,
    Op,
    Patch,
    PatchId,
    Put,
    Remove,
    Splice,
    TextId,
)
from tests.server.apps import ALICE, BOB, EVE, App, running, typed


async def test_a_member_is_welcomed_by_name_and_role() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        me = (await box.app("bob")).me
        assert me is not None
        assert (me.user, me.role, me.host, me.project) == ("bob", "viewer", "alice", "lab")


async def test_a_stranger_is_told_whom_to_ask() -> None:
    async with running() as box:
        eve = await box.app("eve")
        assert eve.goodbye is not None
        assert eve.goodbye.code == "role"
        assert eve.goodbye.text == (
            "eve is not a member of lab: ask alice to run `cocalc-tui share eve` there"
        )
        await eve.until(lambda: eve.closed)


async def test_a_session_of_another_user_is_not_let_in() -> None:
    async with running() as box:
        await box.give("eve", "editor")
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed())
        await alice.hear(m.Ack)
        eve = await box.app("eve", ALICE)
        assert eve.goodbye is not None
        assert eve.goodbye.code == "session"


async def test_bytes_that_are_no_message_end_only_their_connection() -> None:
    async with running() as box:
        alice, other = await box.app(), await box.app("alice", "1" * 16)
        alice.transport.send(b"\xc1 nonsense")
        await alice.until(lambda: alice.closed)
        assert alice.goodbye is not None
        assert alice.goodbye.code == "form"
        await other.synced()


async def test_what_nobody_may_send_is_refused_by_itself() -> None:
    async with running() as box:
        alice = await box.app()
        await alice.say(m.Told(doc="", topic="x", data=msgspec.Raw(b"\xc0")))
        assert (await alice.hear(m.Failed)).code == "unknown"
        await alice.say(m.Tell(doc="", topic="x", data=msgspec.Raw(b"\xc0")))
        assert (await alice.hear(m.Failed)).code == "role"
        await alice.synced()


async def test_a_viewer_sees_and_does_not_type() -> None:
    async with running() as box:
        await box.give("bob", "viewer")
        alice, bob = await box.app("alice"), await box.app("bob")
        doc = (await alice.open()).doc
        await bob.open()
        await alice.push(doc, typed())
        assert await bob.entries(1)
        await bob.push(doc, typed(BOB))
        refused = await bob.hear(m.Refused)
        assert (refused.code, refused.session, refused.n) == ("role", BOB, 0)
        assert refused.text == "your role (viewer) does not allow this"


async def test_the_owner_shares_and_everybody_sees_it() -> None:
    async with running() as box:
        alice = await box.app()
        await alice.say(m.Share(id=2, user="bob", role="editor"))
        await alice.hear(m.Answer, id=2)
        bob = await box.app("bob")
        people = await alice.hear(m.People)
        while len(people.people) < 2:
            people = await alice.hear(m.People)
        assert {(one.user, one.role) for one in people.people} == {
            ("alice", "owner"),
            ("bob", "editor"),
        }
        await bob.say(m.Members(id=3))
        answer = await bob.hear(m.Answer, id=3)
        assert msgspec.msgpack.decode(answer.result) == {"alice": "owner", "bob": "editor"}


@pytest.mark.parametrize(
    ("user", "role", "code"),
    [
        ("bob", "owner", "form"),
        ("bob", "host", "form"),
        ("alice", "viewer", "role"),
        ("alice", None, "role"),
        ("nobody-here", "viewer", "missing"),
        ("carol", None, "missing"),
    ],
)
async def test_what_cannot_be_shared_is_said(user: str, role: str | None, code: str) -> None:
    async with running() as box:
        alice = await box.app()
        await alice.say(m.Share(id=2, user=user, role=role))
        failed = await alice.hear(m.Failed, id=2)
        assert failed.code == code
        assert "\n" not in failed.text


async def test_a_role_that_is_taken_ends_open_connections() -> None:
    async with running() as box:
        await box.give("eve", "editor")
        alice, eve = await box.app("alice"), await box.app("eve")
        doc = (await alice.open()).doc
        await eve.open()
        await alice.say(m.Share(id=2, user="eve", role=None))
        await alice.hear(m.Answer, id=2)
        await eve.until(lambda: eve.closed)
        assert eve.goodbye is not None
        assert eve.goodbye.code == "role"
        await alice.push(doc, typed())
        await alice.hear(m.Ack)
        assert not eve.heard_of(m.Entries)
        assert (await box.app("eve")).goodbye is not None


async def test_who_is_taken_out_of_a_group_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "HOUSEKEEPING", 0.02)
    async with running() as box:
        box.accounts.groups = {"lab": {"eve", "bob"}, "staff": {"bob"}}
        await box.give("@lab", "editor")
        await box.give("@staff", "viewer")
        eve, bob = await box.app("eve"), await box.app("bob")
        doc = (await bob.open()).doc
        await bob.push(doc, typed(BOB))
        await bob.hear(m.Ack)
        box.accounts.groups["lab"].clear()
        await eve.until(lambda: eve.closed)
        assert eve.goodbye is not None
        assert eve.goodbye.code == "role"
        await bob.until(
            lambda: any(
                (one.user, one.role) == ("bob", "viewer")
                for people in bob.heard_of(m.People)
                for one in people.people
            )
        )
        await bob.push(doc, typed(BOB, 1))
        assert (await bob.hear(m.Refused)).code == "role"


async def test_a_smaller_role_counts_from_the_next_message() -> None:
    async with running() as box:
        await box.give("eve", "editor")
        alice, eve = await box.app("alice"), await box.app("eve")
        doc = (await eve.open()).doc
        await eve.push(doc, typed(EVE))
        await eve.hear(m.Ack)
        await alice.say(m.Share(id=2, user="eve", role="viewer"))
        await alice.hear(m.Answer, id=2)
        await eve.push(doc, typed(EVE, 1))
        assert (await eve.hear(m.Refused)).code == "role"


async def test_only_the_relay_side_acts_for_others() -> None:
    async with running() as box:
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, typed(acting_for="bob"))
        assert (await alice.hear(m.Refused)).code == "form"


# --- outputs are the host's --------------------------------------------------------------------

OUTPUT = "cell/run/0"
TOUCHING = [
    Create(OUTPUT, {"type": "output"}),
    Put(OUTPUT, "data", {}),
    Remove(OUTPUT),
    Splice(0, 0, "x", TextId(OUTPUT, "data")),
    Cancel("d" * 16, 0, 0),
]


async def notebook(app: App) -> str:
    return (await app.open("n.ipynb")).doc


def ops(session: str, n: int, *ops: Op) -> m.WirePatch:
    parents = (PatchId(session, n - 1),) if n else ()
    return to_wire(Patch(PatchId(session, n), 5, parents, ops))


@pytest.mark.parametrize("op", TOUCHING)
async def test_outputs_are_written_by_the_host_only(op: Op) -> None:
    async with running(hosted=True) as box:
        host, alice = await box.host(), await box.app()
        doc = await notebook(alice)
        await host.push(doc, ops(host.session, 0, Create(OUTPUT, {"type": "output"})))
        await host.hear(m.Ack, session=host.session)
        await alice.push(doc, ops(ALICE, 0, op))
        assert (await alice.hear(m.Refused)).code == "role"
        await host.push(doc, ops(host.session, 1, op))
        await host.hear(m.Ack, session=host.session)


async def test_people_write_cells_and_undo_their_own() -> None:
    async with running(hosted=True) as box:
        await box.host()
        alice = await box.app()
        doc = await notebook(alice)
        cell = (Create("c", {"type": "cell"}), Splice(0, 0, "x", TextId("c", "input")))
        await alice.push(doc, ops(ALICE, 0, *cell))
        await alice.push(doc, ops(ALICE, 1, Cancel(ALICE, 0, 0)))
        await alice.push(doc, ops(ALICE, 2, Put("c", "pos", "a"), Remove("c")))
        await alice.push(doc, ops(ALICE, 3, Cancel(BOB, 0, 0)))
        for n in range(4):
            assert (await alice.hear(m.Ack)).seqs[0][0] == n


async def test_a_text_may_hold_what_looks_like_an_output() -> None:
    async with running(hosted=True) as box:
        await box.host()
        alice = await box.app()
        doc = (await alice.open()).doc
        await alice.push(doc, ops(ALICE, 0, Put("a/b", "c", 1)))
        await alice.hear(m.Ack)
