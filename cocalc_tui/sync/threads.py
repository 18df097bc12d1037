"""A whole log as strands, session by session, and how far it begins as a line.

A *thread* is what a session did from one patch on, as long as each was on top of just the one
before of its own: as little as somebody did between two looks at what others did, or all that they
typed in a day offline. In the log its patches may stand far apart, with those of others in between;
together they merge as one. Threads that begin earlier never stand on one that begins later.

A *line* is the beginning of a log, as long as everybody had seen exactly all before: it needs no
merge at all.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias, cast

from cocalc_tui.sync.blocks import Block, Link, readable
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.patch import Cancel, Entry, PatchId, Splice
from cocalc_tui.sync.spans import Span, block_spans, cuts
from cocalc_tui.sync.strand import Strand
from cocalc_tui.sync.stretch import Step, is_splice
from cocalc_tui.sync.typed import Typed, is_typing

Parents: TypeAlias = "tuple[PatchId, ...] | None"
"""None where it is just the patch before, of the same session."""

_LABEL = ("typing", None, None)
"""No merge reads it."""


class _Thread:
    """A strand that grows."""

    __slots__ = ("first", "grows", "parents", "size", "steps", "time")

    def __init__(self, first: PatchId, parents: tuple[PatchId, ...], time: int) -> None:
        self.first = first
        self.parents = parents
        self.size = 0
        self.steps: list[Step] = []
        self.time = time
        """Of its patch, which is alone, where it is about records; else nothing reads it."""
        self.grows = not time

    def end(self) -> int:
        """The number behind its last patch."""
        return self.first.n + self.size

    def strand(self) -> Strand:
        """It, as the graph takes it in."""
        times = array("q", [self.time]) * self.size
        return Strand(self.first, self.parents, times, self.steps, _LABEL)


def threads(blocks: Sequence[Block], tail: Sequence[Entry]) -> tuple[list[Strand], int]:
    """A log, parents first, and how many of its strands are a line; raises DamagedLog."""
    with readable():
        reader = _Threads(_line_end(blocks, tail))
        typing = [is_typing(block) for block in blocks]
        ends = {} if all(typing) else cuts(blocks, tail)
        for block, only_typing in zip(blocks, typing, strict=True):
            if only_typing:
                reader.take_typing(block)
            else:
                reader.take(block_spans(block, ends))
        for entry in tail:
            reader.take_entry(entry)
    strands = [thread.strand() for thread in reader.found]
    return strands, len(strands) if reader.line is None else reader.line


class _Threads:
    """Puts threads together."""

    def __init__(self, end: int) -> None:
        self.found: list[_Thread] = []
        self.line: int | None = None
        """How many are of the line, once that has ended."""
        self._end = end
        """The number of the line's last entry."""
        self._last: dict[str, _Thread] = {}
        """Of each session."""

    def take_entry(self, entry: Entry) -> None:
        """Take in one more entry."""
        patch, ops = entry.patch, entry.patch.ops
        plain = is_splice(ops)
        time = 0 if plain else patch.time
        thread = self._thread(entry.seq, *patch.id, 1, patch.parents, time)
        thread.steps.append(cast("Splice", ops[0]) if plain else ops)

    def take(self, spans: Iterable[Span]) -> None:
        """Take in the spans of a block, one of which ends with the line."""
        for span in spans:
            thread = self._thread(span.seq, *span.first, span.size, span.parents, span.time)
            thread.steps += span.steps()

    def take_typing(self, block: Block) -> None:
        """Take in a block of nothing but typing."""
        cut = min(max(0, self._end + 1 - block.first), block.count)
        links = _cut(block.links, cut)
        typed = Typed(block, cut)
        found: dict[int, _Typist] = {}
        growing: dict[int, tuple[_Thread, list[int]]] = {}
        """By session: the thread that it goes on with as long as it sees nothing of others."""
        seq, run = block.first, 0
        stops = typed.stops([size for _, _, size, _ in links])
        for (s, n, size, parents), stop in zip(links, stops, strict=True):
            if seq == self._end + 1:
                growing.clear()
            here = growing.get(s) if parents is None else None
            if here is None:
                thread = self._thread(seq, block.sessions[s], n, size, parents, 0)
                runs, threads = found.setdefault(s, _Typist([], {}))
                threads.setdefault(thread, len(runs))
                growing[s] = thread, runs
            else:
                thread, runs = here
                thread.size += size
            runs += range(run, stop)
            seq, run = seq + size, stop
        for runs, threads in found.values():
            made = list(threads)
            for number, step in typed.steps(runs, list(threads.values())):
                made[number].steps.append(step)

    def _thread(
        self, seq: int, session: str, n: int, size: int, parents: Parents, time: int
    ) -> _Thread:
        """The thread that a session's patches from number `n` and entry `seq` on belong to."""
        thread = self._last.get(session)
        end = 0 if thread is None else thread.end()
        if n != end:
            raise DamagedLog(f"the log lacks patch {end} of {session}")
        if seq > self._end and self.line is None:
            self.line = len(self.found)
            for last in self._last.values():
                last.grows = False
        follows = parents is None or parents == ((session, n - 1),)
        if thread is None or time or not (follows and thread.grows):
            said = (PatchId(session, n - 1),) if parents is None else parents
            thread = self._last[session] = _Thread(PatchId(session, n), said, time)
            self.found.append(thread)
        thread.size += size
        return thread


