from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.history.restoring import (
    CannotRestore,
    changes_since,
    place_of_lines,
    restore,
    restore_part,
    restore_text,
)
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import MAIN, Op, PatchId, Splice

texts = st.text(st.sampled_from("ab\n"), max_size=25)


def document(text: str) -> Document:
    made = Document()
    made.commit(PatchId("a" * 16, 0), 1, [Splice(0, 0, text)])
    return made


def after(made: Document, ops: list[Op]) -> str:
    if ops:
        made.commit(PatchId("b" * 16, 0), made.clock + 1, ops, "restore")
    return str(made.text(MAIN))


@given(texts, texts)
def test_all_of_it_is_as_it_was(wanted: str, seen: str) -> None:
    made = document(seen)
    assert after(made, restore_text(made, seen, changes_since(wanted, seen))) == wanted


@given(texts, texts)
def test_all_lines_selected_is_all_of_it_but_for_lines_around(wanted: str, seen: str) -> None:
    made = document(seen)
    ops = restore_text(made, seen, changes_since(wanted, seen), (0, len(wanted)))
    found = after(made, ops)
    assert wanted in found


def part(wanted: str, seen: str, first: int, last: int, now: str | None = None) -> str:
    made = document(seen if now is None else now)
    where = place_of_lines(wanted, first, last)
    return after(made, restore_part(made, seen, wanted, changes_since(wanted, seen), where, "0"))


@pytest.mark.parametrize(
    ("wanted", "seen", "first", "last", "found"),
    [
        # A line that was rewritten, one that went, one that came beside, one within.
        ("one\ntwo\nthree\n", "one\n2\nthree\n", 2, 2, "one\ntwo\nthree\n"),
        ("one\ntwo\nthree\n", "one\nthree\n", 2, 2, "one\ntwo\nthree\n"),
        ("one\ntwo\n", "one\nnew\ntwo\n", 2, 2, "one\nnew\ntwo\n"),
        ("one\ntwo\n", "one\nnew\ntwo\n", 1, 1, "one\nnew\ntwo\n"),
        ("one\ntwo\n", "one\nnew\ntwo\n", 1, 2, "one\ntwo\n"),
        # Only what is selected, and not what changed elsewhere.
        ("a1\nb1\nc1\n", "a2\nb2\nc2\n", 2, 2, "a2\nb1\nc2\n"),
        ("one\ntwo\nthree\n", "three\n", 2, 2, "two\nthree\n"),
        # Where next to nothing is as it was.
        ("one\ntwo\nthree\n", "hi one\n2\nAA three\nfour\n", 2, 2, "hi one\ntwo\nAA three\nfour\n"),
        # Something in front of a line and behind it; the last line has no end.
        ("one\ntwo", "one\n# two!", 2, 2, "one\ntwo"),
        ("one", "one more", 1, 1, "one"),
        ("", "x", 1, 1, "x"),
    ],
)
def test_some_lines(wanted: str, seen: str, first: int, last: int, found: str) -> None:
    if wanted:
        assert part(wanted, seen, first, last) == found
    else:
        with pytest.raises(CannotRestore, match="not in this version"):
            part(wanted, seen, first, last)


def test_what_came_since_it_was_looked_at_stays() -> None:
    now = "one\n2 and more\nthree\nfour\n"
    assert part("one\ntwo\nthree\n", "one\n2\nthree\n", 2, 2, now) == (
        "one\ntwo and more\nthree\nfour\n"
    )


def test_what_was_said_stays_said() -> None:
    with pytest.raises(CannotRestore, match="stays said"):
        restore(document(""), (), (), [], "0")
    with pytest.raises(CannotRestore, match="stays said"):
        restore_part(document(""), (), (), [], "m1", "0")
