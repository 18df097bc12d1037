"""Motions from line to line, by number and by rows of the screen."""

from __future__ import annotations

from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.going import Going, Motion, Target


def rows(by: int) -> Motion:
    """`j k`: the same column so many lines further, or the one the caret came from."""

    def motion(going: Going) -> Target | None:
        line = min(max(going.line + by * going.count, 0), words.last_line(going.editor))
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


def screen_rows(by: int) -> Motion:
    """`gj gk`: so many rows of the screen, where lines are wrapped."""

    def motion(going: Going) -> Target | None:
        row, x = going.editor.view.place(going.at)
        last = going.editor.view.place(words.text_end(going.editor))[0]
        if not 0 <= row + by * going.count <= last:
            return None
        at = going.editor.view.offset(row + by * going.count, x)
        line = going.editor.buffer.row_col(at)[0]
        end = max(going.editor.end_of(line) - 1, going.editor.start_of(line))
        return Target(min(at, end))

    return motion


def lines_on(by: int) -> Motion:
    """`+ -`: what is written so many lines further."""

    def motion(going: Going) -> Target | None:
        line = going.line + by * going.count
        return going.to_line(line) if 0 <= line <= words.last_line(going.editor) else None

    return motion


def this_line(going: Going) -> Target:
    """`_`: what is written in this line, with a count below it."""
    return going.to_line(going.line + going.count - 1)


def first_line(going: Going) -> Target:
    """`gg`: the first line, or the one counted."""
    return going.to_line(going.count - 1)


def last_line(going: Going) -> Target:
    """`G`: the last line, or the one counted."""
    return going.to_line(going.count - 1 if going.counted else words.last_line(going.editor))


def of_screen(part: float) -> Motion:
    """`H M L`: `part` is how far down the screen, 0 to 1."""

    def motion(going: Going) -> Target:
        first, last = going.outside.rows_shown()
        last = min(last, going.editor.view.place(words.text_end(going.editor))[0])
        row = first + round((last - first) * part)
        row += (going.count - 1) * (1 if part == 0 else -1 if part == 1 else 0)
        return going.to_line(going.editor.view.at(row)[0])

    return motion