class _Typist(NamedTuple):
    """What a session did in a block."""

    runs: list[int]
    threads: dict[_Thread, int]
    """Each, and from which place in the runs on it is meant."""


def _cut(links: Sequence[Link], cut: int) -> Sequence[Link]:
    """Links, one of which ends with so many patches."""
    ends = list(accumulate([size for _, _, size, _ in links]))
    at = bisect_left(ends, cut)
    s, n, size, parents = links[at]
    first = cut - ends[at] + size
    if first in (size, 0) or not cut:
        return links
    return [
        *links[:at],
        (s, n, first, parents),
        (s, n + first, size - first, None),
        *links[at + 1 :],
    ]


def _line_end(blocks: Sequence[Block], tail: Sequence[Entry]) -> int:
    """The number of the last entry of the line.

    Nobody who had not seen all there was when they typed names a patch before it, and nobody
    cancels one up to it.
    """
    least: dict[str, int] = {}
    """By session: the least number that is named so, or that is before what is cancelled."""
    seq = most = 0
    """How many entries there are, and how many before somebody had not seen all."""
    before: tuple[PatchId, ...] = ()
    for session, n, size, parents in _links(blocks, tail):
        said = (PatchId(session, n - 1),) if parents is None else parents
        if said != before:
            most = most or seq
            if not said:
                return 0
            for other, number in said:
                least[other] = min(number, least.get(other, number))
        before = (PatchId(session, n + size - 1),)
        seq += size
    for session, n, _ in _cancels(blocks, tail):
        least[session] = min(n - 1, least.get(session, n))
    most = most or seq
    done = 0
    for session, n, size, _ in _links(blocks, tail):
        if least.get(session, n + size) < n + size:
            return min(most, done + max(0, least[session] - n + 1))
        done += size
    return most


def _links(
    blocks: Sequence[Block], tail: Sequence[Entry]
) -> Iterator[tuple[str, int, int, Parents]]:
    """All links, with their sessions by name."""
    for block in blocks:
        sessions = block.sessions
        for s, n, size, parents in block.links:
            yield sessions[s], n, size, parents
    for entry in tail:
        yield *entry.patch.id, 1, entry.patch.parents


def _cancels(blocks: Sequence[Block], tail: Sequence[Entry]) -> Iterator[Cancel]:
    """All cancels."""
    for block in blocks:
        yield from block.cancels
    for entry in tail:
        yield from (op for op in entry.patch.ops if isinstance(op, Cancel))
