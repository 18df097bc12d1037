"""What the relay promised to anybody, and whether it is kept.

It hears every frame as it is taken, and believes nothing that a client or a relay holds in memory:
only what went over the wire, and what lies in the store in the end.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MessageError, decode
from cocalc_tui.protocol.patches import entry_from_wire, from_wire
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.patch import Entry, Patch, PatchId
from tests.sim.network import Taps


class Broken(AssertionError):  # noqa: N818 - it says what a promise is
    """A promise was broken; the text says which."""


@dataclass
class Heard:
    """How far one app has heard one document over this connection."""

    epoch: int = 1
    upto: int = 0


@dataclass
class Promises:
    """All that was promised so far, of one project."""

    entries: dict[tuple[str, int, int], Entry] = field(default_factory=dict)
    """By document, epoch and number: what anybody was told of it."""
    numbers: dict[tuple[str, int, PatchId], int] = field(default_factory=dict)
    acknowledged: dict[tuple[str, PatchId], int] = field(default_factory=dict)
    made: dict[tuple[str, PatchId], Patch] = field(default_factory=dict)
    """Patches as their authors first sent them."""
    revoked: set[str] = field(default_factory=set)
    """Users who may not write, and whom the relay knows not to."""
    broken: list[str] = field(default_factory=list)
    late: dict[tuple[str, PatchId], str] = field(default_factory=dict)
    """Patches first sent by users who might not write any more."""

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Note what is broken: whoever happens to run just now is not to stumble over it."""
        try:
            yield
        except Broken as broken:
            self.broken.append(str(broken))

    def entry(self, doc: str, epoch: int, entry: Entry) -> None:
        """Somebody was told of an entry."""
        patch = entry.patch
        if patch.kind == "import":
            return  # held in memory until somebody types: a new relay may read the file anew
        before = self.entries.setdefault((doc, epoch, entry.seq), entry)
        if before.patch.id != patch.id:
            raise Broken(f"{doc} {entry.seq} is both {before.patch.id} and {patch.id}")
        if (before.author, before.role) != (entry.author, entry.role):
            raise Broken(f"{doc} {entry.seq} is by {before.author} and by {entry.author}")
        number = self.numbers.setdefault((doc, epoch, patch.id), entry.seq)
        if number != entry.seq:
            raise Broken(f"{doc} {patch.id} has the numbers {number} and {entry.seq}")
        self.held(doc, patch.id)

    def acknowledge(self, doc: str, epoch: int, patch: PatchId, seq: int) -> None:
        """An app was told that its patch is on disk."""
        number = self.numbers.setdefault((doc, epoch, patch), seq)
        if number != seq:
            raise Broken(f"{doc} {patch} was acknowledged as {seq} and is {number}")
        self.acknowledged[doc, patch] = seq
        self.held(doc, patch)

    def held(self, doc: str, patch: PatchId) -> None:
        """A patch is in the log: whether its author might write."""
        if (doc, patch) in self.late:
            raise Broken(f"{doc} {patch}: {self.late[doc, patch]} might not write any more")

    def grant(self, user: str) -> None:
        """Somebody may write again, what they wrote meanwhile too."""
        self.revoked.discard(user)
        self.late = {key: who for key, who in self.late.items() if who != user}

    def check_log(self, doc: str, epoch: int, log: Sequence[Entry]) -> None:
        """Whether the log that is stored in the end keeps what was promised."""
        if [entry.seq for entry in log] != list(range(1, len(log) + 1)):
            raise Broken(f"{doc}: the numbers are {[entry.seq for entry in log]}")
        twice = [one for one, count in Counter(e.patch.id for e in log).items() if count > 1]
        if twice:
            raise Broken(f"{doc}: {twice} are there twice")
        known: set[PatchId] = set()
        for entry in log:
            if not known.issuperset(entry.patch.parents):
                raise Broken(f"{doc} {entry.seq}: its parents are not before it")
            known.add(entry.patch.id)
            self.entry(doc, epoch, entry)
        stored = {entry.patch.id: entry.seq for entry in log}
        for (where, patch), seq in self.acknowledged.items():
            if where == doc and patch not in stored:
                raise Broken(f"{doc} {patch} was acknowledged as {seq} and is lost")


