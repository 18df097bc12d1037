"""Cancels after which all is as it was before what they cancel: undo and redo, nearly always.

Whoever undoes their last step while nobody else typed wants the text of before it, which the
journal has. To let the walker find that out costs as much as the step is large: it took 13 seconds
to take back a word that had been replaced in 270,000 places.

Such a cancel names patches that follow on each other, and between them and it there are only such
cancels with what they took back. What those cancel in turn lies within what is taken back or is
switched on by it again, so what counts afterwards is exactly what counted before.
"""

from __future__ import annotations

from typing import NamedTuple

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.patch import Cancel


class TakeBack(NamedTuple):
    """A cancel that takes the document back."""

    first: int
    """The index of the first patch that it takes back, and so of what there is not any more."""
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
        if last - first >= len(targets) or not self._graph.is_line(first, index):
            return None
        end = index - 1
        while end > last and end in self._found:
            end = self._found[end].first - 1
        flips = self._flips(first, last) if end == last else None
        if flips is None:
            return None
        found = self._found[index] = TakeBack(first, flips)
        return found

    def forget(self, index: int) -> None:
        """The patch at an index is another one now."""
        self._found.pop(index, None)

    def _flips(self, first: int, last: int) -> list[tuple[range, bool]] | None:
        """What is switched with these patches, all of them effective."""
        own = (range(first, last + 1), True)
        if not self._graph.has_cancels(first, last + 1):
            return [own]
        cancel = self._found.get(first) if first == last else None
        if cancel is None:
            return None
        return [own, *((indexes, not off) for indexes, off in cancel.flips)]
