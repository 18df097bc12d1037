"""Finding text: all the places, which one is looked at, and which comes next."""

from __future__ import annotations

import re
from bisect import bisect_left

LIMIT = 10_000
"""Places remembered; a search for `e` in a long file stops there."""


class Search:
    """One search in one text. Small letters in the query match capital ones too."""

    def __init__(self) -> None:
        self.query = ""
        self.places: list[tuple[int, int]] = []
        """Start and end of each."""
        self.at: int | None = None
        """Which of them is looked at."""

    @property
    def place(self) -> tuple[int, int] | None:
        """The one looked at."""
        return None if self.at is None else self.places[self.at]

    def look(self, text: str, query: str, near: int) -> None:
        """Find all places; look at the first one at or behind `near`."""
        self.query = query
        self.find(text)
        self.at = self._behind(near)

    def find(self, text: str) -> None:
        """Find them again: the text changed."""
        before = self.place
        flags = re.NOFLAG if self.query != self.query.lower() else re.IGNORECASE
        self.places = []
        if self.query:
            for found in re.finditer(re.escape(self.query), text, flags):
                self.places.append(found.span())
                if len(self.places) == LIMIT:
                    break
        self.at = None if before is None else self._behind(before[0])

    def _behind(self, offset: int) -> int | None:
        """The first place at or behind an offset, else the first of all."""
        if not self.places:
            return None
        return bisect_left(self.places, (offset, 0)) % len(self.places)

    def step(self, by: int, selection: tuple[int, int]) -> tuple[int, int] | None:
        """Look at the next (1) or previous (-1) place seen from a selection, round the ends."""
        if not self.places:
            return None
        seen_from = selection[1] if by > 0 else selection[0]
        behind = bisect_left(self.places, (seen_from, 0))
        self.at = (behind if by > 0 else behind - 1) % len(self.places)
        return self.places[self.at]

    @property
    def count(self) -> str:
        """`3 of 17`, for the screen."""
        if not self.query:
            return ""
        if not self.places:
            return "not found"
        many = f"{LIMIT:,}+" if len(self.places) == LIMIT else f"{len(self.places):,}"
        return f"{(self.at or 0) + 1:,} of {many}"
