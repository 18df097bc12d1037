"""A line of very many characters in pieces, so that a key in it copies one piece and not all of it.

A file may be a single line of megabytes: data, a script made small. As one string that line would
be copied several times for each character typed. Here the string is cut, and its pieces are found
by where they begin. It answers what a text buffer asks of a line that is a string.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

LONG = 1 << 16
"""Code points from which on a line is edited in pieces."""
_PIECE = 1 << 15
"""Code points of a piece as it is made; twice as many split it."""


def _cut(text: str) -> list[str]:
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


class LongLine:
    """A line that is edited and read in parts."""

    __slots__ = ("_ends", "_pieces")

    def __init__(self, text: str) -> None:
        self._pieces = _cut(text)
        self._ends = list(accumulate(map(len, self._pieces)))

    def __len__(self) -> int:
        return self._ends[-1]

    def __str__(self) -> str:
        return "".join(self._pieces)

    def __getitem__(self, part: slice) -> str:
        start, stop, _ = part.indices(len(self))
        first, begin = self._find(start)
        last, _ = self._find(stop)
        return "".join(self._pieces[first : last + 1])[start - begin : max(stop - begin, 0)]

    def removesuffix(self, suffix: str) -> str:
        """The line as a string, without this at its end."""
        return str(self).removesuffix(suffix)

    def splice(self, start: int, stop: int, insert: str) -> None:
        """Replace the code points from `start` to `stop`; something has to be left."""
        first, begin = self._find(start)
        last, begin_last = self._find(stop)
        head = self._pieces[first][: start - begin]
        text = head + insert + self._pieces[last][stop - begin_last :]
        self._pieces[first : last + 1] = _cut(text) if len(text) > 2 * _PIECE else [text]
        self._ends = list(accumulate(map(len, self._pieces)))

    def _find(self, at: int) -> tuple[int, int]:
        """The piece that holds a place, the last one for the end, and where it begins."""
        number = min(bisect_right(self._ends, at), len(self._ends) - 1)
        return number, self._ends[number - 1] if number else 0
