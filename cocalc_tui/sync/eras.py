"""A long log in eras: parts each of which can be looked at alone, with the state it began with.

A year of a busy notebook is a million patches. Made ready at once, its versions would take a minute
and gigabytes, and what people look at is nearly always the last days. So the log is cut where it
narrows to one point (`narrows`), the state at each cut is worked out (`standing`), and the rows of
an era are made when somebody looks at one of its versions.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from cocalc_tui.sync.blocks import readable
from cocalc_tui.sync.coarse import NOTHING, Base
from cocalc_tui.sync.narrows import Outline, outline
from cocalc_tui.sync.patch import TextId
from cocalc_tui.sync.shelf import Shelf, Slice
from cocalc_tui.sync.spans import Part
from cocalc_tui.sync.standing import Piece, Standing, State

SHORT: Final = 24_000
"""Runs of a log that is one era; one about a record costs as much as three."""
LONG: Final = 500
"""Runs of an era of a longer one: it is made ready while nobody notices."""
MOST: Final = 1024
"""Eras of a log, about: the state before each is kept."""
_NEVER = 1 << 62
"""A number that no version has."""


class Era(NamedTuple):
    """Some of a log, and the state before it."""

    after: int
    """The number of the version before its first."""
    pieces: Sequence[Piece]
    standing: Standing | None
    """None where nothing was before."""
    together: bool
    """Whether everybody is known to have seen all there was when they did what is in it."""

    @property
    def slices(self) -> list[Slice]:
        """What is in it."""
        return [one for _, piece in self.pieces for one in piece]

    def base(self, parts: Sequence[Part]) -> Base:
        """The state before it, as merges of its parts go on from it."""
        with readable():
            return NOTHING if self.standing is None else self.standing.base(parts)

    def before(self, at: TextId) -> Sequence[str]:
        """A text before it, in chunks; the same object as that of an era between nobody changed."""
        return () if self.standing is None else self.standing.texts.get(at, ())


def eras(log: Shelf) -> list[Era]:
    """A log in eras, at least one; raises DamagedLog."""
    with readable():
        longest = _longest(log)
        if longest is None:
            whole = [log.whole(place) for place in range(len(log))]
            return [Era(0, [(False, whole)], None, False)]
        found: list[Era] = []
        state = State(log)
        standing: Standing | None = None
        after = 0
        cuts = cut(log, outline(log), longest)
        pieces = next(cuts)
        for following in chain(cuts, [None]):
            together = following is not None and state.take(pieces)
            found.append(era := Era(after, pieces, standing, together))
            if following is not None:
                standing = state.standing()
                after += sum([one.stop - one.start for one in era.slices])
                pieces = following
        return found


def _longest(log: Shelf) -> int | None:
    """How many runs an era may have; None where all the log is one.

    How many a long log has is told from its beginning: only a few blocks are held at a time.
    """
    total = cost = 0
    for place in range(len(log)):
        runs = log.runs(place)
        total += len(runs.kinds)
        cost += len(runs.kinds) + 2 * runs.about_records()
        if cost > SHORT:
            return max(LONG, total * log.starts[-1] // log.starts[place + 1] // MOST)
    return None


def cut(log: Shelf, of: Outline, longest: int) -> Iterator[list[Piece]]:
    """Cut a log where it narrows, into eras of about so many runs, and each into pieces."""
    return _Cutter(log, of, longest).eras()


class _Cutter:
    """Goes over a log once, edge by edge: the places where a run ends."""

    def __init__(self, log: Shelf, of: Outline, longest: int) -> None:
        self._log = log
        self._longest = longest
        self._gaps = iter([*of.wide, (_NEVER, _NEVER)])
        self._low, self._high = next(self._gaps)
        """The stretch ahead within which not everybody had seen all there was."""
        self._pieces: list[Piece] = []
        self._piece: list[Slice] = []
        self._together = True
        self._cost = 0
        """Runs of the era at hand."""
        self._seq = 0
        """Entries before the block at hand."""
        self._place = 0
        self._begun = self._critical = 0
        """Where the piece at hand begins in this block, and where it can end."""

    def eras(self) -> Iterator[list[Piece]]:
        """The pieces of one era after another."""
        for place in range(len(self._log)):
            runs = self._log.runs(place)
            self._place, self._begun, self._critical = place, 0, 0
            yield from self._block(list(runs.edges()))
            count = runs.block.count
            if self._begun < count:
                self._piece.append(Slice(place, self._begun, count))
            self._seq += count
        if self._piece:
            self._pieces.append((self._together, self._piece))
        if self._pieces:
            yield self._pieces

    def _block(self, edges: Sequence[int]) -> Iterator[list[Piece]]:
        index = 0
        while index < len(edges):
            ahead = self._seen_by_all(edges, index)
            if ahead > index:
                self._cost += ahead - index
                index, self._critical = ahead, edges[ahead - 1]
                continue
            edge = edges[index]
            index += 1
            self._cost += 1
            if self._is_wide(edge):
                beyond = bisect_right(edges, self._high - self._seq, index)
                self._cost += beyond - index
                index = beyond
                continue
            if not self._together:
                self._end(edge, together=True)
            self._critical = edge
            if self._cost >= self._longest:
                self._end(edge, together=True)
                yield self._pieces
                self._pieces, self._cost = [], 0

    def _seen_by_all(self, edges: Sequence[int], index: int) -> int:
        """Until where all that comes was seen by everybody, and the era is not long enough yet."""
        if not self._together:
            return index
        room = self._longest - self._cost - 1
        return min(bisect_left(edges, self._low - self._seq, index), index + room)

    def _is_wide(self, edge: int) -> bool:
        """Whether a gap goes over an edge; what came before one is a piece of its own."""
        at = self._seq + edge
        passed = self._high < at
        while self._high < at:
            self._low, self._high = next(self._gaps)
        inside = self._low <= at
        if self._together and (passed or inside):
            self._end(self._critical, together=False)
        return inside

    def _end(self, stop: int, *, together: bool) -> None:
        """Let the piece at hand end in the block at hand, and the next begin."""
        if self._begun < stop:
            self._piece.append(Slice(self._place, self._begun, stop))
        if self._piece:
            self._pieces.append((self._together, self._piece))
            self._piece = []
        self._begun, self._together = stop, together
