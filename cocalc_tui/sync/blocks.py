"""The layout of a sealed block of the log, and how it is read.

A block is read as far as asked for: `chains` (the graph) at once, operations joined over as many
patches as the reader wants at a time, times only where they matter. That is why opening a long
document makes nothing for each keystroke.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

from cocalc_tui.sync.columns import (
    DamagedLog,
    Reader,
    Stored,
    all_ones,
    first_column,
    stored_columns,
    unpack,
    unzigzag,
)
from cocalc_tui.sync.patch import Cancel, PatchId

MAGIC = b"ctb\x01"
"""A block of this project, layout 1."""
MOST = 1 << 22
"""Entries, and operations, of one block: what is declared is believed only up to here."""

# Numbers of a column are LEB128, "signed" ones zigzag.
COLUMNS = (
    "block",  # first seq, entries, greatest time
    "names",  # JSON: sessions, [author, role], [kind, acting_for, group], words
    "session",  # of each chain
    "skip",  # signed: its first number against the one after the last seen of the session
    "more",  # patches after the first
    "stamp",  # author and role
    "label",  # kind, acting_for, group
    "parents",  # of the first patch: how many
    "parent",  # session of each
    "back",  # signed: how far before the last seen of that session
    "operations",  # of each patch
    "operations gaps",
    "kind",  # of each run, with JUMPS and ELSEWHERE
    "again",  # operations after the first of the run
    "jump",  # signed: from the session's caret, for runs that jump
    "text",  # key and field words, for runs elsewhere
    "inserts",  # lengths
    "inserts gaps",
    "deletes",  # lengths
    "deletes gaps",
    "typed",  # all inserted text
    "cancel",  # session, signed distance to the cancel before, further patches
    "record",  # key word, and for puts the field word
    "value",  # JSON by line: of creates the fields, of puts the value
    "time",  # signed differences
    "time gaps",
    "received",  # minus time, signed differences
    "received gaps",
)
USUAL = {"operations": 1, "inserts": 1, "deletes": 1, "time": 0, "received": 0}
"""Columns of which only the odd values are stored, and how many usual ones come before each."""

INSERT, BACKSPACE, DELETE, REPLACE, CANCEL, CREATE, PUT, REMOVE = range(8)
KIND = 7
JUMPS = 8
ELSEWHERE = 16


Link: TypeAlias = "tuple[int, int, int, tuple[PatchId, ...] | None]"
"""Patches of one session in a row, each but the first on top of just the one before: whose (a place
in the block's sessions), the number of the first, how many, and the parents of the first. These are
None where it is on top of just the last one of its session in this block."""


class Chain(NamedTuple):
    """A link, in full, and how it is stamped and labelled."""

    first: PatchId
    size: int
    """How many patches."""
    parents: tuple[PatchId, ...]
    """Of the first."""
    stamp: int
    label: int


def _names(text: str) -> tuple[list[str], list[list[str]], list[list[Any]], list[str]]:
    sessions, stamps, labels, words = json.loads(text)
    stamp_names = [name for stamp in stamps for name in stamp]
    if not all(isinstance(name, str) for name in [*sessions, *words, *stamp_names]):
        raise DamagedLog("a block of the log has names that are no text")
    return sessions, stamps, labels, words


_SENSELESS = (
    ArithmeticError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)
"""What reading columns that contradict each other comes to."""


@contextmanager
def readable() -> Iterator[None]:
    """A checked block that makes no sense was not written by `encode_block`: say so, once."""
    try:
        yield
    except DamagedLog:
        raise
    except _SENSELESS as error:
        raise DamagedLog(f"a block of the log makes no sense: {error!r}") from None


def extent(data: bytes) -> tuple[int, int]:
    """The number of the first entry of a block, and how many it has, before the rest is read."""
    with readable():
        first, count, _ = unpack(first_column(MAGIC, data))
        return first, count


def values(data: bytes) -> bytes:
    """What the fields of records were set to in a block, as JSON by line; raises DamagedLog."""
    with readable():
        return _stored(data)["value"].column()


def _stored(data: bytes) -> dict[str, Stored]:
    return dict(zip(COLUMNS, stored_columns(MAGIC, data), strict=True))


class Block:
    """A sealed stretch of the log, read as far as asked for."""

    def __init__(self, data: bytes) -> None:
        with readable():
            self._columns = _stored(data)
            self._numbers: dict[str, list[int]] = {}
            self._times: dict[str, Sequence[int]] = {}
            self.first, self.count, self.latest = self.numbers("block")
            if self.count > MOST:
                raise DamagedLog("a block of the log claims to be too long")
            self.sessions, self.stamps, self.labels, self.words = _names(self.string("names"))
            self.owners = self.numbers("session")
            """By link: whose patches, a place in `sessions`."""
            self.sizes = [more + 1 for more in self.numbers("more")]
            """By link: how many."""
            if sum(self.sizes) != self.count:
                raise DamagedLog("a block of the log has the wrong number of entries")
            self.firsts = self._read_firsts()
            """By link: the number of its first patch."""
            self.cancels = list(self._read_cancels())

    def numbers(self, column: str) -> list[int]:
        """The numbers of a column; never changed."""
        found = self._numbers.get(column)
        if found is None:
            found = self._numbers[column] = unpack(self._columns[column].column())
        return found

    def string(self, column: str) -> str:
        """The text of a column."""
        return self._columns[column].column().decode("utf-8", "surrogatepass")

    @cached_property
    def ends(self) -> list[int]:
        """By link: how many patches there are up to its end."""
        return list(accumulate(self.sizes))

    @cached_property
    def links(self) -> list[Link]:
        """The links; raises DamagedLog."""
        with readable():
            parents = self._read_parents()
            return list(zip(self.owners, self.firsts, self.sizes, parents, strict=True))

    @cached_property
    def is_line(self) -> bool:
        """Whether each link but the first is on top of just the one before it."""
        counts = self.numbers("parents")
        rest = counts[0]
        """Where the parents of the others begin."""
        return (
            counts[1:] == [1] * (len(self.owners) - 1)
            and not any(self.numbers("back")[rest:])
            and self.numbers("parent")[rest:] == self.owners[:-1]
        )

    def first_link(self) -> Link:
        """The first link, without a look at the others."""
        return self.owners[0], self.firsts[0], self.sizes[0], next(self._read_parents())

    def chains(self, first: int = 0, stop: int | None = None) -> list[Chain]:
        """The links from place `first` on, before `stop`, in full."""
        part = slice(first, stop)
        with readable():
            return [
                Chain(
                    PatchId(self.sessions[s], n),
                    size,
                    (PatchId(self.sessions[s], n - 1),) if parents is None else parents,
                    stamp,
                    label,
                )
                for (s, n, size, parents), stamp, label in zip(
                    self.links[part],
                    self.numbers("stamp")[part],
                    self.numbers("label")[part],
                    strict=True,
                )
            ]

    def _read_firsts(self) -> list[int]:
        ends = [0] * len(self.sessions)
        """By session: the number behind the last one seen."""
        firsts = []
        for s, skip, size in zip(self.owners, self.numbers("skip"), self.sizes, strict=True):
            n = ends[s] + unzigzag(skip) if skip else ends[s]
            firsts.append(n)
            ends[s] = n + size
        return firsts

    def _read_parents(self) -> Iterator[tuple[PatchId, ...] | None]:
        sessions = self.sessions
        ends = [0] * len(sessions)
        named = iter(zip(self.numbers("parent"), self.numbers("back"), strict=True))
        rows = (self.owners, self.numbers("skip"), self.numbers("parents"), self.firsts, self.sizes)
        for s, skip, count, n, size in zip(*rows, strict=True):
            found = [next(named)] if count == 1 else [next(named) for _ in range(count)]
            if skip or found != [(s, 0)] or not ends[s]:
                yield tuple(
                    [PatchId(sessions[p], ends[p] - 1 - unzigzag(back)) for p, back in found]
                )
            else:
                yield None
            ends[s] = n + size

    def _read_cancels(self) -> Iterator[Cancel]:
        numbers = iter(self.numbers("cancel"))
        first = 0
        for session, back, more in zip(numbers, numbers, numbers, strict=True):
            first -= unzigzag(back)
            yield Cancel(self.sessions[session], first, first + unzigzag(more))

    def times(self, column: str = "time") -> Sequence[int]:
        """The time of each patch."""
        found = self._times.get(column)
        if found is None:
            packed = unpack(self._columns[column].column())
            # `unzigzag` without a call for each: a year of a notebook has a million.
            steps = [-(step + 1 >> 1) if step & 1 else step >> 1 for step in packed]
            every = all_ones(self.numbers(column + " gaps"), steps, 0, self.count)
            found = self._times[column] = array("q", accumulate(every))
        return found

    def reader(self, column: str) -> Reader:
        """A reader of lengths or counts."""
        return Reader(self.numbers(column + " gaps"), self.numbers(column))
