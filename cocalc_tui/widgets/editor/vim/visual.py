"""Vim's commands on what is selected: characters, lines, a block."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import motions as plain
from cocalc_tui.widgets.editor.carets import Caret, Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import operators, words
from cocalc_tui.widgets.editor.vim.grammar import Command
from cocalc_tui.widgets.editor.vim.modes import ORIGIN, Change, Do, Mode
from cocalc_tui.widgets.editor.vim.objects import OBJECTS, Stretch
from cocalc_tui.widgets.editor.vim.operating import STAYS, whole_lines
from cocalc_tui.widgets.editor.vim.putting import put_lines, put_text

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim


def _select_object(vim: Vim, editor: Editor, command: Command) -> None:
    around = command.motion[0] == "a"
    found = OBJECTS[command.motion[1:]][0](editor, editor.caret, command.count, around)
    if found is not None and found.end > found.start:
        editor.go(plain.left(editor, found.end))
        vim.select(editor, Mode.LINES if found.lines else vim.mode, found.start)


def _other_end(vim: Vim, editor: Editor, command: Command) -> None:
    origin = editor.marks[ORIGIN]
    editor.marks[ORIGIN] = editor.caret
    editor.go(origin)


def _selected(key: str, *, whole: bool = False) -> Do:
    """An operator on what is selected; `whole`: on its lines."""

    def operate(vim: Vim, editor: Editor, command: Command) -> None:
        if whole:
            vim.mode = Mode.LINES
        mode, stretches = vim.mode, selected(vim, editor)
        start = min(editor.caret, editor.marks[ORIGIN])
        if mode is Mode.LINES and start == editor.marks[ORIGIN]:
            start = stretches[0].start
        shape = _shape(editor, stretches)
        vim.leave_visual(editor)
        vim.change = Change(replace(command, key=key), [], mode, *shape)
        operators.operate(vim, editor, key, stretches, command.register)
        if key in STAYS:
            editor.go(stretches[0].start if mode is Mode.BLOCK else start)
        elif key == "c":
            vim.insert(editor)

    return operate


def _shape(editor: Editor, stretches: list[Stretch]) -> tuple[int, int]:
    """How many lines are selected, and how many characters of the last."""
    first = editor.buffer.row_col(stretches[0].start)[0]
    end = max(stretches[-1].end - 1, stretches[0].start)
    last = editor.buffer.row_col(end)[0]
    start = stretches[0].start if first == last else editor.start_of(last)
    return last - first + 1, stretches[-1].end - start


def select_again(vim: Vim, editor: Editor, change: Change) -> None:
    """Select as much as a change was made to."""
    line, column = editor.place()
    origin = editor.caret
    last = min(line + change.lines - 1, words.last_line(editor))
    column = change.characters - 1 + (column if change.lines == 1 else 0)
    editor.go(editor.buffer.offset(last, column))
    vim.select(editor, change.mode, origin)


def _join_selected(*, spaces: bool) -> Do:
    def join(vim: Vim, editor: Editor, command: Command) -> None:
        low, high = editor.selection
        first, last = editor.buffer.row_col(low)[0], editor.buffer.row_col(high)[0]
        vim.leave_visual(editor)
        vim.outside.work(operators.join(editor, first, last, spaces=spaces))

    return join


def _replace_selected(vim: Vim, editor: Editor, command: Command) -> None:
    stretches = selected(vim, editor)
    vim.leave_visual(editor)
    if len(command.argument) == 1:
        puts = [
            Put(one.start, one.end, re.sub("[^\n]", lambda _: command.argument, text))
            for one in stretches
            if (text := editor.buffer.slice(one.start, one.end))
        ]
        editor.replace(puts, "replace")
        editor.go(stretches[0].start)


def _put_over(vim: Vim, editor: Editor, command: Command) -> None:
    held = vim.register(command.register)
    stretches = selected(vim, editor)
    lines_there = stretches[0].lines
    vim.leave_visual(editor)
    operators.delete(vim, editor, stretches, '"')
    if held is None:
        return
    if held.lines and not lines_there:
        line = editor.place()[0]
        put_text(editor, "\n" + held.text, behind=False)
        operators.to_written(editor, line + 1)
    elif held.lines:
        put_lines(editor, held.text, behind=False)
    else:
        put_text(editor, held.text, behind=False)


def _insert_selected(*, behind: bool) -> Do:
    """I and A: at the start or end of a block's lines, or of what is selected."""

    def insert(vim: Vim, editor: Editor, command: Command) -> None:
        mode, stretches = vim.mode, selected(vim, editor)
        to_end = vim.to_line_end
        vim.leave_visual(editor)
        vim.remember(Change(Command("A" if behind else "I"), []))
        places = [one.end if behind else one.start for one in stretches]
        if mode is Mode.BLOCK and behind and to_end:
            places = [editor.end_of(editor.buffer.row_col(one.start)[0]) for one in stretches]
        elif mode is not Mode.BLOCK:
            places = places[-1:] if behind else places[:1]
        carets = [Caret(place) for place in places]
        editor.set_carets(carets, carets[0])
        vim.insert(editor)

    return insert


