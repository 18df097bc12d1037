"""Positions moved past what their author had not seen: right, or left to the walker."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from cocalc_tui.sync import merger, transform
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import MAIN, Op, Patch, PatchId, Splice
from cocalc_tui.sync.walker import Walker
from tests.sync.reference import Reference

ANN, BOB, CAT = "a" * 16, "b" * 16, "c" * 16
BASE = "the quick brown fox jumps over the lazy dog"


def patch(session: str, n: int, parents: list[PatchId], *ops: Op) -> Patch:
    return Patch(PatchId(session, n), 1, tuple(sorted(parents)), ops)


START = patch(CAT, 0, [], Splice(0, 0, BASE))


def only_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody walk."""

    def walk(*_: object) -> None:
        raise AssertionError("it was walked")

    monkeypatch.setattr(Walker, "visit", walk)


def live(
    random: Random, people: int, keys: int, *, apart: bool, typed: Sequence[str] = ("x", "yy")
) -> list[Patch]:
    """People who type at once; what each typed comes to the others some keys later."""
    names = [letter * 16 for letter in "abdef"[:people]]
    patches = [START]
    documents = {name: Document() for name in names}
    for document in documents.values():
        document.apply(patches)
    known = dict.fromkeys(names, 1)
    counts = dict.fromkeys(names, 0)
    for _ in range(keys):
        name = random.choice(names)
        document = documents[name]
        at = random.randint(known[name], len(patches))
        document.apply(patches[known[name] : at])
        known[name] = at
        length = len(document.text())
        marks = str(document.text())
        pos = random.randint(0, length)
        if apart:  # each types before their own word
            word = ["the", "fox", "over", "lazy", "dog"][names.index(name)]
            pos = marks.index(word) if word in marks else 0
        op = Splice(pos, 0, random.choice(typed))
        if not apart and pos < length and random.random() < 0.4:
            op = Splice(pos, min(random.randint(1, 3), length - pos), "")
        document.commit(PatchId(name, counts[name]), document.clock + 1, [op])
        patches.append(document.patch(PatchId(name, counts[name])))
        counts[name] += 1
    return patches


def same(document: Document, patches: list[Patch]) -> None:
    reference = Reference(patches)
    assert document.missing() == set()
    assert document.refused == reference.refused
    assert str(document.text()) == reference.text(MAIN)


@pytest.mark.parametrize("people", [2, 3, 5])
@pytest.mark.parametrize("seed", range(4))
def test_who_types_in_different_places_is_never_walked(
    seed: int, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    patches = live(Random(seed), people, 40, apart=True)
    only_moved(monkeypatch)
    at_once, one_by_one = Document(), Document()
    at_once.apply(patches)
    for one in patches:
        one_by_one.apply([one])
    same(at_once, patches)
    assert str(one_by_one.text()) == str(at_once.text())


@pytest.mark.parametrize("people", [2, 3, 4])
@pytest.mark.parametrize("seed", range(40))
def test_wherever_people_type_it_is_exact(seed: int, people: int) -> None:
    random = Random(seed)
    patches = live(random, people, 25, apart=False)
    document = Document()
    left = list(patches)
    while left:
        size = random.choice([1, 1, 2, 5, len(left)])
        document.apply(left[:size])
        del left[:size]
    same(document, patches)


@pytest.mark.parametrize(
    ("ann", "bob", "moved"),
    [
        (Splice(4, 0, "x"), Splice(9, 0, "y"), True),
        (Splice(4, 0, "x"), Splice(4, 0, "y"), False),
        (Splice(4, 5, ""), Splice(9, 0, "y"), True),
        (Splice(4, 5, ""), Splice(4, 0, "y"), True),
        (Splice(4, 5, ""), Splice(6, 0, "y"), False),
        (Splice(4, 5, ""), Splice(9, 4, ""), True),
        (Splice(4, 5, ""), Splice(8, 4, ""), False),
        (Splice(4, 5, ""), Splice(2, 3, ""), False),
        (Splice(4, 0, "x"), Splice(2, 5, ""), False),
        (Splice(4, 0, "x"), Splice(4, 5, ""), True),
        (Splice(4, 0, "x"), Splice(0, 4, ""), True),
        (Splice(4, 2, "x"), Splice(9, 2, "yy"), True),
        (Splice(4, 2, "x"), Splice(4, 0, "y"), False),
        (Splice(0, 0, "x"), Splice(40, 9, ""), False),
        (Splice(0, 0, "x"), Splice(9, 0, "\ud800"), False),
    ],
)
def test_two_that_touch_are_walked(
    ann: Splice, bob: Splice, *, moved: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if moved:
        only_moved(monkeypatch)
    patches = [START, patch(ANN, 0, [START.id], ann), patch(BOB, 0, [START.id], bob)]
    for order in (patches, [patches[0], patches[2], patches[1]]):
        document = Document()
        for one in order:
            document.apply([one])
        same(document, order)


def seen_in_another_order(first: Splice, second: Splice) -> list[Patch]:
    """Cat sees what Bob did, but not yet what Ann did before that came."""
    ann = patch(ANN, 0, [START.id], first)
    bob = patch(BOB, 0, [START.id], second)
    both = patch("d" * 16, 0, [ann.id, bob.id], Splice(0, 0, "D"))
    return [START, ann, bob, both, patch(CAT, 1, [bob.id], Splice(43, 0, "C"))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Splice(4, 0, "x"), Splice(9, 0, "y")),
        (Splice(9, 0, "x"), Splice(4, 0, "y")),
        (Splice(4, 2, ""), Splice(9, 0, "y")),
        (Splice(9, 2, ""), Splice(4, 0, "y")),
        (Splice(4, 2, ""), Splice(9, 2, "")),
        (Splice(9, 2, ""), Splice(4, 2, "")),
        (Splice(9, 0, "x"), Splice(4, 5, "")),
        (Splice(4, 2, ""), Splice(6, 2, "")),
        (Splice(4, 2, ""), Splice(6, 0, "y")),
    ],
)
def test_what_is_seen_in_another_order_changes_places(first: Splice, second: Splice) -> None:
    patches = seen_in_another_order(first, second)
    document = Document()
    document.apply(patches)
    same(document, patches)


