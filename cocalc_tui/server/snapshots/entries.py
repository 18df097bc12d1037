"""A name in a git tree, and the four kinds that a snapshot has."""

from __future__ import annotations

from typing import NamedTuple

FILE, PROGRAM, LINK, FOLDER = 0o100644, 0o100755, 0o120000, 0o040000


class Entry(NamedTuple):
    """One name in a tree."""

    name: bytes
    mode: int
    sha: str
    """In hexadecimal, as git prints it."""
