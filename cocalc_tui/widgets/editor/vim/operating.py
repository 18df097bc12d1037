"""What an operator acts on: the way of a motion, an object, whole lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import motions as plain
from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import operators, words
from cocalc_tui.widgets.editor.vim.going import Target
from cocalc_tui.widgets.editor.vim.grammar import FOUND, LINES, SEARCHES, Command
from cocalc_tui.widgets.editor.vim.modes import Change
from cocalc_tui.widgets.editor.vim.objects import OBJECTS, Stretch

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim


def operate(vim: Vim, editor: Editor, command: Command) -> None:
    """Do an operator with its motion, object or lines."""
    if command.motion in SEARCHES:
        vim.ask(command.motion, operation=command)
        return
    found = _stretch(vim, editor, command)
    if found is None:
        return
    stretch, start = found
    if stretch.start == stretch.end and command.key not in ("c", *operators.LINE_WISE):
        operators.mark_changed(editor, stretch.start, stretch.start)
        editor.go(start)
        return
    if command.key != "y":
        vim.remember(Change(command, []))
    operators.operate(vim, editor, command.key, [stretch], command.register)
    if command.key == "c":
        vim.insert(editor)
    elif command.key in STAYS:
        editor.go(start)


STAYS = ("y", "gu", "gU", "g~")
"""Operators after which the caret is where the motion began, or ended if that is before."""


def _stretch(vim: Vim, editor: Editor, command: Command) -> tuple[Stretch, int] | None:
    """What an operator acts on, and the first of the two places it is between."""
    name, at = command.motion, editor.caret
    if name == LINES:
        line = editor.buffer.row_col(at)[0]
        last = min(line + command.count - 1, words.last_line(editor))
        if command.count > 1 and last == line:
            return None
        indent = len(moves.indent_of(editor.view.text(line)))
        start = at if command.key == "y" else min(at, editor.buffer.offset(line, indent))
        return whole_lines(editor, line, last), start
    if name in FOUND:
        place = vim.memory.search.near(str(editor.buffer), at, forwards=name == "gn")
        return None if place is None else (Stretch(*place), place[0])
    if name[0] in "ia" and name[1:] in OBJECTS:
        found = OBJECTS[name[1:]][0](editor, at, command.count, name[0] == "a")
        return (found, found.start) if found is not None else None
    if command.key == "c" and name in ("w", "W") and not _blank_at(editor, at):
        return Stretch(at, _word_end(editor, at, command.count, big=name == "W")), at
    target = vim.target(editor, command, name, operating=True)
    return None if target is None else (_from_to(editor, at, target, command), min(at, target.at))


def _from_to(editor: Editor, at: int, target: Target, command: Command) -> Stretch:
    """From the caret to where a motion goes, as an operator takes it."""
    start, end = min(at, target.at), max(at, target.at)
    first, (last, column) = editor.buffer.row_col(start)[0], editor.buffer.row_col(end)
    if target.lines:
        return whole_lines(editor, first, last)
    if target.inclusive:
        return Stretch(start, min(plain.right(editor, end), max(editor.end_of(last), end)))
    if (command.key, command.motion) == ("d", "}") and end == words.text_end(editor) and column:
        last, column = last + 1, 0
    if column == 0 and last > first:
        # What ends where a line begins ends with the line before, whole lines as such.
        indent = len(moves.indent_of(editor.view.text(first)))
        if editor.buffer.row_col(start)[1] <= indent:
            return whole_lines(editor, first, last - 1)
        return Stretch(start, min(end, editor.end_of(last - 1)))
    return Stretch(start, end)


def whole_lines(editor: Editor, first: int, last: int) -> Stretch:
    """Lines first..last."""
    return Stretch(editor.start_of(first), editor.start_of(last + 1), lines=True)


def _blank_at(editor: Editor, at: int) -> bool:
    return not editor.buffer.slice(at, min(at + 1, len(editor.buffer))).strip()


def _word_end(editor: Editor, at: int, count: int, *, big: bool) -> int:
    end = words.run_at(editor, at, big=big)[1]
    for _ in range(count - 1):
        before, end = end, words.next_end(editor, end - 1, big=big) + 1
        if end == before:
            break
    return min(end, len(editor.buffer))
