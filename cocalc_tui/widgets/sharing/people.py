"""Everybody who may join and whether they are here, as rows; without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

GROUP = "@"


class Guest(NamedTuple):
    """A row: a user or a group."""

    name: str
    role: str
    here: bool
    where: str
    """What they have open that is open here, too; or why they are on the list."""
    listed: bool = True
    """Whether the role was given to this very name, so that it can be changed."""

    @property
    def is_group(self) -> bool:
        """Whether everybody in a Unix group is meant."""
        return self.name.startswith(GROUP)


def guests(
    members: Mapping[str, str], here: Mapping[str, str], places: Mapping[str, Sequence[str]]
) -> list[Guest]:
    """The rows: first who is here, then who may come; the owner before all others.

    `members` is name to role, `here` user to role, `places` user to what they are in.
    """
    rows = [
        Guest(
            user,
            role,
            here=True,
            where=", ".join(places.get(user, ())) or "here",
            listed=user in members,
        )
        for user, role in here.items()
    ]
    rows += [
        Guest(name, role, here=False, where="everybody in this group" if name[:1] == GROUP else "")
        for name, role in members.items()
        if name not in here
    ]
    return sorted(rows, key=lambda row: (row.role != "owner", not row.here, row.is_group, row.name))
