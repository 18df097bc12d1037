"""What can go wrong with a snapshot, apart from the disk."""

from __future__ import annotations


class SnapshotError(Exception):
    """It cannot be done with this snapshot: one line that says what and what to do."""


class NoRepositoryError(SnapshotError):
    """The file is in no git repository of ours."""
