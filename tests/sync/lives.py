"""Random lives of a document for Hypothesis: several people, cut off from each other and back."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Create,
    Entry,
    Op,
    Patch,
    PatchId,
    Put,
    Remove,
    Splice,
    TextId,
)

KEYS = ("one", "two")
TEXTS = (MAIN, *(TextId(key, "input") for key in KEYS))


@dataclass
class Person:
    """Somebody with a replica of their own."""

    session: str
    document: Document = field(default_factory=Document)
    n: int = 0

    def make(self, ops: list[Op]) -> Patch:
        """A patch on top of what they have seen. Where it does not fit, it counts as empty."""
        patch_id = PatchId(self.session, self.n)
        self.n += 1
        patch = Patch(patch_id, self.document.clock + 1, self.document.heads, tuple(ops))
        self.document.apply([patch])
        return patch


ACTIONS = "tttttbbdddrecccmssssxnp-"


@st.composite
def lives(draw: st.DrawFn, actions: str = ACTIONS, most: int = 14) -> list[Entry]:
    """The log of a document that some people worked on, in an order in which it could arrive."""
    people = [Person(name * 16) for name in "abc"]
    patches: list[Patch] = []
    for action in draw(st.lists(st.sampled_from(actions), min_size=1, max_size=most)):
        person = people[draw(st.integers(0, 2))]
        if action == "s":
            person.document.apply(people[draw(st.integers(0, 2))].document.patches())
        else:
            patches += draw(_acts(person, action))
    if draw(st.booleans()):
        patches = draw(arrivals(patches))
    return [
        Entry(seq, f"user {patch.id.session[0]}", "editor", patch.time + seq, patch)
        for seq, patch in enumerate(patches, 1)
    ]


@st.composite
def _acts(draw: st.DrawFn, person: Person, action: str) -> list[Patch]:
    """What one person does in a row: one patch for each keystroke."""
    document = person.document
    key = draw(st.sampled_from(KEYS))
    if action == "n":
        return [person.make([Create(key, {"x": 0}), Splice(0, 0, "new", TextId(key, "input"))])]
    if action == "p":
        return [person.make([Put(key, "x", draw(st.integers(1, 3)))])]
    if action == "-":
        return [person.make([Remove(key)])]
    if action == "m":
        return [person.make([])]
    if action == "x":
        return [person.make([Splice(draw(st.integers(0, 30)), draw(st.integers(0, 3)), "misfit")])]
    if action == "c":
        return draw(_cancels(person))
    at = MAIN if draw(st.integers(0, 2)) else TextId(key, "input")
    length = len(document.text(at))
    caret = draw(st.integers(0, length))
    count = draw(st.integers(1, 6))
    made = []
    for i in range(count):
        length = len(document.text(at))
        if action == "t":
            ops: list[Op] = [Splice(caret + i, 0, draw(st.sampled_from("abc")), at)]
        elif action == "e":
            ops = [Splice(caret, 0, "x", at), Splice(caret, 0, "yz", at)]
        elif action == "b":
            ops = [Splice(max(0, caret - i - 1), min(1, length), "", at)]
        elif action == "r":
            ops = [Splice(min(caret, length), min(2, length - min(caret, length)), "RR", at)]
        else:
            ops = [Splice(min(caret, max(0, length - 1)), min(1, length), "", at)]
        made.append(person.make(ops))
    return made


@st.composite
def _cancels(draw: st.DrawFn, person: Person) -> list[Patch]:
    """Undo of patches of anybody; undo of an undo is redo."""
    known = list(person.document.patches())
    if not known:
        return []
    target = known[draw(st.integers(0, len(known) - 1))].id
    first = max(0, target.n - draw(st.integers(0, 2)))
    ops: list[Op] = [Cancel(target.session, first, target.n)]
    if draw(st.integers(0, 3)) == 0:
        ops.append(Splice(0, 0, "after"))
    return [person.make(ops)]


@st.composite
def arrivals(draw: st.DrawFn, made: list[Patch]) -> list[Patch]:
    """The patches in some order in which parents come first."""
    left, order = list(made), list[Patch]()
    while left:
        waiting = {patch.id for patch in left}
        ready = [patch for patch in left if waiting.isdisjoint(patch.parents)]
        order.append(ready[draw(st.integers(0, len(ready) - 1))])
        left.remove(order[-1])
    return order
