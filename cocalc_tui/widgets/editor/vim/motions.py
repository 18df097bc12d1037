"""Vim's motions: where each goes from a caret, and how an operator takes the way there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from cocalc_tui.widgets.editor import brackets, motions, moves
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.outside import Outside
from cocalc_tui.widgets.editor.vim.search import Search


class Target(NamedTuple):
    """Where a motion goes."""

    at: int
    inclusive: bool = False
    """Whether an operator takes the character there, too."""
    lines: bool = False
    """Whether an operator takes whole lines."""


@dataclass
class Memory:
    """What motions remember of earlier ones."""

    find: tuple[str, str] = ("", "")
    """The last of f F t T, and its character."""
    search: Search = field(default_factory=Search)


@dataclass
class Going:
    """A motion that is asked for."""

    editor: Editor
    at: int
    count: int
    counted: bool
    """Whether a count was typed."""
    argument: str
    """The character typed behind f, t, ' and the like."""
    memory: Memory
    outside: Outside
    operating: bool = False
    """Whether it is for an operator."""

    @property
    def line(self) -> int:
        """The caret's line."""
        return self.editor.buffer.row_col(self.at)[0]

    def to_line(self, line: int) -> Target:
        """To what is written in a line."""
        line = min(max(line, 0), self.editor.view.lines - 1)
        indent = len(moves.indent_of(self.editor.view.text(line)))
        return Target(self.editor.buffer.offset(line, indent), lines=True)


Motion: TypeAlias = Callable[[Going], "Target | None"]


# --- within a line -------------------------------------------------------------------------------


def _left(going: Going) -> Target:
    start = going.editor.start_of(going.line)
    at = going.at
    for _ in range(min(going.count, at - start)):
        at = max(motions.left(going.editor, at), start)
    return Target(at)


def _right(going: Going) -> Target:
    end = going.editor.end_of(going.line)
    at = going.at
    for _ in range(min(going.count, end - at)):
        at = min(motions.right(going.editor, at), end)
    return Target(at)


def _back(going: Going) -> Target:
    at = going.at
    for _ in range(going.count):
        at = motions.left(going.editor, at)
    return Target(at)


def _on(going: Going) -> Target:
    at = going.at
    for _ in range(going.count):
        at = motions.right(going.editor, at)
    return Target(at)


def _line_start(going: Going) -> Target:
    return Target(going.editor.start_of(going.line))


def _written(going: Going) -> Target:
    return going.to_line(going.line)._replace(lines=False)


def _line_end(going: Going) -> Target:
    line = min(going.line + going.count - 1, going.editor.view.lines - 1)
    end = going.editor.end_of(line)
    return Target(
        max(end - 1, going.editor.start_of(line)), inclusive=end > going.editor.start_of(line)
    )


def _last_written(going: Going) -> Target:
    line = min(going.line + going.count - 1, going.editor.view.lines - 1)
    length = len(going.editor.view.text(line).rstrip())
    return Target(going.editor.buffer.offset(line, max(length - 1, 0)), inclusive=True)


def _column(going: Going) -> Target:
    return Target(going.editor.buffer.offset(going.line, going.count - 1))


def _find(kind: str, going: Going, character: str, *, again: bool = False) -> Target | None:
    line, column = going.editor.buffer.row_col(going.at)
    text, at = going.editor.view.text(line), column
    forwards, short = kind in "ft", kind in "tT"
    if again and short:
        at += 1 if forwards else -1
    for _ in range(going.count):
        at = text.find(character, at + 1) if forwards else text.rfind(character, 0, max(at, 0))
        if at < 0:
            return None
    if short:
        at += -1 if forwards else 1
    return Target(going.at - column + at, inclusive=forwards)


def _finds(kind: str) -> Motion:
    def motion(going: Going) -> Target | None:
        going.memory.find = kind, going.argument
        return _find(kind, going, going.argument)

    return motion


def _find_again(going: Going) -> Target | None:
    kind, character = going.memory.find
    return _find(kind, going, character, again=True) if kind else None


def _find_back(going: Going) -> Target | None:
    kind, character = going.memory.find
    return _find(kind.swapcase(), going, character, again=True) if kind else None


# --- lines ---------------------------------------------------------------------------------------


def _rows(by: int) -> Motion:
    def motion(going: Going) -> Target | None:
        line = min(max(going.line + by * going.count, 0), going.editor.view.lines - 1)
        if line == going.line:
            return None
        goal = going.editor.main.goal
        column = (
            goal
            if goal is not None
            else going.editor.view.cells(going.line).x(going.at - going.editor.start_of(going.line))
        )
        return Target(
            going.editor.buffer.offset(line, going.editor.view.cells(line).column(column)),
            lines=True,
        )

    return motion


