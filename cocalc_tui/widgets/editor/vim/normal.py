"""Vim's commands of normal mode that are no motions and no operators.

The table is what the keys mean, and what help and documents print.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import moves, writing
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import operators
from cocalc_tui.widgets.editor.vim.grammar import LINES, Command
from cocalc_tui.widgets.editor.vim.modes import TYPED, VISUAL, Change, Do, Mode
from cocalc_tui.widgets.editor.vim.operating import operate
from cocalc_tui.widgets.editor.vim.putting import append, put_register

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim


# --- going ---------------------------------------------------------------------------------------


def _half_page(by: float) -> Do:
    def scroll(vim: Vim, editor: Editor, command: Command) -> None:
        first, last = vim.outside.rows_shown()
        rows = round((last - first + 1) * by) * command.count
        vim.outside.scroll_to(first + rows)
        editor.vertical(rows)

    return scroll


def _scroll(by: int) -> Do:
    def scroll(vim: Vim, editor: Editor, command: Command) -> None:
        first, last = vim.outside.rows_shown()
        top = max(first + by * command.count, 0)
        row = editor.view.place(editor.caret)[0]
        editor.vertical(min(max(row, top), top + last - first) - row)
        vim.outside.scroll_to(top)

    return scroll


def _show_at(part: float) -> Do:
    def scroll(vim: Vim, editor: Editor, command: Command) -> None:
        first, last = vim.outside.rows_shown()
        row = editor.view.place(editor.caret)[0]
        vim.outside.scroll_to(row - round((last - first) * part))

    return scroll


def _ask(vim: Vim, editor: Editor, command: Command) -> None:
    text = "'<,'>" if command.key == ":" and vim.mode in VISUAL else ""
    if command.key == ":" and vim.mode in VISUAL:
        vim.leave_visual(editor)
    elif command.key == ":" and command.counted:
        text = f".,.+{command.count - 1}" if command.count > 1 else "."
    vim.ask(command.key, text)


# --- operators with their motion -----------------------------------------------------------------


def _short(operator: str, motion: str) -> Do:
    """A command that is an operator with its motion."""

    def do(vim: Vim, editor: Editor, command: Command) -> None:
        operate(vim, editor, replace(command, key=operator, motion=motion))

    return do


# --- inserting -----------------------------------------------------------------------------------


def _insert(place: Callable[[Editor], None], *, opens: bool = False) -> Do:
    def insert(vim: Vim, editor: Editor, command: Command) -> None:
        vim.remember(Change(replace(command, count=1), []))
        place(editor)
        vim.insert(editor, times=command.count, again=place if opens else None)

    return insert


def _first_written(editor: Editor) -> None:
    line = editor.place()[0]
    editor.go(editor.buffer.offset(line, len(moves.indent_of(editor.view.text(line)))))


def _where_typed(editor: Editor) -> None:
    editor.go(min(editor.marks.get(TYPED, editor.caret), len(editor.buffer)))


def _line_end(editor: Editor) -> None:
    editor.go(editor.end_of(editor.place()[0]))


def _replace_mode(vim: Vim, editor: Editor, command: Command) -> None:
    vim.remember(Change(command, []))
    vim.insert(editor, times=command.count, replacing=True)


# --- changing ------------------------------------------------------------------------------------


def _replace_character(vim: Vim, editor: Editor, command: Command) -> None:
    line = editor.place()[0]
    end = editor.caret
    if command.argument == "escape" or editor.end_of(line) - end < command.count:
        return
    end += command.count
    vim.remember(Change(command, []))
    at = editor.caret
    if command.argument == "enter":
        editor.replace([Put(at, end, "")], "replace")
        editor.go(at)
        writing.newline(editor)
        editor.go(max(editor.caret - 1, editor.start_of(line + 1)))
    elif len(command.argument) == 1:
        editor.replace([Put(at, end, command.argument * command.count)], "replace")
        editor.go(at + command.count - 1)


def _swap_case(vim: Vim, editor: Editor, command: Command) -> None:
    at = editor.caret
    end = min(at + command.count, editor.end_of(editor.place()[0]))
    vim.remember(Change(command, []))
    editor.replace([Put(at, end, editor.buffer.slice(at, end).swapcase())], "case")
    editor.go(end)


def _join(*, spaces: bool) -> Do:
    def join(vim: Vim, editor: Editor, command: Command) -> None:
        vim.remember(Change(command, []))
        line = editor.place()[0]
        last = line + max(command.count - 1, 1)
        vim.outside.work(operators.join(editor, line, last, spaces=spaces))

    return join


def _count_up(by: int) -> Do:
    def count(vim: Vim, editor: Editor, command: Command) -> None:
        line, column = editor.place()
        for found in re.finditer(r"-?\d+", editor.view.text(line)):
            if found.end() > column:
                break
        else:
            return
        vim.remember(Change(command, []))
        number = str(int(found[0]) + by * command.count)
        if found[0].lstrip("-").startswith("0") and len(found[0]) > 1:
            number = number.zfill(len(found[0]))
        start = editor.start_of(line) + found.start()
        editor.replace([Put(start, start + len(found[0]), number)], "count")
        editor.go(start + len(number) - 1)

    return count


def _switches(name: str, *, on: bool) -> Do:
    def switch(vim: Vim, editor: Editor, command: Command) -> None:
        vim.outside.switch(name, on=on)

    return switch


def _acts(*names: str) -> Do:
    def act(vim: Vim, editor: Editor, command: Command) -> None:
        for _ in range(min(command.count, 100)):
            for name in names:
                vim.outside.act(name)

    return act


def _mark(vim: Vim, editor: Editor, command: Command) -> None:
    if command.argument.isalpha():
        editor.marks[command.argument] = editor.caret


def _record(vim: Vim, editor: Editor, command: Command) -> None:
    vim.macros.record(command.argument)


def _play(vim: Vim, editor: Editor, command: Command) -> None:
    register = vim.macros.played if command.argument == "@" else command.argument
    vim.macros.play(register, command.count)


# --- selecting -----------------------------------------------------------------------------------


def _select(mode: Mode) -> Do:
    def select(vim: Vim, editor: Editor, command: Command) -> None:
        if vim.mode is mode:
            vim.leave_visual(editor)
        else:
            vim.select(editor, mode)

    return select


def _reselect(vim: Vim, editor: Editor, command: Command) -> None:
    if "<" in editor.marks:
        editor.go(editor.marks[">"])
        vim.select(editor, vim.selected, editor.marks["<"])


def _select_found(*, forwards: bool) -> Do:
    """`gn gN`: select the place found there or next; what is selected reaches to it."""

    def select(vim: Vim, editor: Editor, command: Command) -> None:
        beyond = (1 if forwards else -1) if vim.mode in VISUAL else 0
        at = editor.caret + beyond
        place = vim.memory.search.near(str(editor.buffer), at, forwards=forwards)
        if place is None:
            return
        start, end = place[0], max(place[1] - 1, place[0])
        origin = None if vim.mode in VISUAL else start if forwards else end
        editor.go(end if forwards else start)
        vim.select(editor, Mode.VISUAL, origin)

    return select


def _remembered(vim: Vim, editor: Editor, command: Command) -> None:
    vim.repeat(editor, command)


COMMANDS: dict[str, tuple[Do, str]] = {
    "i": (_insert(lambda editor: None), "insert"),
    "I": (_insert(_first_written), "insert before what is written"),
    "a": (_insert(append), "insert behind"),
    "A": (_insert(_line_end), "insert at the end of line"),
    "o": (_insert(writing.open_line, opens=True), "a line below"),
    "O": (
        _insert(lambda editor: writing.open_line(editor, above=True), opens=True),
        "a line above",
    ),
    "R": (_replace_mode, "type over"),
    "x": (_short("d", "l"), "delete the character"),
    "X": (_short("d", "h"), "delete the character before"),
    "D": (_short("d", "$"), "delete to the end of line"),
    "C": (_short("c", "$"), "change to the end of line"),
    "s": (_short("c", "l"), "change the character"),
    "S": (_short("c", LINES), "change the line"),
    "Y": (_short("y", LINES), "copy the line"),
    "gi": (_insert(_where_typed), "insert where typing ended last"),
    "p": (put_register(behind=True), "put behind, or below"),
    "P": (put_register(behind=False), "put before, or above"),
    "gp": (put_register(behind=True, past=True), "put behind or below, and go behind that"),
    "gP": (put_register(behind=False, past=True), "put before or above, and go behind that"),
    "]p": (put_register(behind=True, indented=True), "put below, indented as this line"),
    "[p": (put_register(behind=False, indented=True), "put above, indented as this line"),
    "r": (_replace_character, "replace the character by the next one typed"),
    "~": (_swap_case, "swap small and capital"),
    "J": (_join(spaces=True), "join lines"),
    "gJ": (_join(spaces=False), "join lines without spaces"),
    "ctrl+a": (_count_up(1), "count up the number"),
    "ctrl+x": (_count_up(-1), "count down the number"),
    ".": (_remembered, "the last change once more"),
    "u": (_acts("text.undo"), "undo your own last step"),
    "ctrl+r": (_acts("text.redo"), "redo"),
    "v": (_select(Mode.VISUAL), "select"),
    "V": (_select(Mode.LINES), "select lines"),
    "ctrl+v": (_select(Mode.BLOCK), "select a block"),
    "gv": (_reselect, "select the same again"),
    "gn": (_select_found(forwards=True), "select the next place found"),
    "gN": (_select_found(forwards=False), "select the place found before"),
    "m": (_mark, "mark the place by the letter typed next"),
    "q": (_record, "record keys into a register, or stop"),
    "@": (_play, "press the keys of a register"),
    ":": (_ask, "a command"),
    "/": (_ask, "search"),
    "?": (_ask, "search back"),
    "ctrl+d": (_half_page(0.5), "half a page down"),
    "ctrl+u": (_half_page(-0.5), "half a page up"),
    "ctrl+f": (_half_page(1), "a page down"),
    "ctrl+b": (_half_page(-1), "a page up"),
    "ctrl+e": (_scroll(1), "scroll a row down"),
    "ctrl+y": (_scroll(-1), "scroll a row up"),
    "zt": (_show_at(0), "the caret's row to the top"),
    "zz": (_show_at(0.5), "the caret's row to the middle"),
    "zb": (_show_at(1), "the caret's row to the foot"),
    "za": (_acts("editor.fold"), "fold or unfold"),
    "zc": (_switches("editor.fold", on=True), "fold"),
    "zo": (_switches("editor.fold", on=False), "unfold"),
    "zM": (_acts("editor.fold_all"), "fold all"),
    "zR": (_acts("editor.unfold_all"), "unfold all"),
    "gt": (_acts("tile.next_tab"), "next tab"),
    "gT": (_acts("tile.previous_tab"), "tab before"),
    "ZZ": (_acts("app.save", "tile.close"), "save and close"),
    "ZQ": (_acts("tile.close"), "close"),
    "ctrl+w s": (_acts("tile.split_below"), "split below"),
    "ctrl+w v": (_acts("tile.split_right"), "split right"),
    "ctrl+w w": (_acts("app.next_pane"), "next pane"),
    "ctrl+w W": (_acts("app.previous_pane"), "pane before"),
    "ctrl+w q": (_acts("tile.close"), "close"),
    "ctrl+w c": (_acts("tile.close_tile"), "close the tile"),
    "ctrl+w o": (_acts("tile.zoom"), "this tile alone"),
}
"""Normal mode, by keys."""
COMMANDS["insert"] = COMMANDS["i"]
COMMANDS["delete"] = COMMANDS["x"]
COMMANDS["ctrl+w ctrl+w"] = COMMANDS["ctrl+w w"]
COMMANDS["z."] = COMMANDS["zz"]
COMMANDS["zC"], COMMANDS["zO"] = COMMANDS["zc"], COMMANDS["zo"]
COMMANDS["]P"] = COMMANDS["[P"] = COMMANDS["[p"]
COMMANDS["pagedown"], COMMANDS["pageup"] = COMMANDS["ctrl+f"], COMMANDS["ctrl+b"]
