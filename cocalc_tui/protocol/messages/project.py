"""People, roles and what runs."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from cocalc_tui.protocol.messages.base import Message, Request, Role

# --- the project ---------------------------------------------------------------------------------


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One connection of one Unix user."""

    connection: str
    user: str
    role: str
    since: int
    """Milliseconds of the relay's clock."""


class People(Message, frozen=True, tag="people"):
    """Everybody who is connected and their roles, oneself too; sent whenever that changes."""

    people: list[Person]


class Share(Request, frozen=True, tag="share"):
    """Give somebody a role, or (role None) take it."""

    NEEDS: ClassVar[Role] = Role.OWNER
    user: str
    role: str | None


class Members(Request, frozen=True, tag="members"):
    """Who may join. Answered by `Answer` with a dict of user to role."""


class Status(Request, frozen=True, tag="status"):
    """What runs. Answered by `Answer` with a `protocol.events.ProjectStatus`."""


class Backup(Request, frozen=True, tag="backup"):
    """Copy the log to a new file on the relay's machine, whose owner is the host's account."""

    NEEDS: ClassVar[Role] = Role.OWNER
    file: str
    """Its absolute path."""


class Stop(Request, frozen=True, tag="stop"):
    """End the relay, and with `everything` the kernels and terminals too."""

    NEEDS: ClassVar[Role] = Role.OWNER
    everything: bool = False
