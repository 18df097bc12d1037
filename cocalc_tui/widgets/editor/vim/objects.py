"""Vim's text objects: what `iw`, `a(` or `ip` is around a caret."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from cocalc_tui.widgets.editor import brackets
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.vim import words

_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)(?:\s[^<>]*)?(/?)>")
TAG_LINES = 500


class Stretch(NamedTuple):
    """A part of a text."""

    start: int
    end: int
    lines: bool = False


Object: TypeAlias = Callable[[Editor, int, int, bool], "Stretch | None"]
"""(editor, offset, count, whether with what is around) -> what it is there."""


def _word(big: bool) -> Object:
    def find(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
        start, end, is_word = words.run_at(editor, at, big=big)
        for _ in range(count - 1 if not around else count * 2 - 1):
            _, following, _ = words.run_at(editor, end, big=big)
            if following == end:
                break
            end = following
        text = editor.buffer.slice(start, end)
        if around and is_word and not text[-1:].isspace():
            # No white space behind: what is before goes along.
            line_start = at - editor.buffer.row_col(at)[1]
            before = editor.buffer.slice(line_start, start)
            blank = len(before) - len(before.rstrip())
            start -= blank if before.strip() else 0
        return Stretch(start, end)

    return find


def _quoted(mark: str) -> Object:
    def find(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
        line, column = editor.buffer.row_col(at)
        text, start = editor.view.text(line), at - column
        found = [i for i, c in enumerate(text) if c == mark and (i == 0 or text[i - 1] != "\\")]
        pair = _pair(found, column)
        if pair is None:
            return None
        low, high = pair
        if not around:
            return Stretch(start + low + 1, start + high)
        low, after = _with_blanks(text, low, high + 1)
        return Stretch(start + low, start + after)

    return find


def _pair(marks: list[int], column: int) -> tuple[int, int] | None:
    """The quotes around a column, else the next: on a quote, as they pair from the line's start."""
    if column in marks:
        pairs = zip(marks[::2], marks[1::2], strict=False)
        return next((pair for pair in pairs if pair[0] <= column <= pair[1]), None)
    first = max(bisect_left(marks, column) - 1, 0)
    return (marks[first], marks[first + 1]) if first + 1 < len(marks) else None


def _with_blanks(text: str, low: int, after: int) -> tuple[int, int]:
    """A part of a line with the white space behind it; where there is none, before it."""
    behind = len(text) - len(text[after:].lstrip())
    return (low, behind) if behind > after else (len(text[:low].rstrip()), after)


def _bracketed(marks: str) -> Object:
    def find(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
        low: int | None = at
        if editor.buffer.slice(at, min(at + 1, len(editor.buffer))) != marks[0]:
            low = brackets.around(editor.buffer, at, marks)
            if low is None and count == 1:
                low = _next(editor, at, marks[0])
        for _ in range(count - 1):
            if low is None:
                break
            low = brackets.around(editor.buffer, low, marks)
        high = None if low is None else brackets.partner(editor.buffer, low)
        if low is None or high is None:
            return None
        if around:
            return Stretch(low, high + 1)
        return _inside(editor, low + 1, high)

    return find


def _next(editor: Editor, at: int, mark: str) -> int | None:
    """Where a bracket opens next."""
    last = min(editor.buffer.row_col(at)[0] + brackets.FAR, editor.view.lines)
    found = editor.buffer.slice(at, editor.start_of(last)).find(mark)
    return None if found < 0 else at + found


def _inside(editor: Editor, start: int, end: int) -> Stretch:
    """Between brackets on lines of their own: the lines between."""
    text = editor.buffer.slice(start, end)
    if text.startswith("\n") and not text.rpartition("\n")[2].strip() and text.count("\n") > 1:
        return Stretch(start + 1, end - len(text.rpartition("\n")[2]), lines=True)
    return Stretch(start, end)


def _angled(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
    line, column = editor.buffer.row_col(at)
    text, start = editor.view.text(line), at - column
    low = text.rfind("<", 0, column + 1)
    high = text.find(">", column)
    if low < 0 or high < 0:
        return None
    return (
        Stretch(start + low, start + high + 1) if around else Stretch(start + low + 1, start + high)
    )


def _tagged(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
    line = editor.buffer.row_col(at)[0]
    first = editor.start_of(max(line - TAG_LINES, 0))
    text = editor.buffer.slice(first, editor.start_of(min(line + TAG_LINES, editor.view.lines)))
    open_: list[re.Match[str]] = []
    pairs: list[tuple[re.Match[str], re.Match[str]]] = []
    for tag in _TAG.finditer(text):
        if tag[3]:
            continue
        if not tag[1]:
            open_.append(tag)
        else:
            while open_ and open_[-1][2] != tag[2]:
                open_.pop()
            if open_:
                pairs.append((open_.pop(), tag))
    here = at - first
    inside = [pair for pair in pairs if pair[0].start() <= here < pair[1].end()]
    inside.sort(key=lambda pair: pair[1].end() - pair[0].start())
    if len(inside) < count:
        return None
    low, high = inside[count - 1]
    if around:
        return Stretch(first + low.start(), first + high.end())
    return Stretch(first + low.end(), first + high.start())


def _paragraph(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
    line = editor.buffer.row_col(at)[0]
    blank, last = words.is_blank(editor, line), words.last_line(editor)
    low = high = line
    while low and words.is_blank(editor, low - 1) == blank:
        low -= 1
    parts = count * 2 if around else count
    while parts and high <= last:
        blank = words.is_blank(editor, high)
        while high <= last and words.is_blank(editor, high) == blank:
            high += 1
        parts -= 1
    if around and parts == 1 and not blank:
        # Nothing blank behind: what is blank before goes along.
        while low and words.is_blank(editor, low - 1):
            low -= 1
    return Stretch(editor.start_of(low), editor.start_of(high), lines=True)


def _sentence(editor: Editor, at: int, count: int, around: bool) -> Stretch | None:
    starts = words.sentences(editor, at)
    low = max((index for index, start in enumerate(starts) if start <= at), default=0)
    high = min(low + count, len(starts) - 1)
    start, end = starts[low], starts[high]
    if not around:
        text = editor.buffer.slice(start, end)
        end = start + len(text.rstrip())
    return Stretch(start, end) if end > start else None


OBJECTS: dict[str, tuple[Object, str]] = {
    "w": (_word(big=False), "word"),
    "W": (_word(big=True), "WORD"),
    "s": (_sentence, "sentence"),
    "p": (_paragraph, "paragraph"),
    "(": (_bracketed("()"), "between ( and )"),
    "[": (_bracketed("[]"), "between [ and ]"),
    "{": (_bracketed("{}"), "between { and }"),
    "<": (_angled, "between < and >"),
    '"': (_quoted('"'), "between double quotes"),
    "'": (_quoted("'"), "between quotes"),
    "`": (_quoted("`"), "between backquotes"),
    "t": (_tagged, "between tags"),
}
"""By the key behind `i` or `a`."""
ALIASES = {")": "(", "b": "(", "]": "[", "}": "{", "B": "{", ">": "<"}
