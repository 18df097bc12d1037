"""Taking part in documents: opening, patches, presence, what the host side tells."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from cocalc_tui.protocol.messages.base import Json, Message, Request, Role

# --- documents -----------------------------------------------------------------------------------


class Have(msgspec.Struct, frozen=True, kw_only=True):
    """What a returning app holds of a document."""

    log: str
    epoch: int
    seq: int
    digest: str
    """`sync.identity.digest` of the heads of entries 1..seq."""


class WirePatch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A patch as its author sends it."""

    session: str
    n: int
    time: int
    parents: list[tuple[str, int]]
    kind: str
    ops: msgspec.Raw
    """A MessagePack list of operations, see `protocol.patches`."""
    acting_for: str | None = None
    group: str | None = None


class WireEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A patch as the relay committed it."""

    seq: int
    author: str
    role: str
    received: int
    patch: WirePatch


class Open(Request, frozen=True, tag="open"):
    """Take part in a document. Answered by `Opened` and then `Entries` up to its `seq`."""

    path: str
    """Relative to the project, `/` between parts."""
    doc: str | None = None
    """Where known from before: follows a rename."""
    have: Have | None = None
    whole: bool = False
    """Send the whole log, not a checkpoint and what came after it."""


class Opened(Message, frozen=True, tag="opened"):
    """The document, as of `seq`; entries after `after` follow."""

    id: int
    doc: str
    path: str
    type: str
    """text or notebook."""
    log: str
    epoch: int
    seq: int
    after: int
    """Entries 1..after are in `checkpoint`, or held by the app already (`resumed`)."""
    resumed: bool
    checkpoint: bytes | None = None
    readonly: str | None = None
    """Why nobody can change it, where that is so."""


class Shut(Message, frozen=True, tag="shut"):
    """Leave a document."""

    doc: str


class Push(Message, frozen=True, tag="push"):
    """New patches, in the order of their numbers. Sending one again is harmless.

    Answered by `Ack` or `Refused`, and sent to everybody in the document, its author included,
    as `Entries`; the two come in any order. Leading patches of kind *import* by the host side are
    acknowledged but kept in memory until somebody changes the document: a file that is only
    looked at leaves nothing in the log.
    """

    NEEDS: ClassVar[Role] = Role.EDITOR
    doc: str
    patches: list[WirePatch]


class Ack(Message, frozen=True, tag="ack"):
    """These patches of the session are on disk."""

    doc: str
    session: str
    seqs: list[tuple[int, int]]
    """(n, seq) of each."""


class Refused(Message, frozen=True, tag="refused"):
    """A patch, and all that its session sends after it, was not taken."""

    doc: str
    session: str
    n: int
    code: str
    """role, clock, gap, parents, id, size, form, disk, busy: the last two are to be sent again."""
    text: str
    now: int = 0
    """The relay's clock, for *clock*."""
    time: int = 0
    """The patch's time, for *clock*: it may have left again with another meanwhile."""


class Entries(Message, frozen=True, tag="entries"):
    """Committed patches in the order of their numbers, without gaps: blocks first, then entries.

    Everybody in the document gets the same, the author too. The first block may begin before what
    was asked for.
    """

    doc: str
    entries: list[WireEntry]
    blocks: list[bytes] = []  # noqa: RUF012 - a struct copies it
    """Sealed parts of the log, see `sync.encoding`."""


class Fetch(Request, frozen=True, tag="fetch"):
    """Ask for a part of the log. Answered by `Fetched`."""

    doc: str
    after: int
    upto: int


class Fetched(Message, frozen=True, tag="fetched"):
    """A part of the log: sealed blocks first, then entries; ask on after `upto`.

    The first block may begin before what was asked for.
    """

    id: int
    upto: int
    blocks: list[bytes]
    entries: list[WireEntry]


class Checkpoint(Message, frozen=True, tag="checkpoint"):
    """The host side hands the relay a checkpoint to give to those who open."""

    NEEDS: ClassVar[Role] = Role.HOST
    doc: str
    seq: int
    data: bytes


class Presence(Message, frozen=True, tag="presence"):
    """Where I am in a document, or (`doc` "") in the project. Latest wins, never logged.

    `place` None when gone.
    """

    doc: str
    place: dict[str, Json] | None


class Present(Message, frozen=True, tag="present"):
    """Where somebody else is in a document, or (`doc` "") in the project."""

    doc: str
    connection: str
    user: str
    place: dict[str, Json] | None


class Tell(Message, frozen=True, tag="tell"):
    """The host side says something to everybody in a document, or in the project (`doc` "")."""

    NEEDS: ClassVar[Role] = Role.HOST
    doc: str
    topic: str
    data: msgspec.Raw
    keep: bool = False
    """Remember the last of this topic for those who come later."""


class Told(Message, frozen=True, tag="told"):
    """What the host side said; `protocol.events` has the type of each topic."""

    doc: str
    topic: str
    data: msgspec.Raw
