"""The time line of a document: its versions in bursts, with what happened in each.

A version is a key press; nobody steps through a quarter million of those. A *burst* is what one
person did without a pause, or one event: a paste, a restore, a change on disk, the output of a run.
Stepping goes from the end of one burst to the end of the next.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from cocalc_tui.sync.versions import Alike, Made

PAUSE = 30_000
"""Milliseconds of rest that end a burst."""
LONG_PAUSE = 10 * 60_000
"""Milliseconds of rest that are a pause to step to."""
LONGEST = 400
"""Versions in one burst: who types for an hour can still be followed."""
STRETCH = 1024
"""Versions whose bursts are found at once, and at whose end one ends: a frame has time for that."""
KEPT = 128
"""Stretches whose bursts are kept."""
LATE = 60_000
"""Milliseconds from a patch's making to its arrival after which it counts as typed offline."""
EVENTS = {
    "disk": "changed on disk",
    "restore": "restored",
    "output": "output",
    "import": "opened from the file",
    "undo": "undo",
    "redo": "redo",
    "paste": "pasted",
    "format": "formatted",
    "commit": "commit",
    "snapshot": "snapshot",
}
"""Kinds of patches that are events of their own, in words."""


@dataclass(slots=True)  # frozen, it takes four times as long to make: a year has 200,000
class Burst:
    """Versions `first` .. `last`, made in a row."""

    first: int
    last: int
    author: str
    kind: str
    """typing, or one of `EVENTS`."""
    start: int
    """By the relay's clock, milliseconds."""
    end: int
    late: bool
    """Typed offline: it came long after it was made."""
    made: int
    """When it was begun by its author's clock; of interest where `late`."""


