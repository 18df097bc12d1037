"""Patches on their way into the graph: in any order, twice, or before what they need.

They enter the graph branch after branch: a session's patches as far as they go, and of another
session just what they turn out to need. A merge goes over them in that order, and going to and fro
between two long branches would cost a walk over both each time. It also makes most patches the
child of the one before, for which the graph keeps nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.patch import ForgedPatch, Patch, PatchId


class _Queue:
    """The patches of one session that are not in the graph yet."""

    __slots__ = ("end", "first", "later", "ready", "stuck", "taken")

    def __init__(self, first: int) -> None:
        self.ready: list[Patch] = []
        """Numbered from `first` to `end`, without `end`, and without gaps."""
        self.first = first
        self.end = first
        self.taken = 0
        """How many of those are in the graph."""
        self.later: dict[int, Patch] = {}
        """By number: those behind a gap."""
        self.stuck = False
        """It needs something that is not here."""

    def keep(self) -> bool:
        """Forget what is in the graph; whether anything is left."""
        del self.ready[: self.taken]
        self.first += self.taken
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
            queue = self._queues.get(session)
            if queue is None:
                queue = self._queues[session] = _Queue(self._graph.count(session))
            forged = self._queue(queue, offer) or forged
        if forged is not None:
            raise ForgedPatch(f"there is another patch {forged.n} of {forged.session}")

    def _queue(self, queue: _Queue, offer: list[Patch]) -> PatchId | None:
        """Queue patches of one session; returns the id of one that is another there already."""
        end = queue.end
        if [patch.id[1] for patch in offer] == list(range(end, end + len(offer))):
            queue.ready += offer
            queue.end += len(offer)
            offer = []
        forged: PatchId | None = None
        for patch in offer:
            n = patch.id[1]
            if n == queue.end:
                queue.ready.append(patch)
                queue.end += 1
            elif n > queue.end or n < 0:
                if queue.later.setdefault(n, patch) != patch:
                    forged = patch.id
            elif not self._knows(queue, patch):
                forged = patch.id
        while (following := queue.later.pop(queue.end, None)) is not None:
            queue.ready.append(following)
            queue.end += 1
        return forged

    def _knows(self, queue: _Queue, patch: Patch) -> bool:
        """Whether the patch under this number, which is here, is the same."""
        n = patch.id.n
        if n >= queue.first:
            return queue.ready[n - queue.first] == patch
        index = self._graph.index(patch.id)
        return index is None or index < 0 or self._graph.patch(index) == patch

    def take(self) -> None:
        """Put into the graph whatever has all it needs."""
        for queue in self._queues.values():
            queue.stuck = False
        for queue in self._queues.values():
            self._follow(queue)
        self._queues = {s: queue for s, queue in self._queues.items() if queue.keep()}

    def _follow(self, queue: _Queue) -> None:
        """Take a session as far as it goes, and first of others what it needs."""
        path = [(queue, queue.end)]
        while path:
            queue, end = path[-1]
            need = None if queue.stuck else self._advance(queue, end)
            if need is None:
                path.pop()
                continue
            other = self._queues.get(need[0])
            waits = any(other is waiting for waiting, _ in path)
            if other is None or other.stuck or waits or not other.first <= need[1] < other.end:
                queue.stuck = True
            else:
                path.append((other, need[1] + 1))

    def _advance(self, queue: _Queue, end: int) -> PatchId | None:
        """Take a session's patches up to number `end`; returns what the next of them needs."""
        graph, ready = self._graph, queue.ready
        stop = end - queue.first
        while queue.taken < stop:
            need = graph.add(ready[queue.taken])
            if need is not None:
                return need
            queue.taken = graph.follow(ready, queue.taken + 1, stop)
        return None

    def holds(self, session: str) -> bool:
        """Whether patches of a session wait."""
        return session in self._queues

    def waiting(self) -> list[Patch]:
        """The patches that are not in the graph."""
        queues = self._queues.values()
        return [patch for queue in queues for patch in (*queue.ready, *queue.later.values())]

    def missing(self) -> set[PatchId]:
        """What those need that did not come."""
        waiting = self.waiting()
        needed = {need for patch in waiting for need in self._graph.needs(patch)}
        return needed - {patch.id for patch in waiting}