def _change_block(vim: Vim, editor: Editor, command: Command) -> None:
    mode, stretches = vim.mode, selected(vim, editor)
    if mode is not Mode.BLOCK:
        _selected("c")(vim, editor, command)
        return
    vim.leave_visual(editor)
    vim.remember(Change(Command("c", motion="l"), []))
    carets = [Caret(one.end, one.start if one.end > one.start else None) for one in stretches]
    editor.set_carets(carets, carets[0])
    operators.change(vim, editor, stretches, command.register)
    vim.insert(editor)


def selected(vim: Vim, editor: Editor) -> list[Stretch]:
    """What is selected: one part, or one in each line of a block."""
    origin = min(editor.marks.get(ORIGIN, 0), len(editor.buffer))
    low, high = sorted((origin, editor.caret))
    if vim.mode is Mode.LINES:
        return [whole_lines(editor, editor.buffer.row_col(low)[0], editor.buffer.row_col(high)[0])]
    if vim.mode is Mode.BLOCK:
        return _block(vim, editor, origin)
    if vim.to_line_end:
        high = editor.end_of(editor.buffer.row_col(high)[0])
    return [Stretch(low, min(plain.right(editor, high), max(words.text_end(editor), high)))]


def _block(vim: Vim, editor: Editor, origin: int) -> list[Stretch]:
    (one, a), (other, b) = editor.buffer.row_col(origin), editor.place()
    edges = []
    for line, column in ((one, a), (other, b)):
        cells = editor.view.cells(line)
        edges.append((cells.x(column), max(cells.x(cells.after(column)), cells.x(column) + 1)))
    left, right = min(edge[0] for edge in edges), max(edge[1] for edge in edges)
    found: list[Stretch] = []
    for line in range(min(one, other), max(one, other) + 1):
        cells = editor.view.cells(line)
        if cells.width < left and not vim.to_line_end:
            continue
        start, end = cells.column(left), cells.length if vim.to_line_end else cells.column(right)
        at = editor.start_of(line)
        found.append(Stretch(at + min(start, end), at + end))
    return found


def show_block(vim: Vim, editor: Editor, origin: int) -> None:
    """Have a caret with its selection in each line of a block."""
    line = editor.place()[0]
    main = editor.main
    carets = [main]
    for one in _block(vim, editor, origin):
        if editor.buffer.row_col(one.start)[0] == line:
            main.put(main.at, one.start if main.at > one.start else one.end)
        else:
            carets.append(Caret(one.start, one.end if one.end > one.start else None))
    editor.set_carets(carets, main)


SELECTED: dict[str, tuple[Do, str]] = {
    "select": (_select_object, "i or a with an object: select it"),
    "d": (_selected("d"), "delete"),
    "x": (_selected("d"), "delete"),
    "X": (_selected("d", whole=True), "delete the lines"),
    "D": (_selected("d", whole=True), "delete the lines"),
    "c": (_change_block, "change"),
    "s": (_change_block, "change"),
    "C": (_selected("c", whole=True), "change the lines"),
    "S": (_selected("c", whole=True), "change the lines"),
    "R": (_selected("c", whole=True), "change the lines"),
    "y": (_selected("y"), "copy"),
    "Y": (_selected("y", whole=True), "copy the lines"),
    ">": (_selected(">"), "indent"),
    "<": (_selected("<"), "indent less"),
    "=": (_selected("="), "indent anew"),
    "u": (_selected("gu"), "small letters"),
    "U": (_selected("gU"), "capital letters"),
    "gu": (_selected("gu"), "small letters"),
    "gU": (_selected("gU"), "capital letters"),
    "~": (_selected("g~"), "swap small and capital"),
    "g~": (_selected("g~"), "swap small and capital"),
    "gc": (_selected("gc"), "comment or uncomment"),
    "J": (_join_selected(spaces=True), "join the lines"),
    "gJ": (_join_selected(spaces=False), "join the lines without spaces"),
    "r": (_replace_selected, "replace every character"),
    "p": (_put_over, "put in its place"),
    "P": (_put_over, "put in its place"),
    "I": (_insert_selected(behind=False), "insert before, in a block in every line"),
    "A": (_insert_selected(behind=True), "insert behind, in a block in every line"),
    "o": (_other_end, "go to the other end"),
    "O": (_other_end, "go to the other end"),
}
"""With something selected, by keys."""
SELECTED["delete"] = SELECTED["d"]
