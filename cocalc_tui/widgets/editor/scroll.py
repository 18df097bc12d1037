"""Which part of a text is on the screen, and how its scroll bar looks."""

from __future__ import annotations

MARGIN = 2
"""Rows kept between the caret and the edge, so that one sees where one goes."""
SIDE_PART = 3
"""One of so many parts of the width is scrolled sideways at once: each time all rows are drawn."""


class Scroll:
    """A window of `height` rows and `width` cells on a text of `total` rows."""

    def __init__(self) -> None:
        self.top = 0
        self.left = 0
        self.height = 1
        self.width = 1
        self.total = 1

    def to(self, top: int) -> bool:
        """Scroll so that `top` is the first row, as far as there is text; True when it moved."""
        before, self.top = self.top, max(0, min(top, self.total - self.height))
        return self.top != before

    def follow(self, row: int, x: int) -> bool:
        """Scroll as little as shows a caret; True when it moved."""
        margin = min(MARGIN, (self.height - 1) // 2)
        top = min(self.top, row - margin)
        moved = self.to(max(top, row + margin - self.height + 1))
        return self._follow_sideways(x) or moved

    def fit(self, x: int) -> None:
        """At another width, show lines from their start where that shows a caret, too."""
        self.left = 0
        self._follow_sideways(x)

    def _follow_sideways(self, x: int) -> bool:
        before, room = self.left, self.width // SIDE_PART
        if x < self.left:
            self.left = max(0, x - room)
        elif x >= self.left + self.width:
            self.left = x - self.width + 1 + room
        return self.left != before

    def shows(self, row: int) -> bool:
        """Whether a row is on the screen."""
        return self.top <= row < self.top + self.height

    def thumb(self) -> range:
        """Rows of the screen that the scroll bar's thumb covers; none when all is seen."""
        if self.total <= self.height:
            return range(0)
        size = max(1, self.height * self.height // self.total)
        room = self.height - size
        start = round(self.top * room / (self.total - self.height))
        return range(start, start + size)

    def top_for(self, y: int) -> int:
        """The first row when the thumb is dragged to row `y` of the screen."""
        return round(y * (self.total - self.height) / max(1, self.height - 1))
