"""A document: what it says of its patches, and what its own author may do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.checkpoint import encode_checkpoint
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.document import Document, DoesNotFit, ForgedPatch
from cocalc_tui.sync.patch import (
    Cancel,
    Create,
    Entry,
    Op,
    Patch,
    PatchId,
    Put,
    RecordChange,
    Remove,
    Splice,
    TextChange,
    TextId,
)
from tests.sync.lives import TEXTS, lives

ANN, BOB = "a" * 16, "b" * 16
CELL = TextId("cell", "input")


def state(document: Document) -> tuple[object, ...]:
    """All that there is to see of a document."""
    patches = list(document.patches())
    return patches, document.heads, document.clock, document.texts(), dict(document.records)


@given(lives())
def test_what_is_in_it(entries: list[Entry]) -> None:
    document = Document()
    for size, entry in enumerate(entries):
        assert len(document) == size
        assert entry.patch.id not in document
        with pytest.raises(KeyError):
            document.patch(entry.patch.id)
        document.apply([entry.patch])
        assert entry.patch.id in document
        assert document.patch(entry.patch.id) == entry.patch
    assert list(document.patches()) == [entry.patch for entry in entries]
    assert sum(document.counts().values()) == len(entries)


@given(lives())
def test_committing_is_taking_in_what_was_committed(entries: list[Entry]) -> None:
    """A copy that hears of each patch is where its author is, and was told the same changes."""
    own, copy = Document(), Document()
    for entry in entries:
        before = state(own)
        patch_id = PatchId(ANN, own.counts().get(ANN, 0))
        try:
            changes = own.commit(patch_id, own.clock + 1, entry.patch.ops, "paste", group="g")
        except DoesNotFit:
            assert state(own) == before
            made = Patch(patch_id, own.clock + 1, own.heads, entry.patch.ops)
            assert copy.apply([made]) == []
            assert copy.refused >= {patch_id}
            own.apply([made])
        else:
            assert own.patch(patch_id).kind == "paste"
            assert own.patch(patch_id).group == "g"
            assert copy.apply([own.patch(patch_id)]) == changes
            assert patch_id not in copy.refused
        assert state(copy) == state(own)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.sampled_from(["", "a", "b\n"]))))
def test_amending_is_as_if_all_came_at_once(
    edits: list[tuple[int, int, str]],
) -> None:
    document, text = Document(), "first"
    document.commit(PatchId(ANN, 0), 1, [Splice(0, 0, text)])
    for time, (pos, delete, insert) in enumerate(edits, 2):
        if pos + delete > len(text):
            before = state(document)
            with pytest.raises(DoesNotFit):
                document.amend([Splice(pos, delete, insert)], time)
            assert state(document) == before
            continue
        changes = document.amend([Splice(pos, delete, insert)], time)
        told = "".join(change.insert for change in changes if isinstance(change, TextChange))
        assert told == insert
        text = text[:pos] + insert + text[pos + delete :]
        assert document.clock == time
    assert len(document) == 1
    assert str(document.text()) == text
    copy = Document()
    copy.apply(document.patches())
    assert state(copy) == state(document)


def test_a_session_numbers_its_patches_in_a_row() -> None:
    document = Document()
    for wrong in (PatchId(ANN, 1), PatchId(ANN, -1)):
        with pytest.raises(ForgedPatch, match=f"the next patch of {ANN} is 0"):
            document.commit(wrong, 1, [Splice(0, 0, "a")])
    document.commit(PatchId(ANN, 0), 1, [Splice(0, 0, "a")])
    with pytest.raises(ForgedPatch, match=f"the next patch of {ANN} is 1"):
        document.commit(PatchId(ANN, 0), 2, [Splice(0, 0, "b")])
    assert len(document) == 1
    assert str(document.text()) == "a"


def test_nothing_is_committed_while_patches_of_the_session_wait() -> None:
    document = Document()
    first = Patch(PatchId(BOB, 0), 1, (), (Splice(0, 0, "b"),))
    own = Patch(PatchId(ANN, 0), 2, (first.id,), (Splice(1, 0, "a"),))
    assert document.apply([own]) == []
    assert document.missing() == {first.id}
    with pytest.raises(ForgedPatch):
        document.commit(own.id, 3, [Splice(0, 0, "other")])
    document.apply([first])
    assert document.missing() == set()
    assert str(document.text()) == "ba"


def test_own_records() -> None:
    document = Document()
    first, second = PatchId(ANN, 0), PatchId(ANN, 1)
    changes = document.commit(first, 1, [Create("cell", {"x": 1}), Splice(0, 0, "1+1", CELL)])
    assert RecordChange("cell", "added", (), first) in changes
    assert TextChange(CELL, 0, 0, "1+1", first) in changes
    before = state(document)
    for ops in (
        [Create("cell", {})],
        [Put("other", "x", 1)],
        [Splice(0, 0, "a", TextId("k", "t"))],
    ):
        with pytest.raises(DoesNotFit):
            document.commit(second, 2, ops)
        with pytest.raises(DoesNotFit):
            document.amend(ops, 2)
        assert state(document) == before
    assert document.amend([Put("cell", "x", 2)]) == [RecordChange("cell", "fields", ("x",), first)]
    assert dict(document.records)["cell"]["x"] == 2
    changes = document.commit(second, 2, [Remove("cell")])
    assert RecordChange("cell", "removed", (), second) in changes
    assert "cell" not in document.records


def test_undo_and_redo() -> None:
    document = Document()
    typed, undo, redo = (PatchId(ANN, n) for n in range(3))
    document.commit(typed, 1, [Splice(0, 0, "abc")])
    assert not document.is_cancelled(typed)
    document.commit(undo, 2, [Cancel(ANN, 0, 0)], "undo")
    assert document.is_cancelled(typed)
    assert str(document.text()) == ""
    document.commit(redo, 3, [Cancel(ANN, 1, 1)], "redo")
    assert document.is_cancelled(undo)
    assert not document.is_cancelled(typed)
    assert str(document.text()) == "abc"


def test_a_cancel_that_does_not_fit() -> None:
    document = Document()
    document.commit(PatchId(ANN, 0), 1, [Splice(0, 0, "abc")])
    before = state(document)
    wrong: list[list[Op]] = [
        [Cancel(ANN, 0, 1)],
        [Cancel(BOB, 0, 0)],
        [Cancel(ANN, 1, 0)],
        [Splice(0, 0, "x"), Cancel(ANN, 0, 0)],
        [Cancel(ANN, 0, 0), Splice(1, 0, "the text is empty then")],
    ]
    for ops in wrong:
        with pytest.raises(DoesNotFit):
            document.commit(PatchId(ANN, 1), 2, ops)
        assert state(document) == before
    with pytest.raises(DoesNotFit, match="not added to a patch"):
        document.amend([Cancel(ANN, 0, 0)])
    assert state(document) == before


def test_texts_that_nobody_typed_in_are_empty() -> None:
    document = Document()
    assert [str(document.text(at)) for at in TEXTS] == [""] * len(TEXTS)
    assert document.texts() == {}


def test_new_times_for_what_nobody_has_seen() -> None:
    base = Patch(PatchId(BOB, 0), 10, (), (Create("cell", {"x": 0, "y": 0}), Put("cell", "z", 0)))
    theirs = Patch(PatchId(BOB, 1), 30, (base.id,), (Put("cell", "x", 1), Put("cell", "y", 1)))
    fast = Document()
    fast.apply([base])
    fast.commit(PatchId(ANN, 0), 900, [Put("cell", "x", 2)])
    fast.apply([theirs])
    fast.commit(PatchId(ANN, 1), 901, [Put("cell", "y", 2), Splice(0, 0, "a", CELL)])
    fast.commit(PatchId(ANN, 2), 902, [Put("cell", "y", 3)])
    assert dict(fast.records)["cell"] == {"x": 2, "y": 3, "z": 0}
    changes = fast.restamp(PatchId(ANN, 0), 20)
    assert changes == []
    assert [fast.patch(PatchId(ANN, n)).time for n in range(3)] == [31, 32, 33]
    assert fast.clock == 33
    assert fast.restamp(PatchId(ANN, 1), 50) == []
    assert [fast.patch(PatchId(ANN, n)).time for n in range(3)] == [31, 50, 51]
    late = theirs._replace(id=PatchId("c" * 16, 0), time=40)
    assert fast.apply([late]) == [RecordChange("cell", "fields", ("x",), late.id)]
    assert fast.restamp(PatchId(ANN, 2), 60) == []
    copy = Document()
    copy.apply(fast.patches())
    assert (copy.clock, copy.texts()) == (fast.clock, fast.texts())
    assert dict(copy.records) == dict(fast.records)


def test_new_times_decide_who_wrote_last() -> None:
    made = Create("cell", {"x": 0}), Create("other", {"x": 0})
    base = Patch(PatchId(BOB, 0), 10, (), made)
    document = Document()
    document.apply([base])
    document.commit(PatchId(ANN, 0), 900, [Put("cell", "x", "mine")])
    document.apply([Patch(PatchId(BOB, 1), 100, (base.id,), (Put("cell", "x", "theirs"),))])
    assert dict(document.records)["cell"]["x"] == "mine"
    early = Document.from_checkpoint(encode_checkpoint(document, 3), 3)
    assert early.clock == 900
    document.apply([Patch(PatchId("c" * 16, 0), 2000, (base.id,), ())])
    assert document.restamp(PatchId(ANN, 0), 50) == []
    assert document.patch(PatchId(ANN, 0)).time == 2001
    early.commit(PatchId(ANN, 1), 5000, [Put("cell", "x", "later")])
    assert early.restamp(PatchId(ANN, 1), 1000) == []
    assert early.patch(PatchId(ANN, 1)).time == 1000
    assert dict(early.records)["cell"]["x"] == "later"


def test_a_checkpoint_of_other_entries_is_refused() -> None:
    data = encode_checkpoint(Document(), 3)
    with pytest.raises(DamagedLog, match=r"entries 1\.\.3 is for 1\.\.4"):
        Document.from_checkpoint(data, 4)
