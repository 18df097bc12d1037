"""Motions to a place that belongs to the caret's: brackets, what was searched, marks."""

from __future__ import annotations

import re

from cocalc_tui.widgets.editor import brackets
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.going import Going, Motion, Target
from cocalc_tui.widgets.editor.vim.search import Search


def partner(going: Going) -> Target | None:
    """`%`: the bracket that belongs to the next one in the line; with a count, per cent."""
    if going.counted:
        return going.to_line((words.last_line(going.editor) + 1) * going.count // 100 - 1)
    line, column = going.editor.buffer.row_col(going.at)
    found = re.compile(r"[()\[\]{}]").search(going.editor.view.text(line), column)
    if found is None:
        return None
    other = brackets.partner(going.editor.buffer, going.at - column + found.start())
    return None if other is None else Target(other, inclusive=True)


def around(marks: str) -> Motion:
    """`[( [{`: the opening bracket around the caret."""

    def motion(going: Going) -> Target | None:
        found = brackets.around(going.editor.buffer, going.at, marks)
        return None if found is None else Target(found)

    return motion


def searched(*, same_way: bool) -> Motion:
    """`n N`."""

    def motion(going: Going) -> Target | None:
        search = going.memory.search
        forwards = search.forwards is same_way
        at = search.next(str(going.editor.buffer), going.at, going.count, forwards=forwards)
        return None if at is None else Target(at)

    return motion


def search_word(*, forwards: bool, whole: bool = True) -> Motion:
    """`* # g* g#`: search for what is below the caret."""

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


def mark(going: Going) -> Target | None:
    """`` ` ``: where a mark was set."""
    at = going.editor.marks.get(going.argument.replace("`", "'"))
    return None if at is None else Target(min(at, len(going.editor.buffer)))


def mark_line(going: Going) -> Target | None:
    """`'`: what is written in the line of a mark."""
    found = mark(going)
    return None if found is None else going.to_line(going.editor.buffer.row_col(found.at)[0])
