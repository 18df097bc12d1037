"""What the relay asks of a store: keep patches, number them, hand them out in order.

One relay over SQLite and many relays over one database look the same from above. Two things make
that so: a store checks and numbers patches in the transaction that makes them durable, and what a
relay broadcasts is what its subscription delivers, never what it wrote itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from cocalc_tui.protocol.messages import WireEntry, WirePatch
from cocalc_tui.sync.patch import PatchId

HOST = "@host"
"""Stands for the host side where a session's owner is noted; no Unix user is called so."""


class DocumentInfo(NamedTuple):
    """What is known of a document besides its log."""

    doc: str
    """Random id; stays when the path changes."""
    path: str
    """Relative to the project; "" once another document took it over."""
    type: str
    log: str
    """Random id of the log, see `sync.identity`."""
    epoch: int


class Draft(NamedTuple):
    """A patch that its author may write, not yet numbered."""

    doc: str
    author: str
    role: str
    patch: WirePatch
    hold: bool = False
    """Keep it in memory until a patch comes that is not held, if nothing is stored before it."""

    @property
    def owner(self) -> str:
        """Whose session it must be."""
        return owner_of(self.author, self.role)


def owner_of(author: str, role: str) -> str:
    """Whose the sessions are that somebody writes under: their own, or HOST's."""
    return HOST if role == "host" else author


class Member(NamedTuple):
    """Somebody on the access list: a user, or with `@` in front of the name a group."""

    role: str
    id: int | None = None
    """The number that the name had when the role was given; None where that was not noted."""


class Denied(NamedTuple):
    """Why a draft was not taken; the codes are those of `messages.Refused`."""

    code: str
    text: str


Outcome = int | Denied
"""The number of the patch, given now or before."""


class LogPart(NamedTuple):
    """A part of a log: sealed blocks first, then entries."""

    upto: int
    blocks: list[bytes]
    entries: list[WireEntry]


class LogSize(NamedTuple):
    """What a document's history takes."""

    doc: str
    path: str
    """"" for one whose path another document took over."""
    patches: int
    sealed: int
    """Bytes in blocks."""
    rows: int
    """Bytes that are not sealed yet."""
    checkpoint: int
    """Bytes of the checkpoint, which is a cache."""
    archived: int = 0
    """Bytes in the archive."""


class StoreTrouble(Exception):  # noqa: N818 - the disk's fault, not the program's
    """Nothing of this was stored; the text says why and what to do, in one line."""


Listener = Callable[[str, Sequence[WireEntry]], None]
"""Hears (document, new entries), called on the event loop."""


class Store(Protocol):
    """Every method but `unsubscribe` may raise StoreTrouble."""

    async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        """Check, number and make durable, all in one transaction; one outcome for each draft.

        A draft that is denied does not spoil the others. One that is stored already gets the
        number it has. `now` is the relay's clock in milliseconds.
        """
        ...

    async def read(self, doc: str, after: int, size: int) -> LogPart:
        """Return entries after a number, in order: about `size` bytes, at least one entry.

        The first block may begin before what was asked for. `upto` equals `after` at the end.
        """
        ...

    async def subscribe(self, doc: str, listener: Listener) -> int:
        """Hear all entries after the number returned, in order, without gaps."""
        ...

    def unsubscribe(self, doc: str, listener: Listener) -> None:
        """Hear no more. With the last listener goes what was only held."""

    async def heads(self, doc: str, seq: int) -> tuple[PatchId, ...]:
        """Return the heads of entries 1..seq, sorted."""
        ...

    async def sizes(self) -> list[LogSize]:
        """Return what the history of each document takes, the largest first."""
        ...

    async def replace(
        self, info: DocumentInfo, drafts: Sequence[Draft], seq: int, now: int
    ) -> bool:
        """Put another log in the place of a document's, checkpoint and all, in one transaction.

        False, and nothing happened, where it does not end at `seq` any more, or nothing of it is
        stored. Raises ValueError where the drafts make no log. Who hears of the document hears
        nothing of this: they are to be told to read it anew.
        """
        ...

    async def document(self, doc: str) -> DocumentInfo | None:
        """Return the document with this id."""
        ...

    async def document_at(self, path: str) -> DocumentInfo | None:
        """Return the document with this path."""
        ...

    async def create_document(self, info: DocumentInfo) -> DocumentInfo:
        """Make a document and return it, or the one that has this path already."""
        ...

    async def put_document(self, info: DocumentInfo) -> None:
        """Change what is known of a document, or make it; takes its path from any other."""

    async def rename(self, path: str, to: str) -> list[DocumentInfo]:
        """Give the document at a path, and those below it, another; returns them."""
        ...

    async def checkpoint(self, doc: str) -> tuple[int, bytes] | None:
        """Return the newest checkpoint and the number up to which it stands for the log."""
        ...

    async def put_checkpoint(self, doc: str, seq: int, data: bytes) -> None:
        """Keep a checkpoint; one of a smaller number than the last is passed over."""

    async def members(self) -> dict[str, Member]:
        """Return the access list, by name."""
        ...

    async def put_member(self, name: str, member: Member | None) -> None:
        """Change the access list; None takes a name off it."""

    async def owner(self, session: str) -> str | None:
        """Return whose session it is, None while nobody used it."""
        ...

    async def lease(self, doc: str, holder: str, now: int, until: int) -> bool:
        """Take or keep the right to host a document; False while another holder has it."""
        ...

    async def release(self, doc: str, holder: str) -> None:
        """Give the right back."""

    async def tend(self, now: int) -> None:
        """Do what is due at `now`: to be called every second or so, whatever happens."""

    async def close(self) -> None:
        """Finish what was begun and let go of the files."""
