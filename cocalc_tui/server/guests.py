"""Who may join a project: users and groups with a role each, and which role somebody has by that.

The relay keeps the list in its log. A copy of it lies in the state, for the door to read: it tells
who asks whether they may join without starting a relay for it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

GIVEN = ("viewer", "editor", "runner")
"""Roles that can be given to others, each with all that the ones before it may."""
GROUP = "@"
"""In front of the name of a group."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A user or a group that may join."""

    name: str
    role: str
    id: int | None = None
    """Of the Unix user or group; None where it was not noted."""

    @property
    def is_group(self) -> bool:
        """Whether everybody in a group is meant."""
        return self.name.startswith(GROUP)


def role_of(guests: Iterable[Guest], name: str, uid: int | None, gids: Collection[int]) -> str:
    """The role of a user, "" for none: the one given by name, else the highest of their groups'."""
    roles = [""]
    for guest in guests:
        role = guest.role if guest.role in GIVEN else ""
        if guest.name == name:
            return role if guest.id is None or guest.id == uid else ""
        if guest.is_group and guest.id in gids:
            roles.append(role)
    return max(roles, key=("", *GIVEN).index)


def write_guests(path: Path, guests: Iterable[Guest]) -> None:
    """Write the copy for the door, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(guest) for guest in guests], file)
    new.replace(path)


def read_guests(path: Path) -> list[Guest]:
    """Return what was written; nobody where that cannot be read."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return [Guest(**guest) for guest in json.loads(path.read_text(encoding="utf-8"))]
    return []
