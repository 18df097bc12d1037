"""What many people's patches give, in whatever order they come, against the plain reference."""

from __future__ import annotations

from random import Random

import pytest

from cocalc_tui.sync import carry, merger, texts
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import Cancel, Create, DoesNotFit, Op, Patch, PatchId, Splice
from cocalc_tui.sync.window import Node, Window
from tests.sync.cases import Case, check, same

ANN, BOB = "a" * 16, "b" * 16


def chain(session: str, start: PatchId | None, ops: list[Op], first: int = 0) -> list[Patch]:
    """A patch for each operation, each on top of the one before, the first on top of `start`."""
    made: list[Patch] = []
    parents = () if start is None else (start,)
    for n, op in enumerate(ops, first):
        made.append(Patch(PatchId(session, n), n + 1, parents, (op,)))
        parents = (made[-1].id,)
    return made


@pytest.mark.parametrize("seed", range(60))
def test_random_histories_follow_the_reference(seed: int) -> None:
    random = Random(seed)
    check(Case(random, random.randint(5, 60)))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("keep", [1, 3, 10])
def test_beyond_the_journal_the_log_is_replayed(
    seed: int, keep: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "_KEEP", keep)
    monkeypatch.setattr(texts, "_LAST", 0)
    random = Random(seed)
    check(Case(random, random.randint(20, 60)))


@pytest.mark.parametrize("seed", [18, 68, 137])
def test_a_walker_that_is_kept_outlives_the_journal(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("_KEEP", 3), ("_LAST", 2), ("_MOST", 20)):
        monkeypatch.setattr(texts, name, value)
    random = Random(seed)
    check(Case(random, random.randint(5, 80)))


@pytest.mark.parametrize("seed", range(30))
def test_what_is_taken_back_by_the_journal_follows_the_reference(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merger, "_LARGE", 0)
    random = Random(seed)
    check(Case(random, random.randint(20, 60)))


def replaced(places: int, line: str = "cat\n") -> list[Patch]:
    """A word, then another one in its place all over the text."""
    starts = [len(line) * at + line.index("cat") for at in range(places)]
    ops = [Splice(start, 3, "dogs") for start in reversed(starts)]
    patches = chain(ANN, None, [Splice(0, 0, line * places)])
    half = len(ops) // 2
    for n, part in enumerate((ops[:half], ops[half:]), 1):
        patches.append(Patch(PatchId(ANN, n), n + 1, (patches[-1].id,), tuple(part)))
    return patches


def test_a_large_undo_needs_no_walker(monkeypatch: pytest.MonkeyPatch) -> None:
    patches = replaced(merger._LARGE)
    document = Document()
    document.apply(patches)
    after = str(document.text())
    typed = PatchId(ANN, 3)
    document.commit(typed, 4, [Splice(0, 0, "x")])
    document.commit(PatchId(ANN, 4), 5, [Cancel(ANN, 3, 3)])
    monkeypatch.delattr(Merger, "_walk")
    undone: list[Cancel] = [Cancel(ANN, 1, 2), Cancel(ANN, 5, 5), Cancel(ANN, 1, 2)]
    for n, cancel in enumerate(undone, 5):
        changes = document.commit(PatchId(ANN, n), n + 1, [cancel])
        assert {change.by for change in changes} == {PatchId(ANN, n)}
        assert str(document.text()) == (after if n == 6 else "cat\n" * merger._LARGE)
        assert document.is_cancelled(PatchId(ANN, 2)) == (n != 6)
        assert document.is_cancelled(typed)
    monkeypatch.undo()
    other = Document()
    other.apply(document.patches())
    assert str(other.text()) == str(document.text())


def test_a_large_undo_after_others_typed_needs_no_walker(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as they typed elsewhere, and not all too much."""
    patches = replaced(merger._LARGE, "a cat\n")
    document = Document()
    document.apply(patches)
    lines = ["a dogs\n"] * merger._LARGE
    keys: list[Op] = []
    for row in (0, 500):
        start = sum(map(len, lines[:row]))
        keys += [Splice(start + at, 0, letter) for at, letter in enumerate("hello!")]
        keys.append(Splice(start + 5, 1, ""))
        lines[row] = "hello" + lines[row]
    document.apply(chain(BOB, patches[-1].id, keys))
    monkeypatch.delattr(Merger, "_walk")
    for n in range(3, 7):
        undoes = n % 2 == 1
        document.commit(
            PatchId(ANN, n), 100 + n, [Cancel(ANN, 1 if undoes else n - 1, 2 if undoes else n - 1)]
        )
        text = "".join(lines)
        assert str(document.text()) == (text.replace("dogs", "cat") if undoes else text)
        assert document.is_cancelled(PatchId(ANN, 2)) == undoes


@pytest.mark.parametrize("most", [0, carry.MOST_SINCE])
def test_a_large_undo_after_others_typed_keeps_what_they_typed(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also beside what is taken back, and more than changes are carried over."""
    monkeypatch.setattr(carry, "MOST_SINCE", most)
    patches = replaced(merger._LARGE)
    document = Document()
    document.apply(patches)
    document.apply(chain(BOB, patches[-1].id, [Splice(0, 0, "hello ")]))
    document.commit(PatchId(ANN, 3), 9, [Cancel(ANN, 1, 2)])
    assert str(document.text()) == "hello " + "cat\n" * merger._LARGE


def test_an_undo_is_carried_over_splices_that_fit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merger, "_LARGE", 0)
    document = Document()
    ops: list[Op] = [Splice(0, 0, "one two"), Splice(4, 3, ""), Splice(0, 9, "")]
    document.apply(chain(ANN, None, [*ops, Create("cell", {}), Cancel(ANN, 1, 1)]))
    assert str(document.text()) == "one two"
    same(document, list(document.patches()))


