"""What a search in the files of the project found."""

from __future__ import annotations

import msgspec


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Which message of a chat a line is of."""

    key: str
    user: str
    at: int
    """Milliseconds of its author's clock."""


class SearchLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line with something that was searched for, or one beside it."""

    number: int
    """From 1, in the file, the cell or the message."""
    text: str
    """Its beginning, or from `cut` on."""
    spans: list[tuple[int, int]] = []
    """First and last column of each place in the whole line; none in a line of context."""
    cell: int = 0
    """Of a notebook, from 1; 0 in another file."""
    said: Said | None = None
    """The message of a chat; None in another file."""
    cut: int = 0
    """Characters left out at its beginning."""


class SearchedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with something that was searched for."""

    path: str
    lines: list[SearchLine]
    count: int
    """Places."""
    more: bool = False
    """Whether there are more than were counted."""


class SearchPart(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `SearchFiles`: what was found in the files looked at in this part."""

    files: list[SearchedFile]
    after: str
    """What to ask on with; "" where that was all."""
    looked: int
    """Files looked at."""
    size: int
    """Bytes looked at."""
    left_out: dict[str, int] = {}
    """How many files were left out, by why: large, binary, unreadable."""
    troubles: list[str] = []
    """A line for each file in which the pattern took too long."""
