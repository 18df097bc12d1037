"""Where a key takes a caret: from an offset of a text to another.

Each is a function of the editor, for the rows and clusters that its view knows, and an offset; so
the same ones serve one caret and several, moving, selecting and deleting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from cocalc_tui.widgets.editor import moves

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.model import Editor

Motion: TypeAlias = "Callable[[Editor, int], int]"


def left(editor: Editor, at: int) -> int:
    """One character back."""
    line, column = editor.buffer.row_col(at)
    if column:
        return at - column + editor.view.cells(line).before(column)
    return editor.end_of(editor.view.showing(line - 1)) if line else 0


def right(editor: Editor, at: int) -> int:
    """One character on."""
    line, column = editor.buffer.row_col(at)
    if column < editor.view.length(line):
        return at - column + editor.view.cells(line).after(column)
    fold = editor.view.folds.cover(line + 1) if editor.view.folds else None
    return editor.start_of(line + 1 if fold is None else fold[1] + 1)


def word_left(editor: Editor, at: int) -> int:
    """To the start of the word."""
    line, column = editor.buffer.row_col(at)
    if not column:
        return left(editor, at)
    found = moves.previous_word(editor.view.text(line), column)
    return at - column + (found or 0)


def word_right(editor: Editor, at: int) -> int:
    """To the end of the word."""
    line, column = editor.buffer.row_col(at)
    text = editor.view.text(line)
    if column >= len(text):
        return right(editor, at)
    found = moves.next_word(text, column)
    return at - column + (len(text) if found is None else found)


def home(editor: Editor, at: int) -> int:
    """To the beginning of what is written in the row, then of the row itself."""
    line, part = editor.view.at(editor.view.place(at)[0])
    start, _ = editor.view.span(line, part)
    column = editor.buffer.row_col(at)[1]
    goal = start if part else moves.smart_home(editor.view.head(line), column)
    return editor.buffer.offset(line, goal)


def row_start(editor: Editor, at: int) -> int:
    """To the beginning of the row."""
    line, part = editor.view.at(editor.view.place(at)[0])
    return editor.buffer.offset(line, editor.view.span(line, part)[0])


def end(editor: Editor, at: int) -> int:
    """To the end of the row, then of the line."""
    line, part = editor.view.at(editor.view.place(at)[0])
    _, last = editor.view.span(line, part)
    if part < len(editor.view.breaks(line)):
        before = editor.view.cells(line).before(last)
        column = editor.buffer.row_col(at)[1]
        last = editor.view.length(line) if column == before else before
    return editor.buffer.offset(line, last)


def paragraph_up(editor: Editor, at: int) -> int:
    """To the empty line before the paragraph."""
    line = editor.buffer.row_col(at)[0]
    while line and not editor.view.text(line).strip():
        line -= 1
    while line and editor.view.text(line).strip():
        line -= 1
    return editor.start_of(line)


def paragraph_down(editor: Editor, at: int) -> int:
    """To the empty line behind the paragraph."""
    line, last = editor.buffer.row_col(at)[0], editor.view.lines - 1
    while line < last and not editor.view.text(line).strip():
        line += 1
    while line < last and editor.view.text(line).strip():
        line += 1
    return editor.start_of(line) if not editor.view.text(line).strip() else editor.end_of(line)


def top(editor: Editor, at: int) -> int:
    """To the start of the text."""
    return 0


def bottom(editor: Editor, at: int) -> int:
    """To the end of the text."""
    return len(editor.buffer)
