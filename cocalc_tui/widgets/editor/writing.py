"""Typing: characters, new lines, pasting, deleting, at each of my carets.

A bracket that is typed brings its closing one where the editor's `pairs` say so; what nobody typed
is passed when it is typed after all, and goes when its opening one is deleted at once.
"""

from __future__ import annotations

from collections.abc import Callable

from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.brackets import CLOSING, OPENING, around
from cocalc_tui.widgets.editor.carets import Caret, Put
from cocalc_tui.widgets.editor.indenting import step_at
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.motions import Motion, left

_CLOSED_BEFORE = " \t,;:.)]}>"
"""A bracket is closed by itself only before these, and at the end of a line."""


def insert(editor: Editor, text: str, kind: str = "typing") -> None:
    """Type in the place of each selection."""
    text = text.encode("utf-8", "replace").decode()
    editor.put(lambda caret: Put(*caret.selection, text), kind)


def paste(editor: Editor, text: str) -> None:
    """Insert what came from a clipboard, with this text's line ends.

    As many lines as there are carets: one for each.
    """
    ends = line_end(editor, editor.place()[0])
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    carets = editor.carets
    editor.break_off()
    if len(carets) > 1 and len(lines) - (not lines[-1]) == len(carets):
        each = iter(lines)
        editor.put(lambda caret: Put(*caret.selection, next(each)), "paste")
    else:
        insert(editor, ends.join(lines), "paste")


# --- pairs of brackets ---------------------------------------------------------------------------


def type_key(editor: Editor, character: str) -> None:
    """Type one character as a key does: brackets come in pairs where `pairs` say so."""
    if not editor.pairs:
        insert(editor, character)
    elif character in editor.pairs[::2] and all(one.anchor is not None for one in editor.carets):
        surround(editor, character, _closing(editor, character))
    else:
        _type_paired(editor, character)


def surround(editor: Editor, opening: str, closing: str) -> None:
    """Put something before and behind each selection, which stays selected."""
    order = {id(caret): index for index, caret in enumerate(editor.carets)}
    puts: list[Put] = []
    for caret in editor.carets:
        low, high = caret.selection
        puts += [Put(low, low, opening), Put(high, high, closing)]
    wide = len(opening) + len(closing)
    editor.replace(puts, "surround", lambda caret, at: at + order[id(caret)] * wide + len(opening))


def _closing(editor: Editor, opening: str) -> str:
    return editor.pairs[editor.pairs[::2].index(opening) * 2 + 1]


def _type_paired(editor: Editor, character: str) -> None:
    paired: list[Caret] = []

    def make(caret: Caret) -> Put:
        start, end = caret.selection
        if start == end and start in editor.closers and _at(editor, start) == character:
            editor.closers.remove(start)
            return Put(start, start, "", 1)
        if character in editor.pairs[::2] and _is_to_close(editor, start, end, character):
            paired.append(caret)
            return Put(start, end, character + _closing(editor, character), 1)
        if start == end and character in CLOSING:
            return _closing_line(editor, start, character)
        return Put(start, end, character)

    editor.put(make)
    editor.closers += [caret.at for caret in paired]


def _at(editor: Editor, offset: int) -> str:
    return editor.buffer.slice(offset, min(offset + 1, len(editor.buffer)))


def _is_to_close(editor: Editor, start: int, end: int, character: str) -> bool:
    behind = _at(editor, end)
    if behind and behind not in "\r\n" and behind not in _CLOSED_BEFORE:
        return False
    if character in OPENING:
        return True
    before = editor.buffer.slice(start - 1, start) if start else ""
    return not (before.isalnum() or before in ("_", "\\", character))


def _closing_line(editor: Editor, at: int, character: str) -> Put:
    """A closing bracket that begins a line is indented as the line that opened."""
    line, column = editor.buffer.row_col(at)
    before = editor.view.head(line)[:column]
    if before.strip() or not before or len(before) < column:
        return Put(at, at, character)
    opening = OPENING[CLOSING.index(character)]
    found = around(editor.buffer, at, opening + character)
    if found is None:
        return Put(at, at, character)
    indent = moves.indent_of(editor.view.text(editor.buffer.row_col(found)[0]))
    return Put(at - column, at, indent + character)


