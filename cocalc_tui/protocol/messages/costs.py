"""What the history of documents takes, when they were saved, and forgetting it."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Request, Role
from cocalc_tui.protocol.messages.documents import WirePatch

# --- what history takes --------------------------------------------------------------------------


class HistorySizes(Request, frozen=True, tag="history-sizes"):
    """What the history of each document takes, the largest first: list[HistorySize]."""


class ListSaves(Request, frozen=True, tag="saves"):
    """When the document was written to its file, oldest first: list[SaveInfo]."""

    doc: str


class Purge(Request, frozen=True, tag="purge"):
    """Forget the history of a document: a new log begins with what it says now.

    Whoever has it open opens the new log; what they did not send yet is kept as a copy on their
    machine.
    """

    NEEDS: ClassVar[Role] = Role.OWNER
    doc: str


class Mentioned(Request, frozen=True, tag="mentioned"):
    """Host side to relay: which of these hashes the log of any document still names: list[str]."""

    NEEDS: ClassVar[Role] = Role.HOST
    hashes: list[str]
    """Each 64 lowercase hex digits."""


class Anew(Request, frozen=True, tag="anew"):
    """Host side to relay: put these patches in the place of a log that ends at `seq`.

    What is more than a frame comes in parts. Answered by `Answer` with a bool: False where the log
    went on.
    """

    NEEDS: ClassVar[Role] = Role.HOST
    doc: str
    seq: int
    patches: list[WirePatch]
    user: str
    """Who wants it so."""
    part: int = 0
    """Which one it is; 0 is the first, and forgets parts of another try."""
    more: bool = False
    """Whether another part follows; until the last one nothing is changed."""
