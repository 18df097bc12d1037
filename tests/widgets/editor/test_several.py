"""Several carets."""

from __future__ import annotations

from cocalc_tui.widgets.editor import several, writing
from tests.widgets.editor.texts import Written


def test_carets_in_rows_above_and_below() -> None:
    written = Written("abc\n\nab|c\nabc")
    assert several.add_row(written.editor, -1)
    assert several.add_row(written.editor, -1)
    assert not several.add_row(written.editor, -1)
    assert several.add_row(written.editor, 1)
    assert written.marked == "ab|c\n|\nab|c\nab|c"
    assert written.editor.place() == (3, 2)


def test_the_next_like_it() -> None:
    written = Written("on|e two one x one")
    assert several.add_next(written.editor)
    assert written.marked == "[one] two one x one"
    assert several.add_next(written.editor)
    assert several.add_next(written.editor, skip=True)
    assert written.marked == "[one] two one x [one]"
    assert several.add_next(written.editor) is False
    writing.insert(written.editor, "1")
    assert written.marked == "1| two one x 1|"


def test_all_like_it() -> None:
    written = Written("on|e two one x one")
    assert several.add_all(written.editor) == 3
    assert written.marked == "[one] two [one] x [one]"
    assert written.editor.single()
    assert written.marked == "[one] two one x one"
    assert several.add_all(Written("|  \n  ").editor) == 0


def test_pointing_adds_and_takes() -> None:
    written = Written("a|bcd")
    several.add_at(written.editor, 3)
    assert written.marked == "a|bc|d"
    several.add_at(written.editor, 1)
    assert written.marked == "abc|d"
    several.add_at(written.editor, 3)
    assert written.marked == "abc|d"


def test_the_last_one_goes_first() -> None:
    written = Written("a|b\nc")
    several.add_row(written.editor, 1)
    assert several.drop_last(written.editor)
    assert written.marked == "a|b\nc"
    assert not several.drop_last(written.editor)


def test_a_caret_in_each_line() -> None:
    written = Written("|ab\nc\nde")
    written.editor.select(1, 6)
    several.split_selection(written.editor)
    assert written.marked == "ab|\nc|\nd|e"


def test_carets_that_meet_are_one() -> None:
    written = Written("ab|c|")
    writing.backspace(written.editor)
    writing.backspace(written.editor)
    assert written.marked == "|"
