"""How a request ends."""

from __future__ import annotations

import msgspec

from cocalc_tui.protocol.messages.base import Message

# --- answers -------------------------------------------------------------------------------------


class Answer(Message, frozen=True, tag="answer"):
    """The result of a request."""

    id: int
    result: msgspec.Raw = msgspec.Raw(b"\xc0")


class Failed(Message, frozen=True, tag="failed"):
    """A request could not be done: one line that says what, where and what to do."""

    id: int
    code: str
    """role, missing, exists, form, gap, disk, kernel, busy, unknown."""
    text: str
