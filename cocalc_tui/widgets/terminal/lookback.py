"""What a terminal's screen and all that scrolled out of it look like to who looks back. No widget.

The screen is as it was when the look began: what comes meanwhile does not move what is read.
Lines are counted from the oldest that is kept; columns are cells.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cocalc_tui.widgets.terminal.rows import cell_parts, row_text

CHUNK = 500
"""Lines that are fetched at a time."""


@dataclass
class Caret:
    """A cell."""

    x: int
    line: int


class Lookback:
    """The lines, a caret, a selection, and which lines the window shows."""

    def __init__(
        self,
        screen: Sequence[str],
        wraps: Collection[int],
        history: int,
        height: int,
        top: int | None = None,
    ) -> None:
        """`screen` are its rows, `wraps` those that go on in the next.

        `history` is how many lines scrolled out, `height` the window's, and `top` the uppermost
        row in it: the last ones show where none is given.
        """
        self.history = history
        self.height = max(height, 1)
        self._screen = list(screen)
        self._past: dict[int, str] = {}
        self._wraps = {history + y for y in wraps}
        self._now = self._last_top if top is None else min(history + top, self._last_top)
        self.top = self._now
        self.caret: Caret | None = None
        """Where copying is done; None while one only looks."""
        self.anchor: Caret | None = None
        self.whole_lines = False
        self.word = ""

    @property
    def length(self) -> int:
        """Of all lines."""
        return self.history + len(self._screen)

    @property
    def _last_top(self) -> int:
        return max(self.history + len(self._screen) - self.height, 0)

    @property
    def back(self) -> int:
        """Lines between what the window shows and what it showed; below 0, further down."""
        return self._now - self.top

    def row(self, line: int) -> str:
        """A line; "" for one that is not there, or on its way."""
        if line >= self.history:
            at = line - self.history
            return self._screen[at] if at < len(self._screen) else ""
        return self._past.get(line, "")

    def missing(self, first: int, last: int) -> int | None:
        """The first chunk with a line from `first` to `last` that has to be fetched."""
        for line in range(max(first, 0), min(last + 1, self.history)):
            if line not in self._past:
                return line // CHUNK * CHUNK
        return None

    def fill(self, first: int, rows: Sequence[str], wraps: Collection[int] = ()) -> None:
        """Lines came; those with the numbers `wraps`, the first being 0, go on in the next."""
        self._past.update(enumerate(rows, first))
        self._wraps.update(first + at for at in wraps)

    # --- moving --------------------------------------------------------------------------------

    def scroll(self, by: int) -> None:
        """Show lines further on, or back; none comes past the present without a stop."""
        before = self.back
        self.top = max(0, min(self.top + by, self._last_top))
        if before * self.back < 0:
            self.top = self._now

    def stand(self, x: int, line: int) -> None:
        """Have the caret at a cell, in sight."""
        line = max(0, min(line, self.length - 1))
        self.caret = Caret(max(x, 0), line)
        self.top = max(min(self.top, line), line - self.height + 1)

    def mark(self, *, whole_lines: bool = False) -> None:
        """Begin to select at the caret, or select nothing any more."""
        if self.caret is None:
            return
        if self.anchor is not None and self.whole_lines == whole_lines:
            self.anchor = None
        else:
            self.anchor = self.anchor or Caret(self.caret.x, self.caret.line)
            self.whole_lines = whole_lines

    def selected(self, line: int) -> tuple[int, int] | None:
        """The cells of a line that are selected: first, and the one after the last."""
        if self.caret is None or self.anchor is None:
            return None
        ends = sorted([(self.anchor.line, self.anchor.x), (self.caret.line, self.caret.x)])
        (first, x), (last, end) = ends
        if not first <= line <= last:
            return None
        if self.whole_lines:
            return 0, 10**6
        return (x if line == first else 0), (end + 1 if line == last else 10**6)

    def text(self) -> str:
        """What is selected; without a selection the caret's line.

        What goes on in the next line because the window was narrow is one line.
        """
        if self.caret is None:
            return ""
        ends = [self.caret.line, self.anchor.line if self.anchor is not None else self.caret.line]
        found = ""
        for line in range(min(ends), max(ends) + 1):
            first, last = self.selected(line) or (0, 10**6)
            text = cut_cells(self.row(line), first, last)
            goes_on = line in self._wraps and line < max(ends)
            found += text if goes_on else text.rstrip() + "\n"
        return found.removesuffix("\n")

    def find(self, word: str, by: int) -> bool:
        """Go to the next line, up (-1) or down (1), that has a word; small letters match both."""
        here = self.caret or Caret(0, self.length)
        fold = word == word.lower()
        line = here.line + by
        while 0 <= line < self.length:
            text = row_text(self.row(line))
            at = (text.lower() if fold else text).find(word)
            if at >= 0:
                self.anchor = None
                self.stand(sum(width for _, width in cell_parts(text[:at])), line)
                return True
            line += by
        return False

    def hits(self, line: int) -> list[tuple[int, int]]:
        """The cells of a line where the word that was searched stands."""
        text = row_text(self.row(line))
        whole = text.lower() if self.word == self.word.lower() else text
        found, at = [], whole.find(self.word) if self.word else -1
        while at >= 0:
            start = sum(width for _, width in cell_parts(text[:at]))
            size = sum(width for _, width in cell_parts(text[at : at + len(self.word)]))
            found.append((start, start + size))
            at = whole.find(self.word, at + len(self.word))
        return found


def cut_cells(row: str, first: int, last: int) -> str:
    """The text in the cells first .. last - 1 of a row."""
    found, x = "", 0
    for cluster, width in cell_parts(row_text(row)):
        if first <= x < last or (x < first < x + width):
            found += cluster
        x += width
    return found


def screen_rows(rows: Mapping[int, str], lines: int) -> list[str]:
    """A screen's rows, those that hold nothing too."""
    return [rows.get(y, "") for y in range(lines)]
