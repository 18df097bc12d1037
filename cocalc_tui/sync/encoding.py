"""Sealed blocks: a stretch of the log as compressed columns, about a quarter byte a keystroke.

A row per patch costs some 150 bytes, and a day of typing is 50,000 of them. Here entries are taken
apart: who and on top of what (one row for each *chain*: patches of one session in a row, each the
only parent of the next), where (one row for each *run*: operations each of which goes on where the
one before stopped), the typed text, the times. Deleted text is not stored: positions and a replay
give it.

`blocks` has the layout and reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from cocalc_tui.sync.blocks import (
    BACKSPACE,
    CANCEL,
    COLUMNS,
    CREATE,
    DELETE,
    ELSEWHERE,
    INSERT,
    JUMPS,
    MAGIC,
    PUT,
    REMOVE,
    REPLACE,
    USUAL,
    Block,
)
from cocalc_tui.sync.columns import odd_ones, pack, seal, zigzag
from cocalc_tui.sync.operations import entries
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Create,
    Entry,
    Json,
    Op,
    Patch,
    Put,
    Remove,
    Splice,
    TextId,
)


class _Names:
    """Numbers things in the order in which they first come."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}

    def __getitem__(self, name: object) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    def __iter__(self) -> Iterator[object]:
        return iter(self._numbers)


def encode_block(log: Sequence[Entry]) -> bytes:
    """Seal entries, whose numbers follow each other without gaps."""
    if not log or any(e.seq != log[0].seq + i for i, e in enumerate(log)):
        raise ValueError("a block is made of entries whose numbers follow each other")
    writer = _Writer()
    for chain in _chains(log):
        writer.chain(chain)
    return writer.finish(log)


def decode_block(data: bytes) -> list[Entry]:
    """The entries of a block; raises DamagedLog."""
    return list(entries(Block(data)))


