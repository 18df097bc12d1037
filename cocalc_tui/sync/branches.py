"""In which order to go over patches: each after its parents, branch after branch where that pays.

Each author has a lane, so a few branches that came key by key in turn cost no more than one after
the other. Where there are more authors than lanes, going to and fro between their branches would
cost a walk over them for every key.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from cocalc_tui.sync.graph import Graph


def chains(graph: Graph, first: int, stop: int, *, few: int) -> Iterator[tuple[int, int]]:
    """The patches from index `first` on, before `stop`, whose parents outside have been gone over.

    Each chain (its first index, and the one behind its last) is of one session and each patch of
    it has the one before as its only parent. They come as the patches did where no more than `few`
    sessions take part.
    """
    starts, ends = _edges(graph, first, stop)
    if len(starts) < 3 or len(set(graph.log.owners[first:stop])) <= few:
        return zip(starts, ends, strict=True)
    return ((starts[at], ends[at]) for at in _by_branch(graph, starts))


def as_they_came(graph: Graph, first: int, stop: int) -> Iterator[tuple[int, int]]:
    """The same chains, in the order in which they came here."""
    return zip(*_edges(graph, first, stop), strict=True)


def _edges(graph: Graph, first: int, stop: int) -> tuple[list[int], list[int]]:
    """Where chains begin, and where they end."""
    if first == stop:
        return [], []
    all_starts = graph.starts
    starts = [first, *all_starts[bisect_right(all_starts, first) : bisect_left(all_starts, stop)]]
    return starts, [*starts[1:], stop]


def _by_branch(graph: Graph, starts: Sequence[int]) -> Iterator[int]:
    """The places of chains, each after those it is on top of, branch after branch."""
    waits = [0] * len(starts)
    children: list[list[int]] = [[] for _ in starts]
    for at, start in enumerate(starts):
        for parent in graph.parents(start):
            if parent >= starts[0]:
                waits[at] += 1
                children[bisect_right(starts, parent) - 1].append(at)
    ready = [at for at in range(len(starts) - 1, -1, -1) if not waits[at]]
    while ready:
        at = ready.pop()
        yield at
        for child in reversed(children[at]):
            waits[child] -= 1
            if not waits[child]:
                ready.append(child)
