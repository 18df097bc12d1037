"""The messages of the wire, each a typed struct; `docs/protocol.md` is made from this file.

One connection carries many documents. A frame is one message in MessagePack. An unknown field is
kept out of the way, an unknown message is refused by itself: neighbouring releases work together.

Three sides speak: an **app**, the **relay** (which checks, numbers, stores and forwards) and the
**host side** (a client of the relay with the role `host`: disk, notebooks, kernels). A request has
an `id` that its answer repeats. What the relay does not serve itself it passes to the host side
as `Asked`, after checking the role in `NEEDS`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Json
else:
    Json = Any  # msgspec has no recursive aliases

VERSION = 1
"""The newest protocol this release speaks."""
OLDEST = 1
"""The oldest protocol this release still speaks."""


class Role(IntEnum):
    """What somebody may do; each may do all that the ones before it may."""

    NOBODY = 0
    VIEWER = 1
    EDITOR = 2
    RUNNER = 3
    OWNER = 4
    HOST = 5
    """The relay's own host side; never given to a person."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t", kw_only=True):
    """Base of everything on the wire."""

    NEEDS: ClassVar[Role] = Role.VIEWER
    """The least role that may send it."""


# --- the handshake -----------------------------------------------------------------------------


class Hello(Message, frozen=True, tag="hello"):
    """First message of an app."""

    NEEDS: ClassVar[Role] = Role.NOBODY
    newest: int
    oldest: int
    release: str
    session: str
    """The patch session of this start of the app; the relay binds it to the Unix user."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One connection of one Unix user."""

    connection: str
    user: str
    role: str
    since: int
    """Milliseconds of the relay's clock."""


class Welcome(Message, frozen=True, tag="welcome"):
    """The relay's answer to `Hello`."""

    version: int
    release: str
    connection: str
    user: str
    role: str
    host: str
    """The Unix user whose account runs kernels and terminals."""
    project: str
    """The project's name, for the screen."""
    now: int


class Goodbye(Message, frozen=True, tag="goodbye"):
    """The relay ends the connection and says why: the last message."""

    code: str
    text: str


# --- documents ---------------------------------------------------------------------------------


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


class Open(Message, frozen=True, tag="open"):
    """Take part in a document. Answered by `Opened` and then `Entries` up to its `seq`."""

    id: int
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
    """role, clock, gap, parents, id, size, form, disk."""
    text: str
    now: int = 0
    """The relay's clock, for *clock*."""


class Entries(Message, frozen=True, tag="entries"):
    """Committed patches in the order of their numbers, without gaps: blocks first, then entries.

    Everybody in the document gets the same, the author too. The first block may begin before what
    was asked for.
    """

    doc: str
    entries: list[WireEntry]
    blocks: list[bytes] = []
    """Sealed parts of the log, see `sync.encoding`."""


class Fetch(Message, frozen=True, tag="fetch"):
    """Ask for a part of the log. Answered by `Fetched`."""

    id: int
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
    """Where I am in a document; `place` None when gone. Latest wins, never logged."""

    doc: str
    place: dict[str, Json] | None


class Present(Message, frozen=True, tag="present"):
    """Where somebody else is."""

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


# --- the project -------------------------------------------------------------------------------


class People(Message, frozen=True, tag="people"):
    """Everybody who is connected and their roles, oneself too; sent whenever that changes."""

    people: list[Person]


class Share(Message, frozen=True, tag="share"):
    """Give somebody a role, or (role None) take it."""

    NEEDS: ClassVar[Role] = Role.OWNER
    id: int
    user: str
    role: str | None


class Members(Message, frozen=True, tag="members"):
    """Who may join. Answered by `Answer` with a dict of user to role."""

    id: int


class Status(Message, frozen=True, tag="status"):
    """What runs. Answered by `Answer` with a `protocol.events.ProjectStatus`."""

    id: int


class Stop(Message, frozen=True, tag="stop"):
    """End the relay, and with `everything` the kernels and terminals too."""

    NEEDS: ClassVar[Role] = Role.OWNER
    id: int
    everything: bool = False


# --- served by the host side -------------------------------------------------------------------


class ListFiles(Message, frozen=True, tag="list"):
    """The entries of a folder (`recursive`: of all below it, to a limit): list[FileInfo]."""

    id: int
    path: str = ""
    recursive: bool = False


class MakeFile(Message, frozen=True, tag="make"):
    """Create an empty file, notebook or folder. It must not exist."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    path: str
    folder: bool = False


class RenameFile(Message, frozen=True, tag="rename"):
    """Move a file or folder within the project; open documents follow."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    path: str
    to: str


class DeleteFile(Message, frozen=True, tag="delete"):
    """Move a file or folder to the project's trash."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    path: str


class Save(Message, frozen=True, tag="save"):
    """Write the document to disk now. Answered when it is written."""

    NEEDS: ClassVar[Role] = Role.EDITOR
    id: int
    doc: str


class Run(Message, frozen=True, tag="run"):
    """Queue these cells on the notebook's kernel, starting it where need be."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    cells: list[str]


class Interrupt(Message, frozen=True, tag="interrupt"):
    """Interrupt the running cell and empty the queue."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str


class Restart(Message, frozen=True, tag="restart"):
    """End the notebook's kernel and (unless `stop`) start it anew."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    stop: bool = False


class Kernels(Message, frozen=True, tag="kernels"):
    """Kernels that can be chosen for a document: list[KernelChoice]."""

    id: int
    doc: str


class ChooseKernel(Message, frozen=True, tag="choose"):
    """Use this kernel for the notebook from now on."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    name: str


class Outputs(Message, frozen=True, tag="outputs"):
    """Live output of a run from item `after` on: answered with an `OutputBatch`."""

    id: int
    doc: str
    run: str
    after: int


class Asked(Message, frozen=True, tag="asked"):
    """The relay passes a request on to the host side, role already checked."""

    NEEDS: ClassVar[Role] = Role.HOST
    connection: str
    user: str
    role: str
    request: msgspec.Raw


class Answered(Message, frozen=True, tag="answered"):
    """The host side answers a passed-on request."""

    NEEDS: ClassVar[Role] = Role.HOST
    connection: str
    answer: msgspec.Raw
    """An encoded `Answer` or `Failed`."""


class Prepare(Message, frozen=True, tag="prepare"):
    """Relay to host side: somebody opens this path; make its document ready."""

    NEEDS: ClassVar[Role] = Role.HOST
    id: int
    path: str
    doc: str


class Ready(Message, frozen=True, tag="ready"):
    """Host side to relay: the document can be served."""

    NEEDS: ClassVar[Role] = Role.HOST
    id: int
    doc: str
    type: str
    readonly: str | None = None


class Unused(Message, frozen=True, tag="unused"):
    """Relay to host side: the last app has left the document."""

    NEEDS: ClassVar[Role] = Role.HOST
    doc: str


class Moved(Message, frozen=True, tag="moved"):
    """A file or folder has another path: host side to relay, which tells every app.

    Documents at the path and below it follow.
    """

    NEEDS: ClassVar[Role] = Role.HOST
    path: str
    to: str


class Answer(Message, frozen=True, tag="answer"):
    """The result of a request."""

    id: int
    result: msgspec.Raw = msgspec.Raw(b"\xc0")


class Failed(Message, frozen=True, tag="failed"):
    """A request could not be done: one line that says what, where and what to do."""

    id: int
    code: str
    """role, missing, exists, form, disk, kernel, busy, unknown."""
    text: str
