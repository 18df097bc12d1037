"""What keys do to text and caret, and what others' typing does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor.model import Editor
from tests.widgets.editor.texts import Written, type_remotely

TEXTS = st.text(st.sampled_from("ab \t日\u0301(\r\n\n"), max_size=40)

MOVES: list[Callable[..., object]] = [
    Editor.left,
    Editor.right,
    Editor.word_left,
    Editor.word_right,
    Editor.home,
    Editor.end,
    lambda editor, select=False: editor.vertical(1, select=select),
    lambda editor, select=False: editor.vertical(-1, select=select),
]
EDITS: list[Callable[[Editor], object]] = [
    lambda editor: editor.insert("x"),
    lambda editor: editor.paste("p\nq"),
    Editor.newline,
    Editor.backspace,
    Editor.delete,
    Editor.delete_word_left,
    Editor.delete_word_right,
    Editor.delete_lines,
    Editor.duplicate_lines,
    Editor.cut_lines,
    Editor.indent,
    Editor.dedent,
    lambda editor: editor.move_lines(1),
    lambda editor: editor.move_lines(-1),
    lambda editor: editor.toggle_comment("#"),
]


# --- properties ----------------------------------------------------------------------------------


@given(TEXTS, st.lists(st.integers(0, 100), max_size=20), st.booleans())
def test_the_caret_is_always_where_it_may_stand(text: str, keys: list[int], wrap: bool) -> None:
    written = Written(text)
    editor = written.editor
    editor.view.resize(9, wrap=wrap)
    for key in keys:
        if key % 3:
            MOVES[key % len(MOVES)](editor, select=key > 50)
        else:
            EDITS[key % len(EDITS)](editor)
        assert 0 <= editor.caret <= len(written.text)
        assert editor.settle(editor.caret) == editor.caret
        assert str(editor.buffer) == written.text
        assert editor.anchor is None or 0 <= editor.anchor <= len(written.text)


@given(TEXTS, st.lists(st.integers(0, 100), max_size=12))
def test_undoing_everything_gives_the_text_back(text: str, keys: list[int]) -> None:
    written = Written(text)
    for key in keys:
        EDITS[key % len(EDITS)](written.editor)
    while written.document.undo():
        pass
    assert written.text == text


@given(TEXTS, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), TEXTS)
def test_a_remote_edit_leaves_caret_and_selection_in_their_text(
    text: str, caret: float, anchor: float, start: float, delete: float, insert: str
) -> None:
    written = Written(text)
    editor = written.editor
    editor.caret, editor.anchor = round(caret * len(text)), round(anchor * len(text))
    low, high = editor.selection
    pos = round(start * len(text))
    cut = round(delete * (len(text) - pos))
    type_remotely(written.document, [Splice(pos, cut, insert)])
    before, after = text[:low], text[high:]
    if pos + cut < low or pos > high:
        assert editor.selected == text[low:high]
        assert written.text[: editor.selection[0]].endswith(
            before[pos + cut :] if pos < low else ""
        )
        assert written.text[editor.selection[1] :].endswith(
            after[pos + cut - high :] if cut else ""
        )
    assert 0 <= editor.selection[0] <= editor.selection[1] <= len(written.text)


# --- others --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pos", "delete", "insert", "marked"),
    [
        (0, 0, "new ", "new one |two"),
        (4, 0, "new ", "one |new two"),
        (7, 0, " new", "one |two new"),
        (0, 4, "", "|two"),
        (2, 4, "", "on|o"),
        (0, 7, "all", "|all"),
    ],
)
def test_others_typing_carries_my_caret(pos: int, delete: int, insert: str, marked: str) -> None:
    written = Written("one |two")
    type_remotely(written.document, [Splice(pos, delete, insert)])
    assert written.marked == marked


@pytest.mark.parametrize(("pos", "marked"), [(4, "one >[two] x"), (7, "one [two]> x")])
def test_what_comes_at_the_edge_of_my_selection_stays_outside(pos: int, marked: str) -> None:
    written = Written("|one two x")
    written.editor.select(4, 7)
    type_remotely(written.document, [Splice(pos, 0, ">")])
    assert written.marked == marked


def test_several_remote_changes_at_once() -> None:
    written = Written("a\nb\nc|\nd")
    type_remotely(written.document, [Splice(7, 0, "!\n"), Splice(0, 1, "A\nA"), Splice(5, 0, "x")])
    assert written.marked == "A\nA\nbx\nc|\nd!\n"
    assert written.editor.view.lines == 6


# --- typing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "do", "after"),
    [
        ("ab|c", lambda e: e.insert("x"), "abx|c"),
        ("a|", lambda e: e.insert("\ud800"), "a?|"),
        ("  if x:|", Editor.newline, "  if x:\n      |"),
        ("\tif x:|", Editor.newline, "\tif x:\n\t\t|"),
        ("  x|y", Editor.newline, "  x\n  |y"),
        ("a\r\nb|\r\nc", Editor.newline, "a\r\nb\r\n|\r\nc"),
        ("a\r\nb|", Editor.newline, "a\r\nb\r\n|"),
        ("a\nb|", Editor.newline, "a\nb\n|"),
        ("|", Editor.newline, "\n|"),
        ("a\r\n|b", Editor.backspace, "a|b"),
        ("a|\r\nb", Editor.delete, "a|b"),
        ("        |x", Editor.backspace, "    |x"),
        ("      |x", Editor.backspace, "    |x"),
        ("é e\u0301|x", Editor.backspace, "é |x"),
        ("one two|", Editor.delete_word_left, "one |"),
        ("one |two x", Editor.delete_word_right, "one | x"),
        ("a|", Editor.indent, "a   |"),
        ("\tx\n|", Editor.indent, "\tx\n\t|"),
        ("    a|b", Editor.dedent, "a|b"),
        ("a\nb|c\nd", Editor.delete_lines, "a\nd|"),
        ("a\nb|c", Editor.delete_lines, "a|"),
        ("a|b\nc", Editor.duplicate_lines, "ab\na|b\nc"),
        ("a|b\r\nc", Editor.duplicate_lines, "ab\r\na|b\r\nc"),
        ("a\nb|c\nd", lambda e: e.move_lines(-1), "b|c\na\nd"),
        ("a\nb|c\nd", lambda e: e.move_lines(1), "a\nd\nb|c"),
        ("a|\r\nb", lambda e: e.move_lines(1), "b\r\na|"),
        ("a|", lambda e: e.move_lines(1), "a|"),
        ("  a|b", lambda e: e.toggle_comment("#"), "  # a|b"),
        ("  # a|b", lambda e: e.toggle_comment("#"), "  a|b"),
        ("|", lambda e: e.toggle_comment("#"), "|"),
        ("x|", lambda e: e.paste("a\r\nb\rc"), "xa\nb\nc|"),
        ("x|\r\ny", lambda e: e.paste("a\nb"), "xa\r\nb|\r\ny"),
        ("a\nb|c\nd", Editor.cut_lines, "a\n|d"),
    ],
)
def test_editing(before: str, do: Callable[[Editor], object], after: str) -> None:
    written = Written(before)
    do(written.editor)
    assert written.marked == after


def test_lines_of_a_selection() -> None:
    written = Written("|a\n  b\n\nc")
    written.editor.select(0, 7)
    written.editor.indent()
    assert written.text == "    a\n      b\n\nc"
    written.editor.dedent()
    assert written.marked == "[a\n  b\n\n]c"
    written.editor.toggle_comment("//")
    assert written.text == "// a\n//   b\n\nc"


def test_a_word_typed_is_one_step_and_moving_begins_another() -> None:
    written = Written("|")
    for key in "ab":
        written.editor.insert(key)
    written.editor.left()
    written.editor.insert("c")
    written.editor.newline()
    written.editor.backspace()
    written.editor.backspace()
    assert written.steps == [
        ("typing", True),
        ("typing", False),
        ("typing", True),
        ("typing", True),
        ("delete", True),
        ("delete", False),
    ]


def test_copying_without_a_selection_takes_the_line() -> None:
    written = Written("a\nb|c\nd")
    assert written.editor.copied() == "bc\n"
    written.editor.select(0, 3)
    assert written.editor.copied() == "a\nb"


# --- moving --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "do", "after"),
    [
        ("a👩\u200d👧|b", Editor.left, "a|👩\u200d👧b"),
        ("a|\r\nb", Editor.right, "a\r\n|b"),
        ("a\r\n|b", Editor.left, "a|\r\nb"),
        ("one |two.x", Editor.word_right, "one two|.x"),
        ("one two|", Editor.word_left, "one |two"),
        ("a\n|b", Editor.word_left, "a|\nb"),
        ("  ab|", Editor.home, "  |ab"),
        ("  |ab", Editor.home, "|  ab"),
        ("a|b\r\nc", Editor.end, "ab|\r\nc"),
        ("a|bc", lambda e: e.select_word(1), "[abc]"),
        ("a\nb|c\nd", lambda e: e.select_line(1), "a\n[bc\n]d"),
        ("|ab", Editor.select_all, "[ab]"),
    ],
)
def test_moving(before: str, do: Callable[[Editor], object], after: str) -> None:
    written = Written(before)
    do(written.editor)
    assert written.marked == after


def test_going_down_keeps_the_cell() -> None:
    written = Written("日本|x\na\nabcdef")
    assert written.editor.vertical(1)
    assert written.editor.place() == (1, 1)
    assert written.editor.vertical(1)
    assert written.editor.place() == (2, 4)
    assert written.editor.vertical(1)
    assert written.editor.place() == (2, 6)
    assert not written.editor.vertical(1)


def test_rows_of_a_wrapped_line_are_walked_through() -> None:
    written = Written("|the quick brown fox")
    written.editor.view.resize(10, wrap=True)
    written.editor.vertical(1)
    assert written.marked == "the quick |brown fox"
    written.editor.end()
    assert written.marked == "the quick brown fox|"
    written.editor.vertical(-1)
    written.editor.home()
    written.editor.end()
    assert written.marked == "the quick| brown fox"
    written.editor.end()
    assert written.marked == "the quick brown fox|"


def test_another_text_takes_its_place() -> None:
    written = Written("one two|")
    written.editor.load(Written("ab").editor.buffer)
    assert (written.editor.caret, written.editor.view.lines) == (2, 1)
