"""Patches: the only thing a document is made of.

A document is a set of patches. Each names its parents (the heads its author had seen) and holds
operations against exactly the state those parents give, so a merge never guesses.

Assumptions the rest of `sync/` relies on:

- An id is used once. A session numbers its patches 0, 1, 2 ... without gaps and never makes two
  concurrent patches: each of its patches has the one before among its ancestors.
- `time` is a hybrid logical clock in milliseconds, greater than every time its author had seen;
  (time, session) is distinct. Text order never reads it.
- Positions count code points of the text as the operations before them in the patch left it.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

make: Final = tuple.__new__
"""Makes a named tuple of its class and its fields, in order and without defaults: in a third of the
time that calling the class takes, for what goes over each step of a long history."""


class DoesNotFit(ValueError):  # noqa: N818 (it says what the patch does)
    """A patch whose operations do not fit the state its parents give; says which and why."""


class ForgedPatch(ValueError):  # noqa: N818 (it says what the patch is)
    """A second, different patch under a known id."""


class PatchId(NamedTuple):
    """Who made a patch and which of theirs it is."""

    session: str
    """16 or more lowercase hex digits, new for every start of an app; compared as text."""
    n: int
    """Counts 0, 1, 2 ... within the session."""


class TextId(NamedTuple):
    """Which text of a document: a string field of a record, or the one text of a text file."""

    key: str
    field: str


MAIN = TextId("", "")
"""The text of a text document."""


class Splice(NamedTuple):
    """Replace `delete` code points from `pos` by `insert`."""

    pos: int
    delete: int
    insert: str
    at: TextId = MAIN


class Cancel(NamedTuple):
    """Take back all that patches `first`..`last` (inclusive) of a session did.

    Cancelling a cancel brings back what it took: undo and redo are both this.
    """

    session: str
    first: int
    last: int


class Create(NamedTuple):
    """Make a record with these atomic fields. Keys are random and never reused."""

    key: str
    fields: dict[str, Json]


class Put(NamedTuple):
    """Set an atomic field: the last writer in (time, session) wins. None removes the field."""

    key: str
    field: str
    value: Json


class Remove(NamedTuple):
    """Delete a record as its author saw it; what they had not seen brings it back whole."""

    key: str


Op: TypeAlias = Splice | Cancel | Create | Put | Remove


class Patch(NamedTuple):
    """One immutable step of one author."""

    id: PatchId
    time: int
    """Hybrid logical clock, milliseconds."""
    parents: tuple[PatchId, ...]
    """The heads its author had seen, sorted; empty only where the log was empty."""
    ops: tuple[Op, ...]
    kind: str = "typing"
    """typing, paste, undo, redo, format, disk, output, restore, import ..."""
    acting_for: str | None = None
    """The user for whom the relay side acted, where it did."""
    group: str | None = None
    """Names one action over several documents."""


class Entry(NamedTuple):
    """A patch as the relay committed it: numbered, and stamped with what it knows itself."""

    seq: int
    """Dense from 1 per document, after its parents. Version k is entries 1..k, for ever."""
    author: str
    """Unix user name, from the socket's peer credentials."""
    role: str
    received: int
    """Relay's clock, milliseconds."""
    patch: Patch


class TextChange(NamedTuple):
    """What a merge did to a text, in the coordinates of the text just before it."""

    at: TextId
    pos: int
    delete: int
    insert: str
    by: PatchId


class RecordChange(NamedTuple):
    """A record that came, went, or has other atomic fields than before."""

    key: str
    what: str
    """added, removed or fields."""
    fields: tuple[str, ...]
    """Names of the atomic fields whose value changed; empty for added and removed."""
    by: PatchId


Change: TypeAlias = TextChange | RecordChange