class TimeLine:
    """The bursts of a document, found where somebody looks."""

    def __init__(self, made: Iterable[Made] = (), log: Log | None = None) -> None:
        """`made` has one for each version from 1 on; those of a log are found there."""
        self._log: Log = _Listed(list(made)) if log is None else log
        self._found: dict[int, Sequence[Burst]] = {}
        """By stretch."""

    @property
    def latest(self) -> int:
        """The newest version; 0 for none."""
        return self._log.latest

    def end(self, way: int) -> int:
        """The last version that one comes to going on (1) or back (-1)."""
        return self.latest if way > 0 else 0

    def _stretch(self, stretch: int) -> Sequence[Burst]:
        """The bursts of a stretch."""
        found = self._found.get(stretch)
        if found is None:
            first = stretch * STRETCH + 1
            pieces = self._log.alike(PAUSE, first, min(first + STRETCH - 1, self.latest))
            found = self._found[stretch] = list(_bursts(pieces, self._log.made))
            for oldest in list(self._found)[:-KEPT]:
                self._found.pop(oldest, None)
        return found

    def bursts(self, after: int = 0) -> Iterator[Burst]:
        """The bursts that end after a version, oldest first."""
        for stretch in range(after // STRETCH, -(-self.latest // STRETCH)):
            yield from (one for one in self._stretch(stretch) if one.last > after)

    def bursts_before(self, version: int) -> Iterator[Burst]:
        """The bursts that end before a version, newest first."""
        for stretch in range((min(version - 1, self.latest) - 1) // STRETCH, -1, -1):
            yield from (one for one in reversed(self._stretch(stretch)) if one.last < version)

    def burst(self, version: int) -> Burst:
        """The burst that a version belongs to; that of the first for 0."""
        bursts = self._stretch((max(version, 1) - 1) // STRETCH)
        return bursts[bisect_left(bursts, version, key=_last)]

    def at(self, moment: int) -> int:
        """The version that was there at a moment, milliseconds; 0 before the first."""
        stretches = range(1, self.latest // STRETCH + 1)
        ends = bisect_right(
            stretches, moment, key=lambda stretch: self._log.made(stretch * STRETCH).received
        )
        if ends * STRETCH == self.latest:
            return self.latest
        bursts = self._stretch(ends)
        index = bisect_right(bursts, moment, key=_end)
        return bursts[index - 1].last if index else ends * STRETCH

    def people(self) -> list[str]:
        """Who did something, who did most first."""
        counts = Counter[str]()
        for made, count in self._log.shares():
            counts[author(made)] += count
        return [name for name, _ in counts.most_common()]

    # --- steps ---------------------------------------------------------------------------------

    def step(self, version: int, by: int, person: str = "") -> int:
        """The end of the burst `by` bursts later, or earlier; of one `person`'s, where named.

        Where there are not so many it is the last one; going back from the first burst leads to 0.
        """
        ahead = self.bursts(version) if by > 0 else self.bursts_before(version)
        lasts = [one.last for one in islice(_of(ahead, person), abs(by))]
        if person:
            return lasts[-1] if lasts else version
        if len(lasts) == abs(by):
            return lasts[-1]
        return self.latest if by > 0 else 0

    def other_author(self, version: int, by: int) -> int:
        """The nearest end of a burst, later (1) or earlier (-1), of somebody else."""
        return self._seek(version, by, lambda a, b: a.author != b.author)

    def pause(self, version: int, by: int) -> int:
        """The nearest end of a burst that a long pause follows."""
        return self._seek(version, by, lambda a, b: abs(b.start - a.end) >= LONG_PAUSE)

    def day(self, version: int, by: int, day_of: Callable[[int], str]) -> int:
        """The last version of the next day, or of the one before, on which something was done."""
        return self._seek(version, by, lambda a, b: day_of(a.end) != day_of(b.end))

    def _seek(self, version: int, by: int, differs: Callable[[Burst, Burst], bool]) -> int:
        if not self.latest:
            return 0
        here = self.burst(version)
        for one in self.bursts(here.last) if by > 0 else self.bursts_before(here.last):
            pair = (here, one) if by > 0 else (one, here)
            if differs(*pair):
                return one.last
            here = one
        return self.latest if by > 0 else 0


def _of(bursts: Iterator[Burst], person: str) -> Iterator[Burst]:
    return (one for one in bursts if person in {"", one.author})


class Log(Protocol):
    """What a time line asks of a log, or of what is gone through like one."""

    latest: int

    def made(self, version: int) -> Made:
        """Who made a version."""
        ...

    def alike(self, rest: int, first: int, last: int) -> Iterator[Alike]:
        """Some versions, those made alike and without a rest together."""
        ...

    def shares(self) -> Iterator[tuple[Made, int]]:
        """How much was made by whom."""
        ...


class _Listed:
    """Versions of which each is told."""

    def __init__(self, made: Sequence[Made]) -> None:
        self._made = made
        self.latest = len(made)

    def made(self, version: int) -> Made:
        return self._made[version - 1]

    def alike(self, rest: int, first: int, last: int) -> Iterator[Alike]:
        del rest
        made = enumerate(self._made[first - 1 : last], first)
        return (Alike(at, at, one, one) for at, one in made)

    def shares(self) -> Iterator[tuple[Made, int]]:
        return ((one, 1) for one in self._made)


def _bursts(pieces: Iterable[Alike], made: Callable[[int], Made]) -> Iterator[Burst]:
    burst: Alike | None = None
    for piece in pieces:
        for first, last, begun, ended in _events(piece, made):
            while first <= last:
                if burst is not None and _goes_on(burst, begun):
                    start, since = burst.first, burst.begun
                else:
                    if burst is not None:
                        yield _burst(burst)
                    start, since = first, begun
                stop = min(last, start + LONGEST - 1)
                burst = Alike(start, stop, since, ended if stop == last else made(stop))
                first = stop + 1
                if first <= last:
                    begun = made(first)
    if burst is not None:
        yield _burst(burst)


def _events(piece: Alike, made: Callable[[int], Made]) -> Sequence[Alike]:
    """A piece, or what is in it where each is an event of its own."""
    if piece.first == piece.last or _joins(piece.begun):
        return (piece,)
    each = ((version, made(version)) for version in range(piece.first, piece.last + 1))
    return [Alike(version, version, one, one) for version, one in each]


def _joins(made: Made) -> bool:
    return made.kind not in EVENTS or made.kind in {"output", "import"}


def _goes_on(burst: Alike, one: Made) -> bool:
    first, last, begun, ended = burst
    same = one.author == begun.author and one.kind == begun.kind and one.group == begun.group
    together = one.received - ended.received < PAUSE and one.time - ended.time < PAUSE
    return same and together and _joins(one) and last - first + 1 < LONGEST


def _burst(piece: Alike) -> Burst:
    first, last, begun, ended = piece
    late = begun.kind != "import" and begun.received - begun.time > LATE
    return Burst(
        first, last, author(begun), begun.kind, begun.received, ended.received, late, begun.time
    )


def _last(burst: Burst) -> int:
    return burst.last


def _end(burst: Burst) -> int:
    return burst.end


def author(made: Made) -> str:
    """Whose doing a version is: what the relay side did by itself is the disk's or the kernel's."""
    if made.acting_for or made.role != "host":
        return made.acting_for or made.author
    return "kernel" if made.kind == "output" else "disk"
