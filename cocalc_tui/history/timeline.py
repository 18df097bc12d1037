"""The time line of a document: its versions in bursts, with what happened in each.

A version is a key press; nobody steps through a quarter million of those. A *burst* is what one
person did without a pause, or one event: a paste, a restore, a change on disk, the output of a run.
Stepping goes from the end of one burst to the end of the next.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from cocalc_tui.sync.versions import Alike, Made, Versions

PAUSE = 30_000
"""Milliseconds of rest that end a burst."""
LONG_PAUSE = 10 * 60_000
"""Milliseconds of rest that are a pause to step to."""
LONGEST = 400
"""Versions in one burst: who types for an hour can still be followed."""
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


@dataclass(frozen=True, slots=True)
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
    """The bursts of a document, oldest first."""

    def __init__(self, made: Iterable[Made] = (), log: Versions | None = None) -> None:
        """`made` has one for each version from 1 on; those of a log are found there."""
        if log is None:
            one_by_one = (Alike(at, at, one, one) for at, one in enumerate(made, 1))
            self.bursts = list(_bursts(one_by_one, _nothing))
        else:
            self.bursts = list(_bursts(log.alike(PAUSE), log.made))
        self._lasts = [one.last for one in self.bursts]
        self._ends = [one.end for one in self.bursts]

    @property
    def latest(self) -> int:
        """The newest version; 0 for none."""
        return self._lasts[-1] if self._lasts else 0

    def index(self, version: int) -> int:
        """The burst that a version belongs to."""
        return min(bisect_left(self._lasts, version), len(self.bursts) - 1)

    def burst(self, version: int) -> Burst:
        """The burst that a version belongs to."""
        return self.bursts[self.index(version)]

    def at(self, moment: int) -> int:
        """The version that was there at a moment, milliseconds; 0 before the first."""
        index = bisect_right(self._ends, moment)
        return self._lasts[index - 1] if index else 0

    # --- steps ---------------------------------------------------------------------------------

    def step(self, version: int, by: int) -> int:
        """The end of the burst `by` bursts later, or earlier."""
        if not self.bursts:
            return 0
        index = self.index(version)
        if by < 0 and version > self._lasts[index]:
            index += 1
        target = index + by
        if target < 0:
            return 0
        return self._lasts[min(target, len(self.bursts) - 1)]

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
        index = self.index(version)
        while 0 <= index + by < len(self.bursts):
            before, index = self.bursts[index], index + by
            here = self.bursts[index]
            pair = (before, here) if by > 0 else (here, before)
            if differs(*pair):
                return self._lasts[index]
        return self._lasts[-1] if by > 0 and self._lasts else 0

    # --- drawing -------------------------------------------------------------------------------

    def columns(self, width: int) -> list[list[Burst]]:
        """The bursts by where they stand on a line of `width` cells, pauses made short.

        Time is not drawn to scale: each burst takes its share, and a long pause an empty cell as
        far as there is room.
        """
        cells: list[list[Burst]] = [[] for _ in range(max(width, 1))]
        rests = self._rests()
        if len(self.bursts) + sum(rests) > len(cells):
            rests = [0] * len(self.bursts)
        places = [index + rest for index, rest in enumerate(accumulate(rests))]
        count = max([*places, 0]) + 1
        for place, burst in zip(places, self.bursts, strict=True):
            cells[place * min(len(cells), count) // count].append(burst)
        return cells

    def _rests(self) -> list[int]:
        """For each burst 1 where a long pause goes before it, else 0."""
        pauses = (b.start - a.end >= LONG_PAUSE for a, b in pairwise(self.bursts))
        return [0, *map(int, pauses)] if self.bursts else []


def _bursts(pieces: Iterable[Alike], made: Callable[[int], Made]) -> Iterator[Burst]:
    burst: Alike | None = None
    for first, last, begun, ended in (one for piece in pieces for one in _events(piece, made)):
        while first <= last:
            if burst is None or not _goes_on(burst, begun):
                if burst is not None:
                    yield _burst(burst)
                burst = Alike(first, first, begun, begun)
            stop = min(last, burst.first + LONGEST - 1)
            burst = burst._replace(last=stop, ended=ended if stop == last else made(stop))
            first = stop + 1
            if first <= last:
                begun = made(first)
    if burst is not None:
        yield _burst(burst)


def _events(piece: Alike, made: Callable[[int], Made]) -> Iterator[Alike]:
    """A piece, or what is in it where each is an event of its own."""
    if _joins(piece.begun) or piece.first == piece.last:
        yield piece
        return
    for version in range(piece.first, piece.last + 1):
        one = made(version)
        yield Alike(version, version, one, one)


def _joins(made: Made) -> bool:
    return made.kind not in EVENTS or made.kind in {"output", "import"}


def _goes_on(burst: Alike, one: Made) -> bool:
    first, last, begun, ended = burst
    same = (one.author, one.kind, one.group) == (begun.author, begun.kind, begun.group)
    together = one.received - ended.received < PAUSE and one.time - ended.time < PAUSE
    return same and together and _joins(one) and last - first + 1 < LONGEST


def _burst(piece: Alike) -> Burst:
    first, last, begun, ended = piece
    late = begun.kind != "import" and begun.received - begun.time > LATE
    return Burst(
        first, last, author(begun), begun.kind, begun.received, ended.received, late, begun.time
    )


def _nothing(version: int) -> Made:
    """What was made one by one is never looked up."""
    raise KeyError(version)


def author(made: Made) -> str:
    """Whose doing a version is: what the relay side did by itself is the disk's or the kernel's."""
    if made.acting_for or made.role != "host":
        return made.acting_for or made.author
    return "kernel" if made.kind == "output" else "disk"


def legend(bursts: Sequence[Burst]) -> list[str]:
    """The people of a time line, who did most first."""
    counts: dict[str, int] = {}
    for one in bursts:
        counts[one.author] = counts.get(one.author, 0) + one.last - one.first + 1
    return sorted(counts, key=lambda name: -counts[name])
