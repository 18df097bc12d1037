"""A time line as it is drawn: its bursts in cells, each with what is to be seen of them.

A year of a busy notebook has two hundred thousand bursts, and a screen eighty columns. So a long
line is shown near to where one stands, a burst in a cell; the whole of it is gone over when asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from cocalc_tui.history.timeline import LONG_PAUSE, Burst, TimeLine

MANY = 1000
"""Bursts of a line that is shown as a whole at first."""
TOGETHER = 64
"""Bursts of a long line that are in one cell, however wide the screen is."""


class Cell(NamedTuple):
    """Some bursts in a row."""

    first: int
    last: int
    """The versions in it."""
    start: int
    end: int
    """By the relay's clock, milliseconds."""
    amounts: Mapping[str, int]
    """How many versions are whose."""
    kinds: frozenset[str]
    late: bool
    """Whether something was typed offline."""

    def holds(self, version: int) -> bool:
        """Whether a version is in it."""
        return self.first <= version <= self.last


def cell(bursts: Sequence[Burst]) -> Cell:
    """Some bursts in a row, at least one, as a cell."""
    amounts = Counter[str]()
    for one in bursts:
        amounts[one.author] += one.last - one.first + 1
    kinds = frozenset([one.kind for one in bursts])
    first, last = bursts[0], bursts[-1]
    late = any(one.late for one in bursts)
    return Cell(first.first, last.last, first.start, last.end, amounts, kinds, late)


def _joined(cells: Sequence[Cell]) -> Cell:
    if len(cells) == 1:
        return cells[0]
    amounts = Counter[str]()
    for one in cells:
        amounts.update(one.amounts)
    kinds = frozenset[str]().union(*(one.kinds for one in cells))
    first, last = cells[0], cells[-1]
    late = any(one.late for one in cells)
    return Cell(first.first, last.last, first.start, last.end, amounts, kinds, late)


def at_first(line: TimeLine) -> list[Cell] | None:
    """All of a line; None for one with so many bursts that one would see little of each."""
    bursts = list(islice(line.bursts(), MANY + 1))
    return None if len(bursts) > MANY else [cell([one]) for one in bursts]


def whole(line: TimeLine) -> list[Cell]:
    """All of a line; of a long one some bursts in a cell, which takes seconds."""
    if (cells := at_first(line)) is not None:
        return cells
    bursts = line.bursts()
    return [cell(some) for some in iter(lambda: list(islice(bursts, TOGETHER)), [])]


def near(line: TimeLine, version: int, room: int) -> list[Cell]:
    """The bursts around a version, as many as fit with an empty cell for each long pause."""
    ahead = _fitting(line.bursts(version), room - room // 2)
    behind = _fitting(line.bursts_before(version + 1), room - _room(ahead))
    if len(behind) < room // 2:
        ahead = _fitting(line.bursts(version), room - _room(behind))
    return [cell([one]) for one in (*reversed(behind), *ahead)]


def _fitting(bursts: Iterator[Burst], room: int) -> list[Burst]:
    """As many of these as fit, in the order in which they come."""
    found: list[Burst] = []
    for one in bursts:
        room -= 2 if found and _rests(found[-1], one) else 1
        if room < 0:
            break
        found.append(one)
    return found


def _room(bursts: Sequence[Burst]) -> int:
    """Cells that these take, one for a pause beside them too."""
    return len(bursts) + sum(_rests(a, b) for a, b in pairwise(bursts)) + 1


def _rests(one: Burst | Cell, other: Burst | Cell) -> bool:
    """Whether a long pause lies between two neighbours."""
    return max(other.start - one.end, one.start - other.end) >= LONG_PAUSE


def spread(cells: Sequence[Cell], width: int) -> list[Cell | None]:
    """Cells by where they stand on a line of `width`, pauses made short.

    Time is not drawn to scale: each takes its share, and a long pause an empty cell as far as there
    is room.
    """
    rests = [0, *(int(_rests(a, b)) for a, b in pairwise(cells))][: len(cells)]
    if len(cells) + sum(rests) > width:
        rests = [0] * len(cells)
    places = [index + rest for index, rest in enumerate(accumulate(rests))]
    count = max([*places, 0]) + 1
    groups: list[list[Cell]] = [[] for _ in range(max(width, 1))]
    for place, one in zip(places, cells, strict=True):
        groups[place * min(len(groups), count) // count].append(one)
    found = [_joined(group) if group else None for group in groups]
    return found[: _end(found)]


def _end(cells: Sequence[Cell | None]) -> int:
    """Where the empty cells at the end begin."""
    return max((index + 1 for index, one in enumerate(cells) if one is not None), default=0)


def amount(one: Cell, person: str = "") -> int:
    """How much was done, by one person or all."""
    return one.amounts.get(person, 0) if person else one.last - one.first + 1


def people(cells: Iterable[Cell | None]) -> list[str]:
    """Who did something, who did most first."""
    counts = Counter[str]()
    for one in cells:
        counts.update(one.amounts if one is not None else {})
    return [name for name, _ in counts.most_common()]
