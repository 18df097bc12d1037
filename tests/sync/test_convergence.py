"""The property all rests on: the text is a function of the set of patches, and the right one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import (
    Cancel,
    DoesNotFit,
    ForgedPatch,
    Patch,
    PatchId,
    Splice,
    TextChange,
)
from tests.sync.cases import Case, check
from tests.sync.fuzz import fuzz, run_case
from tests.sync.reference import Reference

HARD = ["👩‍👩‍👧‍👦", "🇩🇪", "e\u0301", "\r\n", "\f", "\u2028", "\0", "a\u0300\u0316", "𝔘", "\u202e"]


def session(person: int) -> str:
    return f"{person:016x}"


@pytest.mark.parametrize("seed", range(8))
def test_random_histories_against_the_reference(seed: int) -> None:
    assert fuzz(50, seed + 100) == []


def test_a_failing_case_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_: int) -> None:
        raise AssertionError("made wrong on purpose")

    monkeypatch.setattr("tests.sync.fuzz.run_case", wrong)
    assert fuzz(2, 7) == [7_000_000, 7_000_001]
    assert "case 7000000" in capsys.readouterr().err


@given(st.integers(0, 2**32))
def test_histories_that_hypothesis_chooses(seed: int) -> None:
    check(Case(Random(seed), 8))


def offline(people: int, patches: int, seed: int) -> tuple[list[Document], set[str]]:
    """Replicas whose people typed words of their own, all alone, on one common text."""
    random = Random(seed)
    base = Patch(PatchId("f" * 16, 0), 1, (), (Splice(0, 0, "some words to begin with\n" * 8),))
    replicas, words = [], set()
    for person in range(people):
        replica = Document()
        replica.apply([base])
        for n in range(patches):
            text = str(replica.text())
            places = [0, *[i + 1 for i, char in enumerate(text) if char in " \n"]]
            word = f"w{person}x{n}"
            words.add(word)
            splice = Splice(random.choice(places), 0, f"{word} ")
            replica.commit(PatchId(session(person), n), n + 2, [splice])
        replicas.append(replica)
    return replicas, words


@pytest.mark.parametrize(("people", "patches"), [(2, 500), (4, 500), (8, 500)])
def test_every_word_exactly_once_after_500_patches_offline(people: int, patches: int) -> None:
    replicas, words = offline(people, patches, people)
    logs = [list(replica.patches()) for replica in replicas]
    texts = set()
    for replica in replicas:
        for log in logs:
            replica.apply(log)
        texts.add(str(replica.text()))
    (merged,) = texts
    found = merged.split()
    assert sorted(word for word in found if word in words) == sorted(words)


@given(st.permutations(range(12)), st.data())
def test_any_arrival_order_batching_and_duplication(order: list[int], data: st.DataObject) -> None:
    replicas, _ = offline(3, 4, 1)
    patches = [patch for replica in replicas for patch in list(replica.patches())[1:]]
    base = next(iter(replicas[0].patches()))
    late = Document()
    cut = data.draw(st.integers(0, 12))
    shuffled = [patches[i] for i in order]
    late.apply([*shuffled[:cut], base, *shuffled[:cut]])
    late.apply(shuffled[cut:])
    late.apply(patches)
    for replica in replicas:
        replica.apply(patches)
        assert str(replica.text()) == str(late.text())
    assert late.missing() == set()


def test_a_patch_waits_for_its_parents_and_says_which() -> None:
    first = Patch(PatchId(session(1), 0), 1, (), (Splice(0, 0, "a"),))
    second = Patch(PatchId(session(1), 1), 2, (first.id,), (Splice(1, 0, "b"),))
    replica = Document()
    assert replica.apply([second]) == []
    assert replica.missing() == {first.id}
    replica.apply([first])
    assert (str(replica.text()), replica.missing()) == ("ab", set())


def test_a_second_patch_under_a_known_id_is_forged() -> None:
    replica = Document()
    replica.commit(PatchId(session(1), 0), 1, [Splice(0, 0, "a")])
    other = Patch(PatchId(session(1), 0), 1, (), (Splice(0, 0, "b"),))
    with pytest.raises(ForgedPatch):
        replica.apply([other])
    assert str(replica.text()) == "a"


@pytest.mark.parametrize("text", HARD)
def test_every_code_point_is_kept(text: str) -> None:
    one, two = Document(), Document()
    one.commit(PatchId(session(1), 0), 1, [Splice(0, 0, text * 2)])
    two.apply(one.patches())
    two.commit(PatchId(session(2), 0), 2, [Splice(len(text), 0, "|")])
    one.apply(two.patches())
    assert str(one.text()) == str(two.text()) == f"{text}|{text}"


def test_lone_surrogates_are_no_text() -> None:
    replica = Document()
    with pytest.raises(DoesNotFit):
        replica.commit(PatchId(session(1), 0), 1, [Splice(0, 0, "\ud800")])
    patch = Patch(PatchId(session(1), 0), 1, (), (Splice(0, 0, "\udfff"),))
    replica.apply([patch])
    assert (str(replica.text()), replica.refused) == ("", {patch.id})


def test_what_does_not_fit_counts_as_empty_everywhere() -> None:
    base = Patch(PatchId(session(1), 0), 1, (), (Splice(0, 0, "abc"),))
    wrong = Patch(PatchId(session(2), 0), 2, (base.id,), (Splice(2, 5, "x"),))
    after = Patch(PatchId(session(2), 1), 3, (wrong.id,), (Splice(3, 0, "d"),))
    other = Patch(PatchId(session(3), 0), 2, (base.id,), (Splice(0, 1, ""),))
    for order in ([base, wrong, after, other], [other, after, wrong, base], [base, other, wrong]):
        replica = Document()
        replica.apply(order)
        replica.apply([after])
        assert str(replica.text()) == "bcd"
        assert replica.refused == {wrong.id}


def test_two_delete_one_word_both_undo_and_it_is_there_once() -> None:
    base = Patch(PatchId(session(9), 0), 1, (), (Splice(0, 0, "one word more"),))
    replicas = [Document(), Document()]
    for person, replica in enumerate(replicas):
        replica.apply([base])
        replica.commit(PatchId(session(person), 0), 2, [Splice(4, 5, "")])
    deleted = [list(replica.patches())[-1] for replica in replicas]
    for replica in replicas:
        replica.apply(deleted)
        assert str(replica.text()) == "one more"
    for person, replica in enumerate(replicas):
        replica.commit(PatchId(session(person), 1), 5, [Cancel(session(person), 0, 0)], "undo")
    undone = [list(replica.patches())[-1] for replica in replicas]
    for replica in replicas:
        replica.apply(undone)
        assert str(replica.text()) == "one word more"
        assert replica.is_cancelled(deleted[0].id)


def test_redo_brings_back_only_what_undo_took() -> None:
    mine, me = Document(), session(1)
    mine.commit(PatchId(me, 0), 1, [Splice(0, 0, "mine ")])
    mine.apply([Patch(PatchId(session(2), 0), 2, mine.heads, (Splice(5, 0, "theirs"),))])
    mine.commit(PatchId(me, 1), 3, [Cancel(me, 0, 0)], "undo")
    assert str(mine.text()) == "theirs"
    changes = mine.commit(PatchId(me, 2), 4, [Cancel(me, 1, 1)], "redo")
    assert str(mine.text()) == "mine theirs"
    assert [type(change) for change in changes] == [TextChange]


def test_holding_undo_down_over_a_long_history() -> None:
    replica, me = Document(), session(1)
    for n in range(300):
        replica.commit(PatchId(me, n), n + 1, [Splice(n, 0, "x")])
    for n in range(300):
        replica.commit(PatchId(me, 300 + n), 400 + n, [Cancel(me, 299 - n, 299 - n)], "undo")
        assert len(replica.text()) == 299 - n


def test_concurrent_typing_in_one_place_is_not_mixed() -> None:
    replicas = []
    for person in range(3):
        replica = Document()
        for n, letter in enumerate(f"word{person} "):
            replica.commit(PatchId(session(person), n), n + 1, [Splice(n, 0, letter)])
        replicas.append(replica)
    merged = Document()
    for replica in replicas:
        merged.apply(replica.patches())
    assert sorted(str(merged.text()).split()) == ["word0", "word1", "word2"]
    patches = [patch for replica in replicas for patch in replica.patches()]
    assert str(merged.text()) == Reference(patches).text(Splice(0, 0, "").at)


def test_one_case_by_its_seed() -> None:
    run_case(1_000_003)
