"""What keys do to text and caret, and what others' typing does not."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import lines, motions, several, writing
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.motions import Motion
from cocalc_tui.widgets.editor.slices import at_once
from tests.widgets.editor.texts import Written, type_remotely

TEXTS = st.text(st.sampled_from("ab \t日\u0301(\r\n\n"), max_size=40)

MOVES: list[Motion] = [
    motions.left,
    motions.right,
    motions.word_left,
    motions.word_right,
    motions.home,
    motions.end,
    motions.top,
    motions.bottom,
]
EDITS: list[Callable[[Editor], object]] = [
    lambda editor: writing.insert(editor, "x"),
    lambda editor: writing.type_key(editor, "("),
    lambda editor: writing.type_key(editor, ")"),
    lambda editor: writing.paste(editor, "p\nq"),
    writing.newline,
    writing.backspace,
    writing.open_line,
    lambda editor: writing.open_line(editor, above=True),
    lambda editor: writing.delete_to(editor, motions.right),
    lambda editor: writing.delete_to(editor, motions.word_left),
    lambda editor: writing.change_selected(editor, str.upper, "case"),
    lines.delete,
    lines.duplicate,
    lambda editor: lines.duplicate(editor, below=False),
    lines.cut,
    lines.indent,
    lines.dedent,
    lines.join,
    lines.sort,
    lines.trim,
    lambda editor: lines.move(editor, 1),
    lambda editor: lines.move(editor, -1),
    lambda editor: lines.toggle_comment(editor, "#"),
    lambda editor: lines.toggle_block_comment(editor, "/*", "*/"),
]
MORE: list[Callable[[Editor], object]] = [
    lambda editor: several.add_row(editor, 1),
    lambda editor: several.add_row(editor, -1),
    several.add_next,
    several.add_all,
    several.split_selection,
    several.drop_last,
    lambda editor: several.add_at(editor, len(editor.buffer) // 2),
    Editor.single,
]


# --- properties ----------------------------------------------------------------------------------


def press(editor: Editor, key: int) -> None:
    """One of all the things that can be done."""
    if key < 40:
        editor.move(MOVES[key % len(MOVES)], select=key > 20)
    elif key < 50:
        editor.vertical(key - 45, select=key % 2 == 0)
    elif key < 70:
        MORE[key % len(MORE)](editor)
    else:
        at_once(EDITS[key % len(EDITS)](editor))


@given(TEXTS, st.lists(st.integers(0, 120), max_size=20), st.booleans())
def test_carets_are_always_where_they_may_stand(text: str, keys: list[int], wrap: bool) -> None:
    written = Written(text, pairs='()""')
    editor = written.editor
    editor.view.resize(9, wrap=wrap)
    for key in keys:
        press(editor, key)
        assert str(editor.buffer) == written.text
        carets = editor.carets
        for caret in carets:
            assert 0 <= caret.at <= len(written.text)
            assert editor.settle(caret.at) == caret.at
            assert caret.anchor != caret.at
            assert caret.anchor is None or 0 <= caret.anchor <= len(written.text)
        for one, following in itertools.pairwise(carets):
            assert one.selection[1] <= following.selection[0]
            assert one.selection != following.selection
        assert editor.main in carets
        assert all(0 <= at <= len(written.text) for at in editor.closers)


@given(TEXTS, st.lists(st.integers(0, 120), max_size=12))
def test_undoing_everything_gives_the_text_back(text: str, keys: list[int]) -> None:
    written = Written(text, pairs='()""')
    for key in keys:
        press(written.editor, key)
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


# --- moving --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "motion", "after"),
    [
        ("a👩\u200d👧|b", motions.left, "a|👩\u200d👧b"),
        ("a|\r\nb", motions.right, "a\r\n|b"),
        ("a\r\n|b", motions.left, "a|\r\nb"),
        ("one |two.x", motions.word_right, "one two|.x"),
        ("one two|", motions.word_left, "one |two"),
        ("a\n|b", motions.word_left, "a|\nb"),
        ("  ab|", motions.home, "  |ab"),
        ("  |ab", motions.home, "|  ab"),
        ("a|b\r\nc", motions.end, "ab|\r\nc"),
        ("a|b\nc|d", motions.end, "ab|\ncd|"),
        ("a|b|", motions.left, "|a|b"),
        ("a|b|", motions.home, "|ab"),
    ],
)
def test_moving(before: str, motion: Motion, after: str) -> None:
    written = Written(before)
    written.editor.move(motion)
    assert written.marked == after


@pytest.mark.parametrize(
    ("do", "after"),
    [
        (lambda editor: editor.select_word(1), "[abc]\nd"),
        (lambda editor: editor.select_line(0), "[abc\n]d"),
        (Editor.select_all, "[abc\nd]"),
        (lambda editor: editor.move(motions.right, select=True), "a[b]c\nd"),
    ],
)
def test_selecting(do: Callable[[Editor], object], after: str) -> None:
    written = Written("a|bc\nd")
    do(written.editor)
    assert written.marked == after


def test_leaving_a_selection_goes_to_its_edge() -> None:
    written = Written("a|bcd")
    written.editor.select(1, 3)
    written.editor.move(motions.left, edge=0)
    assert written.marked == "a|bcd"
    written.editor.select(1, 3)
    written.editor.move(motions.right, edge=1)
    assert written.marked == "abc|d"


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
    written.editor.move(motions.end)
    assert written.marked == "the quick brown fox|"
    written.editor.vertical(-1)
    written.editor.move(motions.home)
    written.editor.move(motions.end)
    assert written.marked == "the quick| brown fox"
    written.editor.move(motions.end)
    assert written.marked == "the quick brown fox|"


def test_another_text_takes_its_place() -> None:
    written = Written("one two|")
    written.editor.load(Written("ab").editor.buffer)
    assert (written.editor.caret, written.editor.view.lines) == (2, 1)
