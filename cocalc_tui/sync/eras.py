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
from cocalc_tui.sync.narrows import wide
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
    slices: Sequence[Slice]
    standing: Standing | None
    """None where nothing was before."""
    together: bool
    """Whether everybody is known to have seen all there was when they did what is in it."""

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
            return [Era(0, [log.whole(place) for place in range(len(log))], None, False)]
        found: list[Era] = []
        state = State(log)
        standing: Standing | None = None
        after = 0
        cuts = cut(log, longest)
        pieces = next(cuts)
        for following in chain(cuts, [None]):
            slices = [one for _, piece in pieces for one in piece]
            together = following is not None and state.take(pieces)
            found.append(Era(after, slices, standing, together))
            if following is not None:
                standing = state.standing()
                after += sum([one.stop - one.start for one in slices])
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


def cut(log: Shelf, longest: int) -> Iterator[list[Piece]]:
    """Cut a log where it narrows, into eras of about so many runs, and each into pieces."""
    gaps = iter([*wide(log), (_NEVER, _NEVER)])
    low, high = next(gaps)
    pieces: list[Piece] = []
    piece: list[Slice] = []
    together, cost, seq = True, 0, 0

    def end(start: int, stop: int) -> None:
        """Let the piece at hand end in the block at hand."""
        nonlocal piece
        if start < stop:
            piece.append(Slice(place, start, stop))
        if piece:
            pieces.append((together, piece))
            piece = []

    for place in range(len(log)):
        runs = log.runs(place)
        begun = critical = 0
        """Where the piece at hand begins in this block, and where it can end."""
        edges = list(runs.edges())
        index = 0
        while index < len(edges):
            # What everybody had seen goes on until the next gap, or until the era is long enough.
            ahead = min(bisect_left(edges, low - seq, index), index + longest - cost - 1)
            if together and ahead > index:
                cost, index, critical = cost + ahead - index, ahead, edges[ahead - 1]
                continue
            edge = edges[index]
            index += 1
            cost += 1
            passed = high < seq + edge
            while high < seq + edge:
                low, high = next(gaps)
            inside = low <= seq + edge
            if together and (passed or inside):
                end(begun, critical)
                begun, together = critical, False
            if inside:
                beyond = bisect_right(edges, high - seq, index)
                cost, index = cost + beyond - index, beyond
                continue
            if not together:
                end(begun, edge)
                begun, together = edge, True
            critical = edge
            if cost >= longest:
                end(begun, edge)
                yield pieces
                pieces, begun, cost = [], edge, 0
        if begun < runs.block.count:
            piece.append(Slice(place, begun, runs.block.count))
        seq += runs.block.count
    if piece:
        pieces.append((together, piece))
    if pieces:
        yield pieces
