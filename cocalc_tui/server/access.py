"""Who may do what in a project: the access list, and the owner who is on it by being the host."""

from __future__ import annotations

import pwd
from collections.abc import Callable

from cocalc_tui.protocol.messages import Role
from cocalc_tui.server.store import Store

GIVEN = {"viewer": Role.VIEWER, "editor": Role.EDITOR, "runner": Role.RUNNER}
"""Roles that can be given to others."""


class AccessError(Exception):
    """The access list cannot be changed so; the text says why, in one line."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def is_unix_user(name: str) -> bool:
    """Whether this box has such a user."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


class Access:
    """The access list of one project, kept in its store."""

    def __init__(
        self, store: Store, host_user: str, *, exists: Callable[[str], bool] = is_unix_user
    ) -> None:
        self.host_user = host_user
        self._store = store
        self._exists = exists
        self._members: dict[str, str] = {}

    async def load(self) -> None:
        """Read the list; until then only the owner is on it."""
        self._members = await self._store.members()

    def role(self, user: str) -> Role:
        """Return what a user may do now."""
        if user == self.host_user:
            return Role.OWNER
        return GIVEN.get(self._members.get(user, ""), Role.NOBODY)

    def members(self) -> dict[str, str]:
        """Return everybody on the list and their roles, the owner first."""
        return {self.host_user: "owner"} | dict(sorted(self._members.items()))

    async def share(self, user: str, role: str | None) -> None:
        """Give a user a role, or (None) take it; raises AccessError and StoreTrouble."""
        if user == self.host_user:
            raise AccessError("role", f"{user} is the owner, who keeps that role")
        if role is None:
            if user not in self._members:
                raise AccessError("missing", f"{user[:80]!r} is not a member of this project")
        elif role not in GIVEN:
            raise AccessError("form", f"{role[:80]!r} is no role to give: {', '.join(GIVEN)}")
        elif not self._exists(user):
            raise AccessError("missing", f"there is no user {user[:80]!r} on this machine")
        await self._store.put_member(user, role)
        await self.load()
