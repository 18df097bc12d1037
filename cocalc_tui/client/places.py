"""Where people are in a document, kept right while the text moves under them.

A place says an offset in the text *as its sender had it*: entries 1..`seq` and the sender's own
patches up to `n`. Whoever receives it may have more (own unsent typing, later entries), so the
offset is carried through the changes that the sender had not seen, and from then on through every
change that comes. Without this a neighbour's caret would jump about while both type.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from cocalc_tui.sync.patch import Json, PatchId, TextChange, TextId

MOST_CARETS = 50
"""Of one person that are told, beside the main one."""
JOURNAL = 1000
"""Changes remembered; a place older than that is shown a little off until it moves."""


class Place(Struct, frozen=True):
    """A caret (with the other end of its selection) in a text, or a cell, or both."""

    at: TextId | None = None
    caret: int = 0
    anchor: int | None = None
    cell: str = ""
    more: tuple[tuple[int, int | None], ...] = ()
    """Other carets of theirs, each with the other end of its selection."""


class Other(Struct, frozen=True):
    """Somebody else in the document."""

    connection: str
    user: str
    place: Place
    session: str
    moved: int
    """Counts this person's moves, for showing the name only after one."""
    n: int = -1
    """The place is one in the text with their patches up to this one, come or still to come."""


class Seen(Struct, frozen=True):
    """The version a place was said in: entries 1..`seq`, and `session`'s patches 0..`n`."""

    session: str
    seq: int
    n: int


def carry(pos: int, change: TextChange) -> int:
    """Where an offset is after a change; what is typed exactly there goes behind it."""
    if pos <= change.pos:
        return pos
    if pos <= change.pos + change.delete:
        return change.pos
    return pos + len(change.insert) - change.delete


def carry_place(place: Place, change: TextChange) -> Place:
    """A place after a change of its text."""
    if place.at != change.at:
        return place
    caret, anchor = _carry_both(place.caret, place.anchor, change)
    more = tuple(_carry_both(*one, change) for one in place.more)
    return replace(place, caret=caret, anchor=anchor, more=more)


def _carry_both(caret: int, anchor: int | None, change: TextChange) -> tuple[int, int | None]:
    return carry(caret, change), None if anchor is None else carry(anchor, change)


def follow(other: Other, change: TextChange) -> Other:
    """Somebody after a change of the text they are in, as everybody works it out alike.

    Who types has their caret behind what they typed: no need to wait for the word, and none to
    say it.
    """
    if change.by.session == other.session and other.place.at == change.at:
        if change.by.n <= other.n:
            return other
        place = carry_place(other.place, change)
        place = replace(place, caret=change.pos + len(change.insert), anchor=None)
        return replace(other, place=place, moved=other.moved + 1)
    place = carry_place(other.place, change)
    return other if place is other.place else replace(other, place=place)


def to_wire(place: Place, seen: Seen) -> dict[str, Json]:
    """A place as `Presence` carries it."""
    wire: dict[str, Json] = {"session": seen.session, "seq": seen.seq, "n": seen.n}
    if place.at is not None:
        wire |= {"at": list(place.at), "caret": place.caret}
    if place.anchor is not None:
        wire["anchor"] = place.anchor
    if place.cell:
        wire["cell"] = place.cell
    if place.more:
        wire["more"] = [list(one) for one in place.more[:MOST_CARETS]]
    return wire


def _whole(value: Json, least: int = 0) -> int:
    whole = value if isinstance(value, int) and not isinstance(value, bool) else least
    return max(whole, least)


def from_wire(wire: dict[str, Json]) -> tuple[Place, Seen]:
    """What somebody says of where they are; anything malformed counts as the start."""
    at = wire.get("at")
    text = None
    if isinstance(at, list) and len(at) == 2:
        text = TextId(str(at[0]), str(at[1]))
    anchor = _whole(wire["anchor"]) if "anchor" in wire else None
    place = Place(text, _whole(wire.get("caret")), anchor, str(wire.get("cell") or ""), _more(wire))
    seen = Seen(str(wire.get("session")), _whole(wire.get("seq")), _whole(wire.get("n"), -1))
    return place, seen


def _more(wire: dict[str, Json]) -> tuple[tuple[int, int | None], ...]:
    found = wire.get("more")
    return tuple(
        (_whole(one[0]), None if one[1] is None else _whole(one[1]))
        for one in (found[:MOST_CARETS] if isinstance(found, list) else ())
        if isinstance(one, list) and len(one) == 2
    )


class Places:
    """The others in one document. `seq_of` tells a patch's number, None while it has none."""

    def __init__(self, seq_of: Callable[[PatchId], int | None]) -> None:
        self._seq_of = seq_of
        self._others: dict[str, Other] = {}
        self._journal: deque[TextChange] = deque(maxlen=JOURNAL)

    def others(self) -> list[Other]:
        """Everybody else, in the order in which they came."""
        return list(self._others.values())

    def changed(self, change: TextChange) -> None:
        """The text moved: everybody in it moves along."""
        self._journal.append(change)
        for connection, other in self._others.items():
            self._others[connection] = follow(other, change)

    def moved(self, connection: str, user: str, wire: dict[str, Json] | None) -> None:
        """Somebody says where they are now; None: they left."""
        if wire is None:
            self._others.pop(connection, None)
            return
        place, seen = from_wire(wire)
        for change in self._journal:
            if not self._had(seen, change.by):
                place = carry_place(place, change)
        before = self._others.get(connection)
        moves = before.moved + 1 if before else 1
        self._others[connection] = Other(connection, user, place, seen.session, moves, seen.n)

    def forget(self) -> None:
        """Everybody is gone, until they say again where they are."""
        self._others.clear()

    def _had(self, seen: Seen, patch: PatchId) -> bool:
        if patch.session == seen.session:
            return patch.n <= seen.n
        seq = self._seq_of(patch)
        return seq is not None and seq <= seen.seq
