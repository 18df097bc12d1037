"""Records against a reference that follows the definitions word by word, on random graphs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.patch import (
    Cancel,
    Create,
    DoesNotFit,
    Json,
    Op,
    Patch,
    PatchId,
    Put,
    RecordChange,
    Remove,
    Splice,
    TextId,
)
from cocalc_tui.sync.records import Records
from tests.sync.lives import arrivals

SESSIONS = ("a", "b", "c")
KEYS = ("one", "two")
State = dict[str, dict[str, Json]]


class Reference:
    """A log of patches, all of it worked out anew at every question."""

    def __init__(self) -> None:
        self.patches: dict[PatchId, Patch] = {}
        self.ancestors: dict[PatchId, frozenset[PatchId]] = {}
        self.refused: set[PatchId] = set()

    def closure(self, heads: Iterable[PatchId]) -> frozenset[PatchId]:
        return frozenset().union(*({head} | self.ancestors[head] for head in heads))

    def heads(self, version: frozenset[PatchId]) -> tuple[PatchId, ...]:
        inner = frozenset().union(*(self.ancestors[p] for p in version))
        return tuple(sorted(version - inner))

    def append(self, patch: Patch) -> None:
        version = self.closure(patch.parents)
        self.patches[patch.id] = patch
        self.ancestors[patch.id] = version
        if not self.fits(patch, version):
            self.refused.add(patch.id)

    def effective(self, target: PatchId, version: frozenset[PatchId]) -> bool:
        return not any(
            isinstance(op, Cancel)
            and op.session == target.session
            and op.first <= target.n <= op.last
            and self.effective(patch_id, version)
            for patch_id in version - self.refused
            for op in self.patches[patch_id].ops
        )

    def fits(self, patch: Patch, version: frozenset[PatchId]) -> bool:
        lives = {key: self.lives(key, version) for key in KEYS}
        made = {
            op.key
            for patch_id in version - self.refused
            for op in self.patches[patch_id].ops
            if isinstance(op, Create)
        }
        for op in patch.ops:
            if isinstance(op, Create):
                if op.key in made:
                    return False
                made.add(op.key)
                lives[op.key] = True
            elif not isinstance(op, Cancel):
                key = op.at.key if isinstance(op, Splice) else op.key
                if not lives.get(key, key == ""):
                    return False
                lives[key] = not isinstance(op, Remove)
        return True

    def ops(self, key: str, version: frozenset[PatchId]) -> list[tuple[Patch, int, Op]]:
        return [
            (self.patches[patch_id], i, op)
            for patch_id in version - self.refused
            for i, op in enumerate(self.patches[patch_id].ops)
            if (isinstance(op, Splice) and op.at.key == key)
            or (isinstance(op, Create | Put | Remove) and op.key == key)
        ]

    def lives(self, key: str, version: frozenset[PatchId]) -> bool:
        ops = [op for op in self.ops(key, version) if self.effective(op[0].id, version)]
        removes = [patch.id for patch, _, op in ops if isinstance(op, Remove)]
        return any(
            not isinstance(op, Remove)
            and not any(patch.id == r or patch.id in self.ancestors[r] for r in removes)
            for patch, _, op in ops
        )

    def values(self, key: str, version: frozenset[PatchId]) -> dict[str, Json]:
        best: dict[str, tuple[tuple[bool, int, str, int], Json]] = {}
        ops = self.ops(key, version)
        makers = {patch.id for patch, _, op in ops if isinstance(op, Create)}
        for patch, i, op in ops:
            effective = self.effective(patch.id, version)
            if not effective and patch.id not in makers:
                continue
            rank = (effective, patch.time, patch.id.session, i)
            writes = op.fields if isinstance(op, Create) else {}
            if isinstance(op, Put):
                writes = {op.field: op.value}
            for name, value in writes.items():
                if name not in best or rank > best[name][0]:
                    best[name] = (rank, value)
        return {name: value for name, (_, value) in best.items() if value is not None}

    def state(self, version: frozenset[PatchId]) -> State:
        return {key: self.values(key, version) for key in KEYS if self.lives(key, version)}


@dataclass
class At:
    """A version as `Records` asks about it."""

    log: Reference
    version: frozenset[PatchId]

    def __contains__(self, patch_id: PatchId, /) -> bool:
        return patch_id in self.version

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        assert patch_id in self.version
        return not self.log.effective(patch_id, self.version)


@dataclass
class Replica:
    """Drives `Records` as a document does, one patch after the other."""

    log: Reference
    now: At
    records: Records

    def apply(self, patch: Patch) -> None:
        parents = self.log.closure(patch.parents)
        view = self.now if parents == self.now.version else At(self.log, parents)
        try:
            self.records.check(patch, view)
        except DoesNotFit:
            assert patch.id in self.log.refused
            self.now.version |= {patch.id}
            return
        assert patch.id not in self.log.refused
        old = self.now.version
        self.records.add(patch, view)
        self.now.version |= {patch.id}
        for other in sorted(old):
            before, after = (self.log.effective(other, v) for v in (old, self.now.version))
            if before is not after:
                self.records.switched(self.log.patches[other], patch.id)


def replica(log: Reference) -> Replica:
    now = At(log, frozenset())
    return Replica(log, now, Records(now))


def plain(records: Records) -> State:
    return {key: dict(fields) for key, fields in records.items()}


def same(a: object, b: object) -> bool:
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


values = st.sampled_from([None, 0, 1, True, 1.0, "x", [1], {"k": None}])
ops = st.one_of(
    st.builds(
        Create,
        st.sampled_from(KEYS),
        st.dictionaries(st.sampled_from(["x", "y"]), values, max_size=2),
    ),
    st.builds(Put, st.sampled_from(KEYS), st.sampled_from(["x", "y", "z"]), values),
    st.builds(Remove, st.sampled_from(KEYS)),
    st.builds(
        lambda key, field: Splice(0, 0, "t", TextId(key, field)),
        st.sampled_from(KEYS),
        st.sampled_from(["text", "x"]),
    ),
    st.just(Splice(0, 0, "main")),
)


class Step(NamedTuple):
    session: int
    sees: list[int]
    later: int
    ops: list[Op]
    cancel: int | None
    width: int


steps = st.lists(
    st.builds(
        Step,
        st.integers(0, 2),
        st.lists(st.integers(0, 30), max_size=3),
        st.integers(0, 2),
        st.lists(ops, max_size=3),
        st.none() | st.integers(0, 30),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=14,
)


def grow(log: Reference, steps: Sequence[Step], root: PatchId) -> list[Patch]:
    """Append what each step says; all of it has seen `root`, and cancels nothing before it."""
    old = log.ancestors[root]
    made = [log.patches[root]]
    last = {p.session: p for p in sorted(log.patches)}
    for step in steps:
        session = SESSIONS[step.session]
        seen = {made[i % len(made)].id for i in step.sees} | {root}
        if session in last:
            seen.add(last[session])
        version = log.closure(seen)
        time = max(log.patches[p].time for p in version) + 1 + step.later
        patch_ops = list(step.ops)
        recent = sorted(version - old)
        if step.cancel is not None:
            target = recent[step.cancel % len(recent)]
            first = target.n
            while first > target.n - step.width and PatchId(target.session, first - 1) in recent:
                first -= 1
            patch_ops.insert(0, Cancel(target.session, first, target.n))
        n = last[session].n + 1 if session in last else 0
        patch = Patch(PatchId(session, n), time, log.heads(version), tuple(patch_ops))
        last[session] = patch.id
        log.append(patch)
        made.append(patch)
    return made[1:]


def build(steps: Sequence[Step]) -> tuple[Reference, list[Patch]]:
    """A log whose first patch makes a record, and what each step adds to it."""
    log = Reference()
    first = Patch(PatchId("a", 0), 1, (), (Create("one", {"x": 0}),))
    log.append(first)
    return log, [first, *grow(log, steps, first.id)]


def follow(mirror: set[str], changes: list[RecordChange]) -> None:
    for change in changes:
        if change.what == "added":
            assert change.key not in mirror
            mirror.add(change.key)
        else:
            assert change.key in mirror
            assert (change.what == "fields") is bool(change.fields)
            if change.what == "removed":
                mirror.remove(change.key)


@given(st.data(), steps)
def test_follow_the_definition_in_any_order(data: st.DataObject, steps: list[Step]) -> None:
    log, made = build(steps)
    one = replica(log)
    mirror = set[str]()
    old: State = {}
    for patch in data.draw(arrivals(made)):
        one.apply(patch)
        if data.draw(st.booleans(), label="settle"):
            changes = one.records.settle()
            follow(mirror, changes)
            new = log.state(one.now.version)
            assert same(plain(one.records), new)
            changed = {c.key: c.fields for c in changes if c.what == "fields"}
            for key in old.keys() & new.keys():
                names = old[key].keys() | new[key].keys()
                differ = [n for n in names if not same(old[key].get(n), new[key].get(n))]
                assert sorted(changed.get(key, ())) == sorted(differ)
            old = new
    follow(mirror, one.records.settle())
    assert mirror == set(one.records)
    assert same(plain(one.records), log.state(frozenset(log.patches)))
    assert not one.records.settle()


@given(steps)
def test_any_version(steps: list[Step]) -> None:
    log, made = build(steps)
    one = replica(log)
    for patch in made:
        one.apply(patch)
    for patch in made:
        version = log.closure([patch.id])
        assert same(one.records.at(At(log, version)), log.state(version))


@dataclass
class Young(At):
    """A version that knows of older patches that they are there, and nothing else of them."""

    old: frozenset[PatchId]

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        assert patch_id not in self.old
        return super().is_cancelled(patch_id)


@given(st.data(), steps, steps)
def test_go_on_from_a_checkpoint(data: st.DataObject, steps: list[Step], more: list[Step]) -> None:
    log, made = build(steps)
    whole = replica(log)
    for patch in made:
        whole.apply(patch)
    whole.records.settle()
    n = sum(patch.id.session == "a" for patch in made)
    time = max(patch.time for patch in made) + 1
    tip = Patch(PatchId("a", n), time, log.heads(frozenset(log.patches)), ())
    log.append(tip)
    whole.apply(tip)
    old = frozenset(log.patches)
    now = Young(log, old, old)
    young = Replica(log, now, Records.restore(now, whole.records.save()))
    assert same(plain(young.records), plain(whole.records))
    for patch in data.draw(arrivals(grow(log, more, tip.id))):
        changes = []
        for each in (whole, young):
            each.apply(patch)
            changes.append(each.records.settle())
        assert changes[0] == changes[1]
        assert same(plain(young.records), plain(whole.records))


def test_a_patch_is_extended_by_its_author() -> None:
    """Added again it counts once, with its new time."""
    log = Reference()
    one = replica(log)
    made = Patch(PatchId("a", 0), 1, (), (Create("one", {"x": 1}),))
    log.append(made)
    one.apply(made)
    one.records.settle()
    longer = Patch(made.id, 2, (), (*made.ops, Put("one", "x", 2), Put("one", "y", 3)))
    one.records.check(Patch(made.id, 2, (), longer.ops[1:]), one.now)
    one.records.add(longer, one.now)
    assert one.records.settle() == [RecordChange("one", "fields", ("x", "y"), made.id)]
    assert plain(one.records) == {"one": {"x": 2, "y": 3}}
    assert len(one.records) == 1
    assert one.records.live("one")
    assert not one.records.live("two")
