"""What is done to whole lines, at one caret and at several."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cocalc_tui.sync.patch import Splice
from cocalc_tui.widgets.editor import lines
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import Slices, at_once
from tests.widgets.editor.texts import Written, type_remotely

Do = Callable[[Editor], object]


def above(editor: Editor) -> None:
    lines.duplicate(editor, below=False)


def up(editor: Editor) -> None:
    lines.move(editor, -1)


def down(editor: Editor) -> None:
    lines.move(editor, 1)


def comment(editor: Editor) -> Slices:
    return lines.toggle_comment(editor, "#")


def block(editor: Editor) -> None:
    lines.toggle_block_comment(editor, "<!--", "-->")


@pytest.mark.parametrize(
    ("before", "do", "after"),
    [
        ("a|", lines.indent, "a   |"),
        ("\tx\n|", lines.indent, "\tx\n\t|"),
        ("  x|", lines.indent, "  x |"),
        ("  x|", lines.shift, "      x|"),
        ("    a|b", lines.dedent, "a|b"),
        ("\ta|b", lines.dedent, "a|b"),
        ("a\nb|c\nd", lines.delete, "a\nd|"),
        ("a\nb|c", lines.delete, "a|"),
        ("|a\nb\n|c\nd", lines.delete, "|b\nd"),
        ("a|b\nc", lines.duplicate, "ab\na|b\nc"),
        ("a|b\r\nc", lines.duplicate, "ab\r\na|b\r\nc"),
        ("a|b\nc", above, "a|b\nab\nc"),
        ("|a\nb\nc|", lines.duplicate, "a\n|a\nb\nc\nc|"),
        ("a\nb|c\nd", up, "b|c\na\nd"),
        ("a\nb|c\nd", down, "a\nd\nb|c"),
        ("a|\r\nb", down, "b\r\na|"),
        ("a|", down, "a|"),
        ("a\n|b\nc\n|d", up, "|b\na\n|d\nc"),
        ("|a\nb\n|c", up, "|a\n|c\nb"),
        ("  a|b", comment, "  # a|b"),
        ("  # a|b", comment, "  a|b"),
        ("|", comment, "|"),
        ("  a|b  ", block, "  <!-- a|b -->  "),
        ("  <!-- a|b -->", block, "  a|b"),
        ("a |\n  b", lines.join, "a| b"),
        ("f(|\n)", lines.join, "f(|)"),
        ("a|", lines.join, "a|"),
        ("|b\na\n", lines.sort, "|a\nb\n"),
        ("|a \n b\t", lines.trim, "|a\n b"),
        ("a\nb|c\nd", lines.cut, "a\n|d"),
    ],
)
def test_lines(before: str, do: Do, after: str) -> None:
    written = Written(before)
    at_once(do(written.editor))
    assert written.marked == after


def test_lines_of_a_selection() -> None:
    written = Written("|a\n  b\n\nc")
    editor = written.editor
    editor.select(0, 7)
    at_once(lines.indent(editor))
    assert written.text == "    a\n      b\n\nc"
    at_once(lines.dedent(editor))
    assert written.marked == "[a\n  b\n\n]c"
    at_once(lines.toggle_comment(editor, "//"))
    assert written.text == "// a\n//   b\n\nc"


def test_lines_selected_whole_stay_selected_while_they_move() -> None:
    written = Written("|a\nb\nc\nd\n")
    written.editor.select(2, 6)
    lines.move(written.editor, -1)
    assert written.marked == "[b\nc\n]a\nd\n"
    lines.move(written.editor, 1)
    lines.move(written.editor, 1)
    assert written.marked == "a\nd\n[b\nc\n]"
    at_once(lines.join(written.editor))
    assert written.text == "a\nd\nb c\n"


def test_several_lines_join_to_one() -> None:
    written = Written("|a\n b\nc")
    written.editor.select_all()
    at_once(lines.join(written.editor))
    assert written.text == "a b c"


def test_very_many_lines_are_sorted_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", 3)
    monkeypatch.setattr(lines, "LINES", 2)
    written = Written("|a\r\nc\r\nb\r\nd\ne\nf")
    lines.sort(written.editor)
    assert written.text == "a\r\nb\r\nc\r\nd\ne\nf"
    assert len(written.document.undo()) == 2


def test_what_others_type_into_lines_that_move_stays_in_them() -> None:
    mine, theirs = Written("a\nb|\nc"), Written("a\nb\nc")
    theirs.document.change([Splice(3, 0, "!")])
    lines.move(mine.editor, -1)
    type_remotely(mine.document, [Splice(1, 0, "!")])
    assert mine.text == "b!\na\nc"


def test_copying_takes_selections_or_lines() -> None:
    written = Written("a\nb|c\nd")
    assert lines.copied(written.editor) == "bc\n"
    written.editor.select(0, 3)
    assert lines.copied(written.editor) == "a\nb"
    several = Written("a|\nb\nc|")
    assert lines.copied(several.editor) == "a\nc"


def test_the_step_is_that_of_the_text() -> None:
    written = Written("if a:\n  b|")
    written.editor.step = "  "
    at_once(lines.shift(written.editor))
    assert written.text == "if a:\n    b"
