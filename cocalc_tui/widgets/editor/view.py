"""Which visual row shows what: the map between lines and rows when long lines are wrapped.

Without wrapping row and line are the same number and nothing is stored. With it, each line has a
height, kept in blocks with their sums, so that finding a row, and a line that comes or goes, cost
the same in a file of ten lines and of a million.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, Protocol

from cocalc_tui.widgets.editor.cells import Cells, breaks, cells

BLOCK = 512
REMEMBERED = 500
"""Lines whose text is at hand: a screen full and more."""


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

    def lines(self, first: int, last: int) -> list[str]:
        """The lines `first` to `last`, without `last`, as `line` gives them."""
        ...

    def offset(self, row: int, col: int) -> int:
        """Code points before a place."""
        ...

    def row_col(self, offset: int) -> tuple[int, int]:
        """The place of an offset."""
        ...


class Heights:
    """A long list of small numbers with quick sums over its beginning."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        all_heights = list(heights)
        self._blocks = [all_heights[at : at + BLOCK] for at in range(0, len(all_heights), BLOCK)]
        self._sum()

    def _sum(self) -> None:
        """Sums before each block; a few hundred additions even for a million lines."""
        self._lines = [0, *accumulate(len(block) for block in self._blocks)]
        self._rows = [0, *accumulate(sum(block) for block in self._blocks)]

    @property
    def total(self) -> int:
        """Sum of all."""
        return self._rows[-1]

    def top(self, line: int) -> int:
        """Sum of those before `line`."""
        block, within = self._find(line, self._lines)
        if block == len(self._blocks):
            return self.total
        return self._rows[block] + sum(self._blocks[block][:within])

    def at(self, row: int) -> tuple[int, int]:
        """The line that covers `row`, and which of its rows that is."""
        block, within = self._find(row, self._rows)
        if block == len(self._blocks):
            return self._lines[-1], 0
        for index, height in enumerate(self._blocks[block]):
            if within < height:
                return self._lines[block] + index, within
            within -= height
        raise AssertionError("a block is as high as its lines")

    @staticmethod
    def _find(value: int, sums: list[int]) -> tuple[int, int]:
        low, high = 0, len(sums) - 1
        while low < high:
            middle = (low + high) // 2
            if sums[middle + 1] <= value:
                low = middle + 1
            else:
                high = middle
        return low, value - sums[low]

    def replace(self, start: int, end: int, heights: list[int]) -> None:
        """Put other heights in the place of lines start..end."""
        first, within = self._find(start, self._lines)
        last, after = self._find(end, self._lines)
        head = self._blocks[first][:within] if first < len(self._blocks) else []
        tail = self._blocks[last][after:] if last < len(self._blocks) else []
        merged = head + heights + tail
        if len(merged) <= 2 * BLOCK:
            middle = [merged] if merged else []
        else:
            middle = [merged[at : at + BLOCK] for at in range(0, len(merged), BLOCK)]
        self._blocks[first : last + 1] = middle
        self._sum()


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
        self._heights = Heights()
        self.load(buffer)

    def load(self, buffer: Buffer) -> None:
        """Show another text, or one that changed beyond what `changed` was told."""
        self.buffer = buffer
        self.lines = buffer.line_count
        self._texts: dict[int, str] = {}
        self._measure()

    def resize(self, width: int, *, wrap: bool) -> bool:
        """Show it at this width (cells); True when rows are where they were not before."""
        if (self.wrap, self.width if wrap else 0) == (wrap, width if wrap else 0):
            return False
        self.width, self.wrap = max(width, 2), wrap
        self._measure()
        return True

    def _measure(self) -> None:
        if self.wrap:
            lines = self.buffer.slice(0, len(self.buffer)).split("\n")
            shown = [line.removesuffix("\r") for line in lines[:-1]] + lines[-1:]
            self._heights = Heights(self._height(line) for line in shown)

    def _height(self, text: str) -> int:
        return 1 + len(breaks(text, self.tab, self.width))

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

    def texts(self, first: int, last: int) -> list[str]:
        """The lines `first` to `last`, without `last`, as they are shown."""
        found = self.buffer.lines(first, last)
        ended = min(last, self.lines - 1) - first
        return [line.removesuffix("\r") for line in found[:ended]] + found[ended:]

    def cells(self, line: int) -> Cells:
        """The layout of a line."""
        return cells(self.text(line), self.tab)

    def breaks(self, line: int) -> tuple[int, ...]:
        """Columns at which the line's second and later rows begin."""
        return breaks(self.text(line), self.tab, self.width) if self.wrap else ()

    # --- rows ----------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Rows in all."""
        return self._heights.total if self.wrap else self.lines

    def top(self, line: int) -> int:
        """The first row of a line."""
        return self._heights.top(line) if self.wrap else line

    def at(self, row: int) -> tuple[int, int]:
        """The line that a row shows, and which of the line's rows it is."""
        row = min(max(row, 0), self.height - 1)
        return self._heights.at(row) if self.wrap else (row, 0)

    def span(self, line: int, part: int) -> tuple[int, int]:
        """The columns that one of a line's rows shows."""
        found = self.breaks(line)
        start = found[part - 1] if part else 0
        return start, found[part] if part < len(found) else len(self.text(line))

    def place(self, offset: int) -> tuple[int, int]:
        """Row and cell of an offset; at a break, the row that begins there."""
        line, column = self.buffer.row_col(offset)
        layout = self.cells(line)
        part = sum(1 for start in self.breaks(line) if start <= column)
        x = layout.x(column)
        if part:
            x -= layout.x(self.breaks(line)[part - 1])
        return self.top(line) + part, x

    def offset(self, row: int, x: int) -> int:
        """The offset at a row and cell: the nearest there is."""
        if row < 0:
            return 0
        if row >= self.height:
            return self.buffer.offset(self.lines - 1, len(self.text(self.lines - 1)))
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
        lines_before, self.lines = self.lines, self.buffer.line_count
        first = self.buffer.row_col(start)[0]
        last = self.buffer.row_col(end)[0] if end > start else first
        added = self.lines - lines_before
        if not self.wrap:
            return Dirty(first, None if added else last, first, last, added)
        top, height = self._heights.top(first), self._heights.total
        fresh = [self._height(self.text(line)) for line in range(first, last + 1)]
        self._heights.replace(first, last + 1 - added, fresh)
        moved = added or self._heights.total != height
        return Dirty(top, None if moved else top + sum(fresh) - 1, first, last, added)
