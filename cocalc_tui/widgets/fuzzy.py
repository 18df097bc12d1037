"""Finding a name by a few of its letters, the best first.

Every word typed must occur in order, letters not necessarily next to each other. What people mean
by a few letters is the beginnings of words and runs of letters, mostly of the last part of a path;
that is what scores. A list of thousands is searched within a key press, so the letters are first
looked for with `str.find` alone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_BREAKS = "/_-. "


class Match(NamedTuple):
    """How well a name fits, and which of its characters do."""

    score: float
    places: tuple[int, ...]


def match(words: Sequence[str], name: str) -> Match | None:
    """How a name fits all of the words; None when it does not."""
    lower = name.lower()
    if len(lower) != len(name):
        lower = name  # a few letters change length in lower case: places would be off
    total, places = 0.0, set[int]()
    for word in words:
        found = _best_run(word, name, lower)
        if found is None:
            return None
        total += found.score
        places.update(found.places)
    return Match(total - len(name) / 1000, tuple(sorted(places)))


def _best_run(word: str, name: str, lower: str) -> Match | None:
    """The best of: a run in the last part, a run anywhere, letters at beginnings, letters."""
    word = word.lower()
    last_part = lower.rfind("/") + 1
    starts = [lower.find(word, last_part), lower.find(word)]
    for bonus, start in zip((3.0, 2.0), starts, strict=True):
        if start >= 0:
            at_beginning = start == 0 or name[start - 1] in _BREAKS
            places = tuple(range(start, start + len(word)))
            return Match(len(word) * (bonus + at_beginning), places)
    return _scattered(word, name, lower)


def _scattered(word: str, name: str, lower: str) -> Match | None:
    """Letters in order, each at the next beginning of a word where there is one."""
    places: list[int] = []
    at, score = 0, 0.0
    for index, letter in enumerate(word):
        near = lower.find(letter, at)
        if near < 0:
            return None
        begin = _beginning(letter, name, lower, at)
        if begin >= 0 and _rest_fits(word[index + 1 :], lower, begin + 1):
            near = begin
        follows = bool(places) and near == places[-1] + 1
        score += 1.0 + follows + (near == begin)
        places.append(near)
        at = near + 1
    return Match(score * 0.5, tuple(places))


def _beginning(letter: str, name: str, lower: str, at: int) -> int:
    while (at := lower.find(letter, at)) >= 0:
        if at == 0 or name[at - 1] in _BREAKS or (name[at].isupper() and name[at - 1].islower()):
            return at
        at += 1
    return -1


def _rest_fits(rest: str, lower: str, at: int) -> bool:
    for letter in rest:
        at = lower.find(letter, at) + 1
        if not at:
            return False
    return True


def best(query: str, names: Iterable[str], limit: int) -> list[tuple[int, Match]]:
    """Index and match of the names that fit best; without a query the first ones as they are."""
    words = query.split()
    if not words:
        return [(index, Match(0, ())) for index, _ in zip(range(limit), names, strict=False)]
    found = ((index, fit) for index, name in enumerate(names) if (fit := match(words, name)))
    return heapq.nsmallest(limit, found, key=lambda one: (-one[1].score, one[0]))
