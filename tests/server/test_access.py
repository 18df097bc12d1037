"""The access list asks the machine who exists."""

from __future__ import annotations

import os
import pwd

from cocalc_tui.protocol.messages import Role
from cocalc_tui.server.access import Access, is_unix_user
from cocalc_tui.server.store.memory import MemoryStore


def test_users_are_those_of_this_machine() -> None:
    assert is_unix_user(pwd.getpwuid(os.geteuid()).pw_name)
    assert not is_unix_user("no such user here")


async def test_roles_are_those_of_the_list() -> None:
    store = MemoryStore()
    access = Access(store, "alice", exists=lambda _: True)
    await store.put_member("bob", "runner")
    await store.put_member("eve", "emperor")
    assert access.role("bob") is Role.NOBODY
    await access.load()
    roles = [access.role(user) for user in ("alice", "bob", "eve", "carol")]
    assert roles == [Role.OWNER, Role.RUNNER, Role.NOBODY, Role.NOBODY]
    assert list(access.members()) == ["alice", "bob", "eve"]
