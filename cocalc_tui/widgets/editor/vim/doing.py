"""Doing a whole command: a motion, an operator, or what the tables of commands say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import lines, writing
from cocalc_tui.widgets.editor import motions as plain
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim.grammar import OPERATORS, PREFIXES, Command
from cocalc_tui.widgets.editor.vim.modes import VISUAL
from cocalc_tui.widgets.editor.vim.motions import ALIASES, JUMPS, MOTIONS
from cocalc_tui.widgets.editor.vim.normal import COMMANDS
from cocalc_tui.widgets.editor.vim.operating import operate
from cocalc_tui.widgets.editor.vim.visual import SELECTED

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim

FAR_RIGHT = 10**9
"""The cell that `$` tries to keep."""


def begins(key: str, *, visual: bool) -> bool:
    """Whether a command may begin with this key."""
    firsts = _VISUAL_FIRSTS if visual else _FIRSTS
    return key in firsts or (len(key) == 1 and key.isdecimal() and key.isascii())


def do(vim: Vim, editor: Editor, command: Command) -> None:
    """Do a command; one that nobody knows is nothing."""
    visual = vim.mode in VISUAL
    if visual and command.key in SELECTED:
        SELECTED[command.key][0](vim, editor, command)
    elif command.motion and not visual:
        operate(vim, editor, command)
    elif command.key in MOTIONS:
        _go(vim, editor, command)
    elif command.key in COMMANDS:
        COMMANDS[command.key][0](vim, editor, command)


def _go(vim: Vim, editor: Editor, command: Command) -> None:
    target = vim.target(editor, command, command.key, operating=False)
    if target is None:
        return
    if command.key in JUMPS:
        editor.marks["'"] = editor.caret
    goal = _goal(editor) if command.key in ("j", "k") else None
    vim.to_line_end = command.key == "$"
    editor.go(target.at)
    editor.main.goal = FAR_RIGHT if command.key == "$" else goal


def _goal(editor: Editor) -> int:
    if editor.main.goal is not None:
        return editor.main.goal
    line, column = editor.place()
    return editor.view.cells(line).x(column)


TYPED: dict[str, Callable[[Editor], object]] = {
    "enter": writing.newline,
    "ctrl+j": writing.newline,
    "backspace": writing.backspace,
    "delete": lambda editor: writing.delete_to(editor, plain.right),
    "ctrl+w": lambda editor: writing.delete_to(editor, plain.word_left),
    "ctrl+u": lambda editor: writing.delete_to(editor, _start_of_line),
    "ctrl+t": lines.shift,
    "ctrl+d": lines.dedent,
    "tab": lines.indent,
    "shift+tab": lines.dedent,
}
"""Insert mode."""


def _start_of_line(editor: Editor, at: int) -> int:
    return at - editor.buffer.row_col(at)[1]


def _first_keys(*tables: Iterable[str]) -> set[str]:
    """The keys with which commands of these tables begin."""
    found: set[str] = set()
    for table in tables:
        for keys in table:
            prefix = next((one for one in PREFIXES if keys.startswith(one) and keys != one), None)
            found.add(prefix or keys)
    return found


_FIRSTS = _first_keys(MOTIONS, ALIASES, OPERATORS, COMMANDS) | {'"'}
_VISUAL_FIRSTS = _first_keys(MOTIONS, ALIASES, OPERATORS, COMMANDS, SELECTED) | {'"'}