def _screen_rows(by: int) -> Motion:
    def motion(going: Going) -> Target | None:
        row, x = going.editor.view.place(going.at)
        if not 0 <= row + by * going.count < going.editor.view.height:
            return None
        return Target(going.editor.view.offset(row + by * going.count, x))

    return motion


def _lines_on(by: int) -> Motion:
    def motion(going: Going) -> Target | None:
        line = going.line + by * going.count
        return going.to_line(line) if 0 <= line < going.editor.view.lines else None

    return motion


def _this_line(going: Going) -> Target:
    return going.to_line(going.line + going.count - 1)


def _first_line(going: Going) -> Target:
    return going.to_line(going.count - 1)


def _last_line(going: Going) -> Target:
    return going.to_line(going.count - 1 if going.counted else going.editor.view.lines - 1)


def _of_screen(part: float) -> Motion:
    def motion(going: Going) -> Target:
        first, last = going.outside.rows_shown()
        last = min(last, going.editor.view.height - 1)
        row = first + round((last - first) * part)
        row += (going.count - 1) * (1 if part == 0 else -1 if part == 1 else 0)
        return going.to_line(going.editor.view.at(row)[0])

    return motion


# --- words and more ------------------------------------------------------------------------------


def _many(
    step: Callable[[Editor, int], int], *, inclusive: bool = False, all_of: bool = False
) -> Motion:
    """`all_of`: it is nothing where the text ends before that many steps."""

    def motion(going: Going) -> Target | None:
        at = going.at
        for _ in range(going.count):
            before, at = at, step(going.editor, at)
            if at == before:
                return None if all_of or at == going.at else Target(at, inclusive=inclusive)
        return Target(at, inclusive=inclusive)

    return motion


def _word(going: Going, *, big: bool) -> Target | None:
    at = before = going.at
    for _ in range(going.count):
        before, at = at, words.next_start(going.editor, at, big=big)
    if going.operating:
        # `dw` at the end of a line leaves the line's end, and takes that of an empty line only.
        line = going.editor.buffer.row_col(before)[0]
        if at > (end := going.editor.end_of(line)):
            at = end if before < end else going.editor.start_of(line + 1)
    return None if at == going.at else Target(at)


def _next_sentence(editor: Editor, at: int) -> int:
    return next((start for start in words.sentences(editor, at) if start > at), len(editor.buffer))


def _previous_sentence(editor: Editor, at: int) -> int:
    return next((start for start in reversed(words.sentences(editor, at)) if start < at), 0)


