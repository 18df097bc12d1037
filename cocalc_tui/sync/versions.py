"""Versions: any past state of a document at once, who typed what, and what changed in between.

Version k is what entries 1..k of the log give, for ever: numbers never change, and a patch that
comes late is a late version. For a quarter million keystrokes the table of all versions is made at
once (about a second; in a worker). A longer log is cut into eras (`eras`), and the table of an era
is made when somebody looks there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.diff import diff
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.eras import Era, eras
from cocalc_tui.sync.makers import Alike, Made, Makers
from cocalc_tui.sync.patch import MAIN, Entry, Json, TextId
from cocalc_tui.sync.shelf import Shelf
from cocalc_tui.sync.skimming import Sought, Stretch, alone, stretches
from cocalc_tui.sync.table import Difference, Table, joined
from cocalc_tui.sync.tracing import Trace, Typed, trace_back

__all__ = ["Alike", "Blame", "Difference", "Made", "Versions"]

_READY: Final = 16
"""Tables of eras that are kept, those used last."""
_NEAR: Final = 8
"""Eras that two versions may lie apart for their difference to be what was typed. Beyond, it is
found by comparing their texts."""


class Blame(NamedTuple):
    """Text that one person typed in a row."""

    text: str
    author: str
    first: int
    """The version that its first character came with."""
    last: int
    """The version that its last character came with."""


class Versions:
    """All versions of a document, from its whole log: sealed blocks, then the entries after them.

    Raises DamagedLog where the log is not whole.
    """

    def __init__(self, blocks: Sequence[bytes], tail: Sequence[Entry] = ()) -> None:
        for before, entry in pairwise(tail):
            if entry.seq != before.seq + 1:
                raise DamagedLog(f"the log lacks entry {before.seq + 1}")
        self._log = Shelf([*blocks, *([encode_block(tail)] if tail else ())])
        self.latest = self._log.starts[-1]
        """The number of the newest version."""
        self._makers = Makers(self._log)
        self._eras = eras(self._log)
        self._afters = [era.after for era in self._eras]
        self._skimmed: list[Era] | None = None
        """The same, in pieces, once somebody searched."""
        self._tables: dict[int, Table] = {}
        """Of eras that were looked at, the one looked at last at the end."""
        self._table(len(self._eras) - 1)

    def _era(self, version: int) -> int:
        """The era that has a version; one between two is the end of the first."""
        return max(bisect_left(self._afters, version) - 1, 0)

    def _table(self, era: int) -> Table:
        # Each line leaves it whole for another thread: at worst a table is made twice.
        table = self._tables.pop(era, None)
        if table is None:
            one = self._eras[era]
            parts = self._log.parts(one.slices)
            table = Table(parts, one.base(parts))
        self._tables[era] = table
        for oldest in list(self._tables)[:-_READY]:
            self._tables.pop(oldest, None)
        return table

    def text(self, version: int, at: TextId = MAIN) -> str:
        """A text as it was; "" where it was not there yet."""
        return self._table(self._era(version)).text(version, at)

    def records(self, version: int) -> dict[str, dict[str, Json]]:
        """The records as they were, with their atomic fields; their texts by `text`."""
        return self._table(self._era(version)).records(version)

    def made(self, version: int) -> Made:
        """Who made the entry with this number."""
        return self._makers.made(version)

    def alike(self, rest: int, first: int, last: int) -> Iterator[Alike]:
        """Some entries, those that were made alike and without a `rest` (milliseconds) together."""
        return self._makers.alike(rest, first, last)

    def shares(self) -> Iterator[tuple[Made, int]]:
        """How much was made by whom: an entry that stands for some made alike, and how many."""
        return self._makers.shares()

    def is_ready(self, version: int) -> bool:
        """Whether looks at versions near to this one take nothing to be made first."""
        return all(era in self._tables for era in self._beside(version))

    def prepare(self, version: int) -> None:
        """Make that; may be done in another thread."""
        for era in self._beside(version):
            self._table(era)

    def _beside(self, version: int) -> Iterable[int]:
        """The era of a version, and those before and after it."""
        era = self._era(version)
        return range(max(era - 1, 0), min(era + 2, len(self._eras)))

    def stretches(self, version: int, way: int, sought: Sought) -> list[Stretch]:
        """What is told of a word without a look, in the versions next on (`way` 1) or back (-1).

        At least one is told of, and those that come first are first.
        """
        if self._skimmed is None:
            self._skimmed = self._eras if len(self._eras) > 1 else [alone(self._log)]
        era = self._skimmed[self._era(version + (way > 0))]
        found = stretches(self._log, era, sought)
        if way > 0:
            return [one for one in found if one.until > version]
        return [one for one in reversed(found) if one.after < version]

    # --- who typed what ------------------------------------------------------------------------

    def blame(self, version: int, at: TextId = MAIN) -> list[Blame]:
        """A text in the pieces in which it was typed."""
        return self.blames(version, [at])[at]

    def blames(self, version: int, texts: Iterable[TextId]) -> dict[TextId, list[Blame]]:
        """Several texts in the pieces in which they were typed: the log is gone over once."""
        return {at: self._by_author(pieces) for at, pieces in self._typed(version, texts).items()}

    def _by_author(self, pieces: Iterable[Typed]) -> list[Blame]:
        found: list[Blame] = []
        for text, first, step, _ in pieces:
            author, last = self._makers.author(first), first + step * (len(text) - 1)
            if found and found[-1].author == author and 0 <= first - found[-1].last <= 1:
                before = found.pop()
                text, first = before.text + text, before.first
            found.append(Blame(text, author, first, last))
        return found

    def _typed(self, version: int, texts: Iterable[TextId]) -> dict[TextId, list[Typed]]:
        """Texts in the pieces in which they were typed, whenever that was."""
        era = self._era(version)
        table = self._table(era)
        traces = {at: Trace(table.typed(version, at)) for at in texts}
        while any(not trace.ended for trace in traces.values()):
            after, before = self._eras[era], self._eras[era - 1]
            version, era = after.after, era - 1
            changed = {
                at: trace
                for at, trace in traces.items()
                if not trace.ended and after.before(at) is not before.before(at)
            }
            if changed and before.together:
                trace_back(changed, self._log.parts(before.slices))
                continue
            for at, trace in changed.items():
                earlier = list(self._table(era).typed(version, at))
                ends = list(accumulate([len(piece.text) for piece in earlier]))
                trace.back(partial(_looked_up, earlier=earlier, ends=ends))
        return {at: trace.pieces() for at, trace in traces.items()}

    # --- what changed --------------------------------------------------------------------------

    def difference(self, old: int, new: int, at: TextId = MAIN) -> list[Difference]:
        """What came and went in a text between two versions, in the order of the text."""
        if old > new:
            return [one._replace(change=-one.change) for one in self.difference(new, old, at)]
        first, last = self._era(old), self._era(new)
        if last - first > _NEAR:
            return joined(
                [one for one in _compared(self.text(old, at), self.text(new, at)) if one[0]]
            )
        ends = [*self._afters[first + 1 : last + 1], new]
        found = self._table(first).difference(old, ends[0], at)
        for era, end in enumerate(ends[1:], first + 1):
            found = _and_then(found, self._table(era).difference(self._afters[era], end, at))
        return found


def _looked_up(piece: Typed, earlier: Sequence[Typed], ends: Sequence[int]) -> Iterator[Typed]:
    """A piece of a text that was in these pieces then, by how it was typed."""
    start, stop = piece.first, piece.first + len(piece.text)
    for at in range(bisect_right(ends, start), bisect_left(ends, stop) + 1):
        begin = ends[at] - len(earlier[at].text)
        yield earlier[at].part(max(start - begin, 0), stop - begin)


def _compared(old: str, new: str) -> Iterator[tuple[str, int]]:
    """Two texts in pieces that both have, or one of them."""
    text, done = old, 0
    for pos, delete, insert, _ in diff(old, new):
        yield text[done:pos], 0
        yield text[pos : pos + delete], -1
        yield insert, 1
        text, done = text[:pos] + insert + text[pos + delete :], pos + len(insert)
    yield text[done:], 0


def _and_then(one: Sequence[Difference], other: Sequence[Difference]) -> list[Difference]:
    """What changed first and then, together. Of what is in neither version nothing is left."""
    pieces: list[tuple[str, int]] = []
    ahead = deque(one)
    for text, change in other:
        if change > 0:
            pieces.append((text, change))
            continue
        left = len(text)
        while left:
            part, before = ahead.popleft()
            if before < 0:
                pieces.append((part, before))
                continue
            if len(part) > left:
                ahead.appendleft(Difference(part[left:], before))
                part = part[:left]
            left -= len(part)
            if not (before and change):
                pieces.append((part, before + change))
    return joined([*pieces, *ahead])
