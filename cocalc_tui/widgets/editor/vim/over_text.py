"""Motions over words, sentences and whatever else is found step by step."""

from __future__ import annotations

from collections.abc import Callable

from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.going import Going, Motion, Target


def many(
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


def word(going: Going, *, big: bool) -> Target | None:
    """`w W`: the next start of a word."""
    at = before = going.at
    for _ in range(going.count):
        before, at = at, words.next_start(going.editor, at, big=big)
        if at == before:
            break
    if going.operating:
        # `dw` at the end of a line leaves the line's end, and takes that of an empty line only.
        line = going.editor.buffer.row_col(before)[0]
        if at > (end := going.editor.end_of(line)):
            at = end if before < end else going.editor.start_of(line + 1)
    return None if at == going.at else Target(at)


def next_sentence(editor: Editor, at: int) -> int:
    """Where the next sentence begins."""
    return next(
        (start for start in words.sentences(editor, at) if start > at), words.text_end(editor)
    )


def previous_sentence(editor: Editor, at: int) -> int:
    """Where this sentence begins, or the one before."""
    return next((start for start in reversed(words.sentences(editor, at)) if start < at), 0)
