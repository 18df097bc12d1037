"""What vim's operators do to a part of a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cocalc_tui.widgets.editor import lines, moves
from cocalc_tui.widgets.editor.carets import Put
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.slices import Slices, replace
from cocalc_tui.widgets.editor.vim import words
from cocalc_tui.widgets.editor.vim.objects import Stretch
from cocalc_tui.widgets.editor.vim.registers import CLIPBOARD, UNNAMED, Taken

if TYPE_CHECKING:
    from cocalc_tui.widgets.editor.vim.machine import Vim


def taken(editor: Editor, stretches: Sequence[Stretch]) -> Taken:
    """What some parts of a text hold, as a register keeps it; several are a block."""
    texts = [editor.buffer.slice(one.start, one.end) for one in stretches]
    if len(texts) > 1:
        return Taken("\n".join(texts), block=True)
    text = texts[0]
    if stretches[0].lines and not text.endswith("\n"):
        text += "\n"
    return Taken(text, lines=stretches[0].lines)


def yank(vim: Vim, editor: Editor, stretches: Sequence[Stretch], register: str) -> None:
    """Copy, also for other programs where no register is named."""
    held = taken(editor, stretches)
    if register in CLIPBOARD:
        vim.outside.copy(held.text)
    vim.registers.yanked(register, held)
    if register == UNNAMED:
        vim.outside.copy(held.text)


def delete(vim: Vim, editor: Editor, stretches: Sequence[Stretch], register: str) -> None:
    """Delete and keep in a register."""
    held = taken(editor, stretches)
    if not held.text:
        return
    if register in CLIPBOARD:
        vim.outside.copy(held.text)
    vim.registers.deleted(register, held)
    whole = [_with_line_end(editor, one) for one in stretches]
    line = editor.buffer.row_col(stretches[0].start)[0]
    editor.replace([Put(one.start, one.end, "") for one in whole], "delete")
    if stretches[0].lines:
        # A text that did not end with a line end still does not.
        unended = whole != list(stretches)
        last = editor.view.lines - 1 if unended else lines.last_line(editor)
        to_written(editor, min(line, last))
    else:
        editor.go(whole[0].start)


def _with_line_end(editor: Editor, one: Stretch) -> Stretch:
    """Whole lines at the end of the text go with the line end before them."""
    ends = (
        one.end == len(editor.buffer) and editor.buffer.slice(one.end - 1, one.end) != "\n"
        if one.end
        else False
    )
    if one.lines and ends and one.start:
        line = editor.buffer.row_col(one.start)[0]
        return Stretch(editor.end_of(line - 1), one.end, lines=True)
    return one


def change(vim: Vim, editor: Editor, stretches: Sequence[Stretch], register: str) -> None:
    """Delete and type something else in its place; of whole lines the indent stays."""
    one, held = stretches[0], taken(editor, stretches)
    if held.text:
        vim.registers.deleted(register, held)
    if one.lines:
        first = editor.buffer.row_col(one.start)[0]
        end = one.end
        if end > one.start and editor.buffer.slice(end - 1, end) == "\n":
            end = editor.end_of(editor.buffer.row_col(end)[0] - 1)
        start = one.start + len(moves.indent_of(editor.view.text(first)))
        editor.replace([Put(min(start, end), end, "")], "typing")
        editor.go(min(start, end))
    else:
        editor.replace([Put(part.start, part.end, "") for part in stretches], "typing")
        if len(stretches) == 1:
            editor.go(one.start)


def to_written(editor: Editor, line: int) -> None:
    """Go to what is written in a line."""
    text = editor.view.text(line)
    column = min(len(moves.indent_of(text)), max(len(text) - 1, 0))
    editor.go(editor.buffer.offset(line, column))


def _with_lines(do: Callable[[Vim, Editor], None]) -> Callable[..., None]:
    def operate(vim: Vim, editor: Editor, stretches: Sequence[Stretch], register: str) -> None:
        first = editor.buffer.row_col(stretches[0].start)[0]
        _select_lines(editor, stretches)
        do(vim, editor)
        to_written(editor, first)

    return operate


def _select_lines(editor: Editor, stretches: Sequence[Stretch]) -> None:
    low, high = stretches[0].start, stretches[-1].end
    if high > low and editor.buffer.slice(high - 1, high) == "\n":
        high -= 1
    editor.go(low)
    editor.main.put(high, low)


def _with_text(change_text: Callable[[str], str]) -> Callable[..., None]:
    def operate(vim: Vim, editor: Editor, stretches: Sequence[Stretch], register: str) -> None:
        puts = [
            Put(one.start, one.end, change_text(editor.buffer.slice(one.start, one.end)))
            for one in stretches
        ]
        editor.replace(puts, "case")
        editor.go(stretches[0].start)

    return operate


def _acts(action: str) -> Callable[..., None]:
    """An operator that is an action on lines."""
    return _with_lines(lambda vim, _: vim.outside.act(action))


def _works(do: Callable[[Editor], Slices]) -> Callable[..., None]:
    """An operator that goes through lines slice by slice."""
    return _with_lines(lambda vim, editor: vim.outside.work(do(editor)))


def join(editor: Editor, first: int, last: int, *, spaces: bool) -> Slices:
    """Make lines first..last one; the caret is where the last two met."""
    last = min(max(last, first + 1), words.last_line(editor))
    if last == first:
        return iter(())
    puts: list[Put] = []
    texts, ends = editor.view.texts(first, last + 1), editor.buffer.lines(first, last + 1)
    before, written, at = texts[0], bool(texts[0]), editor.start_of(first)
    for text, whole, following in zip(texts, ends, texts[1:], strict=False):
        rest, start = following, at + len(text)
        end = at = at + len(whole) + 1
        gap = ""
        if spaces:
            rest = following.lstrip()
            end += len(following) - len(rest)
            gap = " " if written and not before[-1:].isspace() and rest[:1] not in ("", ")") else ""
        puts.append(Put(start, end, gap))
        before, written = rest, written or bool(rest)
    editor.go(puts[-1].start)
    return replace(editor, puts, "join")


def operate(
    vim: Vim, editor: Editor, key: str, stretches: Sequence[Stretch], register: str
) -> None:
    """Do the operator of this key, and mark what it was done to."""
    start, end = stretches[0].start, stretches[-1].end
    first, last = editor.buffer.row_col(start)[0], editor.buffer.row_col(max(end - 1, start))[0]
    OPERATE[key](vim, editor, stretches, register)
    if key in ("d", "c"):
        mark_changed(editor, start, start)
    elif key in LINE_WISE:
        mark_changed(editor, editor.start_of(first), editor.end_of(last) + 1)
    else:
        mark_changed(editor, start, end)


def mark_changed(editor: Editor, start: int, end: int) -> None:
    """Have the marks `[ and `] be the ends of what was changed or copied last."""
    editor.marks["["] = min(start, len(editor.buffer))
    editor.marks["]"] = min(max(end - 1, start), len(editor.buffer))


OPERATE: dict[str, Callable[..., None]] = {
    "d": delete,
    "c": change,
    "y": yank,
    ">": _works(lines.shift),
    "<": _works(lines.dedent),
    "gu": _with_text(str.lower),
    "gU": _with_text(str.upper),
    "g~": _with_text(str.swapcase),
    "gc": _acts("text.comment"),
    "=": _acts("text.reindent"),
}
"""By the operator's keys: (vim, editor, stretches, register)."""
LINE_WISE = (">", "<", "=", "gc")
"""Operators that are for whole lines, whatever the motion."""
