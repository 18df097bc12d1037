"""A chat as it is now, in operations that begin it anew: what its messages once said is forgotten.

Whose each record is, and whether that is only claimed, stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from cocalc_tui.chat.model import Document
from cocalc_tui.chat.schema import body_of
from cocalc_tui.sync.patch import Create, Op, Splice


def creation(document: Document) -> Iterator[Op]:
    """What makes its messages and reactions, without the edits that led to them."""
    for key in document.records:
        fields = dict(document.records[key])
        if fields.get("type") == "message":
            text = str(document.text(body_of(key)))
            yield Create(key, {**fields, "text": text})
            yield Splice(0, 0, text, body_of(key))
        elif fields.get("type") != "edit":
            yield Create(key, fields)
