"""What a document and a workspace tell those who listen."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.sync.patch import Change


class Changed(Struct, frozen=True):
    """The document changed, by these steps in this order."""

    changes: list[Change]
    local: bool
    """Whether this app did it."""


class Replaced(Struct, frozen=True):
    """The document was loaded anew: forget everything known of it."""


class PeopleMoved(Struct, frozen=True):
    """Somebody else came, left or moved in the document."""


class LightsChanged(Struct, frozen=True):
    """Whether all is sent, or saved, changed, or the trouble did."""


class Heard(Struct, frozen=True):
    """The host side said something: runs, kernel, output ..."""

    topic: str
    cell: str = ""
    """The cell it is about, for `output`."""


DocumentEvent: TypeAlias = Changed | Replaced | PeopleMoved | LightsChanged | Heard


class Online(Struct, frozen=True):
    """The relay answers."""


class Offline(Struct, frozen=True):
    """The relay does not answer; the workspace tries again by itself unless `final`."""

    reason: str
    final: bool = False
    stopped: bool = False
    """Whether somebody ended it: then it is waited for, and not started."""
    nobody_there: bool = False
    """Whether it is `final` for that alone: another time there may be a relay."""


class PeopleChanged(Struct, frozen=True):
    """Somebody connected or left."""


class SomebodyStands(Struct, frozen=True):
    """Somebody is elsewhere in the project than before, or asks people to come."""

    connection: str
    user: str
    before: Whereabouts | None
    now: Whereabouts


class FilesChanged(Struct, frozen=True):
    """Files of the project came, went or moved."""


class ProjectMoved(Struct, frozen=True):
    """The project's folder has another name."""

    path: str
    """On the relay's machine."""


class DocumentMoved(Struct, frozen=True):
    """A document that is open here has another path."""

    path: str
    to: str


class ProjectTold(Struct, frozen=True):
    """The host side said something in the project; `protocol.events` has the type of each topic."""

    topic: str
    data: bytes
    """MessagePack."""


class WorkRefused(Struct, frozen=True):
    """The relay did not take work done here; it is kept as a copy."""

    path: str
    reason: str
    copy: Path


class WorkSent(Struct, frozen=True):
    """What another start of the app had left unsent is in the document now."""

    path: str
    since: float
    """When the first of it was typed, seconds since 1970."""


class NotKept(Struct, frozen=True):
    """Unsent work cannot be written to this machine's disk; `reason` "" when that is over."""

    reason: str


WorkspaceEvent: TypeAlias = (
    ProjectTold
    | ProjectMoved
    | Online
    | Offline
    | PeopleChanged
    | SomebodyStands
    | FilesChanged
    | DocumentMoved
    | WorkRefused
    | WorkSent
    | NotKept
)
