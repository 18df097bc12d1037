"""Motions within a line: characters, its ends, and `f F t T`."""

from __future__ import annotations

from cocalc_tui.widgets.editor import motions
from cocalc_tui.widgets.editor.motions import Motion as Step
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.going import Going, Motion, Target


def _characters(step: Step, *, within: bool) -> Motion:
    """So many steps; `within`: not beyond the ends of the line."""

    def motion(going: Going) -> Target:
        low, high = 0, words.text_end(going.editor)
        if within:
            low, high = going.editor.start_of(going.line), going.editor.end_of(going.line)
        at = going.at
        for _ in range(going.count):
            before, at = at, min(max(step(going.editor, at), low), high)
            if at == before:
                break
        return Target(at)

    return motion


left = _characters(motions.left, within=True)
"""`h`."""
right = _characters(motions.right, within=True)
"""`l`."""
back = _characters(motions.left, within=False)
"""`backspace`: also into the line above."""
on = _characters(motions.right, within=False)
"""`space`: also into the line below."""


def line_start(going: Going) -> Target:
    """`0`."""
    return Target(going.editor.start_of(going.line))


def written(going: Going) -> Target:
    """`^`: the first character that is no space."""
    return going.to_line(going.line)._replace(lines=False)


def line_end(going: Going) -> Target:
    """`$`, a count being that many lines less one further down."""
    line = min(going.line + going.count - 1, words.last_line(going.editor))
    end = going.editor.end_of(line)
    return Target(
        max(end - 1, going.editor.start_of(line)), inclusive=end > going.editor.start_of(line)
    )


def last_written(going: Going) -> Target:
    """`g_`: the last character that is no space."""
    line = min(going.line + going.count - 1, words.last_line(going.editor))
    length = len(going.editor.view.text(line).rstrip())
    return Target(going.editor.buffer.offset(line, max(length - 1, 0)), inclusive=True)


def column(going: Going) -> Target:
    """`|`: the column that the count names."""
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


def finds(kind: str) -> Motion:
    """`f F t T`, remembered for `;` and `,`."""

    def motion(going: Going) -> Target | None:
        going.memory.find = kind, going.argument
        return _find(kind, going, going.argument)

    return motion


def find_again(going: Going) -> Target | None:
    """`;`."""
    kind, character = going.memory.find
    return _find(kind, going, character, again=True) if kind else None


def find_back(going: Going) -> Target | None:
    """`,`."""
    kind, character = going.memory.find
    return _find(kind.swapcase(), going, character, again=True) if kind else None
