"""The operations of a sealed block, run by run, in columns: any of them is found at once.

A *run* is what a block stores as one: operations each of which goes on where the one before
stopped. Positions are stored as steps from the caret, so a block could only be read from its
beginning; here the caret of every run is worked out once, in one pass over the columns and without
an object for an operation. A history of a million patches is looked at in small parts because of
that.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress
from operator import add, mul, sub

from cocalc_tui.sync.blocks import (
    BACKSPACE,
    CANCEL,
    CREATE,
    DELETE,
    ELSEWHERE,
    INSERT,
    JUMPS,
    KIND,
    MOST,
    PUT,
    REMOVE,
    REPLACE,
    Block,
)
from cocalc_tui.sync.columns import DamagedLog, all_ones, unzigzag
from cocalc_tui.sync.patch import MAIN, TextId

_WORDS = {CREATE: 1, PUT: 2, REMOVE: 1}
_VALUES = {CREATE: 1, PUT: 1}


class Runs:
    """What the operations of a block do."""

    def __init__(self, block: Block) -> None:
        self.block = block
        flags = block.numbers("kind")
        self.kinds = bytes([flag & KIND for flag in flags])
        self.counts = [more + 1 for more in block.numbers("again")]
        """How many operations each has."""
        if sum(self.counts) > MOST:
            raise DamagedLog("a block of the log claims to be too long")
        self.ends = list(accumulate(self.counts))
        """How many operations there are up to the end of each."""
        self.many = Many(block)
        if len(self.kinds) != len(self.ends) or self._end(-1) != self.many.before(block.count):
            raise DamagedLog("a block of the log has the wrong number of operations")
        self.inserts = Lengths(block, "inserts", self._counts_of(INSERT, REPLACE))
        self.deletes = Lengths(block, "deletes", self._counts_of(BACKSPACE, DELETE, REPLACE))
        self.typed = block.string("typed")
        if len(self.typed) != self.inserts.offsets[-1]:
            raise DamagedLog("a block of the log lacks typed text")
        self.values = block.string("value").split("\n")
        self.stops = self._run_ends(block.sizes)
        """Behind which run each link ends."""
        self.texts = [MAIN] * len(self.kinds)
        """Of splices: of which text, and where the caret is when they begin."""
        self.carets = array("q", bytes(8 * len(self.kinds)))
        self._find_carets(flags)
        self._places = {
            kind: list(compress(range(len(self.kinds)), self._are(kind)))
            for kind in (CANCEL, CREATE, PUT, REMOVE)
            if kind in self.kinds
        }
        """Of kinds that are no splices: which runs are of it."""

    def _end(self, run: int) -> int:
        return self.ends[run] if self.ends else 0

    def _are(self, *wanted: int) -> bytes:
        """By run: whether it is of one of some kinds, 1 or 0."""
        return self.kinds.translate(bytes(kind in wanted for kind in range(256)))

    def _counts_of(self, *wanted: int) -> list[int]:
        """By run: how many operations of some kinds it has."""
        return list(map(mul, self._are(*wanted), self.counts))

    def _run_ends(self, sizes: Iterable[int]) -> list[int]:
        """Behind which run some patches in a row end, given how many they are; so for each."""
        found = []
        ends = iter(self.ends)
        run = end = 0
        for stop in self.many.before_each(accumulate(sizes)):
            while end < stop:
                end = next(ends)
                run += 1
            if end != stop:
                raise DamagedLog("a block of the log has runs of more than one session")
            found.append(run)
        return found

    def _find_carets(self, flags: Sequence[int]) -> None:
        words, places = self.block.words, iter(self.block.numbers("text"))
        typed, deleted = self.inserts.totals, self.deletes.totals
        jumps = map(unzigzag, self.block.numbers("jump"))
        names: dict[tuple[int, int], int] = {}
        texts: list[TextId] = [MAIN]
        """By number."""
        inside: dict[int, int] = {}
        """By session: the text that it is in."""
        carets: dict[tuple[int, int], int] = {}
        """By session and text, but for the place where it is now."""
        place, caret = (0, 0), 0
        owners, stops = iter(self.block.owners), iter(self.stops)
        stop = 0
        for run in compress(range(len(flags)), self._are(*range(REPLACE + 1))):
            flag, owner = flags[run], place[0]
            while stop <= run:
                stop, owner = next(stops), next(owners)
            if flag & ELSEWHERE:
                name = next(places), next(places)
                if name not in names:
                    at = TextId(words[name[0]], words[name[1]])
                    names[name] = 0 if at == MAIN else len(texts)
                    texts.append(at)
                inside[owner] = names[name]
            if flag & ELSEWHERE or owner != place[0]:
                carets[place] = caret
                place = owner, inside.get(owner, 0)
                caret = carets.get(place, 0)
            if flag & JUMPS:
                caret += next(jumps)
            self.texts[run], self.carets[run] = texts[place[1]], caret
            caret += -deleted[run] if flag & KIND == BACKSPACE else typed[run]

    def edges(self) -> list[int]:
        """Where both a run and a patch end: how many patches there are up to there, rising."""
        found = self.many.patches_up_to(self.ends)
        if not found or found[-1] < self.block.count:
            found.append(self.block.count)
        return found

    def first(self, patch: int) -> int:
        """The run with which a patch begins, if one does."""
        return bisect_right(self.ends, self.many.before(patch))

    def patch(self, run: int) -> int:
        """The patch, a place in the block, that has the last operation of a run."""
        return self.many.patch(self.ends[run] - 1)

    def about_records(self) -> int:
        """How many runs are about records."""
        return sum([len(self._places.get(kind, ())) for kind in _WORDS])

    def has(self, kind: int) -> bool:
        """Whether there are operations of a kind that is no splice."""
        return kind in self._places

    def before(self, kind: int, run: int) -> int:
        """How many operations of a kind that is no splice there are before a run."""
        return bisect_left(self._places.get(kind, ()), run)

    def word(self, run: int) -> int:
        """The place in the block's column of records of what a run is about."""
        return sum([count * self.before(kind, run) for kind, count in _WORDS.items()])

    def value(self, run: int) -> str:
        """The JSON that a run has."""
        return self.values[sum([self.before(kind, run) for kind in _VALUES])]


