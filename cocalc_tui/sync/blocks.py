"""The layout of a sealed block of the log, and how it is read.

A block is read as far as asked for: `chains` (the graph) at once, operations joined over as many
patches as the reader wants at a time, times only where they matter. That is why opening a long
document makes nothing for each keystroke.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

from cocalc_tui.sync.columns import DamagedLog, Reader, all_ones, unpack, unseal, unzigzag
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Create,
    Entry,
    Op,
    Patch,
    PatchId,
    Put,
    Remove,
    Splice,
    TextId,
)

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


@contextmanager
def readable() -> Iterator[None]:
    """A checked block that makes no sense was not written by `encode_block`: say so, once."""
    try:
        yield
    except DamagedLog:
        raise
    except (LookupError, TypeError, ValueError, RuntimeError, StopIteration) as error:
        raise DamagedLog(f"a block of the log makes no sense: {error!r}") from None


class Block:
    """A sealed stretch of the log, read as far as asked for."""

    def __init__(self, data: bytes) -> None:
        with readable():
            self._columns = dict(zip(COLUMNS, unseal(MAGIC, data), strict=True))
            self._numbers: dict[str, list[int]] = {}
            self.first, self.count, self.latest = self.numbers("block")
            if self.count > MOST:
                raise DamagedLog("a block of the log claims to be too long")
            self.sessions, self.stamps, self.labels, self.words = _names(self.string("names"))
            self.links = list(self._read_links())
            self.cancels = list(self._read_cancels())

    def numbers(self, column: str) -> list[int]:
        """The numbers of a column; never changed."""
        found = self._numbers.get(column)
        if found is None:
            found = self._numbers[column] = unpack(self._columns[column])
        return found

    def string(self, column: str) -> str:
        """The text of a column."""
        return self._columns[column].decode("utf-8", "surrogatepass")

    @cached_property
    def chains(self) -> list[Chain]:
        """The links in full."""
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
                    self.links, self.numbers("stamp"), self.numbers("label"), strict=True
                )
            ]

    def _read_links(self) -> Iterator[Link]:
        sessions = self.sessions
        ends = [0] * len(sessions)
        """By session: the number behind the last one seen."""
        parent = iter(zip(self.numbers("parent"), self.numbers("back"), strict=True))
        rows = ("session", "skip", "more", "parents")
        total = 0
        for s, skip, more, count in zip(*map(self.numbers, rows), strict=True):
            named = [next(parent) for _ in range(count)]
            parents = None
            if skip or named != [(s, 0)] or not ends[s]:
                parents = tuple(
                    [PatchId(sessions[p], ends[p] - 1 - unzigzag(back)) for p, back in named]
                )
            n = ends[s] + unzigzag(skip)
            ends[s] = n + more + 1
            total += more + 1
            yield s, n, more + 1, parents
        if total != self.count:
            raise DamagedLog("a block of the log has the wrong number of entries")

    def _read_cancels(self) -> Iterator[Cancel]:
        numbers = iter(self.numbers("cancel"))
        first = 0
        for session, back, more in zip(numbers, numbers, numbers, strict=True):
            first -= unzigzag(back)
            yield Cancel(self.sessions[session], first, first + unzigzag(more))

    def operations(self) -> Operations:
        """A reader at the block's first operation."""
        return Operations(self)

    def times(self, column: str = "time") -> list[int]:
        """The time of each patch."""
        steps = [unzigzag(step) for step in self.numbers(column)]
        return list(accumulate(all_ones(self.numbers(column + " gaps"), steps, 0, self.count)))

    def reader(self, column: str) -> Reader:
        """A reader of lengths or counts."""
        return Reader(self.numbers(column + " gaps"), self.numbers(column))

    def entries(self) -> Iterator[Entry]:
        """Every entry as it was sealed."""
        with readable():
            counts, operations = self.reader("operations"), self.operations()
            times = iter(self.times())
            lags = iter(self.times("received"))
            seq = self.first
            for chain in self.chains:
                author, role = self.stamps[chain.stamp]
                kind, acting_for, group = self.labels[chain.label]
                (session, n), parents = chain.first, chain.parents
                for _ in range(chain.size):
                    ops = [operations.one(session) for _ in range(counts.take(1))]
                    patch_id, time = PatchId(session, n), next(times)
                    patch = Patch(patch_id, time, parents, tuple(ops), kind, acting_for, group)
                    yield Entry(seq, author, role, time + next(lags), patch)
                    parents = (patch_id,)
                    seq, n = seq + 1, n + 1


