"""What everybody in a document is told, whatever it is."""

from __future__ import annotations

import msgspec


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `saved`: the file on disk holds version `seq`."""

    seq: int
    at: int
    """Milliseconds of the relay's clock."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `trouble`: something everybody in the document should know; `text` "" when over."""

    text: str


FOLLOWED = "followed"
"""Code of `messages.Failed` from the host side: the file belongs to a document that had another
path and has this one now."""
ANEW = "anew"
"""Topic of a document, without data: another log took the place of its log; open it again."""
