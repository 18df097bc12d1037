"""Random histories: people who type, delete, undo, redo and meet, some of them wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Change,
    Create,
    DoesNotFit,
    Op,
    Patch,
    PatchId,
    Splice,
    TextChange,
    TextId,
)
from tests.sync.reference import Reference

LETTERS = ["a", "bc", "def", "\n", "\r\n", "\f", "\u2028", "\0", "e\u0301", "👩‍👩‍👧‍👦", "𝔘", "日本"]
CELL = TextId("cell", "input")


class Mismatch(AssertionError):  # noqa: N818 - it is what a case is looking for
    """Engine and reference, or two replicas, do not agree."""


def require(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Mismatch(f"{what}: {found!r} instead of {expected!r}")


@dataclass
class Person:
    """A replica, and a screen that knows of the text only by what changes it was told."""

    session: str
    document: Document = field(default_factory=Document)
    screen: dict[TextId, str] = field(default_factory=dict)
    n: int = 0
    own: list[int] = field(default_factory=list)

    def show(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, TextChange):
                text = self.screen.get(change.at, "")
                end = change.pos + change.delete
                if not 0 <= change.pos <= end <= len(text):
                    raise Mismatch(f"{change} is not within {text!r}")
                self.screen[change.at] = text[: change.pos] + change.insert + text[end:]

    def commit(self, ops: Sequence[Op], kind: str = "typing") -> None:
        patch_id = PatchId(self.session, self.n)
        self.show(self.document.commit(patch_id, self.document.clock + 1, ops, kind))
        self.own.append(self.n)
        self.n += 1

    def hear(self, patches: Sequence[Patch]) -> None:
        self.show(self.document.apply(patches))

    def check(self) -> None:
        for at in (MAIN, CELL):
            require(
                f"screen of {self.session}", self.screen.get(at, ""), str(self.document.text(at))
            )


class Case:
    """One random history. `patches` are all patches that anybody made, parents first."""

    def __init__(self, random: Random, steps: int) -> None:
        self.random = random
        names = random.sample("abcdef", random.randint(2, 4))
        self.people = [Person(name * 16) for name in names]
        self.texts = [MAIN]
        self.patches: list[Patch] = []
        self.spot = random.randint(0, 5)
        if random.random() < 0.3:
            self.texts.append(CELL)
            self.people[0].commit([Create("cell", {}), Splice(0, 0, "cell", CELL)])
            first = self.people[0].document.patch(PatchId(self.people[0].session, 0))
            for person in self.people[1:]:
                person.hear([first])
        for _ in range(steps):
            self._step()
        self._meet_all()

    def _step(self) -> None:
        person = self.random.choice(self.people)
        act = self.random.choices(
            [self._type, self._burst, self._undo, self._wrong, self._meet, self._grow],
            [8, 3, 3, 0.7, 4, 1],
        )[0]
        act(person)
        person.check()

    def _splice(self, person: Person, at: TextId, length: int) -> Splice:
        random = self.random
        near = min(self.spot, length) if random.random() < 0.5 else random.randint(0, length)
        delete = min(random.choice([0, 0, 0, 1, 1, 2, 5]), length - near)
        insert = "" if delete and random.random() < 0.7 else random.choice(LETTERS)
        return Splice(near, delete, insert, at)

    def _type(self, person: Person) -> None:
        at = self.random.choice(self.texts)
        ops: list[Op] = []
        length = len(person.document.text(at))
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            op = self._splice(person, at, length)
            length += len(op.insert) - op.delete
            ops.append(op)
        person.commit(ops)

    def _burst(self, person: Person) -> None:
        """Some keys in a row, each a patch."""
        at = self.random.choice(self.texts)
        length = len(person.document.text(at))
        pos = self.random.randint(0, length)
        kind = self.random.choice(["type", "backspace", "delete"])
        for _ in range(self.random.randint(2, 5)):
            length = len(person.document.text(at))
            if kind == "type":
                letter = self.random.choice(LETTERS)
                person.commit([Splice(pos, 0, letter, at)])
                pos += len(letter)
            elif kind == "backspace" and pos:
                pos -= 1
                person.commit([Splice(pos, 1, "", at)])
            elif kind == "delete" and pos < length:
                person.commit([Splice(pos, 1, "", at)])

    def _undo(self, person: Person) -> None:
        """Take back (or bring back, where it is a cancel) something, mostly one's own."""
        random = self.random
        known = [patch.id for patch in person.document.patches()]
        if self.texts[1:]:
            known = known[1:]
        own = [patch_id for patch_id in known if patch_id.session == person.session]
        pool = own if own and random.random() < 0.8 else known
        if not pool:
            return
        last = random.choice(pool[-5:] if random.random() < 0.7 else pool)
        first = max(last.n - random.choice([0, 0, 1, 3]), len(self.texts) - 1)
        ops: list[Op] = [Cancel(last.session, min(first, last.n), last.n)]
        if random.random() < 0.2:
            ops.append(self._splice(person, MAIN, 1))
        try:
            person.commit(ops, "undo")
        except DoesNotFit:
            person.check()

    def _grow(self, person: Person) -> None:
        """Type and go on in the same patch, which nobody has seen."""
        self._type(person)
        length = len(person.document.text())
        person.show(person.document.amend([self._splice(person, MAIN, length)]))

    def _wrong(self, person: Person) -> None:
        """A patch that fits only by luck, as a faulty app would make it."""
        random = self.random
        wrong: list[Op] = [
            Splice(random.randint(-1, 20), random.randint(-1, 8), "x", random.choice(self.texts)),
            Splice(0, 0, "\ud800"),
            Cancel(random.choice(self.people).session, random.randint(-1, 3), random.randint(0, 6)),
            Splice(0, 0, "y"),
        ]
        if self.texts[1:]:
            wrong[2] = Splice(0, 0, "z", CELL)
        ops = tuple(random.sample(wrong, random.randint(1, 2)))
        known = [patch.id for patch in person.document.patches()]
        heads = person.document.heads
        parents = (random.choice(known),) if known and random.random() < 0.2 else heads
        if self.texts[1:] and not parents:
            parents = (known[0],)
        person.hear([Patch(PatchId(person.session, person.n), person.n, parents, ops)])
        person.n += 1

    def _meet(self, person: Person) -> None:
        """Hear of another's patches, all or the first so many."""
        other = self.random.choice(self.people)
        patches = list(other.document.patches())
        if self.random.random() < 0.4:
            patches = patches[: self.random.randint(0, len(patches))]
        person.hear(patches)

    def _meet_all(self) -> None:
        everything = {p.id: p for person in self.people for p in person.document.patches()}
        for person in self.people:
            patches = list(everything.values())
            self.random.shuffle(patches)
            person.hear(patches)
            person.check()
        self.patches = list(self.people[0].document.patches())


