"""What programs print: colours, overwriting with carriage returns, progress bars.

A printed text is replayed onto lines, as far as a terminal without a screen size can: carriage
return, backspace, moving up and down, erasing a line, as progress bars do. Of all other escape
sequences nothing is left: they would act on the terminal of everybody who looks at the
notebook. Control characters that remain are drawn as symbols.

Sequences: ECMA-48 (CSI); `sgr` has the colours.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style

from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.rows import LONGEST_LINE, Frame, Line
from cocalc_tui.widgets.outputs.sgr import Pen, pen_style, turn

TAB = 8
_STRING = 4096
"""Longest title or link of a sequence that is skipped; beyond it is text, so nothing vanishes."""
_FARTHEST = 10_000
"""How far one sequence moves."""
_REPLAYED = 4 * LONGEST_LINE
"""Characters of one line, sequences included, that are replayed."""
_TOKEN = re.compile(
    r"\x1b\[(?P<sgr>[0-9;:]*)m"
    r"|\x1b\[(?P<n>[0-9]*)[0-9;]*(?P<move>[ABCDGK])"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    rf"|\x1b[\]PX^_][^\x07\x1b\n]{{0,{_STRING}}}(?:\x07|\x1b\\)?"
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|(?P<control>[\n\r\b\t])"
)
_ACTS = re.compile(r"[\x1b\r\b\t]")


def ansi_lines(text: str, frame: Frame, base: Style) -> list[Line]:
    """Lines of a printed text. A line break at the very end does not begin another line."""
    lines = [_bounded(line) for line in text.removesuffix("\n").split("\n")]
    if not _ACTS.search(text):
        return [[Segment(safe(line), base)] if line else [] for line in lines]
    return [_drawn(line) for line in _replay("\n".join(lines), frame, base)]


def _bounded(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    if "\r" in line:
        return line[-_REPLAYED:]
    kept = _REPLAYED if "\x1b" in line else LONGEST_LINE
    rest = len(line) - kept
    return f"{line[:kept]}… {rest:,} more characters" if rest > 0 else line


def _replay(text: str, frame: Frame, base: Style) -> list[Line]:
    paper = _Paper()
    pen, style = Pen(), base
    start = 0
    for token in _TOKEN.finditer(text):
        paper.write(text[start : token.start()], style)
        start = token.end()
        if (codes := token["sgr"]) is not None:
            pen = turn(pen, codes)
            style = base + pen_style(pen, frame.look)
        elif (control := token["control"]) is not None:
            paper.control(control, style)
        elif (move := token["move"]) is not None:
            paper.move(move, min(int(token["n"][:6] or 0), _FARTHEST))
    paper.write(text[start:], style)
    return paper.lines


def _drawn(line: Line) -> Line:
    """A line as symbols where need be, and not longer than anybody reads."""
    drawn: Line = []
    left = LONGEST_LINE
    for text, style, _ in line:
        drawn.append(Segment(safe(text[:left]), style))
        left -= len(text)
        if left < 0:
            drawn.append(Segment("…", style))
            break
    return drawn


class _Paper:
    """Lines with a place to write at; columns count code points."""

    def __init__(self) -> None:
        self.lines: list[Line] = [[]]
        self._lengths = [0]
        self._row = 0
        self._column = 0

    def write(self, text: str, style: Style) -> None:
        """Write over what is there."""
        if not text:
            return
        row, start, end = self._row, self._column, self._column + len(text)
        length = self._lengths[row]
        written = Segment(text, style)
        if start == length:
            self.lines[row].append(written)
        elif start == 0 and end >= length:
            self.lines[row] = [written]
        else:
            line = self.lines[row]
            gap = [Segment(" " * (start - length))] if start > length else []
            after = _slice(line, end, length)
            self.lines[row] = [*_slice(line, 0, start), *gap, written, *after]
        self._lengths[row] = max(length, end)
        self._column = end

    def control(self, control: str, style: Style) -> None:
        """Do what one of line break, carriage return, backspace and tab does."""
        if control == "\n":
            self._row, self._column = self._row + 1, 0
            if self._row == len(self.lines):
                self.lines.append([])
                self._lengths.append(0)
        elif control == "\r":
            self._column = 0
        elif control == "\b":
            self._column = max(0, self._column - 1)
        else:
            self.write(" " * (TAB - self._column % TAB), style)

    def move(self, what: str, n: int) -> None:
        """Move, or erase in the line (`K`)."""
        steps = n or 1
        match what:
            case "A":
                self._row = max(0, self._row - steps)
            case "B":
                self._row = min(len(self.lines) - 1, self._row + steps)
            case "C":
                self._column = min(_FARTHEST, self._column + steps)
            case "D":
                self._column = max(0, self._column - steps)
            case "G":
                self._column = steps - 1
            case _:
                self._erase(n)

    def _erase(self, n: int) -> None:
        line, length = self.lines[self._row], self._lengths[self._row]
        if n == 1:
            blank = min(length, self._column + 1)
            self.lines[self._row] = [Segment(" " * blank), *_slice(line, blank, length)]
            return
        kept = 0 if n == 2 else min(length, self._column)
        self.lines[self._row] = _slice(line, 0, kept)
        self._lengths[self._row] = kept


def _slice(line: Line, start: int, end: int) -> Line:
    """The code points start..end of a line."""
    found: Line = []
    at = 0
    for text, style, _ in line:
        piece = text[max(0, start - at) : max(0, end - at)]
        if piece:
            found.append(Segment(piece, style))
        at += len(text)
    return found