@pytest.mark.parametrize(
    "keys",
    [
        [Splice(4 + n, 0, "x") for n in range(4)],
        [Splice(4, 1, "") for _ in range(4)],
        [Splice(10 - n, 1, "") for n in range(4)],
    ],
)
def test_one_sees_half_of_what_was_typed(
    keys: list[Splice], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = [
        patch(ANN, n, [PatchId(ANN, n - 1) if n else START.id], key) for n, key in enumerate(keys)
    ]
    patches = [START, *ann, patch(BOB, 0, [START.id], Splice(20, 0, "y"))]
    half = patch(BOB, 1, [PatchId(BOB, 0), PatchId(ANN, 1)], Splice(0, 0, "z"))
    only_moved(monkeypatch)
    document = Document()
    document.apply(patches)
    document.apply([half])
    same(document, [*patches, half])


def test_who_comes_late_saw_nothing_of_the_others() -> None:
    patches = [START, patch(CAT, 1, [START.id], Splice(9, 0, "c"))]
    patches.append(patch(ANN, 0, [START.id], Splice(0, 1, "")))
    patches.append(patch("d" * 16, 0, [START.id], Splice(30, 0, "d")))
    document = Document()
    for one in patches:
        document.apply([one])
    same(document, patches)


def test_what_one_sees_may_have_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = patch(BOB, 0, [START.id])
    patches = [START, patch(ANN, 0, [START.id], Splice(0, 0, "a")), nothing]
    patches.append(patch("d" * 16, 0, [nothing.id], Splice(9, 0, "d")))
    patches.append(patch(BOB, 1, [nothing.id], Splice(20, 0, "b")))
    patches.append(patch(CAT, 1, [nothing.id], Splice(30, 0, "c")))
    only_moved(monkeypatch)
    for order in (patches, [START, nothing, *patches[3:], patches[1]]):
        document = Document()
        document.apply(order)
        same(document, order)


def test_beyond_so_many_unseen_steps_the_walker_costs_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transform, "MOST_UNSEEN", 3)
    patches = live(Random(1), 3, 40, apart=True)
    document = Document()
    document.apply(patches)
    same(document, patches)


def test_a_long_way_to_catch_up_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merger, "_NEAR", 3)
    patches = live(Random(2), 2, 30, apart=True)
    document = Document()
    for one in sorted(patches, key=lambda one: one.id.session == BOB):
        document.apply([one])
    same(document, patches)


def test_one_goes_on_with_a_patch_that_a_transformer_has_been_at() -> None:
    document = Document()
    document.apply([START, patch(BOB, 0, [START.id], Splice(40, 0, "B"))])
    document.apply([patch(CAT, 1, [START.id], Splice(0, 0, "C"))])
    document.commit(PatchId(ANN, 0), 9, [Splice(10, 0, "A")])
    late = [patch(BOB, 1, [PatchId(BOB, 0)], Splice(30, 0, "b"))]
    late.append(patch(BOB, 2, [PatchId(BOB, 1)], Splice(20, 0, "b")))
    document.apply(late[:1])
    document.commit(PatchId(ANN, 1), 10, [Splice(12, 0, "A")])
    document.amend([Splice(5, 0, "more")])
    document.apply(late[1:])
    same(document, list(document.patches()))


@pytest.mark.parametrize("typed", [("x", "yy"), ("ä", "\xff\n"), ("x", "yy", "…"), ("👩‍💻", "語")])
@pytest.mark.parametrize("apart", [True, False])
def test_many_changes_of_a_text_are_done_on_a_draft(
    *, apart: bool, typed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which becomes the text again, the very same one, when it grows long, is asked for, or a
    character comes that has no place in it."""
    monkeypatch.setattr(merger, "_MANY", 10)
    patches = live(Random(3), 3, 60, apart=apart, typed=typed)
    for most in (10, 60, 50_000):
        monkeypatch.setattr("cocalc_tui.sync.texts._SHORT", most)
        document = Document()
        document.apply(patches[:20])
        text = document.text()
        document.apply(patches[20:])
        assert document.text() is text
        same(document, patches)
