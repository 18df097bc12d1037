"""What the history of documents takes, and forgetting it."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Message, Role
from cocalc_tui.protocol.messages.documents import WirePatch

# --- what history takes --------------------------------------------------------------------------


class HistorySizes(Message, frozen=True, tag="history-sizes"):
    """What the history of each document takes, the largest first: list[HistorySize]."""

    id: int


class Purge(Message, frozen=True, tag="purge"):
    """Forget the history of a document: a new log begins with what it says now.

    Whoever has it open opens the new log; what they did not send yet is kept as a copy on their
    machine.
    """

    NEEDS: ClassVar[Role] = Role.OWNER
    id: int
    doc: str


class Anew(Message, frozen=True, tag="anew"):
    """Host side to relay: put these patches in the place of a log that ends at `seq`.

    Answered by `Answer` with a bool: False where the log went on.
    """

    NEEDS: ClassVar[Role] = Role.HOST
    id: int
    doc: str
    seq: int
    patches: list[WirePatch]
    user: str
    """Who wants it so."""
