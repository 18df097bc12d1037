"""How many rows each line of a long wrapped text takes, measured where somebody looks.

Wrapping a million lines takes a second, which nobody would wait for whenever the window changes.
So a block of lines is guessed from a few of them, and measured with its neighbours once a row or
a line of it is asked for. Rows of what is below move with that; what is asked for never does.
"""

from __future__ import annotations

from collections.abc import Callable

from cocalc_tui.widgets.editor.heights import BLOCK, Heights

SAMPLE = 8
"""Lines of a block from which it is guessed."""

Measure = Callable[[int, int], list[int]]
"""The rows that lines first..until, without `until`, take."""


class RoughHeights(Heights):
    """Heights of which most blocks are guessed."""

    def __init__(
        self, lines: int, measure: Measure, clean: Callable[[list[int]], list[int]] = list
    ) -> None:
        """`clean` takes away what is known to have no rows; it gives the same list or another."""
        self._measure = measure
        guessed: list[int] = []
        for first in range(0, lines, BLOCK):
            # What is folded away says nothing of the others.
            sample = [max(one, 1) for one in measure(first, min(first + SAMPLE, lines))]
            guessed += (sample * BLOCK)[: min(BLOCK, lines - first)]
        super().__init__(clean(guessed))
        self._rough = [True] * len(self._blocks)

    def settle(self, line: int) -> list[tuple[int, int]]:
        """Measure what is about a line, more than a screen full.

        Gives where rows moved: the row behind what was measured, as it was, and by how many.
        """
        moved: list[tuple[int, int]] = []
        about = self._find(line, self._lines)[0]
        for block in range(max(about - 1, 0), min(about + 2, len(self._blocks))):
            if self._rough[block]:
                behind = self._rows[block + 1]
                self._measure_block(block)
                moved.append((behind, self._rows[block + 1] - behind))
        return moved

    def _measure_block(self, block: int) -> None:
        first = self._lines[block]
        found = self._measure(first, first + len(self._blocks[block]))
        super()._put(block, block, [found])
        self._rough[block] = False

    def _put(self, first: int, last: int, blocks: list[list[int]]) -> None:
        """What was measured stays so where it becomes one with what was not."""
        rough = self._rough[first : last + 1]
        super()._put(first, last, blocks)
        self._rough[first : last + 1] = [bool(rough) and all(rough)] * len(blocks)
        if any(rough) and not all(rough):
            for block in range(first, first + len(blocks)):
                self._measure_block(block)
