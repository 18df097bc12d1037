"""What keys do to whole lines: those that any of my carets or selections are in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.carets import Caret, Put
from cocalc_tui.widgets.editor.indenting import step_at
from cocalc_tui.widgets.editor.model import Editor, Where
from cocalc_tui.widgets.editor.slices import AT_ONCE, LINES, Slices, change, replace
from cocalc_tui.widgets.editor.writing import line_end

Range = tuple[int, int]
"""First and last line."""


def ranges(editor: Editor) -> list[Range]:
    """The lines of all selections, from top to bottom, those that touch as one."""
    found: list[Range] = []
    for caret in editor.carets:
        first, last = lines_of(editor, caret)
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def lines_of(editor: Editor, caret: Caret) -> Range:
    """First and last line of a selection; a line of which nothing is selected is not one."""
    low, high = caret.selection
    first, (last, column) = editor.buffer.row_col(low)[0], editor.buffer.row_col(high)
    last = last - 1 if last > first and column == 0 else last
    # What is folded goes with the line that shows.
    cover = editor.view.folds.cover(last + 1) if editor.view.folds else None
    return first, last if cover is None else cover[1]


def _with_ranges(editor: Editor, found: list[Range], shifts: list[int]) -> Where:
    """Carets go with the lines they are in, each range of lines by its own way."""
    by: dict[int, int] = {}
    for caret in editor.carets:
        line = lines_of(editor, caret)[0]
        by[id(caret)] = next(
            shift
            for (first, last), shift in zip(found, shifts, strict=True)
            if first <= line <= last
        )
    return lambda caret, at: at + by[id(caret)]


# --- clipboard -----------------------------------------------------------------------------------


def _taken(editor: Editor) -> list[tuple[int, int]]:
    """What copying takes: the selections, or without any the whole lines."""
    chosen = [caret.selection for caret in editor.carets if caret.anchor is not None]
    if chosen:
        return chosen
    return [(editor.start_of(low), editor.start_of(high + 1)) for low, high in ranges(editor)]


def copied(editor: Editor) -> str:
    """What copying takes, each selection on lines of its own."""
    taken = [editor.buffer.slice(*one) for one in _taken(editor)]
    chosen = any(caret.anchor is not None for caret in editor.carets)
    return "\n".join(taken) if chosen else "".join(taken)


def cut(editor: Editor) -> str:
    """Take the selections, or without one the whole lines; returns them."""
    text = copied(editor)
    editor.replace([Put(low, high, "") for low, high in _taken(editor)], "cut")
    return text


# --- lines come, go and move ---------------------------------------------------------------------


def delete(editor: Editor) -> None:
    """Delete the lines; the caret is then where the first of them was."""
    gone, column = ranges(editor), editor.view.place(editor.caret)[1]
    line = gone[0][0]
    editor.replace(without(editor, gone), "delete")
    editor.go(editor.view.offset(editor.view.top(min(line, editor.view.lines - 1)), column))


def without(editor: Editor, gone: Sequence[Range]) -> list[Put]:
    """What deletes these lines; with the last of the text the line end before it goes."""
    puts = [Put(editor.start_of(first), editor.start_of(last + 1), "") for first, last in gone]
    if gone[-1][1] == editor.view.lines - 1 and gone[-1][0]:
        puts[-1] = Put(editor.end_of(gone[-1][0] - 1), len(editor.buffer), "")
    return puts


def duplicate(editor: Editor, *, below: bool = True) -> None:
    """Write the lines once more; the carets are in the copy below, or stay in the one above."""
    puts: list[Put] = []
    shifts: list[int] = []
    grown = 0
    found = ranges(editor)
    for first, last in found:
        end = editor.end_of(last)
        text = line_end(editor, last) + editor.buffer.slice(editor.start_of(first), end)
        puts.append(Put(end, end, text))
        shifts.append(grown + len(text) if below else grown)
        grown += len(text)
    editor.replace(puts, "duplicate", _with_ranges(editor, found, shifts))


def move(editor: Editor, by: int) -> None:
    """Move the lines one up (-1) or down (1).

    It is the neighbouring line that is deleted and written anew on the other side: what others
    type at the same time into the moved lines stays in them.
    """
    puts: list[Put] = []
    shifts: list[int] = []
    found = ranges(editor)
    for first, last in found:
        other = first - 1 if by < 0 else last + 1
        if not 0 <= other < editor.view.lines:
            shifts.append(0)
            continue
        text = editor.view.text(other)
        ends = line_end(editor, other if by < 0 else last)
        start, end = editor.start_of(first), editor.end_of(last)
        if by < 0:
            puts += [Put(editor.start_of(other), start, ""), Put(end, end, ends + text)]
        else:
            puts += [Put(start, start, text + ends), Put(end, editor.end_of(other), "")]
        shifts.append(by * (len(text) + len(ends)))
    editor.replace(puts, "move", _with_ranges(editor, found, shifts))


def join(editor: Editor) -> Slices:
    """Make the lines one, a space between what was apart; a single line takes in the next."""
    puts: list[Put] = []
    for first, last in ranges(editor):
        at = editor.start_of(first)
        written = _written(editor, first, min(max(last, first + 1), editor.view.lines - 1))
        for (this, line), (following, _) in pairwise(written):
            start = at + len(this.rstrip(" \t"))
            at += len(line)
            rest = following.strip()
            gap = " " if this.strip() and rest and rest[0] not in ")]}" else ""
            end = at + len(moves.indent_of(following))
            puts.append(Put(max(start, puts[-1].end if puts else 0), end, gap))
    return replace(editor, puts, "join")


def _written(editor: Editor, first: int, last: int) -> list[tuple[str, str]]:
    """Lines first..last: what shows of each, and all of it with its end."""
    texts, whole = editor.view.texts(first, last + 1), editor.buffer.lines(first, last + 1)
    return [(text, line + "\n") for text, line in zip(texts, whole, strict=True)]


def last_line(editor: Editor) -> int:
    """The last line that is one for sorting and for vim.

    Behind the last line end of a file there is none; of a cell, what shows there is one.
    """
    last = editor.view.lines - 1
    return last - 1 if last and editor.at == MAIN and not editor.view.text(last) else last


def sort(editor: Editor) -> None:
    """Put the selected lines in order; all lines where none are selected."""
    chosen = [one for one in ranges(editor) if one[1] > one[0]] or [(0, last_line(editor))]
    editor.replace([put for one in chosen for put in _sorting(editor, *one)], "sort")


def _sorting(editor: Editor, first: int, last: int) -> Iterator[Put]:
    """What puts lines in order: line by line, very many by some at a time."""
    written = _written(editor, first, last)
    texts = [text for text, _ in written]
    ordered = sorted(texts)
    some = 1 if len(texts) <= AT_ONCE else LINES
    at = editor.start_of(first)
    for low in range(0, len(texts), some):
        ends = [line[len(text) :] for text, line in written[low : low + some]]
        end = at + sum(map(len, texts[low : low + some])) + sum(map(len, ends))
        if texts[low : low + some] != ordered[low : low + some]:
            behind, ends[-1] = ends[-1], ""
            lines = zip(ordered[low : low + some], ends, strict=True)
            yield Put(at, end - len(behind), "".join([text + ended for text, ended in lines]))
        at = end


def trim(editor: Editor) -> Slices:
    """Delete the white space at the ends of all lines."""

    def less(_: int, text: str) -> tuple[int, int, str] | None:
        kept = len(text.rstrip(" \t"))
        return (kept, len(text) - kept, "") if kept < len(text) else None

    return change(editor, [(0, editor.view.lines - 1)], "trim", lambda _: less)


# --- how lines begin -----------------------------------------------------------------------------


def indent(editor: Editor) -> Slices | None:
    """Tab: to the next stop, or the lines of the selections one step in."""
    if any("\n" in editor.buffer.slice(*caret.selection) for caret in editor.carets):
        return shift(editor)
    editor.put(lambda caret: Put(*caret.selection, _to_stop(editor, caret.selection[0])))
    return None


def _to_stop(editor: Editor, at: int) -> str:
    line, column = editor.buffer.row_col(at)
    step = step_at(editor.view, line, editor.step)
    if step == "\t":
        return step
    return " " * (len(step) - editor.view.cells(line).x(column) % len(step))


def shift(editor: Editor) -> Slices:
    """The lines one step in."""

    def more(line: int, text: str) -> tuple[int, int, str] | None:
        return (0, 0, step_at(editor.view, line, editor.step)) if text.strip() else None

    return change(editor, ranges(editor), "indent", lambda _: more)


def dedent(editor: Editor) -> Slices:
    """The lines one step out."""

    def less(line: int, text: str) -> tuple[int, int, str] | None:
        step = step_at(editor.view, line, editor.step)
        spaces = len(text) - len(text.lstrip(" "))
        most = len(step) if step != "\t" else editor.tab
        wide = 1 if text.startswith("\t") else min(spaces, most)
        return (0, wide, "") if wide else None

    return change(editor, ranges(editor), "indent", lambda _: less)


def toggle_comment(editor: Editor, mark: str) -> Slices:
    """Put the lines behind a comment mark, or take it away from all."""
    found = ranges(editor)
    texts = [text for first, last in found for text in editor.view.texts(first, last + 1)]
    written = [text for text in texts if text.strip()]
    column = min((len(moves.indent_of(text)) for text in written), default=0)

    def comment(_: int, text: str) -> tuple[int, int, str] | None:
        return (min(column, len(text)), 0, mark + " ") if text.strip() else None

    def uncomment(_: int, text: str) -> tuple[int, int, str] | None:
        return _uncomment(text, mark)

    marked = all(text.lstrip().startswith(mark) for text in written)
    return change(editor, found, "comment", lambda _: uncomment if marked else comment)


def _uncomment(text: str, mark: str) -> tuple[int, int, str] | None:
    column = len(moves.indent_of(text))
    rest = text[column:]
    if not rest.startswith(mark):
        return None
    return column, len(mark) + (rest[len(mark) :][:1] == " "), ""


def toggle_block_comment(editor: Editor, opening: str, closing: str) -> None:
    """Put the lines between comment marks, or take these away."""
    puts: list[Put] = []
    for first, last in ranges(editor):
        head, tail = editor.view.text(first), editor.view.text(last)
        start = editor.start_of(first) + len(moves.indent_of(head))
        end = editor.start_of(last) + len(tail.rstrip())
        if head.lstrip().startswith(opening) and tail.rstrip().endswith(closing):
            begins = len(opening) + (head.lstrip()[len(opening) :][:1] == " ")
            ends = len(closing) + (tail.rstrip()[: -len(closing)][-1:] == " ")
            puts += [Put(start, start + begins, ""), Put(max(end - ends, start + begins), end, "")]
        elif end > start:
            puts += [Put(start, start, opening + " "), Put(end, end, " " + closing)]
    editor.replace(puts, "comment")
