"""Which items of two sequences correspond: the common part on which a diff stands.

Items that are unique on both sides are the best anchors (Cohen's patience diff): they are found in
n log n and do not tie a closing brace here to one far away. Between anchors Myers' greedy search
("An O(ND) difference algorithm and its variations", 1986) finds the least difference, for as many
steps as the caller allows: a diff of two texts that have little in common would take hours, and
nobody could read it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

Pairs: TypeAlias = "list[tuple[int, int]]"
"""Indexes in both sequences that correspond, rising in both."""


class Budget:
    """Steps that may still be spent."""

    def __init__(self, steps: int) -> None:
        self.left = steps
        self.share = steps // 8
        """The most for one search: a hopeless part must not starve the others."""


def align(a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget) -> Pairs:
    """Pairs of equal items, so many that most of what is common is in them."""
    pairs: Pairs = []
    gaps = [(0, len(a), 0, len(b))]
    while gaps:
        low, high, start, stop = gaps.pop()
        while low < high and start < stop and a[low] == b[start]:
            pairs.append((low, start))
            low, start = low + 1, start + 1
        while low < high and start < stop and a[high - 1] == b[stop - 1]:
            high, stop = high - 1, stop - 1
            pairs.append((high, stop))
        if low == high or start == stop:
            continue
        anchors = list(_rising(_unique(a, b, low, high, start, stop)))
        if not anchors:
            pairs += search(a[low:high], b[start:stop], budget, low, start)
            continue
        pairs += anchors
        edges = [(low - 1, start - 1), *anchors, (high, stop)]
        for (i, j), (k, m) in pairwise(edges):
            gaps.append((i + 1, k, j + 1, m))
    return sorted(pairs)


def _unique(
    a: Sequence[Hashable], b: Sequence[Hashable], low: int, high: int, start: int, stop: int
) -> Pairs:
    """Items that are there once on each side, in the order of the first."""
    once = Counter(a[low:high])
    there = Counter(b[start:stop])
    where = {b[j]: j for j in range(start, stop)}
    return [(i, where[a[i]]) for i in range(low, high) if once[a[i]] == 1 == there[a[i]]]


def _rising(pairs: Pairs) -> Iterator[tuple[int, int]]:
    """A longest part of the pairs that rises in the second index too, by patience sorting."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for at, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [at]
    found: Pairs = []
    at = piles[-1] if piles else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return reversed(found)


def search(
    a: Sequence[Hashable], b: Sequence[Hashable], budget: Budget, low: int = 0, start: int = 0
) -> Pairs:
    """Pairs that leave the least difference; none where that takes more steps than are allowed.

    The indexes are counted from `low` and `start`.
    """
    allowed = min(budget.share, budget.left)
    ends = {1: 0}
    """By diagonal (index in `a` minus index in `b`): how far along it the search has come."""
    past: list[dict[int, int]] = []
    spent = 0
    while True:
        distance = len(past)
        past.append(ends.copy())
        for diagonal in range(-distance, distance + 1, 2):
            i = first = _step(ends, diagonal, distance)[1]
            while i < len(a) and 0 <= i - diagonal < len(b) and a[i] == b[i - diagonal]:
                i += 1
            ends[diagonal] = i
            spent += 1 + i - first
            found = i >= len(a) and i - diagonal >= len(b)
            if found or spent > allowed:
                budget.left -= spent
                pairs = _way_back(past, len(a), len(b)) if found else []
                return [(low + i, start + j) for i, j in pairs]


def _step(ends: dict[int, int], diagonal: int, distance: int) -> tuple[int, int]:
    """From which diagonal one comes to another with one difference more, and where."""
    if diagonal == -distance or (diagonal != distance and ends[diagonal - 1] < ends[diagonal + 1]):
        return diagonal + 1, ends[diagonal + 1]
    return diagonal - 1, ends[diagonal - 1] + 1


def _way_back(past: list[dict[int, int]], i: int, j: int) -> Pairs:
    pairs: Pairs = []
    for distance in range(len(past) - 1, -1, -1):
        before, first = _step(past[distance], i - j, distance)
        while i > first:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        if distance:
            i = past[distance][before]
            j = i - before
    pairs.reverse()
    return pairs
