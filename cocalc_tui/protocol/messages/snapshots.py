"""Snapshots of the whole project folder."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Message, Role

# --- snapshots -----------------------------------------------------------------------------------


class ListSnapshots(Message, frozen=True, tag="snapshots"):
    """All snapshots, the newest first: list[SnapshotInfo].

    With `path` only those in which that file is another than in the snapshot before.
    """

    id: int
    path: str | None = None
    """Undecodable bytes of a name as `\\\\xff`, here and in what is answered."""


class TakeSnapshot(Message, frozen=True, tag="take-snapshot"):
    """Take a snapshot now, which is kept until somebody drops it: its id."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    title: str


class BrowseSnapshot(Message, frozen=True, tag="browse-snapshot"):
    """What is in a folder of a snapshot: list[SnapshotFile]."""

    id: int
    snapshot: str
    """Its id, a beginning of it that no other has, or its title."""
    path: str = ""


class ReadSnapshot(Message, frozen=True, tag="read-snapshot"):
    """What a file held: SnapshotPart."""

    id: int
    snapshot: str
    path: str
    offset: int = 0


class CompareSnapshots(Message, frozen=True, tag="compare-snapshots"):
    """Files that differ: list[SnapshotDifference]."""

    id: int
    snapshot: str
    other: str = ""
    """"" for the project as it is now."""
    path: str = ""


class RestoreSnapshot(Message, frozen=True, tag="restore-snapshot"):
    """Put back a file or folder (`path` "": all): SnapshotRestored.

    What is there now is kept in a snapshot first. Files that the snapshot does not have stay.
    """

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    snapshot: str
    path: str = ""


class DropSnapshot(Message, frozen=True, tag="drop-snapshot"):
    """Take a snapshot away for good."""

    NEEDS: ClassVar[Role] = Role.OWNER
    id: int
    snapshot: str


class SnapshotRules(Message, frozen=True, tag="snapshot-rules"):
    """How often snapshots are taken and how many are kept: dict of rule to number."""

    id: int


class SetSnapshotRules(Message, frozen=True, tag="set-snapshot-rules"):
    """Change some of the rules; answered with all of them."""

    NEEDS: ClassVar[Role] = Role.OWNER
    id: int
    rules: dict[str, int]
