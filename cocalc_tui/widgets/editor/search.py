"""Finding text: what is asked for, all the places, which one is looked at, what comes next.

A pattern that somebody types may take longer than the age of the universe, so searching has a
time; what took too long is said and nothing hangs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from cocalc_tui.query import Query, SearchError, template
from cocalc_tui.sync.patch import TextChange
from cocalc_tui.widgets.editor.carets import Put, moved

LIMIT = 10_000
"""Places remembered; a search for `e` in a long file stops there."""
MOST_CARRIED = 100_000
"""Places times changes up to which places are kept where they are: finding them anew is quicker."""


class Search:
    """One search in one text."""

    def __init__(self) -> None:
        self.query = Query()
        self.within: tuple[int, int] | None = None
        """The part of the text that is searched, None for all of it."""
        self.places: list[tuple[int, int]] = []
        """Start and end of each."""
        self.at: int | None = None
        """Which of them is looked at."""
        self.trouble = ""
        """What is wrong with the query."""

    @property
    def place(self) -> tuple[int, int] | None:
        """The one looked at."""
        return None if self.at is None else self.places[self.at]

    def look(self, text: str, query: Query, near: int) -> None:
        """Find all places; look at the first one at or behind `near`."""
        self.query = query
        self.find(text)
        self.at = self._behind(near)

    def find(self, text: str) -> None:
        """Find them again: the text changed."""
        before = self.place
        self.places, self.trouble = [], ""
        try:
            for found in self.query.matches(text, *self.range(text)):
                self.places.append(found.span())
                if len(self.places) == LIMIT:
                    break
        except SearchError as error:
            self.trouble = str(error)
        self.at = None if before is None else self._behind(before[0])

    def range(self, text: str) -> tuple[int, int]:
        """Start and end of what is searched."""
        if self.within is None:
            return 0, len(text)
        return min(self.within[0], len(text)), min(self.within[1], len(text))

    def carry(self, changes: Sequence[TextChange]) -> None:
        """Keep what was found in its place until it is found anew."""
        if len(changes) * len(self.places) > MOST_CARRIED:
            self.places, self.at, self.trouble = [], None, "…"
        for change in changes:
            if self.within is not None:
                low, high = self.within
                grown = change.pos == high and not change.delete
                high = high + len(change.insert) if grown else moved(high, change)
                self.within = moved(low, change), high
            self.places = [(moved(low, change), moved(high, change)) for low, high in self.places]

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

    def replacing(self, text: str, by: str, only: tuple[int, int] | None = None) -> list[Put]:
        """What replaces all places, or the one of this start and end; raises SearchError."""
        import regex

        made = template(by, is_pattern=self.query.is_pattern)
        try:
            return [
                Put(found.start(), found.end(), found.expand(made))
                for found in self.query.matches(text, *self.range(text))
                if only is None or found.span() == only
            ]
        except (regex.error, IndexError) as error:
            raise SearchError(f"in its place: {error}") from None

    @property
    def count(self) -> str:
        """`3 of 17`, for the screen."""
        if not self.query.text:
            return ""
        if self.trouble or not self.places:
            return self.trouble or "not found"
        many = f"{LIMIT:,}+" if len(self.places) == LIMIT else f"{len(self.places):,}"
        return f"{(self.at or 0) + 1:,} of {many}"
