"""Vim's patterns, and where they are found.

A pattern may take longer than the age of the universe, so searching has a time.
"""

from __future__ import annotations

import itertools
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cocalc_tui.query import PATIENCE

if TYPE_CHECKING:
    import regex

MOST = 10_000
"""Places remembered."""
_SWAPPED = "(){}|+?"
"""Signs that mean something to Python as they are, and to vim behind a backslash."""


QUICK = 0.001
"""Seconds of searching in a line that do not count: there may be a million lines."""


class PatternError(ValueError):
    """A pattern that means nothing or takes too long; says so in one line."""


def compiled(pattern: str) -> regex.Pattern[str]:
    r"""A pattern of vim's as one of Python's. Small letters match capital ones, too.

    Of the less usual parts there are `\v`, `\c`, `\C`, `\<`, `\>`, `\zs` and `\ze`.
    """
    import regex

    flags = regex.MULTILINE
    if "\\c" in pattern or ("\\C" not in pattern and not any(map(str.isupper, pattern))):
        flags |= regex.IGNORECASE
    try:
        return regex.compile(_translated(pattern.replace("\\c", "").replace("\\C", "")), flags)
    except regex.error as error:
        raise PatternError(f"{pattern}: {error}") from None


def found_in(
    pattern: regex.Pattern[str], texts: Iterable[str], most: int | None = None
) -> Iterator[list[regex.Match[str]]]:
    """The first matches in each of some texts, None for all of them.

    Raises PatternError where all of it takes too long.
    """
    left = PATIENCE
    for text in texts:
        begun = time.monotonic()
        try:
            yield list(itertools.islice(pattern.finditer(text, timeout=left), most))
        except TimeoutError:
            raise PatternError("this pattern takes too long") from None
        left = max(left - max(time.monotonic() - begun - QUICK, 0), QUICK)


def _translated(pattern: str) -> str:
    very = pattern.startswith("\\v")
    found: list[str] = []
    marks = iter(pattern[2:] if very else pattern)
    within, ended = False, ""
    for mark in marks:
        if within:
            found.append(mark)
            within = mark != "]"
        elif mark == "\\":
            after = next(marks, "\\")
            if after == "z":
                ended += _edge(next(marks, ""), found)
            elif after == "{" and not very:
                found.append(_many(marks))
            else:
                found.append(_escaped(after, very=very))
        elif very and mark in "<>":
            found.append("\\b")
        elif mark in _SWAPPED and not very:
            found.append("\\" + mark)
        else:
            found.append(mark)
            within = mark == "["
    return "".join(found) + ended


def _edge(mark: str, found: list[str]) -> str:
    r"""Where what matches begins (`\zs`) or ends; returns what closes that behind the pattern."""
    if mark not in ("s", "e"):
        raise PatternError(f"\\z{mark} is not known here")
    found.append("\\K" if mark == "s" else "(?=")
    return "" if mark == "s" else ")"


def _many(marks: Iterator[str]) -> str:
    r"""What follows `\{`: vim closes it with or without a backslash."""
    count = "".join(itertools.takewhile(lambda mark: mark != "}", marks)).rstrip("\\")
    return f"{{{count.removeprefix('-')}}}{'?' if count.startswith('-') else ''}"


def _escaped(mark: str, *, very: bool) -> str:
    if mark in "<>" and not very:
        return "\\b"
    if mark == "=" and not very:
        return "?"
    if mark in _SWAPPED and not very:
        return mark
    return "\\" + mark


def put_for(match: regex.Match[str], text: str) -> str:
    r"""What `:s` puts in the place of a match: `&` is the match, `\r` a line, `\U` capitals."""
    found: list[str] = []
    whole: Callable[[str], str] = str
    first: Callable[[str], str] = str
    marks = iter(text)
    for mark in marks:
        piece = match[0] if mark == "&" else mark
        if mark == "\\":
            after = next(marks, "\\")
            if after in _CASES:
                whole = _CASES[after]
                continue
            if after in "ul":
                first = _CASES[after.upper()]
                continue
            piece = _meant(match, after)
        if piece := whole(piece):
            found.append(first(piece[:1]) + piece[1:])
            first = str
    return "".join(found)


_CASES: dict[str, Callable[[str], str]] = {"U": str.upper, "L": str.lower, "E": str, "e": str}


def _meant(match: regex.Match[str], mark: str) -> str:
    """What stands behind a backslash: a group, which may not be there, or a character."""
    if mark.isdecimal():
        number = int(mark)
        return (match[number] or "") if number <= len(match.groups()) else ""
    return {"r": "\n", "n": "\n", "t": "\t"}.get(mark, mark)


@dataclass
class Search:
    """What is searched for, and which way."""

    pattern: str = ""
    forwards: bool = True

    def places(self, text: str) -> list[tuple[int, int]]:
        """All the places, to `MOST`; raises PatternError."""
        if not self.pattern:
            return []
        return [match.span() for match in next(found_in(compiled(self.pattern), [text], MOST))]

    def near(self, text: str, at: int, *, forwards: bool) -> tuple[int, int] | None:
        """The place at an offset or next to it, round the ends; None for none."""
        places = self.places(text)
        if not places:
            return None
        if forwards:
            return next((place for place in places if place[1] > at), places[0])
        return next((place for place in reversed(places) if place[0] <= at), places[-1])

    def next(self, text: str, at: int, count: int, *, forwards: bool) -> int | None:
        """The start of the count-th place from an offset, round the ends; None for none."""
        starts = [start for start, _ in self.places(text)]
        if not starts:
            return None
        if forwards:
            return starts[(bisect_right(starts, at) + count - 1) % len(starts)]
        return starts[(bisect_left(starts, at) - count) % len(starts)]