def test_what_was_added_to_an_undo_stays_when_more_is_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merger, "_LARGE", 0)
    document = Document()
    patches = chain(ANN, None, [Splice(0, 0, "one "), Splice(0, 0, "two ")])
    document.apply(patches)
    document.commit(PatchId(ANN, 2), 3, [Cancel(ANN, 1, 1)])
    document.amend([Splice(0, 0, "three ")])
    document.commit(PatchId(ANN, 3), 4, [Cancel(ANN, 0, 0)])
    assert str(document.text()) == "three "
    same(document, list(document.patches()))


def test_undo_of_what_is_older_than_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "_KEEP", 3)
    document = Document()
    patches = chain(ANN, None, [Splice(0, 0, "old "), Splice(0, 2, "")])
    patches += chain(ANN, patches[-1].id, [Splice(0, 0, "ab") for _ in range(20)], 2)
    patches += chain(ANN, patches[-1].id, [Cancel(ANN, 1, 1)], len(patches))
    for patch in patches:
        document.apply([patch])
    assert str(document.text()) == "ab" * 20 + "old "
    more = chain(ANN, patches[-1].id, [Splice(0, 1, "") for _ in range(20)], len(patches))
    more += chain(ANN, more[-1].id, [Cancel(ANN, 1, len(patches) - 2)], len(patches) + 20)
    for patch in more:
        document.apply([patch])
    same(document, patches + more)


def test_two_edit_all_over_a_long_text() -> None:
    random = Random(1)
    start = chain(ANN, None, [Splice(0, 0, "0123456789" * 15)])
    branches = []
    for session, first in ((ANN, 1), (BOB, 0)):
        length = 150
        ops: list[Op] = []
        for _ in range(120):
            pos = random.randrange(length)
            delete = random.randrange(2)
            length += -1 if delete else 1
            ops.append(Splice(pos, delete, "" if delete else session[0]))
        branches.append(chain(session, start[0].id, ops, first))
    undo = [
        Patch(PatchId(BOB, 120), 999, (branches[0][-1].id, branches[1][-1].id), (cancel,))
        for cancel in (Cancel(ANN, 50, 100),)
    ]
    patches = [*start, *branches[0], *branches[1], *undo]
    at_once, by_turns = Document(), Document()
    at_once.apply(patches)
    same(at_once, patches)
    by_turns.apply(start)
    for pair in zip(*branches, strict=True):
        by_turns.apply(pair)
    by_turns.apply(undo)
    assert str(by_turns.text()) == str(at_once.text())


def test_a_misfit_among_keys_in_a_row_is_alone_in_counting_as_empty() -> None:
    start = chain(ANN, None, [Splice(0, 0, "abc")])
    keys: list[Op] = [Splice(2, 1, ""), Splice(1, 1, ""), Splice(0, 1, ""), Splice(0, 1, "")]
    ann = chain(ANN, start[0].id, [keys[0], Splice(2, 1, ""), Splice(2, 1, ""), *keys[1:]], 1)
    bob = chain(BOB, start[0].id, [Splice(3, 0, "B")])
    for order in ([*start, *ann, *bob], [*start, *bob, *ann]):
        document = Document()
        document.apply(order)
        same(document, order)
        assert document.refused == {PatchId(ANN, n) for n in (2, 3, 6)}
        later = Document()
        for part in (order[:4], order[4:]):
            later.apply(part)
        same(later, order)


def test_an_undo_is_extended() -> None:
    document = Document()
    document.commit(PatchId(ANN, 0), 1, [Splice(0, 0, "one")])
    document.commit(PatchId(ANN, 1), 2, [Cancel(ANN, 0, 0)], "undo")
    document.amend([Splice(0, 0, "two")])
    assert str(document.text()) == "two"
    bob = chain(BOB, PatchId(ANN, 0), [Splice(3, 0, "!")])
    document.apply(bob)
    same(document, list(document.patches()))
    assert "two" in str(document.text())


def test_a_pile_of_cancels_costs_the_same_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turns over what is below it, but only so far: beyond, a cancel does not fit."""
    steps = 0
    switch = Window._switch

    def counted(self: Window, node: Node, lane: int, more: int, by: int) -> None:
        nonlocal steps
        steps += 1
        switch(self, node, lane, more, by)

    monkeypatch.setattr(Window, "_switch", counted)
    monkeypatch.setattr("cocalc_tui.sync.graph.MOST_CANCELS", 10)
    monkeypatch.setattr("tests.sync.reference.MOST_CANCELS", 10)
    piled: list[Op] = [Cancel(ANN, n, n) for n in range(200)]
    patches = chain(ANN, None, [Splice(0, 0, "x"), *piled])
    at_once, one_by_one = Document(), Document()
    at_once.apply(patches)
    for patch in patches:
        one_by_one.apply([patch])
    assert steps < 200 * 10 * 2 * 2
    assert PatchId(ANN, 11) in at_once.refused
    for document in (at_once, one_by_one):
        same(document, patches)
    with pytest.raises(DoesNotFit, match="more than 10 cancels are piled up"):
        at_once.commit(PatchId(ANN, 201), 999, [Cancel(ANN, 10, 10)])