def check(case: Case) -> None:
    """Compare every replica, and some that hear of it all in other ways, with the reference."""
    random = case.random
    reference = Reference(case.patches)
    replicas = [person.document for person in case.people]
    for _ in range(2):
        patches = case.patches * random.choice([1, 2])
        random.shuffle(patches)
        replica = Person("replica")
        while patches:
            size = random.choice([1, 2, 5, len(patches)])
            replica.hear(patches[:size])
            del patches[:size]
        replica.check()
        replicas.append(replica.document)
    in_order = Person("in order")
    in_order.hear(case.patches)
    in_order.check()
    replicas.append(in_order.document)
    for replica_document in replicas:
        require("missing", replica_document.missing(), set())
        require("refused", replica_document.refused, reference.refused)
        for at in case.texts:
            require("text", str(replica_document.text(at)), reference.text(at))
        for patch in case.patches:
            require(
                f"cancelled {patch.id}",
                replica_document.is_cancelled(patch.id),
                reference.is_cancelled(patch.id),
            )


def same(document: Document, patches: list[Patch]) -> None:
    """Fail unless a document is what the reference says of these patches."""
    reference = Reference(patches)
    assert document.missing() == set()
    assert document.refused == reference.refused
    assert str(document.text()) == reference.text(MAIN)
    for patch in patches:
        assert document.is_cancelled(patch.id) == reference.is_cancelled(patch.id)
