"""Editing traces (github.com/josephg/editing-traces), as patches.

A trace is JSON, maybe gzipped: `startContent`, `endContent` and `txns`, each with `patches`
([position, deleted count, inserted text], applied in turn, positions in code points). Txns of a
concurrent trace also have an `agent` and the `parents` they are on top of, as indexes.

An agent of a trace may work on two branches at once; a session of ours may not. So an agent is as
many sessions as it has branches, named so that they sort by the agent's number.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from cocalc_tui.sync.patch import Patch, PatchId, Splice

SPREAD = 200
"""Milliseconds from one txn to the next where a trace has no times."""


class TraceError(Exception):
    """A file that is no trace; the message is one line that says where and why."""


class Txn(NamedTuple):
    """A step of a trace. With text to start with, step 0 inserts it."""

    agent: int
    parents: tuple[int, ...]
    """Steps, rising; none of them stands before another."""
    edits: list[tuple[int, int, str]]
    time: int
    """Milliseconds."""


class Trace(NamedTuple):
    """A trace as it was read."""

    end: str
    concurrent: bool
    first: int
    """The step of its first txn: 1 where there is text to start with."""
    txns: list[Txn]

    @property
    def keystrokes(self) -> int:
        """How many edits there are."""
        return sum(len(txn.edits) for txn in self.txns[self.first :])


def read_trace(path: Path) -> Trace:
    """Read a trace; raises TraceError."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        raw = json.loads(data)
    except (OSError, EOFError, zlib.error) as error:
        raise TraceError(f"{path}: it cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise TraceError(f"{path}: it is not JSON: {error}") from None
    try:
        return _trace(raw)
    except TraceError as error:
        raise TraceError(f"{path}: {error}") from None


def _trace(raw: Any) -> Trace:
    if not isinstance(raw, dict) or not isinstance(raw.get("txns"), list):
        raise TraceError('it is no editing trace: it has no list "txns"')
    start, end = raw.get("startContent", ""), raw.get("endContent")
    if not isinstance(start, str) or not isinstance(end, str):
        raise TraceError('it is no editing trace: "endContent" or "startContent" is no text')
    concurrent = raw.get("kind") == "concurrent" or any(
        isinstance(txn, dict) and "parents" in txn for txn in raw["txns"][:1]
    )
    txns = [Txn(0, (), [(0, 0, start)], 0)] if start else []
    first = len(txns)
    for number, txn in enumerate(raw["txns"]):
        try:
            txns.append(_txn(txn, first, len(txns), concurrent=concurrent))
        except (LookupError, TypeError, ValueError) as error:
            raise TraceError(f"txn {number} makes no sense: {error!r}") from None
    return Trace(end, concurrent, first, _minimal(txns))


def _txn(raw: dict[str, Any], first: int, index: int, *, concurrent: bool) -> Txn:
    edits = []
    for pos, delete, insert in raw["patches"]:
        if type(pos) is not int or type(delete) is not int or not isinstance(insert, str):
            raise TypeError("an edit is a position, a count and a text")
        edits.append((pos, delete, insert))
    time = index * SPREAD
    if "time" in raw:
        time = int(datetime.fromisoformat(raw["time"]).timestamp() * 1000)
    if not concurrent:
        return Txn(0, (index - 1,) if index else (), edits, time)
    parents = sorted({first + parent for parent in raw["parents"]})
    if parents and not first <= parents[0] <= parents[-1] < index:
        raise ValueError("a parent must come before")
    if not parents and first:
        parents = [0]
    return Txn(int(raw["agent"]), tuple(parents), edits, time)


def _minimal(txns: list[Txn]) -> list[Txn]:
    """Without parents that stand before another parent."""
    for index, txn in enumerate(txns):
        if len(txn.parents) > 1:
            low = txn.parents[0]
            above = [p for parent in txn.parents for p in txns[parent].parents]
            seen = set(ancestors(txns, above, low))
            if not seen.isdisjoint(txn.parents):
                parents = tuple(p for p in txn.parents if p not in seen)
                txns[index] = txn._replace(parents=parents)
    return txns


def ancestors(txns: Sequence[Txn], start: Sequence[int], low: int) -> Iterator[int]:
    """The steps `start` and what they stand on, down to step `low`."""
    seen = set(start)
    look = list(start)
    while look:
        index = look.pop()
        if index >= low:
            yield index
            fresh = [p for p in txns[index].parents if p not in seen]
            seen.update(fresh)
            look += fresh


def sessions(txns: Sequence[Txn]) -> list[PatchId]:
    """The id of each step."""
    ids: list[PatchId] = []
    branches: dict[int, list[int]] = {}
    """By agent: the last step of each of its sessions."""
    for index, txn in enumerate(txns):
        lasts = branches.setdefault(txn.agent, [])
        branch = _branch(txns, txn, lasts)
        if branch == len(lasts):
            lasts.append(index)
            ids.append(PatchId(f"{txn.agent + 1:08x}{branch:08x}", 0))
        else:
            session, n = ids[lasts[branch]]
            ids.append(PatchId(session, n + 1))
            lasts[branch] = index
    return ids


def _branch(txns: Sequence[Txn], txn: Txn, lasts: list[int]) -> int:
    """Which of an agent's sessions a step goes on with: one whose last step it has seen."""
    for branch, last in enumerate(lasts):
        if last in txn.parents:
            return branch
    if lasts:
        seen = set(ancestors(txns, txn.parents, min(lasts)))
        for branch, last in enumerate(lasts):
            if last in seen:
                return branch
    return len(lasts)


def patches(trace: Trace, ids: Sequence[PatchId], times: Sequence[int]) -> list[Patch]:
    """A patch for each step; each gets a time after those of its parents."""
    made: list[Patch] = []
    for txn, patch_id, time in zip(trace.txns, ids, times, strict=True):
        clock = max([time, *(made[p].time + 1 for p in txn.parents)])
        parents = tuple(sorted(ids[p] for p in txn.parents))
        ops = tuple([Splice(*edit) for edit in txn.edits])
        made.append(Patch(patch_id, clock, parents, ops))
    return made
