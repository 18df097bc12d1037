"""Tables as rows of a terminal: numbers to the right, headings ruled off, all columns in sight.

A table that is too wide first loses the ends of its longest texts, then columns from its middle,
and says how many. Wrapping its rows instead would leave nothing that reads as a table.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.html import Cell, Table
from cocalc_tui.widgets.outputs.rows import Frame, cut, more

GAP = 2
"""Cells between columns."""
WIDEST = 50
NARROWEST = 6
"""A column is not made narrower than this to let others in."""
EASY = 16
"""As wide as a column gets when others are left out anyway."""
LONGEST_TEXT = 400
"""Characters of a cell that are looked at."""
GAP_MARK = -1
"""Stands among the columns shown for those left out."""
_NUMBER = re.compile(
    r"[-+−]?[.,_]*\d[\d.,_]*(e[-+]?\d+)?[%j]?|nan|nat|none|<na>|-?inf|", re.IGNORECASE
)


@dataclass(frozen=True)
class _Columns:
    """Which columns are drawn (`GAP_MARK`: those left out), how wide, which to the right."""

    shown: list[int]
    widths: list[int]
    right: list[bool]

    def width(self, place: int, count: int = 1) -> int:
        """Cells of `count` shown columns from a place on, with the gaps between them."""
        columns = self.shown[place : place + count]
        return sum(self.widths[c] if c != GAP_MARK else 1 for c in columns) + GAP * (
            len(columns) - 1
        )


def table_rows(table: Table, frame: Frame) -> list[Strip]:
    """Draw a table."""
    rows, hidden = _without_middle(table, frame.limit)
    rows = _padded(rows)
    shown, widths = _fit(_widths(rows), frame.width)
    right = [_numeric(rows[table.heads :], column) for column in range(len(widths))]
    columns = _Columns(shown, widths, right)
    drawn = [_row(row, columns, frame, head=at < table.heads) for at, row in enumerate(rows)]
    if hidden:
        drawn.insert(_first_rows(table, frame.limit), more(frame, hidden))
    if table.heads:
        used = columns.width(0, len(shown))
        drawn.insert(table.heads, Strip([Segment("─" * used, frame.look.faint)], used))
    return drawn


def _without_middle(table: Table, limit: int) -> tuple[list[list[Cell]], int]:
    """Leave out rows from the middle where there are more than `limit`."""
    rows = table.rows
    if len(rows) <= limit:
        return rows, 0
    first = _first_rows(table, limit)
    last = max(1, limit - first)
    return [*rows[:first], *rows[-last:]], len(rows) - first - last


def _first_rows(table: Table, limit: int) -> int:
    return table.heads + max(0, limit - table.heads) * 2 // 3


def _padded(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Make all rows as long as the longest, and their texts safe to draw."""
    count = max(len(row) for row in rows)
    for row in rows:
        for cell in row:
            cell.text = safe(cell.text[:LONGEST_TEXT])
        row += [Cell() for _ in range(count - len(row))]
    return rows


def _widths(rows: list[list[Cell]]) -> list[int]:
    widths = [1] * len(rows[0])
    for row in rows:
        for column, cell in enumerate(row):
            if cell.span == 1:
                widths[column] = max(widths[column], cell_len(cell.text))
    return [min(width, WIDEST) for width in widths]


def _fit(widths: list[int], room: int) -> tuple[list[int], list[int]]:
    """Choose columns and widths that fit into `room` cells."""
    wanted = widths
    for_text = room - GAP * (len(widths) - 1)
    while sum(widths) > for_text and max(widths) > NARROWEST:
        widest = max(widths)
        next_lower = max((width for width in widths if width < widest), default=0)
        share = -(-(sum(widths) - for_text) // widths.count(widest))
        limit = max(next_lower, NARROWEST, widest - share)
        widths = [min(width, limit) for width in widths]
    if sum(widths) > for_text:
        widths = [min(width, EASY) for width in wanted]
    count = len(widths)
    fitting = bisect_right(
        range(1, count + 1),
        room,
        key=lambda keep: _Columns(shown := _some(keep, count), widths, []).width(0, len(shown)),
    )
    return _some(max(fitting, 1), count), widths


def _some(keep: int, count: int) -> list[int]:
    """The columns that are shown where so many of all are."""
    if keep == count:
        return list(range(count))
    return [*range(-(-keep // 2)), GAP_MARK, *range(count - keep // 2, count)]


def _numeric(rows: list[list[Cell]], column: int) -> bool:
    return all(_NUMBER.fullmatch(row[column].text) for row in rows)


def _row(row: list[Cell], columns: _Columns, frame: Frame, *, head: bool) -> Strip:
    look = frame.look
    segments: list[Segment] = []
    place = 0
    while place < len(columns.shown):
        if place:
            segments.append(Segment(" " * GAP))
        column = columns.shown[place]
        if column == GAP_MARK:
            segments.append(Segment("…", look.note))
            place += 1
            continue
        cell = row[column]
        covers = _covers(cell, columns.shown, place)
        room = columns.width(place, covers)
        style = look.strong if head else look.dim if cell.heading else look.text
        segments += _placed(cut(cell.text, room), room, style, right=columns.right[column])
        place += covers
    used = columns.width(0, len(columns.shown))
    return Strip(segments, used).crop(0, frame.width)


def _covers(cell: Cell, shown: list[int], place: int) -> int:
    """How many of the shown columns a cell covers."""
    count = 1
    while (
        count < cell.span
        and place + count < len(shown)
        and shown[place + count] == shown[place] + count
    ):
        count += 1
    return count


def _placed(text: str, room: int, style: Style, *, right: bool) -> list[Segment]:
    parts = [Segment(" " * (room - cell_len(text))), Segment(text, style)]
    return [part for part in (parts if right else parts[::-1]) if part.text]
