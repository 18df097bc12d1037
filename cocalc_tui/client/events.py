"""What a document and a workspace tell those who listen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.sync.patch import Change


@dataclass(frozen=True, slots=True)
class Changed:
    """The document changed, by these steps in this order."""

    changes: list[Change]
    local: bool
    """Whether this app did it."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The document was loaded anew: forget everything known of it."""


@dataclass(frozen=True, slots=True)
class PeopleMoved:
    """Somebody else came, left or moved in the document."""


@dataclass(frozen=True, slots=True)
class LightsChanged:
    """Whether all is sent, or saved, changed, or the trouble did."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The host side said something: runs, kernel, output ..."""

    topic: str
    cell: str = ""
    """The cell it is about, for `output`."""


DocumentEvent: TypeAlias = Changed | Replaced | PeopleMoved | LightsChanged | Heard


@dataclass(frozen=True, slots=True)
class Online:
    """The relay answers."""


@dataclass(frozen=True, slots=True)
class Offline:
    """The relay does not answer; the workspace tries again by itself unless `final`."""

    reason: str
    final: bool = False
    stopped: bool = False
    """Whether somebody ended it: then it is waited for, and not started."""


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """Somebody connected or left."""


@dataclass(frozen=True, slots=True)
class SomebodyStands:
    """Somebody is elsewhere in the project than before, or asks people to come."""

    connection: str
    user: str
    before: Whereabouts | None
    now: Whereabouts


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """Files of the project came, went or moved."""


@dataclass(frozen=True, slots=True)
class ProjectMoved:
    """The project's folder has another name."""

    path: str
    """On the relay's machine."""


@dataclass(frozen=True, slots=True)
class DocumentMoved:
    """A document that is open here has another path."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class ProjectTold:
    """The host side said something in the project; `protocol.events` has the type of each topic."""

    topic: str
    data: bytes
    """MessagePack."""


@dataclass(frozen=True, slots=True)
class WorkRefused:
    """The relay did not take work done here; it is kept as a copy."""

    path: str
    reason: str
    copy: Path


@dataclass(frozen=True, slots=True)
class WorkSent:
    """What another start of the app had left unsent is in the document now."""

    path: str
    since: float
    """When the first of it was typed, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class NotKept:
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
