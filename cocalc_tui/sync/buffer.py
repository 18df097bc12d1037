r"""A text as blocks of lines, so that an edit anywhere and a look at any line both cost little.

The engine counts code points, the screen counts rows; both ask all the time. One string would be
copied whole for every key, and finding a row in it would read it from the start. Here a text is a
list of groups of blocks of lines with counts at both levels: a place is found by looking at some
tens of numbers, even in ten megabytes, and a key replaces one short line.

Lines end at "\n" and nowhere else: a form feed or U+2028 is a character like any other, and the
"\\r" of CRLF stays at the end of its line. A very long line is edited in pieces (`long_line`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, islice
from typing import TypeAlias

from cocalc_tui.sync.long_line import LONG, LongLine

_LINES = 16
"""Lines of a block as it is made; twice as many split it."""
_BLOCKS = 64
"""Blocks of a group as it is made; twice as many split it."""
_Line: TypeAlias = str | LongLine


class _Block:
    r"""Some successive lines, each with its "\n"; only the last line of a text has none."""

    __slots__ = ("chars", "lines")

    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self.chars = sum(map(len, lines))

    def __str__(self) -> str:
        if self.chars <= LONG:
            return "".join(self.lines)  # type: ignore[arg-type]  # none of them is long
        return "".join(map(str, self.lines))


class _Group:
    """Some successive blocks."""

    __slots__ = ("blocks", "chars", "lines")

    def __init__(self, blocks: list[_Block]) -> None:
        self.blocks = blocks
        self.recount()

    def recount(self) -> None:
        self.chars = sum([block.chars for block in self.blocks])
        self.lines = sum([len(block.lines) for block in self.blocks])


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines


def _blocks(lines: list[_Line]) -> list[_Block]:
    return [_Block(lines[i : i + _LINES]) for i in range(0, len(lines), _LINES)]


def _groups(blocks: list[_Block]) -> list[_Group]:
    return [_Group(blocks[i : i + _BLOCKS]) for i in range(0, len(blocks), _BLOCKS)]


class TextBuffer:
    """A text that is edited by offset and read by line. Rows, columns and offsets count from 0."""

    __slots__ = (
        "_block",
        "_block_at",
        "_group",
        "_groups",
        "_length",
        "_line",
        "_line_at",
        "_rows",
        "_sums",
    )

    def __init__(self, text: str = "") -> None:
        self.load(text)

    def load(self, text: str) -> None:
        """Let it be another text."""
        self._groups = _groups(_blocks(_lines(text)))
        self._length = len(text)
        self._rows = sum([group.lines for group in self._groups])
        self._sums: tuple[list[int], list[int]] | None = None
        self._forget()

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        return "".join([str(block) for group in self._groups for block in group.blocks])

    @property
    def line_count(self) -> int:
        r"""How many lines there are: one more than there are "\n"."""
        return self._rows

    def line(self, row: int) -> str:
        r"""The line `row` without its "\n"; IndexError where there is no such row."""
        return self._line_of(row).removesuffix("\n")

    def lines(self, first: int, last: int, most: int | None = None) -> list[str]:
        """The lines `first` to `last`, without `last`, as `line` gives them.

        `most`: those of more code points, line end included, as "": copying them is spared.
        """
        last = min(last, self._rows)
        found = list(islice(self._lines_from(first), last - first)) if first < last else []
        if most is not None:
            return [line.removesuffix("\n") if len(line) <= most else "" for line in found]
        return [line.removesuffix("\n") for line in found]

    def line_length(self, row: int) -> int:
        r"""Code points of a line without its "\n"; a long one is not copied for this."""
        line = self._line_of(row)
        return len(line) - (line[-1:] == "\n")

    def piece(self, row: int, start: int, stop: int) -> str:
        """The code points of a line from `start` to `stop`, without `stop`."""
        return self._line_of(row)[start:stop]

    def slice(self, start: int, stop: int) -> str:
        """The code points from `start` to `stop`, without `stop`; both within the text."""
        self._check(start, stop - start)
        self._seek(start)
        if stop - self._line_at <= len(self._block.lines[self._line]):
            return self._block.lines[self._line][start - self._line_at : stop - self._line_at]
        row, col = self.row_col(start)
        parts: list[str] = []
        missing = col + stop - start
        for line in self._lines_from(row):
            if missing <= 0:
                break
            parts.append(line[:missing])
            missing -= len(line)
        return "".join(parts)[col:]

    def offset(self, row: int, col: int) -> int:
        """The offset of a column of a row; a column behind the row's end gives its end."""
        g, b, at = self._find(row)
        blocks = self._groups[g].blocks
        lines = blocks[b].lines
        chars = self._before()[1][g]
        chars += sum([block.chars for block in blocks[:b]]) + sum(map(len, lines[:at]))
        # A line of megabytes is not copied for this.
        return chars + min(max(col, 0), len(lines[at]) - (lines[at][-1:] == "\n"))

    def row_col(self, offset: int) -> tuple[int, int]:
        r"""The row and column of an offset; the offset behind a "\n" is on the next row."""
        self._check(offset, 0)
        rows, chars = self._before()
        g = min(bisect_right(chars, offset) - 1, len(self._groups) - 1)
        row, offset = rows[g], offset - chars[g]
        for block in self._groups[g].blocks:
            if offset < block.chars:
                break
            row += len(block.lines)
            offset -= block.chars
        else:
            row -= len(block.lines)
            offset += block.chars
        for line in block.lines:
            if offset < len(line):
                return row, offset
            row += 1
            offset -= len(line)
        return row - 1, offset + len(line)

    def _before(self) -> tuple[list[int], list[int]]:
        """Rows and code points before each group: counted once until the text changes."""
        if self._sums is None:
            self._sums = (
                [0, *accumulate([group.lines for group in self._groups])],
                [0, *accumulate([group.chars for group in self._groups])],
            )
        return self._sums

    def splice(self, pos: int, delete: int, insert: str) -> str:
        """Replace `delete` code points from `pos` by `insert`; returns what was there.

        IndexError where they are not within the text.
        """
        if "\n" not in insert:
            at = pos - self._line_at
            block = self._block
            line = block.lines[self._line]
            if not 0 <= at < len(line):
                self._check(pos, delete)
                self._seek(pos)
                at = pos - self._line_at
                block = self._block
                line = block.lines[self._line]
            end = at + delete
            # The "\n" of a line that is not the last stays, or lines would have to be joined.
            if at <= end < len(line) or (end == len(line) and line[-1:] != "\n"):
                removed = line[at:end]
                if len(line) <= LONG:
                    block.lines[self._line] = line[:at] + insert + line[end:]
                else:
                    long = line if isinstance(line, LongLine) else LongLine(line)
                    long.splice(at, end, insert)
                    block.lines[self._line] = long if len(long) > LONG else str(long)
                grown = len(insert) - delete
                block.chars += grown
                self._group.chars += grown
                self._length += grown
                self._sums = None
                return removed
        self._check(pos, delete)
        removed = self.slice(pos, pos + delete)
        self._splice_lines(pos, delete, insert)
        return removed

    def _check(self, pos: int, length: int) -> None:
        if pos < 0 or length < 0 or pos + length > self._length:
            raise IndexError(f"{pos}..{pos + length} is not within a text of {self._length}")

    def _forget(self) -> None:
        """Put the finger at the start: what it pointed to may be gone."""
        self._group = self._groups[0]
        self._block = self._group.blocks[0]
        self._block_at = 0
        self._line = 0
        self._line_at = 0

    def _seek(self, pos: int) -> None:
        """Put the finger on the line that holds `pos`; typing goes on where it was."""
        at = pos - self._line_at
        if 0 <= at < len(self._block.lines[self._line]):
            return
        at = pos - self._block_at
        if not 0 <= at < self._block.chars:
            self._seek_block(pos)
            at = pos - self._block_at
        ends = list(accumulate(map(len, self._block.lines)))
        self._line = number = min(bisect_right(ends, at), len(ends) - 1)
        self._line_at = self._block_at + (ends[number - 1] if number else 0)

    def _seek_block(self, pos: int) -> None:
        start = 0
        for group in self._groups:
            if pos - start < group.chars:
                break
            start += group.chars
        else:
            start -= group.chars
        for block in group.blocks:
            if pos - start < block.chars:
                break
            start += block.chars
        else:
            start -= block.chars
        self._group, self._block, self._block_at = group, block, start

    def _splice_lines(self, pos: int, delete: int, insert: str) -> None:
        """`splice` where lines come or go."""
        row, col = self.row_col(pos)
        last, last_col = self.row_col(pos + delete)
        head = self.line(row)[:col]
        end = next(self._lines_from(last))
        lines = _lines(head + insert + end[last_col:])
        if end[-1:] == "\n":
            lines.pop()
        self._replace(row, last + 1, lines)
        self._length += len(insert) - delete
        self._rows += len(lines) - (last - row + 1)
        self._forget()

    def _replace(self, first: int, last: int, lines: list[_Line]) -> None:
        """Put `lines` in the place of the rows `first` to `last`, without `last`."""
        g, b, at = self._find(first)
        end_g, end_b, end_at = self._find(last - 1)
        self._sums = None
        group = self._groups[g]
        block = group.blocks[b]
        kept = self._groups[end_g].blocks[end_b].lines[end_at + 1 :]
        if (g, b) == (end_g, end_b):
            block.lines[at : end_at + 1] = lines
        else:
            block.lines[at:] = lines + kept
            if g == end_g:
                del group.blocks[b + 1 : end_b + 1]
            else:
                del group.blocks[b + 1 :]
                del self._groups[end_g].blocks[: end_b + 1]
                self._groups[end_g].recount()
                keep_end = bool(self._groups[end_g].blocks)
                del self._groups[g + 1 : end_g + (not keep_end)]
        block.chars = sum(map(len, block.lines))
        if len(block.lines) > 2 * _LINES:
            group.blocks[b : b + 1] = _blocks(block.lines)
        group.recount()
        if len(group.blocks) > 2 * _BLOCKS:
            self._groups[g : g + 1] = _groups(group.blocks)

    def _find(self, row: int) -> tuple[int, int, int]:
        """The group, block in it and line in that of a row."""
        if not 0 <= row < self._rows:
            raise IndexError(f"there is no row {row} among {self._rows}")
        rows = self._before()[0]
        g = bisect_right(rows, row) - 1
        row, b = row - rows[g], 0
        blocks = self._groups[g].blocks
        while row >= (lines := len(blocks[b].lines)):
            row -= lines
            b += 1
        return g, b, row

    def _line_of(self, row: int) -> _Line:
        g, b, at = self._find(row)
        return self._groups[g].blocks[b].lines[at]

    def _lines_from(self, row: int) -> Iterator[_Line]:
        g, b, at = self._find(row)
        yield from self._groups[g].blocks[b].lines[at:]
        for block in self._groups[g].blocks[b + 1 :]:
            yield from block.lines
        for group in self._groups[g + 1 :]:
            for block in group.blocks:
                yield from block.lines