class Many:
    """The patches of a block that have more than one operation."""

    def __init__(self, block: Block) -> None:
        counts, gaps = block.numbers("operations"), block.numbers("operations gaps")
        ones = list(accumulate(gaps))
        """Patches of one operation before each."""
        before = list(accumulate(counts, initial=0))
        """Operations of others of them before each."""
        self._patches: list[int] = list(map(add, ones, range(len(gaps))))
        """Which they are, rising, and how many operations more than patches there are by then:"""
        self._more: list[int] = list(map(sub, before, range(len(before))))
        self._starts: list[int] = list(map(add, ones, before))
        self._stops: list[int] = list(map(add, ones, before[1:]))
        """Their first operations, and the ones behind their last."""
        self.ends = dict(zip(self._starts, self._stops, strict=True))
        """By the place of the first operation of each: where its last one ends."""

    def before(self, patch: int) -> int:
        """How many operations there are before a patch."""
        return patch + self._more[bisect_left(self._patches, patch)]

    def before_each(self, patches: Iterable[int]) -> Iterator[int]:
        """How many operations there are before each of some patches, which rise."""
        following, more = [*self._patches, MOST], self._more
        number = 0
        for patch in patches:
            while following[number] < patch:
                number += 1
            yield patch + more[number]

    def patches_up_to(self, ends: Iterable[int]) -> list[int]:
        """How many patches there are up to each place of an operation that none lies across."""
        found = []
        stops = zip(self._starts, self._stops, strict=True)
        nothing = (MOST, MOST)
        start, stop = next(stops, nothing)
        number = more = 0
        for end in ends:
            while stop <= end:
                number += 1
                more = self._more[number]
                start, stop = next(stops, nothing)
            if end <= start:
                found.append(end - more)
        return found

    def patch(self, operation: int) -> int:
        """The patch that has an operation."""
        at = bisect_right(self._starts, operation)
        if at and operation < self._stops[at - 1]:
            return self._patches[at - 1]
        return operation - self._more[at]


class Lengths:
    """How many characters the operations of some kind type, or delete."""

    def __init__(self, block: Block, column: str, counts: Sequence[int]) -> None:
        odd = block.numbers(column)
        ends = list(accumulate(counts, initial=0))
        self.totals = counts
        """By run."""
        self._lengths: Sequence[int] | None = None
        self._ends = ends
        self.mixed = bool(odd)
        """Whether some are not 1."""
        if odd:
            self._lengths = all_ones(block.numbers(column + " gaps"), odd, 1, ends[-1])
            sums = [0, *accumulate(self._lengths)]
            at = list(map(sums.__getitem__, ends))
            self.totals = list(map(sub, at[1:], at))
        self.offsets = list(accumulate(self.totals, initial=0)) if odd else ends
        """By run: how many characters there are before it."""

    def of(self, run: int) -> Sequence[int]:
        """The length of each operation of a run."""
        start, stop = self._ends[run], self._ends[run + 1]
        return self._lengths[start:stop] if self._lengths else [1] * (stop - start)
