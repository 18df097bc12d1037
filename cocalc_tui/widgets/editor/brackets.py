"""Which bracket belongs to which.

What is within strings and comments does not count, as far as their tokens are known. A partner is
looked for within some thousand lines only: nobody sees one that is farther, and every step of the
caret asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cocalc_tui.widgets.editor.view import Buffer
from cocalc_tui.widgets.highlight import Spans

PAIRS = "()[]{}"
OPENING, CLOSING = PAIRS[::2], PAIRS[1::2]
_ANY = re.compile(r"[()\[\]{}]")
_QUIET = ("string", "comment", "escape")
FAR = 2_000
"""Lines that are looked at for a partner."""
LONG = 20_000
"""A longer line is data and not looked at."""

SpansOf = Callable[[int], Spans]


def _no_spans(line: int) -> Spans:
    return ()


def pair_at(buffer: Buffer, at: int, spans: SpansOf = _no_spans) -> tuple[int, int] | None:
    """The bracket behind an offset, else the one before it, and its partner's offset."""
    line, column = buffer.row_col(at)
    for here in (column, column - 1):
        mark = buffer.piece(line, here, here + 1) if here >= 0 else ""
        if mark and mark in PAIRS and not _quiet(spans(line), here):
            offset = at - column + here
            other = partner(buffer, offset, spans)
            return None if other is None else (offset, other)
    return None


def partner(buffer: Buffer, at: int, spans: SpansOf = _no_spans) -> int | None:
    """The offset of the bracket that belongs to the one at an offset."""
    mark = buffer.slice(at, at + 1)
    if mark in OPENING:
        same, walk = CLOSING[OPENING.index(mark)], _forwards(buffer, at + 1, spans)
    else:
        same, walk = OPENING[CLOSING.index(mark)], _backwards(buffer, at, spans)
    return _closing(mark, same, walk)


def around(buffer: Buffer, at: int, marks: str, spans: SpansOf = _no_spans) -> int | None:
    """The offset of the opening bracket of a kind (`()`) that an offset is inside of."""
    return _closing(marks[1], marks[0], _backwards(buffer, at, spans))


def _closing(opens: str, closes: str, walk: Iterator[tuple[int, str]]) -> int | None:
    depth = 1
    for offset, mark in walk:
        if mark == opens:
            depth += 1
        elif mark == closes:
            depth -= 1
            if not depth:
                return offset
    return None


def _forwards(buffer: Buffer, at: int, spans: SpansOf) -> Iterator[tuple[int, str]]:
    line, column = buffer.row_col(at)
    start = at - column
    for row in range(line, min(line + FAR, buffer.line_count)):
        yield from ((start + c, m) for c, m in _marks(buffer, row, spans) if c >= column)
        start, column = start + buffer.line_length(row) + 1, 0


def _backwards(buffer: Buffer, at: int, spans: SpansOf) -> Iterator[tuple[int, str]]:
    line, column = buffer.row_col(at)
    start: int = at - column
    for row in range(line, max(line - FAR, -1), -1):
        if row < line:
            column = buffer.line_length(row)
            start -= column + 1
        marks = [(start + c, m) for c, m in _marks(buffer, row, spans) if c < column]
        yield from reversed(marks)


def _marks(buffer: Buffer, row: int, spans: SpansOf) -> Iterator[tuple[int, str]]:
    if buffer.line_length(row) <= LONG:
        quiet = spans(row)
        for found in _ANY.finditer(buffer.line(row)):
            if not _quiet(quiet, found.start()):
                yield found.start(), found.group()


def _quiet(spans: Spans, column: int) -> bool:
    return any(start <= column < end and token in _QUIET for start, end, token in spans)