def _partner(going: Going) -> Target | None:
    if going.counted:
        return going.to_line(going.editor.view.lines * going.count // 100 - 1)
    line, column = going.editor.buffer.row_col(going.at)
    found = re.compile(r"[()\[\]{}]").search(going.editor.view.text(line), column)
    if found is None:
        return None
    other = brackets.partner(going.editor.buffer, going.at - column + found.start())
    return None if other is None else Target(other, inclusive=True)


def _around(marks: str) -> Motion:
    def motion(going: Going) -> Target | None:
        found = brackets.around(going.editor.buffer, going.at, marks)
        return None if found is None else Target(found)

    return motion


def _searched(*, same_way: bool) -> Motion:
    def motion(going: Going) -> Target | None:
        search = going.memory.search
        forwards = search.forwards is same_way
        at = search.next(str(going.editor.buffer), going.at, going.count, forwards=forwards)
        return None if at is None else Target(at)

    return motion


def _search_word(*, forwards: bool, whole: bool = True) -> Motion:
    def motion(going: Going) -> Target | None:
        found = _word_here(going.editor, going.at)
        if found is None:
            return None
        start, word = found
        quoted = re.sub(r"([\\.*\[\]^$~/])", r"\\\1", word)
        edges = ("\\<", "\\>") if whole and re.fullmatch(r"\w+", word) else ("", "")
        going.memory.search = Search(f"\\C{edges[0]}{quoted}{edges[1]}", forwards)
        text = str(going.editor.buffer)
        at = going.memory.search.next(text, start, going.count, forwards=forwards)
        return None if at is None else Target(at)

    return motion


def _word_here(editor: Editor, at: int) -> tuple[int, str] | None:
    """The word at an offset or behind it in its line, else what signs there are."""
    line, column = editor.buffer.row_col(at)
    text = editor.view.text(line)
    for kind in (r"\w+", r"\S+"):
        for found in re.finditer(kind, text):
            if found.end() > column:
                return at - column + found.start(), found.group()
    return None


def _mark(going: Going) -> Target | None:
    at = going.editor.marks.get(going.argument.replace("`", "'"))
    return None if at is None else Target(min(at, len(going.editor.buffer)))


def _mark_line(going: Going) -> Target | None:
    found = _mark(going)
    return None if found is None else going.to_line(going.editor.buffer.row_col(found.at)[0])


WITH_CHARACTER = ("f", "F", "t", "T", "'", "`")
"""Motions that take one more key."""
JUMPS = (
    "G",
    "gg",
    "/",
    "?",
    "n",
    "N",
    "*",
    "#",
    "g*",
    "g#",
    "%",
    "{",
    "}",
    "(",
    ")",
    "'",
    "`",
    "H",
    "M",
    "L",
)
"""Motions from which `''` goes back."""

MOTIONS: dict[str, tuple[Motion, str]] = {
    "h": (_left, "left"),
    "l": (_right, "right"),
    "j": (_rows(1), "line down"),
    "k": (_rows(-1), "line up"),
    "gj": (_screen_rows(1), "row down"),
    "gk": (_screen_rows(-1), "row up"),
    "backspace": (_back, "left, also into the line above"),
    "space": (_on, "right, also into the line below"),
    "0": (_line_start, "start of line"),
    "^": (_written, "first character written"),
    "$": (_line_end, "end of line"),
    "g_": (_last_written, "last character written"),
    "|": (_column, "column"),
    "+": (_lines_on(1), "what is written a line down"),
    "-": (_lines_on(-1), "what is written a line up"),
    "_": (_this_line, "what is written in the line"),
    "gg": (_first_line, "first line, or a line by its number"),
    "G": (_last_line, "last line, or a line by its number"),
    "H": (_of_screen(0), "top of the screen"),
    "M": (_of_screen(0.5), "middle of the screen"),
    "L": (_of_screen(1), "foot of the screen"),
    "w": (lambda going: _word(going, big=False), "word on"),
    "W": (lambda going: _word(going, big=True), "WORD on"),
    "b": (_many(lambda e, at: words.previous_start(e, at, big=False)), "word back"),
    "B": (_many(lambda e, at: words.previous_start(e, at, big=True)), "WORD back"),
    "e": (_many(lambda e, at: words.next_end(e, at, big=False), inclusive=True), "end of word"),
    "E": (_many(lambda e, at: words.next_end(e, at, big=True), inclusive=True), "end of WORD"),
    "ge": (
        _many(lambda e, at: words.previous_end(e, at, big=False), inclusive=True),
        "end of the word before",
    ),
    "gE": (
        _many(lambda e, at: words.previous_end(e, at, big=True), inclusive=True),
        "end of the WORD before",
    ),
    "f": (_finds("f"), "to a character"),
    "F": (_finds("F"), "back to a character"),
    "t": (_finds("t"), "before a character"),
    "T": (_finds("T"), "back behind a character"),
    ";": (_find_again, "the last f F t T once more"),
    ",": (_find_back, "the last f F t T the other way"),
    "}": (_many(words.next_paragraph, all_of=True), "paragraph on"),
    "{": (_many(words.previous_paragraph, all_of=True), "paragraph back"),
    ")": (_many(_next_sentence), "sentence on"),
    "(": (_many(_previous_sentence), "sentence back"),
    "%": (_partner, "the bracket that belongs to it"),
    "[(": (_around("()"), "the ( around"),
    "[{": (_around("{}"), "the { around"),
    "n": (_searched(same_way=True), "next place found"),
    "N": (_searched(same_way=False), "place found before"),
    "*": (_search_word(forwards=True), "the same word on"),
    "#": (_search_word(forwards=False), "the same word back"),
    "g*": (_search_word(forwards=True, whole=False), "the same letters on"),
    "g#": (_search_word(forwards=False, whole=False), "the same letters back"),
    "`": (_mark, "a mark"),
    "'": (_mark_line, "the line of a mark"),
}
"""By keys: what it does, and in words."""
ALIASES = {
    "left": "h",
    "right": "l",
    "up": "k",
    "down": "j",
    "home": "0",
    "end": "$",
    "enter": "+",
    "ctrl+j": "j",
    "ctrl+h": "backspace",
    "ctrl+left": "b",
    "ctrl+right": "w",
    "ctrl+home": "gg",
    "ctrl+end": "G",
}
"""Other keys for the same."""
