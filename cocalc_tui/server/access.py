"""Who may do what in a project: the access list, and the owner who is on it by being the host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.protocol.messages import Role
from cocalc_tui.server.accounts import Accounts
from cocalc_tui.server.guests import GIVEN, GROUP, Guest, role_of
from cocalc_tui.server.store import Member, Store


class AccessError(Exception):
    """The access list cannot be changed so; the text says why, in one line."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Access:
    """The access list of one project, kept in its store."""

    def __init__(
        self,
        store: Store,
        host_user: str,
        accounts: Accounts | None = None,
        *,
        told: Callable[[Sequence[Guest]], None] = lambda _guests: None,
    ) -> None:
        """`told` hears who is on the list, whenever that is read."""
        self.host_user = host_user
        self._store = store
        self._accounts = accounts or Accounts()
        self._told = told
        self._guests: list[Guest] = []
        self._known: dict[str, tuple[int | None, frozenset[int]]] = {}
        """Number and groups of those who were looked up."""

    async def load(self) -> None:
        """Read the list; until then only the owner is on it."""
        members = await self._store.members()
        self._guests = [Guest(name, *members[name]) for name in sorted(members)]
        self.tell()

    def tell(self) -> None:
        """Say who is on the list, again where what was said may be lost."""
        self._told(self._guests)

    async def look_up(self, users: Iterable[str]) -> None:
        """Ask the machine which number and which groups these users have now.

        One who is not found keeps what was known of them: a user database that does not answer for
        a moment is no reason to show people out.
        """
        found = await asyncio.to_thread(self._look_up, list(users))
        self._known.update((user, (uid, gids)) for user, uid, gids in found if uid is not None)

    def _look_up(self, users: list[str]) -> list[tuple[str, int | None, frozenset[int]]]:
        """Groups are of use only where one is on the list."""
        look, groups = self._accounts, self.has_groups
        return [
            (user, look.user_id(user), look.groups_of(user) if groups else frozenset())
            for user in users
        ]

    @property
    def has_groups(self) -> bool:
        """Whether roles can change by a change of a Unix group."""
        return any(guest.is_group for guest in self._guests)

    def role(self, user: str) -> Role:
        """Return what a user may do, as far as they were looked up."""
        if user == self.host_user:
            return Role.OWNER
        uid, gids = self._known.get(user, (None, frozenset()))
        return Role[(role_of(self._guests, user, uid, gids) or "nobody").upper()]

    def members(self) -> dict[str, str]:
        """Return everybody on the list and their roles, the owner first."""
        return {self.host_user: "owner"} | {guest.name: guest.role for guest in self._guests}

    async def share(self, name: str, role: str | None) -> None:
        """Give a user or @group a role, or (None) take it; raises AccessError and StoreTrouble."""
        if name == self.host_user:
            raise AccessError("role", f"{name} is the owner, who keeps that role")
        if role is None:
            if name not in self.members():
                raise AccessError("missing", f"{name[:80]!r} is not a member of this project")
            await self._store.put_member(name, None)
        elif role not in GIVEN:
            raise AccessError("form", f"{role[:80]!r} is no role to give: {', '.join(GIVEN)}")
        else:
            await self._store.put_member(name, Member(role, await self._number(name)))
        await self.load()

    async def _number(self, name: str) -> int:
        group = name.startswith(GROUP)
        look = self._accounts.group_id if group else self._accounts.user_id
        number = await asyncio.to_thread(look, name.removeprefix(GROUP) if group else name)
        if number is None:
            what = "group" if group else "user"
            text = f"there is no {what} {name.removeprefix(GROUP)[:80]!r} on this machine"
            raise AccessError("missing", text)
        return number
