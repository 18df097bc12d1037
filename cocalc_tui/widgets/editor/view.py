"""Which visual row shows what: the map between lines and rows, wrapped and folded.

Without either, row and line are the same number and nothing is stored. With them each line has a
height, kept in blocks with their sums (`heights`); of a long text they are measured where somebody
looks (`rough`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from cocalc_tui.widgets.editor.cells import LONG, Cells, LongCells, breaks, cells, long_breaks, rows
from cocalc_tui.widgets.editor.folds import Folds, Range
from cocalc_tui.widgets.editor.heights import Heights
from cocalc_tui.widgets.editor.rough import RoughHeights

REMEMBERED = 500
"""Lines whose text is at hand: a screen full and more."""
MOST_MEASURED = 4_000
"""Lines of a wrapped text up to which all are measured at once."""
MOST_REFOLDED = 50
"""Folds that come and go one by one; of more all is laid out anew."""


class Buffer(Protocol):
    """What a widget reads of a text; `sync.buffer.TextBuffer` is one."""

    def __len__(self) -> int:
        """Code points."""
        ...

    def slice(self, start: int, end: int) -> str:
        """The text between two offsets."""
        ...

    @property
    def line_count(self) -> int:
        """One more than there are line ends."""
        ...

    def line(self, row: int) -> str:
        r"""A line without its "\n"; the "\r" of "\r\n" stays."""
        ...

    def lines(self, first: int, last: int, most: int | None = None) -> list[str]:
        """The lines `first` to `last`, without `last`, as `line` gives them.

        `most`: those of more code points, line end included, as "".
        """
        ...

    def line_length(self, row: int) -> int:
        """Code points of a line."""
        ...

    def piece(self, row: int, start: int, stop: int) -> str:
        """Part of a line."""
        ...

    def offset(self, row: int, col: int) -> int:
        """Code points before a place."""
        ...

    def row_col(self, offset: int) -> tuple[int, int]:
        """The place of an offset."""
        ...


class Dirty(NamedTuple):
    """What a change of the text means for the screen."""

    first: int
    """Visual rows to paint again: first..last."""
    last: int | None
    """None for all below."""
    line: int
    """Lines line..until are other than before."""
    until: int
    added: int
    """How many lines more there are than before."""


class View:
    """The rows of a text at a width."""

    def __init__(self, buffer: Buffer, tab: int = 4) -> None:
        self.tab = tab
        self.width = 80
        self.wrap = False
        self.folds = Folds()
        self.version = 0
        """Counts what happens to the text."""
        self.moved: Callable[[int, int], None] | None = None
        """Hears that all rows from one on, as it was, moved because rows above it were measured.

        Without it nothing is guessed.
        """
        self._heights: Heights | None = None
        self.load(buffer)

    def load(self, buffer: Buffer) -> None:
        """Show another text, or one that changed beyond what `changed` was told."""
        self.buffer = buffer
        self.lines = buffer.line_count
        self.version += 1
        self._texts: dict[int, str] = {}
        self._lengths: dict[int, int] = {}
        self.folds.clear()
        self._measure()

    def resize(self, width: int, *, wrap: bool) -> bool:
        """Show it at this width (cells); True when rows are where they were not before."""
        if (self.wrap, self.width if wrap else 0) == (wrap, width if wrap else 0):
            return False
        self.width, self.wrap = max(width, 2), wrap
        self._measure()
        return True

    def _measure(self) -> None:
        self._heights = None
        if self.wrap and self.moved is not None and self.lines > MOST_MEASURED:
            self._heights = RoughHeights(self.lines, self._measured, self._without_hidden)
        elif self.wrap or self.folds:
            self._heights = Heights(self._measured(0, self.lines))

    def _measured(self, first: int, until: int) -> list[int]:
        """The rows that lines first..until, without `until`, take."""
        if self.wrap:
            found = [self._height(text) for text in self.texts(first, until)]
        else:
            found = [1] * (until - first)
        return self._without_hidden(found, first)

    def _without_hidden(self, heights: list[int], first: int = 0) -> list[int]:
        """Heights of lines from `first` on, those that are folded away having none."""
        for low, high in self.folds.hidden(first, first + len(heights) - 1):
            heights[low - first : high + 1 - first] = [0] * (high + 1 - low)
        return heights

    def _settle(self, line: int) -> None:
        """Measure what is about a line where that was only guessed."""
        if isinstance(self._heights, RoughHeights) and self.moved is not None:
            for row, by in self._heights.settle(line):
                if by:
                    self.moved(row, by)

    def _height(self, text: str) -> int:
        return rows(text, self.tab, self.width) if self.wrap else 1

    def _hide(self, first: int, last: int) -> None:
        """Take the rows of folded lines away."""
        if self._heights is not None:
            for low, high in self.folds.hidden(first, last):
                self._heights.replace(low, high + 1, [0] * (high + 1 - low))

    # --- folds ---------------------------------------------------------------------------------

    def fold(self, folds: Iterable[Range]) -> None:
        """Have exactly these folds, each a line that shows and the last that does not."""
        last, before = self.lines - 1, self.folds.covers
        self.folds.set((head, min(end, last)) for head, end in folds if 0 <= head < last)
        self._refold(before)

    def reveal(self, line: int) -> bool:
        """Open what hides a line; False where it shows."""
        before = self.folds.covers
        if not self.folds.reveal(line):
            return False
        self._refold(before)
        return True

    def _refold(self, before: Sequence[Range]) -> None:
        """Other lines are folded away than before: what is measured of the others stays."""
        opened = set(before).difference(self.folds.covers)
        closed = set(self.folds.covers).difference(before)
        heights = self._heights
        if heights is None or len(opened) + len(closed) > MOST_REFOLDED:
            self._measure()
            return
        for low, high in opened:
            heights.replace(low, high + 1, self._measured(low, high + 1))
        for low, high in closed:
            heights.replace(low, high + 1, [0] * (high + 1 - low))
        if not self.wrap and not self.folds:
            self._heights = None

    def showing(self, line: int) -> int:
        """The line itself, or the head of the fold that hides it."""
        cover = self.folds.cover(line) if self.folds else None
        return line if cover is None else cover[0] - 1

    # --- a line --------------------------------------------------------------------------------

    def text(self, line: int) -> str:
        r"""A line as it is shown: the "\r" of a "\r\n" is part of its end."""
        text = self._texts.get(line)
        if text is None:
            text = self.buffer.line(line)
            if text.endswith("\r") and line < self.lines - 1:
                text = text[:-1]
            # A row asks for it several times: finding it takes a while, and so does hashing copies.
            if len(self._texts) > REMEMBERED:
                self._texts.clear()
            self._texts[line] = text
        return text

    def length(self, line: int) -> int:
        """Code points of a line as it is shown; one of megabytes is not copied for this."""
        if (text := self._texts.get(line)) is not None:
            return len(text)
        length = self._lengths.get(line)
        if length is None:
            length = self.buffer.line_length(line)
            if length <= LONG:
                return len(self.text(line))
            ended = line < self.lines - 1 and self.buffer.piece(line, length - 1, length) == "\r"
            length = self._lengths[line] = length - ended
        return length

    def head(self, line: int) -> str:
        """A line, of a very long one how it begins: enough to tell what it is."""
        return self.text(line) if self.length(line) <= LONG else self.buffer.piece(line, 0, LONG)

    def texts(self, first: int, last: int, most: int | None = None) -> list[str]:
        """The lines `first` to `last`, without `last`, as they are shown.

        `most`: those of more code points, line end included, as "".
        """
        found = self.buffer.lines(first, last, most)
        ended = min(last, self.lines - 1) - first
        return [line.removesuffix("\r") for line in found[:ended]] + found[ended:]

    def cells(self, line: int) -> Cells:
        """The layout of a line."""
        if (length := self.length(line)) > LONG:
            return LongCells(length, partial(self.buffer.piece, line))
        return cells(self.text(line), self.tab)

    def breaks(self, line: int) -> Sequence[int]:
        """Columns at which the line's second and later rows begin."""
        if not self.wrap:
            return ()
        if (length := self.length(line)) > LONG:
            return long_breaks(length, self.width)
        return breaks(self.text(line), self.tab, self.width)

    # --- rows ----------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Rows in all."""
        return self.lines if self._heights is None else self._heights.total

    def top(self, line: int) -> int:
        """The first row of a line."""
        self._settle(line)
        return line if self._heights is None else self._heights.top(line)

    def at(self, row: int) -> tuple[int, int]:
        """The line that a row shows, and which of the line's rows it is."""
        row = min(max(row, 0), self.height - 1)
        if self._heights is None:
            return row, 0
        line, part = self._heights.at(row)
        self._settle(line)
        return line, min(part, self._heights[line] - 1)

    def settled(self, row: int) -> int:
        """The row of what a row shows, once all about it is measured."""
        line, part = self.at(row)
        return self.top(line) + part

    def span(self, line: int, part: int) -> tuple[int, int]:
        """The columns that one of a line's rows shows."""
        found = self.breaks(line)
        start = found[part - 1] if part else 0
        return start, found[part] if part < len(found) else self.length(line)

    def place(self, offset: int) -> tuple[int, int]:
        """Row and cell of an offset; at a break, the row that begins there.

        What is folded away is at the end of the line that shows.
        """
        line, column = self.buffer.row_col(offset)
        if (head := self.showing(line)) != line:
            line, column = head, self.length(head)
        layout = self.cells(line)
        part = bisect_right(self.breaks(line), column)
        x = layout.x(column)
        if part:
            x -= layout.x(self.breaks(line)[part - 1])
        return self.top(line) + part, x

    def offset(self, row: int, x: int) -> int:
        """The offset at a row and cell: the nearest there is."""
        if row < 0:
            return 0
        if row >= self.height:
            last = self.showing(self.lines - 1)
            return self.buffer.offset(last, self.length(last))
        line, part = self.at(row)
        layout = self.cells(line)
        start, end = self.span(line, part)
        column = layout.column(layout.x(start) + x)
        if column >= end and part < len(self.breaks(line)):
            column = layout.before(end)
        return self.buffer.offset(line, column)

    # --- changes -------------------------------------------------------------------------------

    def changed(self, start: int, end: int) -> Dirty:
        """The buffer changed between two offsets, as they are now.

        Text before `start` and after `end` is what it was.
        """
        self._texts.clear()
        self._lengths.clear()
        self.version += 1
        lines_before, self.lines = self.lines, self.buffer.line_count
        first = self.buffer.row_col(start)[0]
        last = self.buffer.row_col(end)[0] if end > start else first
        added = self.lines - lines_before
        before = self.folds.carried(first, last, added)
        opens = bool(self.folds) and not self.folds.changed(first, last, added)
        if self._heights is None:
            return Dirty(first, None if added else last, first, last, added)
        top, height = self._heights.top(self.showing(first)), self._heights.total
        fresh = [
            1 + len(self.breaks(line))
            if self.length(line) > LONG
            else self._height(self.text(line))
            for line in range(first, last + 1)
        ]
        self._heights.replace(first, last + 1 - added, fresh)
        self._hide(first, last)
        if opens:
            self._refold(before)
        moved = opens or added or self._heights.total != height
        return Dirty(top, None if moved else top + sum(fresh) - 1, first, last, added)
