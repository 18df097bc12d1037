"""Patches on their way into the graph: in any order, twice, or before what they need.

They enter the graph branch after branch: a session's patches as far as they go, then another's. A
merge goes over them in that order, and going to and fro between two long branches would cost a walk
over both each time. It also makes most patches the child of the one before, for which the graph
keeps nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import itemgetter

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.patch import ForgedPatch, Patch, PatchId
from cocalc_tui.sync.strand import Strand, strands

_first, _second = itemgetter(0), itemgetter(1)


class _Queue:
    """The patches of one session that are not in the graph yet."""

    __slots__ = ("end", "first", "later", "ready", "session", "taken")

    def __init__(self, session: str, first: int) -> None:
        self.session = session
        self.ready: list[Strand] = []
        """With the patches numbered from `first` to `end`, without `end`, and without gaps."""
        self.first = first
        self.end = first
        self.taken = 0
        """How many of those strands are in the graph; `first` is the number behind them."""
        self.later: dict[int, Patch] = {}
        """By number: those behind a gap."""

    def add(self, patches: Sequence[Patch]) -> None:
        """Add patches numbered from `end` on."""
        if patches:
            self.ready += strands(patches)
        self.end += len(patches)

    def keep(self) -> bool:
        """Forget what is in the graph; whether anything is left."""
        del self.ready[: self.taken]
        self.taken = 0
        return bool(self.ready or self.later)


class Intake:
    """Takes patches, and hands them to the graph parents first."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._queues: dict[str, _Queue] = {}

    def offer(self, patches: Iterable[Patch]) -> None:
        """Take patches. Another patch under a known id raises ForgedPatch, the others are taken."""
        offered: defaultdict[str, list[Patch]] = defaultdict(list)
        for patch in patches:
            offered[patch.id[0]].append(patch)
        forged: PatchId | None = None
        for session, offer in offered.items():
            forged = self._queue(self._queue_of(session), offer) or forged
        if forged is not None:
            raise ForgedPatch(f"there is another patch {forged.n} of {forged.session}")

    def _queue_of(self, session: str) -> _Queue:
        queue = self._queues.get(session)
        if queue is None:
            queue = self._queues[session] = _Queue(session, self._graph.count(session))
        return queue

    def _queue(self, queue: _Queue, offer: Sequence[Patch]) -> PatchId | None:
        """Queue patches of one session; returns the id of one that is another there already."""
        end = queue.end
        if not queue.later and _numbers(offer) == [*range(end, end + len(offer))]:
            queue.add(offer)
            return None
        forged: PatchId | None = None
        waiting: dict[int, Patch] = {}
        for patch in offer:
            n = patch.id[1]
            if n >= end or n < 0:
                same = queue.later.setdefault(n, patch) == patch
            elif n < queue.first:
                same = self._knows(patch)
            else:
                waiting = waiting or {p.id.n: p for s in queue.ready for p in s.patches()}
                same = waiting[n] == patch
            if not same:
                forged = patch.id
        ready: list[Patch] = []
        while (following := queue.later.pop(end + len(ready), None)) is not None:
            ready.append(following)
        queue.add(ready)
        return forged

    def _knows(self, patch: Patch) -> bool:
        """Whether the patch under this number, which is in the graph, is the same."""
        index = self._graph.index(patch.id)
        return index is None or index < 0 or self._graph.patch(index) == patch

    def take(self) -> None:
        """Put into the graph whatever has all it needs."""
        ahead = list(self._queues.values())
        ahead.reverse()
        waiting: defaultdict[str, list[tuple[int, _Queue]]] = defaultdict(list)
        """By session: who waits for which of its patches."""
        while ahead:
            queue = ahead.pop()
            first = queue.first
            if (need := self._advance(queue)) is not None:
                waiting[need.session].append((need.n, queue))
            for n, other in waiting.pop(queue.session, ()):
                if first <= n < queue.first:
                    ahead.append(other)
                else:
                    waiting[queue.session].append((n, other))
        self._queues = {s: queue for s, queue in self._queues.items() if queue.keep()}

    def _advance(self, queue: _Queue) -> PatchId | None:
        """Take a session's patches as far as they go; returns what the next needs."""
        add, ready = self._graph.add, queue.ready
        while queue.taken < len(ready):
            strand = ready[queue.taken]
            if (need := add(strand)) is not None:
                return need
            queue.taken += 1
            queue.first += len(strand.times)
        return None

    def holds(self, session: str) -> bool:
        """Whether patches of a session wait."""
        queue = self._queues.get(session)
        return queue is not None and bool(queue.ready or queue.later)

    def waiting(self) -> list[Strand]:
        """What is not in the graph."""
        found: list[Strand] = []
        for queue in self._queues.values():
            found += queue.ready
            for patch in queue.later.values():
                found += strands([patch])
        return found

    def missing(self) -> set[PatchId]:
        """What those need that did not come."""
        waiting = self.waiting()
        needed = {need for strand in waiting for need in self._graph.needs(strand)}
        return needed - {patch.id for strand in waiting for patch in strand.patches()}


def _numbers(patches: Sequence[Patch]) -> list[int]:
    return [*map(_second, map(_first, patches))]