# --- lines ---------------------------------------------------------------------------------------


def line_end(editor: Editor, line: int) -> str:
    """How a line ends, the last one as the line above it."""
    if line == editor.view.lines - 1:
        line -= 1
    return "\r\n" if line >= 0 and editor.buffer.line(line).endswith("\r") else "\n"


def newline(editor: Editor) -> None:
    """Begin a line, indented as the one above and ended as it is."""
    editor.break_off()
    editor.put(lambda caret: _new_line(editor, caret))


def _new_line(editor: Editor, caret: Caret) -> Put:
    start, end = caret.selection
    line, column = editor.buffer.row_col(start)
    text = editor.view.text(line)
    before, ends = text[:column], line_end(editor, line)
    indent = moves.indent_of(before)
    if start == end and before and not before.strip(" \t") and column == len(text):
        # Nobody wants the spaces of a line that stays empty.
        return Put(start - column, start, ends + indent)
    last = before.rstrip()[-1:]
    if last and end < len(editor.buffer):
        # What was behind the caret begins the line.
        row, at = editor.buffer.row_col(end)
        end += len(moves.indent_of(editor.view.text(row)[at:]))
    if editor.leaves is not None and editor.leaves.fullmatch(before):
        indent = indent[: -len(step_at(editor.view, line, editor.step))]
    if last not in tuple(editor.opens):
        return Put(start, end, ends + indent)
    deeper = ends + indent + step_at(editor.view, line, editor.step)
    closes = last in OPENING and _at(editor, end) == CLOSING[OPENING.index(last)]
    if last and closes:
        return Put(start, end, deeper + ends + indent, len(deeper))
    return Put(start, end, deeper)


def open_line(editor: Editor, *, above: bool = False) -> None:
    """Begin a line below (or above) the caret's, wherever in it the caret is."""
    line = editor.place()[0]
    if not above:
        editor.go(editor.end_of(line))
        newline(editor)
        return
    indent, start = moves.indent_of(editor.view.text(line)), editor.start_of(line)
    editor.go(start)
    editor.put(lambda _: Put(start, start, indent + line_end(editor, line), len(indent)))


# --- deleting ------------------------------------------------------------------------------------


def delete_to(editor: Editor, motion: Motion, kind: str = "delete") -> None:
    """Delete each selection, or from the caret to where a motion goes."""

    def make(caret: Caret) -> Put:
        if caret.anchor is not None:
            return Put(*caret.selection, "")
        there = motion(editor, caret.at)
        return Put(min(caret.at, there), max(caret.at, there), "")

    editor.put(make, kind)


def backspace(editor: Editor) -> None:
    """Delete the selection, or the character before the caret; an indent by whole steps."""
    pairs = _fresh_pairs(editor)

    def make(caret: Caret) -> Put:
        if caret.anchor is not None:
            return Put(*caret.selection, "")
        return Put(_step_back(editor, caret.at), caret.at + (caret.at in pairs), "")

    editor.put(make, "delete")


def _fresh_pairs(editor: Editor) -> set[int]:
    """Carets between an opening bracket and the closing one that came by itself."""
    opens, closes = editor.pairs[::2], editor.pairs[1::2]
    found: set[int] = set()
    for at in editor.closers:
        before = editor.buffer.slice(at - 1, at) if at else ""
        if before and before in opens and _at(editor, at) == closes[opens.index(before)]:
            found.add(at)
    return found


def _step_back(editor: Editor, at: int) -> int:
    line, column = editor.buffer.row_col(at)
    before = editor.view.head(line)[:column]
    if before and len(before) == column and not before.strip(" "):
        step = step_at(editor.view, line, editor.step)
        return at - ((column - 1) % (len(step) if step != "\t" else editor.tab) + 1)
    return left(editor, at)


def change_selected(editor: Editor, change: Callable[[str], str], kind: str) -> None:
    """Put what `change` makes of each selection, or of the word at a caret, in its place."""
    puts: list[Put] = []
    for caret in editor.carets:
        low, high = caret.selection if caret.anchor is not None else editor.word_at(caret.at)
        text = editor.buffer.slice(low, high)
        if (changed := change(text)) != text:
            puts.append(Put(low, high, changed))
    editor.replace(puts, kind)
