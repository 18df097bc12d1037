"""Snapshots of the whole project folder."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Request, Role

# --- snapshots -----------------------------------------------------------------------------------


class ListSnapshots(Request, frozen=True, tag="snapshots"):
    """All snapshots, the newest first: list[SnapshotInfo].

    With `path` only those in which that file is another than in the snapshot before.
    """

    path: str | None = None
    """Undecodable bytes of a name as `\\\\xff`, here and in what is answered."""


class TakeSnapshot(Request, frozen=True, tag="take-snapshot"):
    """Take a snapshot now, which is kept until somebody drops it: its id."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    title: str
    before: bool = False
    """Whether it is taken before much is changed at once: such a one goes after some days."""


class BrowseSnapshot(Request, frozen=True, tag="browse-snapshot"):
    """What is in a folder of a snapshot: list[SnapshotFile]."""

    snapshot: str
    """Its id, a beginning of it that no other has, or its title."""
    path: str = ""


class ReadSnapshot(Request, frozen=True, tag="read-snapshot"):
    """What a file held: SnapshotPart."""

    snapshot: str
    path: str
    offset: int = 0


class CompareSnapshots(Request, frozen=True, tag="compare-snapshots"):
    """Files that differ: list[SnapshotDifference]."""

    snapshot: str
    other: str = ""
    """"" for the project as it is now."""
    path: str = ""


class RestoreSnapshot(Request, frozen=True, tag="restore-snapshot"):
    """Put back a file or folder (`path` "": all): SnapshotRestored.

    What is there now is kept in a snapshot first. Files that the snapshot does not have stay.
    """

    NEEDS: ClassVar[Role] = Role.EDITOR
    snapshot: str
    path: str = ""


class DropSnapshot(Request, frozen=True, tag="drop-snapshot"):
    """Take a snapshot away for good."""

    NEEDS: ClassVar[Role] = Role.OWNER
    snapshot: str


class SnapshotRules(Request, frozen=True, tag="snapshot-rules"):
    """How often snapshots are taken and how many are kept: dict of rule to number."""


class SetSnapshotRules(Request, frozen=True, tag="set-snapshot-rules"):
    """Change some of the rules; answered with all of them."""

    NEEDS: ClassVar[Role] = Role.OWNER
    rules: dict[str, int]
