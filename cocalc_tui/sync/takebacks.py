"""Cancels after which all is as if what they cancel had never been: undo and redo, nearly always.

Whoever undoes a step wants what the journal has removed for it to come back, and what it has added
to go. To let the walker find that out costs as much as the step is large: it took 13 seconds to
take back a word that had been replaced in 270,000 places.

Such a cancel names patches that follow on each other. Between them and it there may be such cancels
with all that they took back, which come to nothing, and patches that cancel nothing. What the
cancelled cancel in turn lies within what is taken back or is switched on by it again, so what
counts afterwards is exactly what counted before, and what was done since. Whether their authors had
seen each other's does not matter: a document is a function of the set of its patches.
"""

from __future__ import annotations

from typing import NamedTuple

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.patch import Cancel


class TakeBack(NamedTuple):
    """A cancel that takes back patches in a row."""

    first: int
    last: int
    """The indexes of the first and the last patch that it takes back."""
    since: list[range]
    """The patches after those that stay; without any, all is as it was before `first`."""
    flips: list[tuple[range, bool]]
    """The patches that are cancelled by it (True), or are effective again."""


class TakeBacks:
    """Finds them out, one cancel after the other as they come."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._found: dict[int, TakeBack] = {}
        """By the index of the cancel."""

    def find(self, index: int) -> TakeBack | None:
        """What the cancel at an index takes back; None where that cannot be told in short."""
        (op, *others) = self._graph.log.operations(index)
        if others or not isinstance(op, Cancel):
            return None
        targets = self._graph.targets(op)
        first, last = targets[0], targets[-1]
        if last - first >= len(targets):
            return None
        since, flips = self._since(last, index), self._flips(first, last)
        if since is None or flips is None:
            return None
        found = self._found[index] = TakeBack(first, last, since, flips)
        return found

    def __contains__(self, index: int, /) -> bool:
        """Whether the patch at an index is known to be such a cancel."""
        return index in self._found

    def forget(self, index: int) -> None:
        """The patch at an index is another one now."""
        self._found.pop(index, None)

    def _since(self, last: int, index: int) -> list[range] | None:
        """The patches between two that came to something; None where others than such cancel."""
        since, stop = [], index
        while (cancel := self._graph.cancels.last(last + 1, stop)) is not None:
            found = self._found.get(cancel)
            if found is None or found.since or found.first <= last:
                return None
            since.append(range(cancel + 1, stop))
            stop = found.first
        since.append(range(last + 1, stop))
        return [some for some in reversed(since) if some]

    def _flips(self, first: int, last: int) -> list[tuple[range, bool]] | None:
        """What is switched with these patches, all of them effective."""
        own = (range(first, last + 1), True)
        if self._graph.cancels.last(first, last + 1) is None:
            return [own]
        cancel = self._found.get(first) if first == last else None
        if cancel is None:
            return None
        return [own, *((indexes, not off) for indexes, off in cancel.flips)]