class Operations:
    """Reads the operations of a block in turn, joined where the caller wants them so."""

    def __init__(self, block: Block) -> None:
        self._words = block.words
        self._kinds, self._again = block.numbers("kind"), block.numbers("again")
        if sum(self._again) + len(self._again) > MOST:
            raise DamagedLog("a block of the log claims to be too long")
        self.only_splices = all(kind & KIND <= REPLACE for kind in set(self._kinds))
        self._jumps, self._texts = iter(block.numbers("jump")), iter(block.numbers("text"))
        self._inserts = block.reader("inserts")
        self._deletes = block.reader("deletes")
        self._typed, self._read = block.string("typed"), 0
        self._cancels, self._records = iter(block.cancels), iter(block.numbers("record"))
        self._values = iter(block.string("value").split("\n"))
        self._next = 0
        """The run after the present one, of which there is left:"""
        self._left = 0
        self._kind = 0
        self._place = ("", MAIN)
        self._caret = 0
        self._carets: dict[tuple[str, TextId], int] = {}
        """Of other places."""
        self._texts_of: dict[str, TextId] = {}

    def one(self, session: str) -> Op:
        """The next operation."""
        ops: list[Op] = []
        self.read(session, 1, ops, [])
        return ops[0]

    def read(self, session: str, count: int, ops: list[Op], units: list[int]) -> None:
        """Append the next `count` operations to `ops`, and to `units` how many each stands for.

        Only splices of one character each are joined; where they go backwards, as backspace does,
        their number is negative.
        """
        while count:
            if not self._left:
                self._open(session)
            kind, caret = self._kind, self._caret
            most = min(count, self._left)
            if kind == INSERT:
                length = part = self._inserts.ones(most)
                if not part:
                    length, part = self._inserts.take(1), 1
                ops.append(Splice(caret, 0, self._text(length), self._place[1]))
                self._caret = caret + length
            elif kind < REPLACE:
                length = part = self._deletes.ones(most)
                if not part:
                    length, part = self._deletes.take(1), 1
                if kind == BACKSPACE:
                    self._caret = caret = caret - length
                ops.append(Splice(caret, length, "", self._place[1]))
            else:
                part = 1
                ops.append(self._other() if kind > REPLACE else self._replace())
            units.append(-part if kind == BACKSPACE and part > 1 else part)
            self._left -= part
            count -= part

    def are_splices(self, count: int) -> bool:
        """Whether the next `count` operations are splices."""
        run = self._next
        count -= self._left
        plain = not self._left or self._kind <= REPLACE
        while plain and count > 0:
            plain = self._kinds[run] & KIND <= REPLACE
            count -= self._again[run] + 1
            run += 1
        return plain

    def _open(self, session: str) -> None:
        """Begin the next run."""
        kind = self._kinds[self._next]
        self._kind = kind & KIND
        self._left = self._again[self._next] + 1
        self._next += 1
        if kind & ELSEWHERE:
            key, field = next(self._texts), next(self._texts)
            self._texts_of[session] = TextId(self._words[key], self._words[field])
        if kind & ELSEWHERE or session != self._place[0]:
            self._carets[self._place] = self._caret
            self._place = (session, self._texts_of.get(session, MAIN))
            self._caret = self._carets.get(self._place, 0)
        if kind & JUMPS:
            self._caret += unzigzag(next(self._jumps))

    def _text(self, length: int) -> str:
        text = self._typed[self._read : self._read + length]
        if len(text) != length:
            raise DamagedLog("a block of the log lacks typed text")
        self._read += length
        return text

    def _replace(self) -> Op:
        caret = self._caret
        text = self._text(self._inserts.take(1))
        self._caret = caret + len(text)
        return Splice(caret, self._deletes.take(1), text, self._place[1])

    def _other(self) -> Op:
        if self._kind == CANCEL:
            return next(self._cancels)
        key = self._words[next(self._records)]
        if self._kind == REMOVE:
            return Remove(key)
        if self._kind == PUT:
            return Put(key, self._words[next(self._records)], json.loads(next(self._values)))
        fields = json.loads(next(self._values))
        if not isinstance(fields, dict):
            raise DamagedLog("a block of the log has a record without fields")
        return Create(key, fields)