class AppTaps(Taps):
    """Listens to one app's connection."""

    def __init__(
        self, promises: Promises, user: str, note: Callable[[str], None], *, orderly: bool
    ) -> None:
        """`orderly` unless the network drops and swaps single frames."""
        self._promises = promises
        self._user = user
        self._orderly = orderly
        self._note = note
        self._heard: dict[str, Heard] = {}
        self._asked: dict[int, m.Message] = {}

    def sent_by_app(self, frame: bytes) -> None:
        message = decode(frame)
        self._note(f"> {brief(message)}")
        match message:
            case m.Push():
                for wire in message.patches:
                    self._sent(message.doc, from_wire(wire))
            case m.Share():
                self._asked[message.id] = message
                if message.role in {"editor", "runner"}:
                    self._promises.grant(message.user)

    def _sent(self, doc: str, patch: Patch) -> None:
        promises, key = self._promises, (doc, patch.id)
        if key not in promises.made:
            promises.made[key] = patch
            if self._user in promises.revoked:
                promises.late[key] = self._user

    def heard_by_app(self, frame: bytes) -> None:
        try:
            message = decode(frame)
        except MessageError:
            return
        self._note(f"< {brief(message)}")
        with self._promises.noting():
            self._heard_message(message)

    def _heard_message(self, message: m.Message) -> None:
        match message:
            case m.Opened():
                self._heard[message.doc] = Heard(message.epoch, message.after)
            case m.Entries():
                self._entries(message)
            case m.Ack():
                epoch = self._heard.get(message.doc, Heard()).epoch
                for n, seq in message.seqs:
                    patch = PatchId(message.session, n)
                    self._promises.acknowledge(message.doc, epoch, patch, seq)
            case m.Answer(id=id_) if id_ in self._asked:
                self._shared(self._asked.pop(id_))

    def _shared(self, share: m.Message) -> None:
        """Who may write no more is known once the owner was told so.

        Where they were given another role since, it may hold before the owner is told of either.
        """
        assert isinstance(share, m.Share)
        since = {later.user for later in self._asked.values() if isinstance(later, m.Share)}
        if share.role in {None, "viewer"} and share.user not in since:
            self._promises.revoked.add(share.user)

    def _entries(self, message: m.Entries) -> None:
        told = self._heard.get(message.doc)
        if told is None:
            return  # of before it was closed
        for entry in entries_of(message.blocks, message.entries):
            self._promises.entry(message.doc, told.epoch, entry)
            if entry.seq > told.upto + 1 and self._orderly:
                raise Broken(f"{message.doc}: {self._user} heard {entry.seq} after {told.upto}")
            told.upto = max(told.upto, entry.seq)


def entries_of(blocks: Iterable[bytes], wire: Iterable[m.WireEntry]) -> list[Entry]:
    """A part of a log as entries."""
    entries = [entry for block in blocks for entry in decode_block(block)]
    return [*entries, *map(entry_from_wire, wire)]


def brief(message: m.Message) -> str:
    """A message in a few words, the same in every run."""
    match message:
        case m.Push():
            ids = [f"{p.session[-4:]}:{p.n}" for p in message.patches]
            return f"push {message.doc} {' '.join(ids)}"
        case m.Ack():
            return f"ack {message.doc} {message.session[-4:]} {message.seqs}"
        case m.Entries():
            seqs = [e.seq for e in entries_of(message.blocks, message.entries)]
            return f"entries {message.doc} {seqs[:1]}..{seqs[-1:]}"
        case m.Opened():
            return f"opened {message.doc} {message.epoch} {message.after}/{message.seq}"
        case m.Refused():
            where = f"{message.doc} {message.session[-4:]}:{message.n}"
            return f"refused {where} {message.code} {message.text}"
        case m.Told() | m.People() | m.Present() | m.Presence():
            return type(message).__name__.lower()
        case m.Welcome() | m.Hello() | m.Answer():
            return type(message).__name__.lower()
    return str(message)[:150]
