"""Putting what a register holds into the text: characters, whole lines, a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import motions as plain
from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import operators, words
from cocalc_tui.widgets.editor.vim.grammar import Command
from cocalc_tui.widgets.editor.vim.modes import Change, Do

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim

MOST_PUT = 2**20
"""Code points that a count may make of what is put: everybody in the document gets them."""


def append(editor: Editor) -> None:
    """Go behind the character at the caret."""
    line = editor.place()[0]
    editor.go(min(plain.right(editor, editor.caret), editor.end_of(line)))


def put_register(*, behind: bool, past: bool = False, indented: bool = False) -> Do:
    """`p` and `P`; `past`: the caret goes behind it; `indented`: lines as the caret's one is."""

    def put(vim: Vim, editor: Editor, command: Command) -> None:
        held = vim.register(command.register)
        if held is None or not held.text:
            return
        vim.remember(Change(command, []))
        text = held.text * min(command.count, max(MOST_PUT // len(held.text), 1))
        if held.block:
            _put_block(editor, held.text, behind=behind)
        elif held.lines:
            put_lines(editor, _indented(editor, text) if indented else text, behind=behind)
        else:
            put_text(editor, text, behind=behind)
        if past:
            _go_past(editor, lines=held.lines)

    return put


def _go_past(editor: Editor, *, lines: bool) -> None:
    """Go behind what was put; lines: to the next one, where there is one."""
    if lines:
        line = editor.buffer.row_col(editor.marks["]"])[0]
        editor.go(editor.start_of(min(line + 1, words.last_line(editor))))
    else:
        editor.go(editor.marks["]"] + 1)


def _indented(editor: Editor, text: str) -> str:
    """Lines, the first of them indented as the caret's line, the others along with it."""
    wanted = moves.indent_of(editor.view.head(editor.place()[0]))
    first = moves.indent_of(text)
    return "\n".join(
        wanted + (line.removeprefix(first) if line.startswith(first) else line.lstrip(" \t"))
        if line.strip()
        else line
        for line in text.split("\n")
    )


def put_lines(editor: Editor, text: str, *, behind: bool) -> None:
    """Put whole lines above or below the caret's."""
    line = editor.place()[0]
    at = editor.start_of(line + 1) if behind else editor.start_of(line)
    if behind and line == editor.view.lines - 1:
        at, text = editor.end_of(line), "\n" + text.removesuffix("\n")
    editor.replace([Put(at, at, text)], "put")
    operators.mark_changed(editor, at, at + len(text))
    operators.to_written(editor, line + behind)


def put_text(editor: Editor, text: str, *, behind: bool) -> None:
    """Put text at the caret, or behind its character."""
    if behind:
        append(editor)
    at = editor.caret
    editor.replace([Put(at, at, text)], "put")
    operators.mark_changed(editor, at, at + len(text))
    editor.go(at if "\n" in text else plain.left(editor, at + len(text)))


def _put_block(editor: Editor, text: str, *, behind: bool) -> None:
    if behind:
        append(editor)
    at, (line, _) = editor.caret, editor.place()
    x = editor.view.cells(line).x(at - editor.start_of(line))
    puts: list[Put] = []
    for row, piece in enumerate(text.split("\n"), line):
        if row >= editor.view.lines:
            end = len(editor.buffer)
            puts.append(Put(end, end, "\n" + " " * x + piece))
            continue
        cells = editor.view.cells(row)
        place = editor.buffer.offset(row, cells.column(x))
        puts.append(Put(place, place, " " * max(x - cells.width, 0) + piece))
    editor.replace(puts, "put")
    operators.mark_changed(editor, at, editor.caret)
    editor.go(at)
