"""Putting what a register holds into the text: characters, whole lines, a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import motions as plain
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import operators
from cocalc_tui.widgets.editor.vim.grammar import Command
from cocalc_tui.widgets.editor.vim.modes import Change, Do

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim


def append(editor: Editor) -> None:
    """Go behind the character at the caret."""
    line = editor.place()[0]
    editor.go(min(plain.right(editor, editor.caret), editor.end_of(line)))


def put_register(*, behind: bool) -> Do:
    """P and P."""

    def put(vim: Vim, editor: Editor, command: Command) -> None:
        held = vim.register(command.register)
        if held is None or not held.text:
            return
        vim.remember(Change(command, []))
        if held.block:
            _put_block(editor, held.text, behind=behind)
        elif held.lines:
            put_lines(editor, held.text * command.count, behind=behind)
        else:
            put_text(editor, held.text * command.count, behind=behind)

    return put


def put_lines(editor: Editor, text: str, *, behind: bool) -> None:
    """Put whole lines above or below the caret's."""
    line = editor.place()[0]
    at = editor.start_of(line + 1) if behind else editor.start_of(line)
    if behind and line == editor.view.lines - 1:
        at, text = editor.end_of(line), "\n" + text.removesuffix("\n")
    editor.replace([Put(at, at, text)], "put")
    operators.to_written(editor, line + behind)


def put_text(editor: Editor, text: str, *, behind: bool) -> None:
    """Put text at the caret, or behind its character."""
    if behind:
        append(editor)
    at = editor.caret
    editor.replace([Put(at, at, text)], "put")
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
    editor.go(at)
