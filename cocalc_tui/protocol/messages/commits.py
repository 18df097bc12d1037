"""The git commits that changed a file, as far as the project's own repository tells."""

from __future__ import annotations

from cocalc_tui.protocol.messages.base import Request

# --- git commits ---------------------------------------------------------------------------------


class ListCommits(Request, frozen=True, tag="commits"):
    """The commits that changed a file, the newest first: list[CommitInfo].

    A file that was renamed is followed as long as it was in the project.
    """

    path: str


class ReadCommit(Request, frozen=True, tag="read-commit"):
    """What a file held in a commit: SnapshotPart."""

    commit: str
    """Its id or a beginning of it, a branch, a tag, or HEAD; `HEAD~2` is the second before."""
    path: str
    offset: int = 0
