"""Patches that come early, twice, or under another's id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.document import Document, ForgedPatch
from cocalc_tui.sync.patch import MAIN, Entry, Patch, PatchId, Splice
from tests.sync.lives import lives
from tests.sync.reference import Reference

ANN, BOB = "a" * 16, "b" * 16


def key(n: int, letter: str = "x", session: str = ANN, *also: PatchId) -> Patch:
    """A key at the start of the text, on top of the one before of its session."""
    before = (PatchId(session, n - 1),) if n else ()
    return Patch(
        PatchId(session, n), n + 1, tuple(sorted({*before, *also})), (Splice(0, 0, letter),)
    )


@given(lives(), st.data())
def test_any_order_and_twice(entries: list[Entry], data: st.DataObject) -> None:
    patches = [entry.patch for entry in entries]
    document = Document()
    left = data.draw(st.permutations(patches * data.draw(st.integers(1, 2))))
    while left:
        size = data.draw(st.integers(1, len(left)))
        document.apply(left[:size])
        del left[:size]
    assert document.missing() == set()
    assert {patch.id for patch in document.patches()} == {patch.id for patch in patches}
    in_order = Document()
    in_order.apply(patches)
    assert document.texts() == in_order.texts()
    assert document.refused == in_order.refused


def test_what_waits_tells_what_it_needs() -> None:
    document = Document()
    assert document.apply([key(3), key(2), key(0, "y", BOB, PatchId(ANN, 4))]) == []
    assert document.missing() == {PatchId(ANN, 1), PatchId(ANN, 4)}
    with pytest.raises(ForgedPatch, match=f"the next patch of {ANN} is 0"):
        document.commit(PatchId(ANN, 0), 1, [Splice(0, 0, "z")])
    patches = [key(0), key(1), key(2), key(3)]
    document.apply(patches[:2])
    assert document.missing() == {PatchId(ANN, 4)}
    document.apply([key(4)])
    assert document.missing() == set()
    patches += [key(4), key(0, "y", BOB, PatchId(ANN, 4))]
    assert str(document.text()) == Reference(patches).text(MAIN) == "yxxxxx"


def test_another_patch_under_a_known_id() -> None:
    document = Document()
    document.apply([key(0), key(1)])
    with pytest.raises(ForgedPatch, match=f"another patch 1 of {ANN}"):
        document.apply([key(1, "forged"), key(2)])
    assert str(document.text()) == "xx"
    document.apply([])
    assert str(document.text()) == "xxx"


def test_another_patch_under_the_id_of_one_that_waits() -> None:
    document = Document()
    document.apply([key(3), key(0, "y", BOB, PatchId(ANN, 3))])
    with pytest.raises(ForgedPatch, match=f"another patch 3 of {ANN}"):
        document.apply([key(3, "forged")])
    with pytest.raises(ForgedPatch, match=f"another patch 0 of {BOB}"):
        document.apply([key(0, "forged", BOB)])
    document.apply([key(0), key(1), key(2)])
    assert str(document.text()) == "yxxxx"


def test_what_waits_may_come_again() -> None:
    """Typing that waits for somebody's patch is kept in one piece, and each key is known of it."""
    first = PatchId(BOB, 0)
    ops = [
        Splice(0, 0, "a"),
        Splice(1, 0, "b"),
        Splice(2, 0, "c"),
        Splice(2, 1, ""),
        Splice(1, 1, ""),
    ]
    typed = [
        Patch(PatchId(ANN, n), n + 2, (PatchId(ANN, n - 1) if n else first,), (op,))
        for n, op in enumerate(ops)
    ]
    document = Document()
    document.apply(typed)
    document.apply(typed)
    with pytest.raises(ForgedPatch, match=f"another patch 1 of {ANN}"):
        document.apply([typed[0], typed[1]._replace(ops=(Splice(1, 0, "forged"),))])
    assert document.missing() == {first}
    document.apply([key(0, "!", BOB)])
    assert str(document.text()) == "a!"
    assert list(document.patches())[1:] == typed


def test_patches_that_need_each_other_wait() -> None:
    document = Document()
    document.apply([key(0, "a", ANN, PatchId(BOB, 0)), key(0, "b", BOB, PatchId(ANN, 0))])
    assert len(document) == 0
    assert document.missing() == set()
    assert str(document.text()) == ""


def test_what_came_early_and_again_with_the_rest_does_not_wait_for_ever() -> None:
    document = Document()
    document.apply([key(2)])
    document.apply([key(0), key(1), key(2), key(3)])
    assert document.missing() == set()
    document.commit(PatchId(ANN, 4), 9, [Splice(0, 0, "!")])
    assert str(document.text()) == "!xxxx"


def test_what_came_early_is_another_than_what_came_with_the_rest() -> None:
    document = Document()
    document.apply([key(2, "y")])
    with pytest.raises(ForgedPatch, match=f"another patch 2 of {ANN}"):
        document.apply([key(0), key(1), key(2)])
    document.apply([])
    assert str(document.text()) == "yxx"


def test_after_a_forged_patch_one_can_go_on() -> None:
    document = Document()
    document.apply([key(0)])
    with pytest.raises(ForgedPatch):
        document.apply([key(0, "y")])
    document.commit(PatchId(ANN, 1), 9, [Splice(0, 0, "!")])
    assert str(document.text()) == "!x"
