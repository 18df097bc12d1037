"""What stands in the cells of a terminal's screen model, as rows of text with colours.

Only rows that changed are read anew, so that the echo of a key costs one row. The library's own
writer takes cells that nobody wrote for the colour of what stands left of them, where text follows;
such rows are written in parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from pyghostty import Terminal
from pyghostty._ffi import check, union_fn
from pyghostty.core import ffi, init_sized
from pyghostty.core import lib as ghostty

_WRITTEN = (1 << 44) - 1
"""Bits of a cell that are all 0 where nothing was written: kind, content, style and width."""
_STYLE, _KIND, _COLOUR_ALONE = ((1 << 16) - 1) << 26, 3, 2
_SEQUENCES = re.compile(r"\x1b\[([0-9;:]*)m")
_GROUND = re.compile(r"(?:[479]|4[0-8]|10[0-7])(?:[;:]|$)")
"""Codes with which a blank is seen."""
_GAP = re.compile(r" (?! )")


class Part(NamedTuple):
    """Cells of a row."""

    width: int
    is_gap: bool
    """Whether nobody wrote them."""


class Grid:
    """The cells of one terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._rows: list[str] = []
        """Of the screen, as of the last look."""
        self._wraps: list[bool] = []
        self._state = _made("render_state", "GhosttyRenderState")
        self._iterator = _made("render_state_row_iterator", "GhosttyRenderStateRowIterator")
        self._y = ffi.new("uint16_t*")
        self._cells = ffi.new("GhosttyCellsView*")
        self._cell = ffi.new("GhosttyCell*")
        self._raw = ffi.new("GhosttyRow*")
        self._flag = ffi.new("bool*")
        self._point = ffi.new("GhosttyPointS*")
        self._selection = init_sized("GhosttySelection")
        self._options = init_sized("GhosttyFormatterTerminalOptions")
        self._options.emit = ghostty.GHOSTTY_FORMATTER_FORMAT_VT
        self._options.selection = self._selection
        self._formatter = ffi.new("GhosttyFormatter*")
        self._length = ffi.new("size_t*")
        self._buffer = ffi.new("uint8_t[]", 2**16)
        signature = "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"
        self._reference = union_fn("ghostty_terminal_grid_ref", signature)

    def screen(self, columns: int, lines: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """All rows of the screen, and the numbers of those whose line goes on in the next."""
        state, iterator = self._state[0], self._iterator
        check(ghostty.ghostty_render_state_update(state, self._terminal._t[0]), "look")
        if len(self._rows) != lines:
            self._rows, self._wraps = [""] * lines, [False] * lines
        rows = ghostty.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR
        check(ghostty.ghostty_render_state_get(state, rows, iterator), "rows")
        plain: list[int] = []
        while ghostty.ghostty_render_state_row_iterator_next_dirty(iterator[0], self._y):
            if (y := self._y[0]) < lines:
                parts = self._look(y, columns)
                if len(parts) > 1:
                    self._rows[y] = self._in_parts("ACTIVE", y, parts)
                else:
                    plain.append(y)
        for first, last in runs(plain):
            self._rows[first : last + 1] = self._lines("ACTIVE", first, last, columns)
        check(ghostty.ghostty_render_state_clean(state), "look")
        return tuple(self._rows), tuple(y for y, wraps in enumerate(self._wraps) if wraps)

    def _look(self, y: int, columns: int) -> list[Part]:
        """Look at a row of the screen anew."""
        iterator, get = self._iterator[0], ghostty.ghostty_render_state_row_get
        check(get(iterator, ghostty.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW, self._cells), "row")
        check(get(iterator, ghostty.GHOSTTY_RENDER_STATE_ROW_DATA_RAW, self._raw), "row")
        self._wraps[y] = self._wrap()
        pointer, width = self._cells.ptr, min(self._cells.len, columns)
        if not int.from_bytes(ffi.buffer(pointer, width * 8), "little") & _coloured(width):
            return [Part(width, is_gap=False)]
        return _parts(ffi.unpack(pointer, width))

    def _lines(self, part: str, first: int, last: int, columns: int) -> list[str]:
        """Whole rows, from one to another."""
        rows = self._text(part, (0, first), (columns - 1, last)).split("\r\n")
        return [*rows, *[""] * (last - first + 1 - len(rows))]

    def history(self, first: int, count: int, columns: int) -> tuple[str, ...]:
        """Lines that scrolled out, the oldest being 0."""
        rows = self._lines("HISTORY", first, first + count - 1, columns)
        for y, row in enumerate(rows, first):
            if self._has_gap(row, y):
                cells = self._read("HISTORY", y, range(columns))
                rows[y - first] = self._in_parts("HISTORY", y, _parts(cells))
        return tuple(rows)

    def _has_gap(self, row: str, y: int) -> bool:
        """Whether cells that nobody wrote have a colour in the text of a line of the past."""
        if "\x1b" not in row:  # most lines, of which a flood brings thousands
            return False
        doubtful: list[int] = []
        x, coloured = 0, False
        for text, codes in zip(*[iter([*_SEQUENCES.split(row), ""])] * 2, strict=True):
            if coloured:
                doubtful += [x + gap.start() for gap in _GAP.finditer(text)]
            x += len(text)
            coloured = codes != "0" and (coloured or _GROUND.match(codes) is not None)
        if not doubtful or not row.isascii():
            return bool(doubtful)
        return not all(cell & _WRITTEN for cell in self._read("HISTORY", y, doubtful))

    def wraps(self, first: int, count: int) -> tuple[int, ...]:
        """Which of them go on in the next, counted from the first of these."""
        found = []
        for at in range(count):
            ref = self._find("HISTORY", 0, first + at, "start")
            check(ghostty.ghostty_grid_ref_row(ref, self._raw), "row")
            if self._wrap():
                found.append(at)
        return tuple(found)

    def _read(self, part: str, y: int, places: Iterable[int]) -> list[int]:
        """Cells of a row."""
        ref, cells = self._find(part, 0, y, "start"), []
        for x in places:
            ref.x = x
            check(ghostty.ghostty_grid_ref_cell(ref, self._cell), "cell")
            cells.append(self._cell[0])
        return cells

    def _wrap(self) -> bool:
        """Whether the row that was got last goes on."""
        wrap = ghostty.GHOSTTY_ROW_DATA_WRAP
        check(ghostty.ghostty_row_get(self._raw[0], wrap, self._flag), "row")
        return bool(self._flag[0])

    def _in_parts(self, part: str, y: int, parts: Iterable[Part]) -> str:
        """A row, with gaps between its parts."""
        written, x = [], 0
        for width, is_gap in parts:
            end = x + width
            written.append(" " * width if is_gap else self._text(part, (x, y), (end - 1, y)))
            x = end
        return "".join(written)

    def _text(self, part: str, first: tuple[int, int], last: tuple[int, int]) -> str:
        """The cells from one to another, as the library writes them."""
        self._find(part, *first, "start")
        self._find(part, *last, "end")
        new, terminal = ghostty.ghostty_formatter_terminal_new, self._terminal._t[0]
        check(new(ffi.NULL, self._formatter, terminal, self._options[0]), "formatter")
        try:
            if self._write() == ghostty.GHOSTTY_OUT_OF_SPACE:
                self._buffer = ffi.new("uint8_t[]", 2 * self._length[0])
                check(self._write(), "rows")
        finally:
            ghostty.ghostty_formatter_free(self._formatter[0])
        return bytes(ffi.buffer(self._buffer, self._length[0])).decode("utf-8", "replace")

    def _write(self) -> int:
        buffer = self._buffer
        write = ghostty.ghostty_formatter_format_buf
        return int(write(self._formatter[0], buffer, len(buffer), self._length))

    def _find(self, part: str, x: int, y: int, end: str) -> Any:
        """Have one end of the selection at a cell; returns that end."""
        self._point.tag = getattr(ghostty, f"GHOSTTY_POINT_TAG_{part}")
        self._point.value.x, self._point.value.y = x, y
        ref = ffi.addressof(self._selection[0], end)
        check(self._reference(self._terminal._t[0], self._point[0], ref), "cell")
        return ref


def _made(what: str, kind: str) -> Any:
    """A thing of the library's, freed with the last reference to it."""
    made = ffi.new(f"{kind}*")
    check(getattr(ghostty, f"ghostty_{what}_new")(ffi.NULL, made), what)
    free = getattr(ghostty, f"ghostty_{what}_free")
    return ffi.gc(made, lambda made: free(made[0]))


@lru_cache(8)
def _coloured(width: int) -> int:
    """The bits of a row of cells of which one is 1 where something is coloured."""
    cell = (_STYLE | _COLOUR_ALONE).to_bytes(8, "little")
    return int.from_bytes(cell * width, "little")


def _parts(cells: Sequence[int]) -> list[Part]:
    """A row's parts: a gap is behind something coloured, and something is behind it."""
    found, width, coloured = [], 0, False
    for written, run in groupby(cells, lambda cell: cell & _WRITTEN > 0):
        some = list(run)
        if written or not coloured:
            width += len(some)
            coloured = bool(some[-1] & _STYLE) or some[-1] & _KIND >= _COLOUR_ALONE
        else:
            found += [Part(width, is_gap=False), Part(len(some), is_gap=True)]
            width = 0
    return [*found, Part(width, is_gap=False)] if width else found[:-1]


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of rising numbers without a gap."""
    for _, run in groupby(enumerate(numbers), lambda one: one[1] - one[0]):
        some = [number for _, number in run]
        yield some[0], some[-1]
