"""Words, paragraphs and sentences as vim sees them, on the lines of a text.

A word is letters, digits and `_`, or signs; a WORD is whatever is between white space. An empty
line is a word, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cocalc_tui.widgets.editor import lines
from cocalc_tui.widgets.editor.model import Editor

_SMALL = re.compile(r"\w+|[^\w\s]+")
_BIG = re.compile(r"\S+")
_SENTENCE = re.compile(r"[.!?][)\]\"']*(?=[ \t\n]|$)[ \t]*(?:\n(?!\n))?[ \t]*|\n\n+[ \t]*")
_BREAK = re.compile(r"(?<!\n)\n(?=\n)")
FAR = 200
"""Lines of a paragraph that are looked at for sentences."""
_Columns = Callable[[int], list[int]]
"""Places in a line, rising."""


def _pattern(big: bool) -> re.Pattern[str]:
    return _BIG if big else _SMALL


def last_line(editor: Editor) -> int:
    """The last line of a text: what is behind its last line end is none, but for a caret there."""
    return max(lines.last_line(editor), editor.place()[0])


def text_end(editor: Editor) -> int:
    """Where the last line ends."""
    return editor.end_of(last_line(editor))


def starts(editor: Editor, line: int, *, big: bool) -> list[int]:
    """Columns where words of a line begin; 0 for an empty line."""
    text = editor.view.text(line)
    return [found.start() for found in _pattern(big).finditer(text)] if text else [0]


def ends(editor: Editor, line: int, *, big: bool) -> list[int]:
    """Columns of the last characters of a line's words."""
    return [found.end() - 1 for found in _pattern(big).finditer(editor.view.text(line))]


def next_start(editor: Editor, at: int, *, big: bool) -> int:
    """Where the next word begins; the end of the text where there is none."""
    return _next(editor, at, lambda row: starts(editor, row, big=big))


def previous_start(editor: Editor, at: int, *, big: bool) -> int:
    """Where the word, or the one before, begins."""
    return _previous(editor, at, lambda row: starts(editor, row, big=big))


def next_end(editor: Editor, at: int, *, big: bool) -> int:
    """The last character of the word, or of the next."""
    return _next(editor, at, lambda row: ends(editor, row, big=big))


def previous_end(editor: Editor, at: int, *, big: bool) -> int:
    """The last character of the word before."""
    line = editor.buffer.row_col(at)[0]
    return _previous(
        editor, at, lambda row: ends(editor, row, big=big) or ([0] if row < line else [])
    )


def _next(editor: Editor, at: int, columns: _Columns) -> int:
    """The first of such places behind an offset; the end of the text where there is none."""
    line, column = editor.buffer.row_col(at)
    for row in range(line, last_line(editor) + 1):
        for here in columns(row):
            if row > line or here > column:
                return editor.buffer.offset(row, here)
    return text_end(editor)


def _previous(editor: Editor, at: int, columns: _Columns) -> int:
    """The last of such places before an offset; the start of the text where there is none."""
    line, column = editor.buffer.row_col(at)
    for row in range(line, -1, -1):
        for here in reversed(columns(row)):
            if row < line or here < column:
                return editor.buffer.offset(row, here)
    return 0


def run_at(editor: Editor, at: int, *, big: bool) -> tuple[int, int, bool]:
    """The word, or white space, that an offset is in: start, end, whether it is a word."""
    line, column = editor.buffer.row_col(at)
    text, before = editor.view.text(line), 0
    for found in _pattern(big).finditer(text):
        if column < found.start():
            return at - column + before, at - column + found.start(), False
        if column < found.end():
            return at - column + found.start(), at - column + found.end(), True
        before = found.end()
    return at - column + before, at - column + len(text), False


# --- paragraphs and sentences --------------------------------------------------------------------


def is_blank(editor: Editor, line: int) -> bool:
    """Whether nothing is written in a line."""
    return not editor.view.text(line).strip()


def next_paragraph(editor: Editor, at: int) -> int:
    """The empty line behind the paragraph."""
    line = editor.buffer.row_col(at)[0]
    last = last_line(editor)
    while line < last and not editor.view.text(line):
        line += 1
    while line < last and editor.view.text(line):
        line += 1
    return editor.start_of(line) if not editor.view.text(line) else text_end(editor)


def previous_paragraph(editor: Editor, at: int) -> int:
    """The empty line before the paragraph."""
    line = editor.buffer.row_col(at)[0]
    while line and not editor.view.text(line):
        line -= 1
    while line and editor.view.text(line):
        line -= 1
    return editor.start_of(line)


def sentences(editor: Editor, at: int) -> list[int]:
    """Offsets where sentences around an offset begin."""
    line = editor.buffer.row_col(at)[0]
    first = editor.start_of(max(line - FAR, 0))
    end = min(editor.start_of(min(line + FAR, editor.view.lines)), text_end(editor))
    text = editor.buffer.slice(first, end)
    found = {0, len(text)}
    found.update(
        mark.end() for mark in _SENTENCE.finditer(text) if not _ends_line(text, mark.end())
    )
    found.update(mark.end() for mark in _BREAK.finditer(text))
    return [first + start for start in sorted(found)]


def _ends_line(text: str, at: int) -> bool:
    """Whether an offset is the end of a line with something in it."""
    return text[at : at + 1] == "\n" and text[at - 1] != "\n"
