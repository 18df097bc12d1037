"""What is in folders, in the trash and in files."""

from __future__ import annotations

import msgspec


class FileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a folder."""

    path: str
    """Relative to the project."""
    kind: str
    """file, folder, link or other."""
    size: int = 0
    modified: int = 0
    """Milliseconds."""
    link: bool = False
    """Whether it is a link to what is described."""


class Trashed(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the project's trash."""

    name: str
    """By which it is taken out again."""
    path: str
    """Where it was."""
    kind: str
    """As of `FileInfo`."""
    size: int
    """Bytes of a file; 0 for a folder."""
    user: str
    """Who deleted it."""
    at: int
    """Milliseconds of the relay's clock."""


class FilePart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file."""

    data: bytes
    total: int
    """Bytes of the whole file."""
    stamp: str
    """The same for two parts of a file that nobody wrote in between."""


class LineCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Where the lines of a file are."""

    counts: list[int]
    """Line breaks in each `MAX_PART` bytes; the last of the file may be fewer bytes."""
    total: int
    """Bytes of the whole file."""
