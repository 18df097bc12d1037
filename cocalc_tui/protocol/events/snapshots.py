"""Snapshots of the project folder, and what putting one back came to."""

from __future__ import annotations

import msgspec


class SnapshotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of the project folder."""

    id: str
    """Its time in UTC, `20261125-181500`."""
    at: int
    """Milliseconds."""
    user: str
    kind: str
    """automatic, named, before (a restore)."""
    title: str
    files: int = 0
    left_out: int = 0
    """Files that are only named in it: too large, or not to be read."""


class SnapshotFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder in a snapshot."""

    path: str
    kind: str
    """file, folder, link, or left out."""
    size: int = 0
    note: str = ""
    """Why it was left out."""


class SnapshotPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file in a snapshot."""

    size: int
    """Bytes of the whole file."""
    data: bytes


class SnapshotDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not the same in two snapshots."""

    path: str
    how: str
    """added, removed, changed."""


class SnapshotRestored(msgspec.Struct, frozen=True, kw_only=True):
    """What putting back came to."""

    written: int
    """Files."""
    troubles: list[str]
    """A line for each that could not be written."""
    kept: str | None
    """The snapshot of what was there before; None where that was like the last one."""


class SnapshotProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `snapshot`, told in the project: a snapshot is being taken."""

    files: int
    """Looked at so far."""
    read: int
    """Bytes read so far."""
    done: bool = False
