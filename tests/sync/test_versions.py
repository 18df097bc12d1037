"""Versions: each is what merging only its entries gives."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync import eras
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.patch import Cancel, Create, Entry, Op, Patch, PatchId, Put, Remove, Splice
from cocalc_tui.sync.versions import Blame, Difference, Made, Versions
from tests.sync.lives import TEXTS, lives


def sealed(entries: list[Entry], *cuts: int, era: int = 0) -> Versions:
    """The versions of a log whose entries up to the last cut are sealed, in a block per cut.

    `era` is how long the eras are into which it is cut; 0 for a log that is short.
    """
    edges = sorted({0, *(min(cut, len(entries)) for cut in cuts)})
    blocks = [encode_block(entries[start:stop]) for start, stop in pairwise(edges)]
    with patch.object(eras, "SHORT", 0 if era else 1000), patch.object(eras, "LONG", era):
        return Versions(blocks, entries[edges[-1] :])


lengths = st.sampled_from([0, 1, 1, 3])


@given(lives(), st.lists(st.integers(0, 40), max_size=2), lengths)
def test_a_version_is_what_its_entries_give(
    entries: list[Entry], cuts: list[int], era: int
) -> None:
    versions = sealed(entries, *cuts, era=era)
    assert versions.latest == len(entries)
    document = Document()
    for version in range(len(entries) + 1):
        if version:
            document.apply([entries[version - 1].patch])
        for at in TEXTS:
            assert versions.text(version, at) == str(document.text(at))
        assert versions.records(version) == dict(document.records)


@given(lives(), lengths, st.data())
def test_differences_and_blame(entries: list[Entry], era: int, data: st.DataObject) -> None:
    versions = sealed(entries, data.draw(st.integers(0, len(entries))), era=era)
    old, new = (data.draw(st.integers(0, len(entries))) for _ in range(2))
    for at in TEXTS:
        parts = versions.difference(old, new, at)
        assert "".join(p.text for p in parts if p.change >= 0) == versions.text(new, at)
        assert "".join(p.text for p in parts if p.change <= 0) == versions.text(old, at)
        assert all(a.change != b.change for a, b in pairwise(parts))
        pieces = versions.blame(new, at)
        assert "".join(piece.text for piece in pieces) == versions.text(new, at)
        for piece in pieces:
            assert piece.first <= piece.last <= new
            typed = entries[piece.first - 1].patch.ops
            assert any(isinstance(op, Splice) and piece.text[0] in op.insert for op in typed)
            assert piece.author == versions.made(piece.first).author


@given(lives())
def test_who_made_it(entries: list[Entry]) -> None:
    versions = sealed(entries, len(entries) // 2)
    for e in entries:
        expected = Made(e.author, e.role, e.patch.time, e.received, "typing", None, None)
        assert versions.made(e.seq) == expected


def entry(n: int, *ops: Op, session: str = "a" * 16, author: str = "ann") -> Entry:
    parents = (PatchId("a" * 16, n - 1),) if n else ()
    patch = Patch(PatchId(session, n if session[0] == "a" else 0), n + 1, parents, ops)
    return Entry(n + 1, author, "editor", n, patch)


def test_a_log_with_a_hole_is_refused() -> None:
    with pytest.raises(DamagedLog, match="the log lacks entry 1"):
        Versions([], [entry(1, Splice(0, 0, "a"))])


def test_a_log_without_a_parent_is_refused() -> None:
    late = Patch(PatchId("a" * 16, 0), 1, (PatchId("b" * 16, 0),), ())
    with pytest.raises(DamagedLog, match="stands on"):
        Versions([], [Entry(1, "ann", "editor", 1, late)])


def test_blame_and_difference_of_typing() -> None:
    log = [entry(n, Splice(n, 0, char)) for n, char in enumerate("hello")]
    log.append(entry(5, Splice(5, 0, " you")))
    log.append(entry(6, Splice(0, 0, "B: "), session="b" * 16, author="ben"))
    versions = sealed(log, 4)
    assert versions.text(3) == "hel"
    assert versions.blame(7) == [Blame("B: ", "ben", 7, 7), Blame("hello you", "ann", 1, 6)]
    assert versions.difference(5, 7) == [
        Difference("B: ", 1),
        Difference("hello", 0),
        Difference(" you", 1),
    ]
    assert versions.difference(3, 2) == [Difference("he", 0), Difference("l", -1)]


def test_what_came_back_is_not_different() -> None:
    a = "a" * 16
    log = [entry(n, Splice(n, 0, char)) for n, char in enumerate("hello")]
    log += [entry(5, Cancel(a, 1, 3)), entry(6, Cancel(a, 5, 5))]
    versions = sealed(log, 7)
    assert [versions.text(version) for version in (5, 6, 7)] == ["hello", "ho", "hello"]
    assert versions.difference(5, 7) == [Difference("hello", 0)]
    assert versions.blame(7) == [Blame("hello", "ann", 1, 5)]


def test_two_people_delete_one_word_and_one_takes_it_back() -> None:
    """The characters went one by one, twice; each version shows what is left."""
    a, b = "a" * 16, "b" * 16
    log = [entry(n, Splice(n, 0, char)) for n, char in enumerate("hello!")]
    seen = (log[-1].patch.id,)
    for n in range(3):
        forward = Patch(PatchId(a, 6 + n), 9 + n, seen, (Splice(1, 1, ""),))
        seen = (forward.id,)
        log.append(Entry(7 + n, "ann", "editor", 0, forward))
    seen = (log[5].patch.id,)
    for n in range(3):
        backward = Patch(PatchId(b, n), 9 + n, seen, (Splice(3 - n, 1, ""),))
        seen = (backward.id,)
        log.append(Entry(10 + n, "ben", "editor", 0, backward))
    heads = (log[8].patch.id, log[11].patch.id)
    undo = Patch(PatchId(a, 9), 20, heads, (Cancel(a, 6, 8),))
    log.append(Entry(13, "ann", "editor", 0, undo))
    again = Patch(PatchId(a, 10), 21, (undo.id,), (Cancel(b, 1, 2),))
    log.append(Entry(14, "ann", "editor", 0, again))
    versions = sealed(log, 14)
    texts = [versions.text(version) for version in range(6, 15)]
    assert texts == ["hello!", "hllo!", "hlo!", "ho!", "ho!", "ho!", "ho!", "ho!", "helo!"]
    assert versions.difference(6, 14) == [
        Difference("hel", 0),
        Difference("l", -1),
        Difference("o!", 0),
    ]


@pytest.mark.parametrize("cut", [0, 12])
def test_typing_and_deleting_version_by_version(cut: int) -> None:
    """Forward, by backspace and by the delete key, sealed and not."""
    log = [entry(n, Splice(n, 0, char)) for n, char in enumerate("hello!")]
    log += [entry(6 + n, Splice(5 - n, 1, "")) for n in range(3)]
    log += [entry(9 + n, Splice(0, 1, "")) for n in range(3)]
    versions = sealed(log, cut)
    texts = [versions.text(version) for version in range(13)]
    assert texts[:7] == ["", "h", "he", "hel", "hell", "hello", "hello!"]
    assert texts[7:] == ["hello", "hell", "hel", "el", "l", ""]
    assert versions.difference(1, 11) == [Difference("h", -1), Difference("l", 1)]


def test_records_version_by_version() -> None:
    a = "a" * 16
    log = [
        entry(0, Create("cell", {"x": 1})),
        entry(1, Put("cell", "x", 2)),
        entry(2, Cancel(a, 1, 1)),
        entry(3, Remove("cell")),
    ]
    versions = sealed(log, 2)
    states = [versions.records(version) for version in range(5)]
    assert states == [{}, {"cell": {"x": 1}}, {"cell": {"x": 2}}, {"cell": {"x": 1}}, {}]


def test_keystrokes_that_do_nothing() -> None:
    log = [entry(n, Splice(0, 0, "")) for n in range(3)]
    assert sealed(log, 0).text(3) == sealed(log, 3).text(3) == ""


def test_a_cancel_that_makes_no_sense_is_nothing() -> None:
    a = "a" * 16
    log = [entry(0, Splice(0, 0, "a")), entry(1, Cancel(a, 1, 0)), entry(2, Cancel(a, 0, 9))]
    assert sealed(log, 3).text(3) == "a"


def test_undo_and_redo_that_leave_all_as_it_was() -> None:
    a = "a" * 16
    log = [
        entry(0, Splice(0, 0, "x")),
        entry(1, Cancel(a, 0, 0)),
        entry(2, Cancel(a, 1, 1)),
        entry(3, Cancel(a, 0, 0)),
        entry(4, Cancel(a, 2, 2), Cancel(a, 3, 3)),
    ]
    versions = sealed(log, 5)
    assert [versions.text(version) for version in range(6)] == ["", "x", "", "x", "", ""]


def test_a_stretch_that_does_not_fit_is_looked_at_patch_by_patch() -> None:
    log = [entry(n, Splice(n, 0, char)) for n, char in enumerate("abcdef")]
    log.append(entry(6, Splice(100, 0, "misfit")))
    log.append(entry(7, Splice(6, 0, "g")))
    assert sealed(log, 8).text(8) == "abcdefg"
    assert sealed(log, 8).text(7) == "abcdef"
