"""What programs print: colours, overwriting with carriage returns, progress bars.

A printed text is replayed onto lines (`notebook.paper`). Of escape sequences that do not change
what is on a screen nothing is left: they would act on the terminal of everybody who looks at the
notebook. Control characters that remain are drawn as symbols.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style

from cocalc_tui.notebook.paper import Paper
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.rows import LONGEST_LINE, Frame, Line
from cocalc_tui.widgets.outputs.sgr import legible, pen_style

_REPLAYED = 4 * LONGEST_LINE
"""Characters of one line, sequences included, that are replayed."""
_ACTS = re.compile(r"[\x1b\r\b\t]")


def ansi_lines(text: str, frame: Frame, base: Style) -> list[Line]:
    """Lines of a printed text. A line break at the very end does not begin another line."""
    lines = [_bounded(line) for line in text.removesuffix("\n").split("\n")]
    if not _ACTS.search(text):
        return [[Segment(safe(line), base)] if line else [] for line in lines]
    return [_drawn(line, frame) for line in _replay("\n".join(lines), frame, base)]


def _bounded(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    if "\r" in line:
        return line[-_REPLAYED:]
    kept = _REPLAYED if "\x1b" in line else LONGEST_LINE
    rest = len(line) - kept
    return f"{line[:kept]}… {rest:,} more characters" if rest > 0 else line


def _replay(text: str, frame: Frame, base: Style) -> list[Line]:
    paper = Paper(lambda pen: base + pen_style(pen, frame.look))
    paper.put(text)
    paper.finish()
    return [[Segment(*piece) for piece in line] for line in paper.lines]


def _drawn(line: Line, frame: Frame) -> Line:
    """A line as symbols where need be, and not longer than anybody reads."""
    drawn: Line = []
    left = LONGEST_LINE
    for text, style, _ in line:
        shown = legible(text, style, frame.look) if style is not None else None
        drawn.append(Segment(safe(text[:left]), shown))
        left -= len(text)
        if left < 0:
            drawn.append(Segment("…", style))
            break
    return drawn
