"""What apps are told of a running cell's output, beside the document.

Small news go out as they are, up to twenty times a second. Where more has come than the whole
output amounts to (a flood, a progress bar), the folded whole goes instead; and the more bytes went
out, the longer until the next, so that a cell that prints for ever costs every viewer little.
"""

from __future__ import annotations

from cocalc_tui.notebook.outputs import Item, RunOutput, weight_of
from cocalc_tui.protocol.events import OutputBatch

PAUSE = 0.05
"""Seconds between two batches."""
SMALL = 16_384
"""News up to so many bytes always go out as they are."""
BYTES_PER_SECOND = 640_000
LARGEST = 5 * 2**20
"""Bytes that are told at once; displays beyond come with the document."""


class Live:
    """The live output of one run."""

    def __init__(self, cell: str, run: str, made: RunOutput) -> None:
        self.run = run
        self._cell = cell
        self._made = made
        self._told = 0
        """Items that have been told, which is the number of the next."""
        self._news: list[Item] = []
        self._weight = 0
        """Of the news; above `LARGEST` they are not kept, as the whole will go out."""
        self._due = 0.0

    def add(self, item: Item) -> None:
        """Something came; it is in the folded output already."""
        self._weight += weight_of(item)
        if self._weight <= LARGEST:
            self._news.append(item)

    def batch(self, now: float) -> OutputBatch | None:
        """Return what to tell everybody now, None where there is nothing or it is too soon."""
        if not self._weight or now < self._due:
            return None
        batch = self._lighter()
        self._news, self._weight = [], 0
        self._due = now + max(PAUSE, sum(map(weight_of, batch.items)) / BYTES_PER_SECOND)
        return batch

    @property
    def due(self) -> float | None:
        """When there is something to tell, None for nothing."""
        return self._due if self._weight else None

    def whole(self) -> OutputBatch:
        """Return all output so far, for who comes late. It includes what is news to others."""
        return self._whole(self._items(), self._told + len(self._news))

    def _lighter(self) -> OutputBatch:
        if self._weight > SMALL:
            items = self._items()
            if self._weight > LARGEST or sum(map(weight_of, items)) < self._weight:
                return self._whole(items, self._told)
        first = self._told
        self._told += len(self._news)
        return OutputBatch(cell=self._cell, run=self.run, first=first, items=self._news)

    def _whole(self, items: list[Item], following: int) -> OutputBatch:
        """Number the items so that the one after them has the number `following`."""
        first = following - len(items)
        return OutputBatch(cell=self._cell, run=self.run, first=first, items=items, whole=True)

    def _items(self) -> list[Item]:
        """Fold all output, the largest left out where it is too much to tell."""
        items = self._made.items()
        total = 0
        for at in range(len(items) - 1, -1, -1):
            total += (weight := weight_of(items[at]))
            if total > LARGEST:
                total -= weight
                text = "[large output: it is shown when the cell is done]\n"
                items[at] = {"output_type": "stream", "name": "stderr", "text": text}
        if self._made.clearing:
            items.append({"output_type": "clear_output", "wait": True})
        return items
