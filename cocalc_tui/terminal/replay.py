"""A recording of a terminal, to be looked at at any of its moments.

    replay = Replay(text)             # of `client.terminals.Terminal.recording`
    replay.times                      # milliseconds since 1970 of each screen, ascending
    replay.screen(index)              # the screen of times[index]
    replay.index_at(time)             # index of the screen that was shown then
    replay.find("error", start, -1)   # index of the screen before `start` that drew it, or None
    replay.typists[index]             # who typed last then

Only the forms that `cast` writes are read; anything else in a recording shows nothing.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import NamedTuple

from cocalc_tui.terminal.cast import ENDED, KEY, TYPES, Shown

_PIECE = re.compile(
    r"\x1b\[(?P<line>\d{1,4});1H\x1b\[0m(?P<new>\n?)\x1b\[K(?P<row>(?:[^\x1b]|\x1b\[[0-9;:]*m)*)"
    r"|(?P<hidden>\x1b\[\?25l)"
    r"|\x1b\[\?25h\x1b\[(?P<y>\d{1,4});(?P<x>\d{1,4})H"
)
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_SIZE = re.compile(r"(\d{1,3})x(\d{1,3})")
_STOPS = 100
"""Screens between two that are kept whole once they were worked out."""


class _Event(NamedTuple):
    text: str
    columns: int
    lines: int


class Ending(NamedTuple):
    """The program ended."""

    at: int
    code: int


class Replay:
    """A recording."""

    def __init__(self, cast: str) -> None:
        """`cast` is an asciicast (v2); lines that cannot be read are passed over."""
        self.times: list[int] = []
        """When each screen was shown, milliseconds since 1970."""
        self.typists: list[str] = []
        """Who typed last, "" for nobody."""
        self.endings: list[Ending] = []
        self.title = ""
        self._events: list[_Event] = []
        self._keys: list[int] = []
        """Indexes of key frames."""
        self._whole: dict[int, Shown] = {}
        """Screens worked out before."""
        self._last = 0
        first, _, rest = cast.partition("\n")
        told = _read(first)
        if isinstance(told, dict):
            self.title = str(told.get("title", ""))
            size = f"{told.get('width')}x{told.get('height')}"
            self._take(rest, int(told.get("timestamp", 0)) * 1000, _size(size) or (80, 24))

    def _take(self, lines: str, begun: int, size: tuple[int, int]) -> None:
        typist = ""
        for line in lines.split("\n"):
            event = _read(line)
            if not isinstance(event, list) or len(event) != 3:
                continue
            moment, kind, text = begun + int(float(event[0]) * 1000), event[1], str(event[2])
            if kind == "r":
                size = _size(text) or size
            elif kind == "m":
                if text.startswith(ENDED):
                    self.endings.append(Ending(moment, int(text.removeprefix(ENDED))))
                typist = text.removesuffix(TYPES) if text.endswith(TYPES) else typist
            elif kind == "o":
                if text.startswith(KEY):
                    self._keys.append(len(self._events))
                self._events.append(_Event(text, *size))
                self.times.append(max(moment, self.times[-1] if self.times else 0))
                self.typists.append(typist)

    def __len__(self) -> int:
        return len(self._events)

    def index_at(self, time: int) -> int:
        """The screen that was shown at a time, milliseconds since 1970; 0 before the first."""
        return max(bisect_right(self.times, time) - 1, 0)

    def screen(self, index: int) -> Shown:
        """One of the screens; raises IndexError."""
        if not 0 <= index < len(self._events):
            raise IndexError(f"screen {index} of {len(self._events)}")
        start = self._start(index)
        before = self._whole.get(start)
        sheet = _Sheet(before or Shown(*self._events[start][1:], (), None))
        for at in range(start if before is None else start + 1, index + 1):
            sheet.draw(self._events[at])
            if at % _STOPS == 0:
                self._whole[at] = sheet.shown
        if self._last % _STOPS:
            self._whole.pop(self._last, None)
        self._last, self._whole[index] = index, sheet.shown
        return sheet.shown

    def find(self, word: str, start: int, by: int) -> int | None:
        """The nearest screen, later than `start` (by 1) or earlier (-1), that drew a text anew."""
        end = len(self) if by > 0 else -1
        for index in range(start + by, end, by):
            if word in _COLOURS.sub("", self._events[index].text):
                return index
        return None

    def _start(self, index: int) -> int:
        """From where to draw: the nearest screen before that is a key frame, or known."""
        key = self._keys[max(bisect_right(self._keys, index) - 1, 0)] if self._keys else 0
        stop = index - index % _STOPS
        known = [at for at in (stop, self._last) if key <= at <= index and at in self._whole]
        return max([key, *known])


class _Sheet:
    """Rows that are drawn upon."""

    def __init__(self, shown: Shown) -> None:
        self._columns, self._lines = shown.columns, shown.lines
        self._rows = [*shown.rows, *[""] * (shown.lines - len(shown.rows))]
        self._cursor = shown.cursor

    @property
    def shown(self) -> Shown:
        return Shown(self._columns, self._lines, tuple(self._rows), self._cursor)

    def draw(self, event: _Event) -> None:
        text, self._columns, self._lines = event
        if text.startswith(KEY):
            self._rows = [""] * self._lines
        del self._rows[self._lines :]
        self._rows += [""] * (self._lines - len(self._rows))
        for piece in _PIECE.finditer(text):
            if piece["line"] is not None:
                self._put(int(piece["line"]) - 1, piece["row"], piece["new"])
            elif piece["hidden"] is not None:
                self._cursor = None
            else:
                self._cursor = (int(piece["x"]) - 1, int(piece["y"]) - 1)

    def _put(self, y: int, row: str, new: str) -> None:
        if not 0 <= y < self._lines:
            return
        if new:
            self._rows = [*self._rows[1:], row]
        else:
            self._rows[y] = row


def _read(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _size(text: str) -> tuple[int, int] | None:
    found = _SIZE.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None
