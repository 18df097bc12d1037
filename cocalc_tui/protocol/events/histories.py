"""The past of files: git commits, and what the log takes."""

from __future__ import annotations

import msgspec


class CommitInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A git commit that changed a file."""

    id: str
    author: str
    at: int
    """When it was written, milliseconds."""
    title: str
    """The first line of its message."""
    path: str
    """The file's name in it."""
    older: bool = False
    """Whether there are, or may be, older ones that are not listed: of the last one."""


class HistorySize(msgspec.Struct, frozen=True, kw_only=True):
    """What the history of a document takes."""

    path: str
    patches: int
    sealed: int
    """Bytes in blocks."""
    rows: int
    """Bytes that are not sealed yet."""
    archived: int = 0
    """Bytes in the archive."""


class SaveInfo(msgspec.Struct, frozen=True, kw_only=True):
    """That a document was written to its file."""

    seq: int
    """The version that the file held from then on."""
    at: int
    """Milliseconds."""
    user: str
    """Who wanted it, "" for nobody: it was time."""


class OverLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A history above the limit that the owner set."""

    path: str
    """"" for all of the project together."""
    size: int
    """Bytes."""
    limit: int


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `upkeep`, told in the project: what the owner should know of its histories."""

    over: list[OverLimit]
    trouble: str = ""
    """What keeps old history from going into the archive, "" for nothing."""


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `purged`, told in the project: the history of a document was forgotten."""

    path: str
    user: str
