"""A long log in eras: the same versions, blame and differences as of the log in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from unittest.mock import patch as patched

import pytest

from benchmarks.storage import Year
from cocalc_tui.history.timeline import TimeLine
from cocalc_tui.sync import eras, shelf, versions
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.encoding import encode_block
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
from cocalc_tui.sync.versions import Versions
from tests.sync.sought import calm_eras

ANN, BEN = "a" * 16, "b" * 16
CELL = TextId("cell", "input")


def opened(log: Sequence[Entry], era: int, *cuts: int) -> Versions:
    """The versions of a log in eras of so many runs; 0 for one era."""
    blocks = [encode_block(log[a:b]) for a, b in pairwise((0, *cuts, len(log)))]
    with patched.object(eras, "SHORT", 0 if era else 1 << 40), patched.object(eras, "LONG", era):
        return Versions(blocks)


@pytest.fixture(autouse=True)
def no_room() -> Iterator[None]:
    """Blocks are put away when two others are looked at."""
    with patched.object(shelf, "_OPEN", 2), patched.object(shelf, "_BEGUN", 1):
        yield


def typed(log: Sequence[Entry]) -> Iterator[Splice]:
    """What was typed."""
    return (op for one in log for op in one.patch.ops if isinstance(op, Splice))


def check(log: Sequence[Entry], era: int, *cuts: int) -> None:
    """Whether eras make no difference."""
    whole, parted = opened(log, 0), opened(log, era, *cuts)
    assert len(parted._eras) > 1
    made = list(map(whole.made, range(1, len(log) + 1)))
    assert list(TimeLine(log=parted).bursts()) == list(TimeLine(made).bursts())
    assert sum(count for _, count in parted.shares()) == len(log)
    calm_eras(parted, whole, {MAIN} | {op.at for op in typed(log)}, "b")
    for version in (0, len(log)):
        parted.prepare(version)
        assert parted.is_ready(version)
    texts = {op.at for op in typed(log)}
    chance = Random(5)
    for version in {*chance.choices(range(len(log) + 1), k=25), 0, len(log)}:
        assert parted.records(version) == whole.records(version)
        assert parted.made(max(version, 1)) == whole.made(max(version, 1))
        for at in texts:
            text = whole.text(version, at)
            assert parted.text(version, at) == text
            assert parted.blame(version, at) == whole.blame(version, at)
            other = chance.randint(0, len(log))
            parts = parted.difference(version, other, at)
            assert "".join(one.text for one in parts if one.change <= 0) == text
            assert "".join(one.text for one in parts if one.change >= 0) == whole.text(other, at)


class Life:
    """A log as it grows; each patch is on top of what is said, or of the last one."""

    def __init__(self) -> None:
        self.log: list[Entry] = []

    def add(self, *ops: Op, by: str = ANN, on: Sequence[PatchId] = (), time: int = 0) -> PatchId:
        seq = len(self.log) + 1
        n = sum(e.patch.id.session == by for e in self.log)
        parents = tuple(sorted(on)) or tuple(e.patch.id for e in self.log[-1:])
        made = Patch(PatchId(by, n), time or 1000 * seq, parents, ops)
        self.log.append(Entry(seq, "ann" if by == ANN else "ben", "editor", 1000 * seq, made))
        return made.id

    def type(self, text: str, pos: int = 0, at: TextId = MAIN) -> None:
        for place, char in enumerate(text, pos):
            self.add(Splice(place, 0, char, at))


def test_a_year_of_a_notebook() -> None:
    check(list(Year(1500).entries()), 40, 300, 700)


@pytest.mark.parametrize("near", [0, 100])
def test_a_text_by_two_people(near: int) -> None:
    """Mostly in turn, at times at once; with pastes, replacements and undo."""
    chance = Random(7)
    life = Life()
    life.type("some words to begin with")
    length = len("some words to begin with")
    for _ in range(60):
        pos = chance.randint(0, length)
        who = chance.choice([ANN, BEN])
        match chance.randint(0, 5):
            case 0:
                head = life.log[-1].patch.id
                others = [
                    life.add(Splice(pos, 0, c, MAIN), by=s, on=[head])
                    for s, c in zip((ANN, BEN), "xy", strict=True)
                ]
                life.add(Splice(0, 0, "z"), on=others)
                length += 3
            case 1:
                life.add(Splice(pos, 0, "pasted words", MAIN), by=who)
                length += 12
            case 2 if pos + 4 < length:
                life.add(Splice(pos, 4, "new"), Splice(pos, 0, "ab"), by=who)
                length += 1
            case 3 if pos > 3:
                for step in range(3):
                    life.add(Splice(pos - step - 1, 1, ""), by=who)
                length -= 3
            case 4:
                mine = life.add(Splice(pos, 0, "oops"), by=who)
                life.add(Cancel(*mine, mine.n), by=who)
            case _:
                for step in range(4):
                    life.add(Splice(pos + step, 0, "kéys"[step]), by=who)
                length += 4
    with patched.object(versions, "_NEAR", near):
        check(life.log, 4, 30, 31)


def test_records() -> None:
    life = Life()
    for n in range(6):
        life.add(Create(f"k{n}", {"x": n}), Splice(0, 0, "abc", TextId(f"k{n}", "input")))
        life.add(Put(f"k{n}", "x", -n), Put(f"k{n}", "y", [n]))
        life.type("def", 3, TextId(f"k{n}", "input"))
        life.add(Put(f"k{n}", "x", None))
        if n % 2:
            life.add(Remove(f"k{n - 1}"))
        head = life.log[-1].patch.id
        both = [life.add(Put(f"k{n}", "z", s), by=s, on=[head]) for s in (ANN, BEN)]
        life.add(Create(f"more{n}", {}), on=both)
        life.add(Put(f"k{n}", "z", 9))
    life.add()
    check(life.log, 3, 10, len(life.log) - 1)


@pytest.mark.parametrize(
    "ops",
    [
        [Splice(0, 0, "x", CELL)],
        [Splice(90, 0, "x")],
        [Put("nobody", "x", 1)],
        [Remove("nobody")],
        [Create("", {})],
        [Create("one", {})],
        [Cancel(ANN, 50, 60)],
    ],
)
def test_what_does_not_fit_is_nothing(ops: list[Op]) -> None:
    """Nor does it take what comes beside it."""
    life = Life()
    for _ in range(3):
        life.add(*([Create("one", {"x": 1})] if not life.log else []))
        life.type("abc")
        life.add(Create(f"two{len(life.log)}", {"x": 1}), *ops)
        life.add(Put("one", "x", 2))
    check(life.log, 2)
    check(life.log, 9)


def test_a_clock_that_goes_back() -> None:
    """Of the writers of a field the one with the latest time counts, not the last one."""
    life = Life()
    life.add(Create("one", {"x": 1}))
    for n in range(8):
        life.add(Put("one", "x", n), time=9000 if n == 2 else 0)
    check(life.log, 3)


def test_heads_that_never_met() -> None:
    life = Life()
    life.type("abcdef")
    head = life.log[-1].patch.id
    for _ in range(2):
        life.add(Splice(0, 0, "x"), by=BEN, on=[head] if life.log[-1].patch.id == head else [])
    life.add(Splice(0, 0, "y"), on=[head])
    check(life.log, 1)


@pytest.mark.parametrize("cuts", [(), (3,)])
def test_a_log_that_lacks_a_patch(cuts: Sequence[int]) -> None:
    """In the middle of a block, or where one begins."""
    life = Life()
    life.type("abc")
    late = Patch(PatchId(ANN, 7), 9000, (PatchId(ANN, 2),), (Splice(0, 0, "d"),))
    with pytest.raises(DamagedLog, match="the log lacks patch 3"):
        opened([*life.log, Entry(4, "ann", "editor", 1, late)], 1, *cuts)


def test_a_log_that_lacks_a_block_or_an_entry() -> None:
    life = Life()
    life.type("abcdef")
    first, second = encode_block(life.log[:2]), encode_block(life.log[4:])
    for blocks, tail in (
        ([first, second], []),
        ([first], life.log[4:]),
        ([], [*life.log[:2], *life.log[4:]]),
    ):
        with pytest.raises(DamagedLog, match="the log lacks entry 3"):
            Versions(blocks, tail)
