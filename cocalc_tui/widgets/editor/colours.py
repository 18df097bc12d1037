"""The tokens of the lines around the screen, carried along while their text is typed in.

A key shows at once with the colours its row had, moved along with the text; a little later the
window is looked at anew (`refresh`) and the rows whose tokens really changed are painted. So a
key never waits for a parser, and nothing flickers.
"""

from __future__ import annotations

from itertools import chain

from cocalc_tui.widgets.editor.view import Dirty, View
from cocalc_tui.widgets.highlight import LINE_LIMIT, Language, Spans, tokens

FEW = 200
"""Lines through which tokens are carried; a bigger change waits for `refresh`."""
AROUND = 20
"""Lines beyond the screen whose tokens are kept, so that a few steps of scrolling need none."""
BACK = 200
"""How far to look back for a line at which parsing may begin, beyond the margin."""
AHEAD = 10
"""Lines parsed below the window: what follows hardly tells what a line is, and behind a mistake,
which a line just being typed mostly is, each of them costs a parser ten times its usual."""


class Colours:
    """Tokens of a window of lines."""

    def __init__(self, view: View, language: Language) -> None:
        self.language = language
        self._view = view
        self._first = 0
        self._lines: list[str] = []
        self._spans: list[Spans] = []
        self.stale = True
        """Whether the window was typed in since it was looked at."""

    def spans(self, line: int) -> Spans:
        """The tokens of a line, as far as they are known."""
        index = line - self._first
        return self._spans[index] if 0 <= index < len(self._spans) else ()

    def covers(self, first: int, last: int) -> bool:
        """Whether lines first..last are in the window."""
        last = min(last, self._view.lines - 1)
        return self._first <= first and last < self._first + len(self._spans)

    def forget(self) -> None:
        """The text is another."""
        self._lines, self._spans, self.stale = [], [], True

    def changed(self, dirty: Dirty) -> None:
        """Carry the tokens through a change of the text."""
        self.stale = True
        index, after = dirty.line - self._first, dirty.until + 1 - dirty.added - self._first
        if after <= 0:
            self._first += dirty.added
        elif (
            index < 0
            or after > len(self._lines)
            or after - index > FEW
            or self._is_data(range(dirty.line, dirty.until + 1))
        ):
            self._lines, self._spans = self._lines[: max(index, 0)], self._spans[: max(index, 0)]
        else:
            new = [self._view.text(line) for line in range(dirty.line, dirty.until + 1)]
            spans = _carried(self._lines[index:after], self._spans[index:after], new)
            self._lines[index:after] = new
            self._spans[index:after] = spans

    def _is_data(self, lines: range) -> bool:
        """Whether one of these lines is too long to be looked at."""
        return any(self._view.length(line) > LINE_LIMIT for line in lines)

    def refresh(self, first: int, last: int) -> list[int]:
        """Look anew at lines first..last and some around; returns lines with other tokens."""
        lines = self._view.lines
        low, high = max(first - AROUND, 0), min(last + AROUND + 1, lines)
        begin, end = self._begin(low), min(high + AHEAD, lines)
        texts = self._view.texts(begin, end, LINE_LIMIT)
        fresh = tokens(self.language, texts, range(low - begin, high - begin))
        other = [line for line in range(low, high) if self.spans(line) != fresh[line - low]]
        self._first, self._spans, self.stale = low, fresh, False
        self._lines = texts[low - begin : high - begin]
        return other

    def _begin(self, first: int) -> int:
        """A line before `first` that is inside of nothing, as far as can be told."""
        near = max(first - self.language.margin, 0)
        begins = self.language.begins
        if near <= BACK:
            return 0
        if begins is not None:
            for line in chain(range(near, near - BACK, -1), range(near, first)):
                if begins.match(self._view.text(line)):
                    return line
        return near


def _carried(old: list[str], spans: list[Spans], new: list[str]) -> list[Spans]:
    """The tokens of the old lines, where their text is in the new ones.

    What was typed within a token takes its colour.
    """
    if not any(spans):
        # As of data in one line of a megabyte: nothing to find the way of.
        return [()] * len(new)
    before, after = "\n".join(old), "\n".join(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    moved = len(after) - len(before)

    def place(offset: int) -> int:
        if offset < head:
            return offset
        return max(offset + moved, head) if offset >= len(before) - tail else head

    starts = _starts(old)
    flat = [
        (place(base + start), place(base + end), token)
        for base, line in zip(starts, spans, strict=True)
        for start, end, token in line
    ]
    return [
        tuple(
            (max(start, base) - base, min(end, base + len(line)) - base, token)
            for start, end, token in flat
            if max(start, base) < min(end, base + len(line))
        )
        for base, line in zip(_starts(new), new, strict=True)
    ]


def _common(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    for index, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        if mine != theirs:
            return index
    return min(len(one), len(other))


def _starts(lines: list[str]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return starts