def _chains(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    chain = [entries[0]]
    for entry in entries[1:]:
        last, patch = chain[-1], entry.patch
        if (
            patch.parents == (last.patch.id,)
            and patch.id == (last.patch.id.session, last.patch.id.n + 1)
            and (entry.author, entry.role) == (last.author, last.role)
            and _label(patch) == _label(last.patch)
        ):
            chain.append(entry)
        else:
            yield chain
            chain = [entry]
    yield chain


def _label(patch: Patch) -> tuple[str, str | None, str | None]:
    return patch.kind, patch.acting_for, patch.group


class _Writer:
    """Fills the columns."""

    def __init__(self) -> None:
        self._columns: dict[str, list[int]] = {name: [] for name in COLUMNS}
        self._typed: list[str] = []
        self._values: list[str] = []
        self._sessions, self._stamps = _Names(), _Names()
        self._labels, self._words = _Names(), _Names()
        self._seen: dict[str, int] = {}
        """The last number of each session."""
        self._cancelled = 0
        self._at: dict[str, TextId] = {}
        self._carets: dict[tuple[str, TextId], int] = {}

    def _add(self, column: str, *values: int) -> None:
        self._columns[column] += values

    def chain(self, chain: Sequence[Entry]) -> None:
        first = chain[0].patch
        session, n = first.id
        self._add("session", self._sessions[session])
        self._add("skip", zigzag(n - self._seen.get(session, -1) - 1))
        self._add("more", len(chain) - 1)
        self._add("stamp", self._stamps[chain[0].author, chain[0].role])
        self._add("label", self._labels[_label(first)])
        self._add("parents", len(first.parents))
        for parent in first.parents:
            self._add("parent", self._sessions[parent.session])
            self._add("back", zigzag(self._seen.get(parent.session, -1) - parent.n))
        self._add("operations", *(len(entry.patch.ops) for entry in chain))
        self._operations(session, [op for entry in chain for op in entry.patch.ops])
        self._seen[session] = n + len(chain) - 1

    def _operations(self, session: str, ops: Sequence[Op]) -> None:
        i = 0
        while i < len(ops):
            op = ops[i]
            if isinstance(op, Splice):
                i = self._run(session, ops, i, op)
            else:
                self._other(op)
                i += 1

    def _run(self, session: str, ops: Sequence[Op], start: int, op: Splice) -> int:
        """Write the run of splices from `start` and return where it ends."""
        flags = 0
        at = op.at
        if at != self._at.get(session, MAIN):
            self._at[session] = at
            self._add("text", self._words[at.key], self._words[at.field])
            flags |= ELSEWHERE
        caret = self._carets.get((session, at), 0)
        kind = _kind(op, caret, ops[start + 1] if start + 1 < len(ops) else None)
        jump = op.pos - caret + (op.delete if kind == BACKSPACE else 0)
        if jump:
            self._add("jump", zigzag(jump))
            flags |= JUMPS
        i = start
        while True:
            self._typed.append(op.insert)
            if kind in (INSERT, REPLACE):
                self._add("inserts", len(op.insert))
            if kind != INSERT:
                self._add("deletes", op.delete)
            i += 1
            caret = op.pos + len(op.insert)
            following = ops[i] if i < len(ops) else None
            if not isinstance(following, Splice) or not _goes_on(kind, op, following):
                break
            op = following
        self._carets[session, at] = caret
        self._add("kind", kind | flags)
        self._add("again", i - start - 1)
        return i

    def _other(self, op: Cancel | Create | Put | Remove) -> None:
        self._add("again", 0)
        match op:
            case Cancel(session, first, last):
                self._add("kind", CANCEL)
                back = zigzag(self._cancelled - first)
                self._add("cancel", self._sessions[session], back, zigzag(last - first))
                self._cancelled = first
            case Create(key, fields):
                self._add("kind", CREATE)
                self._add("record", self._words[key])
                self._value(fields)
            case Put(key, field, value):
                self._add("kind", PUT)
                self._add("record", self._words[key], self._words[field])
                self._value(value)
            case _:
                self._add("kind", REMOVE)
                self._add("record", self._words[op.key])

    def _value(self, value: Json) -> None:
        self._values.append(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def finish(self, entries: Sequence[Entry]) -> bytes:
        times = [entry.patch.time for entry in entries]
        lags = [entry.received - time for entry, time in zip(entries, times, strict=True)]
        self._add("block", entries[0].seq, len(entries), max(times))
        self._columns["time"] = _steps(times)
        self._columns["received"] = _steps(lags)
        for name, usual in USUAL.items():
            gaps, self._columns[name] = odd_ones(self._columns[name], usual)
            self._columns[name + " gaps"] = gaps
        names = [list(n) for n in (self._sessions, self._stamps, self._labels, self._words)]
        texts = {
            "names": json.dumps(names, ensure_ascii=False, separators=(",", ":")),
            "typed": "".join(self._typed),
            "value": "\n".join(self._values),
        }
        return seal(
            MAGIC,
            [
                texts[name].encode("utf-8", "surrogatepass") if name in texts else pack(column)
                for name, column in self._columns.items()
            ],
            hard=True,
        )


def _kind(op: Splice, caret: int, following: Op | None) -> int:
    """How to write a splice: a deletion as the kind that its run goes on with."""
    if op.insert or not op.delete:
        return REPLACE if op.delete else INSERT
    for kind in (BACKSPACE, DELETE):
        if isinstance(following, Splice) and _goes_on(kind, op, following):
            return kind
    return BACKSPACE if op.pos + op.delete == caret else DELETE


def _goes_on(kind: int, op: Splice, following: Splice) -> bool:
    """Whether a splice can belong to the run that `op` is of."""
    if following.at != op.at:
        return False
    if kind == INSERT:
        return not following.delete and following.pos == op.pos + len(op.insert)
    if following.insert or not following.delete or kind == REPLACE:
        return False
    return following.pos + (following.delete if kind == BACKSPACE else 0) == op.pos


def _steps(values: Iterable[int]) -> list[int]:
    """Signed differences, the first to 0."""
    last = 0
    steps = []
    for value in values:
        steps.append(zigzag(value - last))
        last = value
    return steps
