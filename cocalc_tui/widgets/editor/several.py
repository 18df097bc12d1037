"""Having several carets: above and below, at the same text elsewhere, where the mouse points."""

from __future__ import annotations

from cocalc_tui.widgets.editor.carets import Caret
from cocalc_tui.widgets.editor.model import Editor

MOST = 10_000
"""Carets at one time."""


def add_row(editor: Editor, by: int) -> bool:
    """One more caret in the row above the topmost (-1) or below the lowest (1)."""
    edge = editor.carets[0 if by < 0 else -1]
    row, x = editor.view.place(edge.at)
    if not 0 <= row + by < editor.view.height:
        return False
    goal = x if edge.goal is None else edge.goal
    added = Caret(editor.settle(editor.view.offset(row + by, goal)))
    added.goal = edge.goal = goal
    editor.set_carets([*editor.carets, added], added)
    return True


def add_at(editor: Editor, offset: int) -> None:
    """One more caret at an offset; where there is one already, it goes."""
    offset = editor.settle(offset)
    there = [caret for caret in editor.carets if caret.at == offset]
    if there and editor.others:
        kept = [caret for caret in editor.carets if caret not in there]
        editor.set_carets(kept, editor.main if editor.main in kept else kept[-1])
    elif not there:
        added = Caret(offset)
        editor.set_carets([*editor.carets, added], added)


def drop_last(editor: Editor) -> bool:
    """Drop the caret added last; False where there is one only."""
    if not editor.others:
        return False
    kept = editor.others
    editor.set_carets(kept, kept[-1])
    return True


def add_next(editor: Editor, *, skip: bool = False) -> bool:
    """Select the same text once more, where it comes next; at first the word itself.

    `skip`: in the place of the selection that came last. False where it is nowhere else.
    """
    if editor.anchor is None:
        return _select_words(editor)
    text, taken = str(editor.buffer), {caret.selection for caret in editor.carets}
    low, high = editor.selection
    wanted = text[low:high]
    at = text.find(wanted, high)
    at = text.find(wanted) if at < 0 else at
    if (at, at + len(wanted)) in taken:
        return False
    added = Caret(at + len(wanted), at)
    kept = [caret for caret in editor.carets if not (skip and caret is editor.main)]
    editor.set_carets([*kept, added], added)
    return True


def _select_words(editor: Editor) -> bool:
    """Select the word at each caret, or the one that ends there; False where there is none."""
    for caret in editor.carets:
        start, end = editor.word_at(caret.at)
        if caret.at and not editor.buffer.slice(start, end).strip():
            start, end = editor.word_at(caret.at - 1)
        if editor.buffer.slice(start, end).strip():
            caret.put(end, start)
    editor.set_carets(editor.carets, editor.main)
    return editor.anchor is not None


def add_all(editor: Editor) -> int:
    """Select the same text, or the same word, everywhere; returns how often."""
    if editor.anchor is None:
        _select_words(editor)
    low, high = editor.selection
    text = str(editor.buffer)
    wanted = text[low:high]
    if not wanted.strip():
        return 0
    found = [editor.main]
    at = text.find(wanted)
    while at >= 0 and len(found) < MOST:
        if not low <= at < high:
            found.append(Caret(at + len(wanted), at))
        at = text.find(wanted, at + len(wanted))
    editor.set_carets(found, editor.main)
    return len(found)


def split_selection(editor: Editor) -> None:
    """A caret at the end of each line that is selected."""
    found: list[Caret] = []
    for caret in editor.carets:
        low, high = caret.selection
        first, last = editor.buffer.row_col(low)[0], editor.buffer.row_col(high)[0]
        found += [Caret(min(editor.end_of(line), high)) for line in range(first, last + 1)]
    editor.set_carets(found, found[-1])


def measured(editor: Editor) -> tuple[int, int, int]:
    """How many carets there are, the lines that a single one selects, and the characters in all."""
    chosen = [editor.shown(caret) for caret in editor.carets if caret.anchor is not None]
    lines = 0
    if chosen and not editor.others:
        (low, high), at = chosen[0], editor.buffer.row_col
        lines = at(max(high - 1, low))[0] - at(low)[0] + 1
    return len(editor.others) + 1, lines, sum(high - low for low, high in chosen)
