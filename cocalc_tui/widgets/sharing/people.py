"""Everybody who may join and whether they are here, as rows; without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

GROUP = "@"


class At(NamedTuple):
    """One place of somebody who is here: a terminal in which they have the project open."""

    connection: str
    words: str
    """Where in the project, idle since when, from which machine."""


class Guest(NamedTuple):
    """A row: a user, a group, or one of several places of a user."""

    name: str
    role: str
    here: bool
    where: str
    """Where they are; or why they are on the list."""
    listed: bool = True
    """Whether the role was given to this very name, so that it can be changed."""
    connection: str = ""
    """Of the place, for going there; "" for who is not here or in several."""
    one_of: bool = False
    """Whether the row is one of several places, below its user's own."""

    @property
    def is_group(self) -> bool:
        """Whether everybody in a Unix group is meant."""
        return self.name.startswith(GROUP)


def guests(
    members: Mapping[str, str], here: Mapping[str, str], places: Mapping[str, Sequence[At]]
) -> list[Guest]:
    """The rows: first who is here, then who may come; the owner before all others.

    `members` is name to role, `here` user to role, `places` user to where they are.
    """
    rows = [
        Guest(user, role, True, *_where(places.get(user, ()), user in members))
        for user, role in here.items()
    ]
    rows += [
        Guest(name, role, here=False, where="everybody in this group" if name[:1] == GROUP else "")
        for name, role in members.items()
        if name not in here
    ]
    rows.sort(key=lambda row: (row.role != "owner", not row.here, row.is_group, row.name))
    return [one for row in rows for one in (row, *_several(row, places.get(row.name, ())))]


def _where(places: Sequence[At], listed: bool) -> tuple[str, bool, str]:
    if len(places) == 1:
        return places[0].words, listed, places[0].connection
    return (f"in {len(places)} places" if places else "here"), listed, ""


def _several(row: Guest, places: Sequence[At]) -> list[Guest]:
    if not row.here or len(places) < 2:
        return []
    return [
        row._replace(where=place.words, connection=place.connection, one_of=True)
        for place in places
    ]
