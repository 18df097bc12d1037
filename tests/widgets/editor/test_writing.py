"""What typing does at one caret and at several."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import motions, writing
from cocalc_tui.widgets.editor.model import Editor
from tests.widgets.editor.texts import Written, type_remotely

Do = Callable[[Editor], object]
PAIRS = "()[]{}\"\"''"


def insert(text: str) -> Do:
    return lambda editor: writing.insert(editor, text)


def paste(text: str) -> Do:
    return lambda editor: writing.paste(editor, text)


def delete(motion: motions.Motion) -> Do:
    return lambda editor: writing.delete_to(editor, motion)


@pytest.mark.parametrize(
    ("before", "do", "after"),
    [
        ("ab|c", insert("x"), "abx|c"),
        ("a|", insert("\ud800"), "a?|"),
        ("a|b|", insert("xy"), "axy|bxy|"),
        ("  if x:|", writing.newline, "  if x:\n      |"),
        ("\tif x:|", writing.newline, "\tif x:\n\t\t|"),
        ("  x|y", writing.newline, "  x\n  |y"),
        ("a\r\nb|\r\nc", writing.newline, "a\r\nb\r\n|\r\nc"),
        ("a\r\nb|", writing.newline, "a\r\nb\r\n|"),
        ("a\nb|", writing.newline, "a\nb\n|"),
        ("|", writing.newline, "\n|"),
        ("f(|)", writing.newline, "f(\n    |\n)"),
        ("    return x|", writing.newline, "    return x\n|"),
        ("    return (|", writing.newline, "    return (\n        |"),
        ("a\n    |\nb", writing.newline, "a\n\n    |\nb"),
        ("  a|b:\n|", writing.newline, "  a\n  |b:\n\n|"),
        ("  a|b\nc", writing.open_line, "  ab\n  |\nc"),
        ("a\n  b|c", lambda e: writing.open_line(e, above=True), "a\n  |\n  bc"),
        ("a\r\n|b", writing.backspace, "a|b"),
        ("a|\r\nb", delete(motions.right), "a|b"),
        ("        |x", writing.backspace, "    |x"),
        ("      |x", writing.backspace, "    |x"),
        ("é e\u0301|x", writing.backspace, "é |x"),
        ("ab|c|", writing.backspace, "a|"),
        ("one two|", delete(motions.word_left), "one |"),
        ("one |two x", delete(motions.word_right), "one | x"),
        ("x|", paste("a\r\nb\rc"), "xa\nb\nc|"),
        ("x|\r\ny", paste("a\nb"), "xa\r\nb|\r\ny"),
        ("a|b|", paste("1\n2"), "a1|b2|"),
        ("a|b|", paste("1\n2\n3"), "a1\n2\n3|b1\n2\n3|"),
        ("one t|wo", lambda e: writing.change_selected(e, str.upper, "case"), "one T|WO"),
    ],
)
def test_writing(before: str, do: Do, after: str) -> None:
    written = Written(before)
    do(written.editor)
    assert written.marked == after


def test_a_word_typed_is_one_step_and_moving_begins_another() -> None:
    written = Written("|")
    editor = written.editor
    for key in "ab":
        writing.insert(editor, key)
    editor.move(motions.left)
    writing.insert(editor, "c")
    writing.newline(editor)
    writing.backspace(editor)
    writing.backspace(editor)
    assert written.steps == [
        ("typing", True),
        ("typing", False),
        ("typing", True),
        ("typing", True),
        ("delete", True),
        ("delete", False),
    ]


def test_others_typing_does_not_cut_my_step() -> None:
    written = Written("one |two")
    writing.insert(written.editor, "a")
    type_remotely(written.document, [Splice(0, 0, "more ")])
    writing.insert(written.editor, "b")
    assert written.steps == [("typing", True), ("typing", False)]
    assert written.marked == "more one ab|two"


def test_several_carets_type_one_patch_and_are_undone_at_once() -> None:
    written = Written("|a\n|b\n|c")
    writing.insert(written.editor, "- ")
    assert written.text == "- a\n- b\n- c"
    assert len(written.steps) == 1
    written.document.undo()
    assert written.text == "a\nb\nc"


# --- pairs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("f|", "(", "f(|)"),
        ("f|", "(a)", "f(a)|"),
        ("f|x", "(", "f(|x"),
        ("|", "[(", "[(|)]"),
        ("|", '"a"', '"a"|'),
        ("it|", "'", "it'|"),
        ("|", '"""', '"""|'),
        ("f(|)", ")", "f()|)"),
        ("a|b|", "(", "a(|b(|)"),
        ("if x {\n    y\n    |", "}", "if x {\n    y\n}|"),
        ("  |", "}", "  }|"),
    ],
)
def test_brackets_come_in_pairs(before: str, keys: str, after: str) -> None:
    written = Written(before, pairs=PAIRS)
    for key in keys:
        writing.type_key(written.editor, key)
    assert written.marked == after


def test_a_fresh_pair_goes_at_once() -> None:
    written = Written("f|", pairs=PAIRS)
    writing.type_key(written.editor, "(")
    writing.backspace(written.editor)
    assert written.marked == "f|"
    assert written.editor.closers == []


def test_what_others_do_to_a_pair() -> None:
    written = Written("f|", pairs=PAIRS)
    writing.type_key(written.editor, "(")
    type_remotely(written.document, [Splice(0, 0, "x = "), Splice(6, 0, "b")])
    writing.type_key(written.editor, ")")
    assert written.marked == "x = f()|b)"
    written = Written("f|", pairs=PAIRS)
    writing.type_key(written.editor, "(")
    type_remotely(written.document, [Splice(2, 1, "")])
    writing.type_key(written.editor, ")")
    assert written.marked == "f()|"


def test_a_bracket_is_passed_only_in_its_line() -> None:
    written = Written("|\nb", pairs=PAIRS)
    writing.type_key(written.editor, "(")
    written.editor.vertical(1)
    written.editor.go(1)
    writing.type_key(written.editor, ")")
    assert written.marked == "()|)\nb"


def test_a_selection_is_put_into_brackets() -> None:
    written = Written("one |two", pairs=PAIRS)
    written.editor.select(4, 7)
    writing.type_key(written.editor, "(")
    assert written.marked == "one ([two])"
    writing.type_key(written.editor, "x")
    assert written.marked == "one (x|)"
