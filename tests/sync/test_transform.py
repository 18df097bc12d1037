"""Positions moved past what their author had not seen: right, or left to the walker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest

from benchmarks.traces import patches as made
from benchmarks.traces import read_trace, sessions
from cocalc_tui.sync import merger, transform
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import Cancel, Create, Op, Patch, PatchId, Splice, TextId
from cocalc_tui.sync.walker import Walker
from tests.shared_data import traces
from tests.sync.cases import same

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
    random: Random,
    people: int,
    keys: int,
    *,
    apart: bool,
    typed: Sequence[str] = ("x", "yy"),
    undoes: float = 0,
) -> list[Patch]:
    """People who type at once; what each typed comes to the others some keys later.

    So often (0..1) one takes back one of their last steps instead.
    """
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
        op: Op = Splice(pos, 0, random.choice(typed))
        if counts[name] and random.random() < undoes:
            n = max(0, counts[name] - random.choice((1, 1, 1, 2, 3)))
            op = Cancel(name, n, n)
        elif not apart and pos < length and random.random() < 0.4:
            op = Splice(pos, min(random.randint(1, 3), length - pos), "")
        document.commit(PatchId(name, counts[name]), document.clock + 1, [op])
        patches.append(document.patch(PatchId(name, counts[name])))
        counts[name] += 1
    return patches


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


@pytest.mark.parametrize("people", [2, 3])
@pytest.mark.parametrize("seed", range(30))
def test_wherever_people_type_and_take_back_it_is_exact(
    seed: int, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merger, "_LARGE", 0)
    random = Random(seed)
    patches = live(random, people, 25, apart=seed % 2 == 0, undoes=0.3)
    document = Document()
    left = list(patches)
    while left:
        size = random.choice([1, 1, 2, 5, len(left)])
        document.apply(left[:size])
        del left[:size]
    same(document, patches)


def everywhere(places: int) -> list[Patch]:
    """Ann replaces a word in so many lines, Bob types below all at once, and both go on."""
    first = patch(CAT, 0, [], Splice(0, 0, "a cat\n" * places))
    ops = [Splice(6 * row + 2, 3, "dog") for row in range(places)]
    ann = patch(ANN, 0, [first.id], *ops)
    bob = patch(BOB, 0, [first.id], Splice(6 * places, 0, "B"))
    undone = patch(ANN, 1, [ann.id], Cancel(ANN, 0, 0))
    both = patch(BOB, 1, [ann.id, bob.id], Splice(6 * places + 1, 0, "C"))
    more = patch(BOB, 2, [both.id], Splice(0, 0, "D"))
    redone = patch(ANN, 2, [undone.id, both.id], Cancel(ANN, 1, 1))
    last = patch(BOB, 3, [undone.id, more.id], Splice(6 * places + 3, 0, "E"))
    return [first, ann, bob, undone, both, more, redone, last]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5, 6, 7), (0, 2, 1, 4, 3, 6, 5, 7)])
def test_a_word_replaced_all_over_is_taken_back_beside_keys_without_a_walk(
    order: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    only_moved(monkeypatch)
    monkeypatch.setattr(merger, "_LARGE", 10)
    patches = everywhere(40)
    document = Document()
    for at in order:
        document.apply([patches[at]])
    same(document, patches)
    assert not document.is_cancelled(PatchId(ANN, 0))


def test_of_very_many_steps_not_all_too_many_are_moved_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then one walks; so does who takes back what all lies between another's keys."""
    monkeypatch.setattr(merger, "_LARGE", 10)
    monkeypatch.setattr(transform, "_CREDIT", 2)
    patches = everywhere(40)
    for n in range(5):
        key = Splice(0, 0, "K")
        patches.append(patch("d" * 16, n, [PatchId("d" * 16, n - 1) if n else patches[0].id], key))
    document = Document()
    for one in patches:
        document.apply([one])
    same(document, patches)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Splice(4, 5, ""), Splice(4, 5, "")),
        (Splice(4, 5, ""), Splice(2, 9, "y")),
        (Splice(4, 5, "xxxx"), Splice(9, 2, "")),
        (Splice(4, 0, "xxxx"), Splice(0, 2, "")),
    ],
)
def test_two_take_back_at_once(
    first: Splice, second: Splice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where both deleted the same, it is there again when both took it back."""
    monkeypatch.setattr(merger, "_LARGE", 0)
    ann, bob = (
        patch(ANN, 0, [START.id], first),
        patch(BOB, 0, [START.id], second),
    )
    both = patch(CAT, 1, [ann.id, bob.id], Splice(0, 0, "C"))
    patches = [START, ann, bob, both]
    for name in (ANN, BOB):
        patches.append(patch(name, 1, [both.id], Cancel(name, 0, 0)))
        patches.append(patch(name, 2, [patches[-1].id], Splice(20, 0, name)))
    patches.append(patch(CAT, 2, [both.id], Splice(1, 0, "C")))
    for order in (patches, [*patches[:4], *patches[6:8], *patches[4:6], *patches[8:]]):
        document = Document()
        for one in order:
            document.apply([one])
        same(document, order)


@pytest.mark.parametrize(
    ("taken_back", "keys"),
    [
        (Splice(0, 0, "in a cell", TextId("cell", "source")), [Splice(4, 0, "k")]),
        (Splice(0, 3, "The"), [Splice(place, 0, "k") for place in (30, 20, 10)]),
    ],
)
def test_what_was_taken_back_elsewhere_or_beside_many_keys_is_walked_over(
    taken_back: Splice, keys: list[Splice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merger, "_LARGE", 0)
    monkeypatch.setattr(transform, "_CREDIT", 2)
    cell = patch(CAT, 1, [START.id], Create("cell", {}))
    ann = patch(ANN, 0, [cell.id], taken_back)
    patches = [START, cell, ann]
    for n, key in enumerate(keys):
        patches.append(patch(BOB, n, [patches[-1].id], key))
    patches.append(patch(ANN, 1, [ann.id], Cancel(ANN, 0, 0)))
    patches.append(patch(CAT, 2, [ann.id], Splice(40, 0, "C")))
    for order in (patches, [*patches[:3], *patches[-2:], *patches[3:-2]]):
        document = Document()
        for one in order:
            document.apply([one])
        same(document, order)


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


@pytest.mark.parametrize(
    ("name", "windows", "walked"), [("friendsforever", 146, 1), ("clownschool", 193, 0)]
)
def test_people_who_typed_at_once_nearly_never_touched(
    name: str, windows: int, walked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/sync.md has these numbers."""
    calls = Counter[str]()

    def counted(name: str) -> None:
        real = getattr(Merger, name)

        def call(*arguments: object) -> object:
            calls[name] += 1
            return real(*arguments)

        monkeypatch.setattr(Merger, name, call)

    counted("_walk")
    counted("_walk_over")
    trace = read_trace(traces() / f"{name}.json.gz")
    document = Document()
    document.apply(made(trace, sessions(trace.txns), [txn.time for txn in trace.txns]))
    assert str(document.text()) == trace.end
    assert (calls["_walk"], calls["_walk_over"]) == (windows, walked)
