"""Versions: any past state of a document at once, who typed what, and what changed in between.

Version k is what entries 1..k of the log give, for ever: numbers never change, and a patch that
comes late is a late version. The table is made once (about a second for a quarter million
keystrokes; in a worker), then every version is a choice among its rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple, TypeAlias

from cocalc_tui.sync.blocks import Block, Chain
from cocalc_tui.sync.coarse import Coarse
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.history import Row, history, is_on, switches
from cocalc_tui.sync.patch import MAIN, Entry, Json, PatchId, TextId


class Made(NamedTuple):
    """Who made an entry, when and how."""

    author: str
    role: str
    time: int
    """By the author's clock, milliseconds."""
    received: int
    """By the relay's."""
    kind: str
    acting_for: str | None
    group: str | None


class Blame(NamedTuple):
    """Text that one person typed in a row."""

    text: str
    author: str
    first: int
    """The version that its first character came with."""
    last: int
    """The version that its last character came with."""


class Difference(NamedTuple):
    """Text that two versions have both, or one of them."""

    text: str
    change: int
    """0 in both, 1 it came, -1 it went."""


class Versions:
    """All versions of a document, from its whole log: sealed blocks, then the entries after them.

    Raises DamagedLog where the log is not whole.
    """

    def __init__(self, blocks: Sequence[Block], tail: Sequence[Entry] = ()) -> None:
        firsts = [*((block.first, block.count) for block in blocks), *((e.seq, 1) for e in tail)]
        self.latest = 0
        """The number of the newest version."""
        for first, count in firsts:
            if first != self.latest + 1:
                raise DamagedLog(f"the log lacks entry {self.latest + 1}")
            self.latest += count
        self._makers = _Makers(blocks, tail)
        self._coarse = Coarse(blocks, tail)
        self._switches = switches(self._coarse)
        self._rows = history(self._coarse, self._switches)
        self._groups: dict[TextId, list[_Group]] = {}
        self._quick = {
            at: [(r.shown, r.whole, r.shrinks, r.gone, r.text, r) for r in rows]
            for at, rows in self._rows.items()
        }

    def text(self, version: int, at: TextId = MAIN) -> str:
        """A text as it was; "" where it was not there yet."""
        return "".join(
            [
                text if whole <= version < shrinks else text[slice(*row.part(version))]
                for shown, whole, shrinks, gone, text, row in self._quick.get(at, ())
                if shown <= version < gone
            ]
        )

    def texts(self) -> Iterator[TextId]:
        """Every text that there ever was."""
        return iter(self._rows)

    def records(self, version: int) -> dict[str, dict[str, Json]]:
        """The records as they were, with their atomic fields; their texts by `text`."""
        return self._coarse.records.at(_Past(self._coarse, self._switches, version))

    def made(self, version: int) -> Made:
        """Who made the entry with this number."""
        return self._makers.made(version)

    def blame(self, version: int, at: TextId = MAIN) -> list[Blame]:
        """A text in the pieces in which it was typed."""
        found: list[Blame] = []
        for row in self._rows.get(at, ()):
            start, stop = row.part(version)
            if start < stop:
                typed, text = row.typed, row.text[start:stop]
                first, last = (typed.first + typed.step * i for i in (start, stop - 1))
                author = self._makers.author(first)
                if found and found[-1].author == author and 0 <= first - found[-1].last <= 1:
                    before = found.pop()
                    text, first = before.text + text, before.first
                found.append(Blame(text, author, first, last))
        return found

    def difference(self, old: int, new: int, at: TextId = MAIN) -> list[Difference]:
        """What came and went in a text between two versions, in the order of the text."""
        pieces: list[tuple[str, int]] = []
        for whole, shrinks, shown, gone, text, rows in self._in_groups(at):
            if whole <= old < shrinks and whole <= new < shrinks:
                pieces.append((text, 0))
            elif not ((old < shown or gone <= old) and (new < shown or gone <= new)):
                pieces += ((part, is_now - was) for part, was, is_now in _parts(rows, old, new))
        return [
            Difference("".join([text for text, _ in same]), change)
            for change, same in groupby(pieces, key=_change)
        ]

    def _in_groups(self, at: TextId) -> list[_Group]:
        """The rows of a text, those of the same characters together; made when first wanted."""
        if at not in self._groups:
            self._groups[at] = [
                _group(list(rows)) for _, rows in groupby(self._rows.get(at, ()), key=_typed)
            ]
        return self._groups[at]


_Group: TypeAlias = "tuple[int, int, int, int, str, list[Row]]"
"""When some characters are all there (from, until), when any of them is, and the rows."""


def _group(rows: list[Row]) -> _Group:
    first = rows[0]
    if len(rows) == 1:
        return first.whole, first.shrinks, first.shown, first.gone, first.text, rows
    # Characters that came back are there in several stretches: each version is looked up.
    return 0, 0, min(row.shown for row in rows), max(row.gone for row in rows), first.text, rows


def _change(piece: tuple[str, int]) -> int:
    return piece[1]


def _typed(row: Row) -> int:
    """The same for rows of the same characters, which came back."""
    return id(row.typed)


def _parts(rows: Sequence[Row], old: int, new: int) -> Iterator[tuple[str, bool, bool]]:
    """The parts of some characters that one of two versions has, and which has them."""
    before, after = (max(row.part(version) for row in rows) for version in (old, new))
    for start, stop in pairwise(sorted({*before, *after})):
        was, is_now = (low <= start < high for low, high in (before, after))
        if was or is_now:
            yield rows[0].text[start:stop], was, is_now


class _Past:
    """A version as the records look at it."""

    def __init__(self, coarse: Coarse, switches: Mapping[int, list[int]], version: int) -> None:
        self._coarse = coarse
        self._switches = switches
        self._version = version

    def _index(self, patch_id: PatchId) -> int | None:
        return self._coarse.graph.index(patch_id)

    def __contains__(self, patch_id: PatchId, /) -> bool:
        index = self._index(patch_id)
        return index is not None and self._coarse.spans[index].seq <= self._version

    def is_cancelled(self, patch_id: PatchId, /) -> bool:
        index = self._index(patch_id)
        assert index is not None
        return not is_on(0, self._switches.get(index, ()), self._version)


class _Makers:
    """Who made which entry. Times are read from a block when somebody asks."""

    def __init__(self, blocks: Sequence[Block], tail: Sequence[Entry]) -> None:
        self._starts: list[int] = []
        self._sources: list[tuple[Block, Chain] | Entry] = []
        self._times: dict[Block, tuple[list[int], list[int]]] = {}
        for block in blocks:
            seq = block.first
            for chain in block.chains:
                self._starts.append(seq)
                self._sources.append((block, chain))
                seq += chain.size
        for entry in tail:
            self._starts.append(entry.seq)
            self._sources.append(entry)

    def author(self, version: int) -> str:
        source = self._sources[bisect_right(self._starts, version) - 1]
        if isinstance(source, Entry):
            return source.author
        block, chain = source
        return block.stamps[chain.stamp][0]

    def made(self, version: int) -> Made:
        source = self._sources[bisect_right(self._starts, version) - 1]
        if isinstance(source, Entry):
            patch = source.patch
            label = patch.kind, patch.acting_for, patch.group
            return Made(source.author, source.role, patch.time, source.received, *label)
        block, chain = source
        if block not in self._times:
            self._times[block] = block.times(), block.times("received")
        times, lags = (column[version - block.first] for column in self._times[block])
        author, role = block.stamps[chain.stamp]
        return Made(author, role, times, times + lags, *block.labels[chain.label])
