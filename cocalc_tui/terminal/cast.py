r"""A terminal's screens as the lines of an asciicast: key frames, and what changed between them.

A player draws them like any recording; `replay` reads them without being a terminal, as of all that
a terminal can do only this is used:

    key frame   \x1b[0m\x1b[H\x1b[2J, then each row that holds something
    row         \x1b[Y;1H\x1b[0m\x1b[K, then the row's text and colours; \x1b[0;0m behind one whose
                line goes on in the next, which draws nothing
    new line    \x1b[Y;1H\x1b[0m\n\x1b[K of the last row: all others go up by one
    cursor      \x1b[?25h\x1b[Y;XH\x1b[0m, or \x1b[?25l\x1b[0m

Lines that scrolled through between two frames are written as new lines, so a recording of a build
has all of its output. Without key frames any moment would have to be played from the beginning.

Source: asciicast v2, https://docs.asciinema.org/manual/asciicast/v2/.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

KEY_EVERY = 64 * 2**10
"""Characters after which a key frame stands."""
KEY = "\x1b[0m\x1b[H\x1b[2J"
GOES_ON = "\x1b[0;0m"
TYPES = " types"
"""A marker's end where its beginning names who types."""
ENDED = "exit code "
IDLE = 3.0
"""Seconds of rest that a player makes of a longer one."""


class Shown(NamedTuple):
    """What a terminal shows at one moment."""

    columns: int
    lines: int
    rows: tuple[str, ...]
    """From above, each a text with colours (SGR sequences), as `marked` makes them."""
    cursor: tuple[int, int] | None
    """Column and row from 0; None while it is hidden."""


def marked(rows: Sequence[str], wraps: Collection[int]) -> tuple[str, ...]:
    """Rows as they are recorded; `wraps` are the numbers of those that go on in the next."""
    return tuple(f"{row}{GOES_ON}" if y in wraps else row for y, row in enumerate(rows))


def header(shown: Shown, at: int, title: str) -> str:
    """The first line. `at` is in milliseconds since 1970."""
    told = {
        "version": 2,
        "width": shown.columns,
        "height": shown.lines,
        "timestamp": at // 1000,
        "title": title,
        "idle_time_limit": IDLE,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


class Cast:
    """Writes a recording; what it returns belongs at its end."""

    def __init__(self, shown: Shown, at: int, title: str, typist: str = "") -> None:
        """It begins with a key frame, at `at` milliseconds since 1970."""
        self._begun = at // 1000 * 1000
        self._shown = shown
        self._typist = ""
        self._since_key = 0
        self.beginning = header(shown, at, title) + self.frame(shown, at, None, typist)

    def frame(self, shown: Shown, at: int, scrolled: Sequence[str] | None, typist: str) -> str:
        """Write what is shown now.

        `scrolled` are the lines that went out above since the last frame; None where that is not
        known, or where they are too many.
        """
        before, self._shown = self._shown, shown
        lines = ""
        if (shown.columns, shown.lines) != (before.columns, before.lines):
            lines += self._event(at, "r", f"{shown.columns}x{shown.lines}")
            scrolled = None
        if typist != self._typist:
            self._typist = typist
            lines += self._event(at, "m", f"{typist}{TYPES}")
        if scrolled is not None:
            text = "".join(_changes(before, shown, scrolled))
            if text or shown.cursor != before.cursor:
                lines += self._event(at, "o", text + _cursor(shown))
            self._since_key += len(text)
        if scrolled is None or self._since_key > KEY_EVERY:
            lines += self._event(at, "o", _key(shown) + _cursor(shown))
            self._since_key = 0
        return lines

    def ended(self, at: int, code: int) -> str:
        """Write that the program ended."""
        return self._event(at, "m", f"{ENDED}{code}")

    def _event(self, at: int, kind: str, text: str) -> str:
        moment = max(at - self._begun, 0) / 1000
        return json.dumps([moment, kind, text], ensure_ascii=False) + "\n"


def _changes(before: Shown, shown: Shown, scrolled: Sequence[str]) -> Iterator[str]:
    """The rows that are others, after the lines that came from below."""
    lines = shown.lines
    run = [*scrolled, *shown.rows]
    for y, (old, new) in enumerate(zip(before.rows, run, strict=False)):
        if old != new:
            yield _row(y, new)
    for row in run[lines:]:
        yield f"\x1b[{lines};1H\x1b[0m\n\x1b[K{row}"


def _row(y: int, row: str) -> str:
    return f"\x1b[{y + 1};1H\x1b[0m\x1b[K{row}"


def _key(shown: Shown) -> str:
    return KEY + "".join(_row(y, row) for y, row in enumerate(shown.rows) if row)


def _cursor(shown: Shown) -> str:
    if shown.cursor is None:
        return "\x1b[?25l\x1b[0m"
    x, y = shown.cursor
    return f"\x1b[?25h\x1b[{y + 1};{x + 1}H\x1b[0m"


def joined(casts: Sequence[str]) -> str:
    """Several recordings of one terminal, oldest first, as one; "" for none.

    Times are those of the first; each of the others begins with a key frame of its size.
    """
    whole = ""
    begun = None
    for cast in casts:
        first, _, events = cast.partition("\n")
        told = json.loads(first)
        if begun is None:
            begun = told["timestamp"]
            whole = first + "\n"
            rest = events
        else:
            later = told["timestamp"] - begun
            size = f"{told['width']}x{told['height']}"
            rest = json.dumps([later, "r", size]) + "\n" + _moved(events, later)
        whole += rest[: rest.rfind("\n") + 1]
    return whole


def _moved(events: str, later: float) -> str:
    """Events at later times; a last line that is not whole yet is left out."""
    found = []
    for line in events.split("\n")[:-1]:
        at, rest = line[1:].split(",", 1)
        found.append(f"[{float(at) + later:.3f},{rest}\n")
    return "".join(found)
