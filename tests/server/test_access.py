"""The access list asks the machine who exists, who is in which group, and who a name is now."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest

from cocalc_tui.protocol.messages import Role
from cocalc_tui.server.access import Access, AccessError
from cocalc_tui.server.accounts import Accounts
from cocalc_tui.server.guests import Guest, read_guests, role_of, write_guests
from cocalc_tui.server.store import Member
from cocalc_tui.server.store.memory import MemoryStore
from tests.server.people import Everybody


def test_users_and_groups_are_those_of_this_machine() -> None:
    accounts, me = Accounts(), pwd.getpwuid(os.geteuid())
    assert accounts.user_id(me.pw_name) == me.pw_uid
    assert accounts.group_id(grp.getgrgid(me.pw_gid).gr_name) == me.pw_gid
    assert me.pw_gid in accounts.groups_of(me.pw_name)
    for name in ("no such user here", "", "a\0b"):
        assert accounts.user_id(name) is None
        assert accounts.group_id(name) is None
        assert accounts.groups_of(name) == frozenset()


async def test_roles_are_those_of_the_list() -> None:
    store = MemoryStore()
    access = Access(store, "alice", Everybody())
    await store.put_member("bob", Member("runner"))
    await store.put_member("eve", Member("emperor"))
    assert access.role("bob") is Role.NOBODY
    await access.load()
    roles = [access.role(user) for user in ("alice", "bob", "eve", "carol")]
    assert roles == [Role.OWNER, Role.RUNNER, Role.NOBODY, Role.NOBODY]
    assert list(access.members()) == ["alice", "bob", "eve"]


@pytest.fixture
def machine() -> Everybody:
    machine = Everybody()
    machine.groups = {"lab": {"bob", "eve"}, "staff": {"bob"}}
    return machine


async def test_a_group_joins_and_a_name_counts_before_it(machine: Everybody) -> None:
    access = Access(MemoryStore(), "alice", machine)
    await access.share("@lab", "viewer")
    await access.share("@staff", "runner")
    await access.share("eve", "editor")
    await access.look_up(["bob", "eve", "carol"])
    roles = [access.role(user) for user in ("bob", "eve", "carol")]
    assert roles == [Role.RUNNER, Role.EDITOR, Role.NOBODY]
    await access.share("bob", "viewer")
    assert access.role("bob") is Role.VIEWER
    await access.share("bob", None)
    machine.groups["staff"].clear()
    await access.look_up(["bob"])
    assert access.role("bob") is Role.VIEWER
    machine.groups["lab"].discard("bob")
    await access.look_up(["bob"])
    assert access.role("bob") is Role.NOBODY


async def test_a_name_that_is_another_account_now_is_nobody(machine: Everybody) -> None:
    store = MemoryStore()
    access = Access(store, "alice", machine)
    await access.share("bob", "runner")
    await access.look_up(["bob"])
    assert access.role("bob") is Role.RUNNER
    machine.numbers["bob"] = 77
    await access.look_up(["bob"])
    assert access.role("bob") is Role.NOBODY
    await access.share("bob", "runner")
    assert access.role("bob") is Role.RUNNER


async def test_a_database_that_does_not_answer_shows_nobody_out(machine: Everybody) -> None:
    access = Access(MemoryStore(), "alice", machine)
    await access.share("@lab", "editor")
    await access.look_up(["bob"])
    machine.missing = ("bob",)
    machine.groups["lab"].clear()
    await access.look_up(["bob"])
    assert access.role("bob") is Role.EDITOR


@pytest.mark.parametrize("name", ["nobody-here", "@no-such-group", "@", ""])
async def test_who_does_not_exist_is_not_invited(machine: Everybody, name: str) -> None:
    access = Access(MemoryStore(), "alice", machine)
    with pytest.raises(AccessError, match="there is no") as caught:
        await access.share(name, "viewer")
    assert caught.value.code == "missing"


async def test_whoever_is_to_know_hears_of_the_list(machine: Everybody) -> None:
    heard: list[list[str]] = []
    access = Access(
        MemoryStore(),
        "alice",
        machine,
        told=lambda guests: heard.append([guest.name for guest in guests]),
    )
    await access.load()
    await access.share("@lab", "editor")
    await access.share("@lab", None)
    assert heard == [[], ["@lab"], []]


def test_the_copy_for_the_door(tmp_path: Path) -> None:
    path = tmp_path / "shared"
    assert read_guests(path) == []
    guests = [Guest("bob", "editor", 7), Guest("@lab", "viewer", 8)]
    write_guests(path, guests)
    assert read_guests(path) == guests
    assert path.stat().st_mode & 0o777 == 0o600
    assert role_of(guests, "bob", 7, {8}) == "editor"
    assert role_of(guests, "bob", 9, {8}) == ""
    assert role_of(guests, "eve", 9, {8}) == "viewer"
    for broken in ("", "[1]", '[{"name": 1}]', "{}"):
        path.write_text(broken)
        assert read_guests(path) == []
