"""What programs print, replayed: a terminal's screen with all that has scrolled off above it.

Progress bars overwrite their line, or go up and write several lines anew; what counts is what is
seen afterwards. Carriage return, backspace, tab, moving the cursor and erasing are done; colours
turn the pen; all other sequences are dropped. The cursor reaches the last `SCREEN` lines, as in a
terminal of that height, so that lines above are finished and may be put away.

Columns count code points. Sequences: ECMA-48 (CSI, OSC ...); `pen` has the colours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, TypeVar

from cocalc_tui.notebook.pen import PLAIN, RESET, Pen, turn

SCREEN = 100
"""Lines that the cursor can reach."""
FARTHEST = 20_000
"""How far one sequence moves; beyond the longest line that is kept whole."""
TAB = 8
_STRING = 4096
"""Longest title or link of a sequence that is skipped; beyond it is text, so nothing vanishes."""
_TOKEN = re.compile(
    r"\x1b\[(?P<sgr>[0-9;:]*)m"
    r"|\x1b\[(?P<n>[0-9]*+);?+(?P<column>[0-9]*+)[0-9;]*+(?P<move>[ABCDEFGHJKf])"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    rf"|\x1b[\]PX^_][^\x07\x1b\n]{{0,{_STRING}}}(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|(?P<control>[\n\r\b\t])"
)
_UNFINISHED = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}"
    rf"|[\]PX^_][^\x07\x1b\n]{{0,{_STRING - 1}}}\x1b?"
    r"|[ -/]{0,8})?\Z"
)
MOVES_UP_OR_DOWN = re.compile(r"\x1b\[[0-9;]*[ABEFHJf]")
"""A sequence by which more than the line at hand changes."""

Style = TypeVar("Style")
Line = list[tuple[str, Style]]
"""The pieces of a line, without its end."""


class Paper(Generic[Style]):
    """Lines with a place to write at. `style_of` gives what is kept beside text for a pen."""

    def __init__(self, style_of: Callable[[Pen], Style], pen: Pen = PLAIN) -> None:
        self.lines: list[Line[Style]] = [[]]
        """From above."""
        self.row = 0
        self.column = 0
        self.pen = pen
        self.rest = ""
        """A sequence of which the end has not come yet."""
        self._lengths = [0]
        self._style_of = style_of
        self._style = style_of(pen)
        self._blank = style_of(PLAIN)

    def put(self, text: str) -> None:
        """Print more; what comes together or in parts is the same."""
        text = self.rest + text
        self.rest = ""
        if unfinished := _UNFINISHED.search(text, max(0, len(text) - _STRING - 16)):
            self.rest = unfinished[0]
            text = text[: unfinished.start()]
        start = 0
        for token in _TOKEN.finditer(text):
            self._write(text[start : token.start()])
            start = token.end()
            if (codes := token["sgr"]) is not None:
                self.pen = turn(self.pen, codes)
                self._style = self._style_of(self.pen)
            elif (control := token["control"]) is not None:
                self._control(control)
            elif (move := token["move"]) is not None:
                self._move(move, token["n"], token["column"])
        self._write(text[start:])

    def finish(self) -> None:
        """Nothing more comes: what looked like the beginning of a sequence is text."""
        rest, self.rest = self.rest, ""
        if rest[1:2] not in ("]", "P", "X", "^", "_"):
            self._write(rest)

    def length(self, row: int) -> int:
        """Code points of a line."""
        return self._lengths[row]

    def take_top(self, count: int) -> list[Line[Style]]:
        """Remove lines from the top and return them; the cursor must be below them."""
        taken = self.lines[:count]
        del self.lines[:count], self._lengths[:count]
        self.row -= count
        return taken

    @property
    def _top(self) -> int:
        return max(0, len(self.lines) - SCREEN)

    def _write(self, text: str) -> None:
        if not text:
            return
        row, start, end = self.row, self.column, self.column + len(text)
        length = self._lengths[row]
        written = (text, self._style)
        if start == length:
            self.lines[row].append(written)
        elif start == 0 and end >= length:
            self.lines[row] = [written]
        else:
            line = self.lines[row]
            gap = [(" " * (start - length), self._blank)] if start > length else []
            after = cut_pieces(line, end, length)
            self.lines[row] = [*cut_pieces(line, 0, start), *gap, written, *after]
        self._lengths[row] = max(length, end)
        self.column = end

    def _control(self, control: str) -> None:
        if control == "\n":
            self._down(1)
            self.column = 0
        elif control == "\r":
            self.column = 0
        elif control == "\b":
            self.column = max(0, self.column - 1)
        else:
            self._write(" " * (TAB - self.column % TAB))

    def _down(self, steps: int) -> None:
        """Go down one line, which is made where it is not there; farther only where it is."""
        if steps == 1 and self.row == len(self.lines) - 1:
            self.lines.append([])
            self._lengths.append(0)
        self.row = min(len(self.lines) - 1, self.row + steps)

    def _move(self, what: str, first: str, second: str) -> None:
        n = min(int(first[:6] or 0), FARTHEST)
        steps = n or 1
        match what:
            case "A" | "F":
                self.row = max(self._top, self.row - steps)
            case "B" | "E":
                self.row = min(len(self.lines) - 1, self.row + steps)
            case "C":
                self.column = min(FARTHEST, self.column + steps)
            case "D":
                self.column = max(0, self.column - steps)
            case "G":
                self.column = steps - 1
            case "H" | "f":
                self.row = min(len(self.lines) - 1, self._top + steps - 1)
                self.column = min(int(second[:6] or 1), FARTHEST) - 1 if second != "0" else 0
            case "J":
                self._erase_lines(n)
            case _:
                self._erase(n)
        if what in "EF":
            self.column = 0

    def _erase(self, n: int) -> None:
        line, length = self.lines[self.row], self._lengths[self.row]
        if n == 1:
            blank = min(length, self.column + 1)
            rest = cut_pieces(line, blank, length)
            self.lines[self.row] = [(" " * blank, self._blank), *rest] if blank else rest
            return
        kept = 0 if n == 2 else min(length, self.column)
        self.lines[self.row] = cut_pieces(line, 0, kept)
        self._lengths[self.row] = kept

    def _erase_lines(self, n: int) -> None:
        """Erase below the cursor, above it (1), or the screen (2); lines at the bottom go."""
        if n == 1:
            for row in range(self._top, self.row):
                self.lines[row], self._lengths[row] = [], 0
            self._erase(1)
            return
        if n == 3:
            return
        if n == 2:
            for row in range(self._top, self.row + 1):
                self.lines[row], self._lengths[row] = [], 0
        else:
            self._erase(0)
        del self.lines[self.row + 1 :], self._lengths[self.row + 1 :]


def cut_pieces(line: Line[Style], start: int, end: int) -> Line[Style]:
    """The code points start..end of a line."""
    found: Line[Style] = []
    at = 0
    for text, style in line:
        piece = text[max(0, start - at) : max(0, end - at)]
        if piece:
            found.append((piece, style))
        at += len(text)
    return found


# --- as text -----------------------------------------------------------------------------------


def line_text(line: Line[Pen]) -> str:
    """A line as a program would print it from the left to the right.

    An escape that begins no sequence is there as its symbol: it might begin one with what follows.
    """
    parts: list[str] = []
    before = PLAIN
    for text, pen in line:
        if pen != before:
            parts += [RESET if before != PLAIN else "", pen.codes]
            before = pen
        parts.append(text.replace("\x1b", "␛"))
    if before != PLAIN:
        parts.append(RESET)
    return "".join(parts)


def paper_text(paper: Paper[Pen]) -> str:
    """What brings an empty paper to where this one is, the cursor's place and pen included."""
    text = "\n".join(map(line_text, paper.lines))
    last = len(paper.lines) - 1
    if up := last - paper.row:
        text += f"\x1b[{up}A"
    if paper.column != paper.length(last):
        text += f"\x1b[{paper.column + 1}G"
    return text + paper.pen.codes + paper.rest
