"""When a text came or went: a search through a past, as far as there is time at once.

A year of a document has two hundred thousand bursts. A search goes on where it stopped, so whoever
runs it says when others have their turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cocalc_tui.history.pasts import Past
from cocalc_tui.history.reading import readable


class Search:
    """Looks at the ends of bursts, and then within the one in which it changed."""

    def __init__(self, past: Past, word: str, start: int, way: int) -> None:
        """Search from a version on (`way` 1) or back (-1); `start` must be fetched."""
        self._past = past
        self.word = word
        self.way = way
        self.last = start
        """The version that was looked at last."""
        self.there = self._holds(start)
        """Whether the text is in the versions looked at so far."""
        self.found: int | None = None
        """The version in which it came or went."""
        self._ends = self._places(start)
        self.wants = next(self._ends, -1)
        """The version that is looked at next; -1 for none."""

    @property
    def waits(self) -> bool:
        """Whether what is wanted next must be fetched."""
        return self.wants >= 0 and self._past.missing(self.wants)

    def go_on(self, is_over: Callable[[], bool]) -> bool:
        """Search for one version or more, until time is over; True at the end of it all."""
        while self.wants >= 0 and not self.waits:
            if self._holds(self.wants) != self.there:
                self.found = self._within(*sorted((self.last, self.wants)))
                return True
            self.last, self.wants = self.wants, next(self._ends, -1)
            if is_over():
                return False
        return self.wants < 0

    def _places(self, start: int) -> Iterator[int]:
        if self.way > 0:
            yield from (one.last for one in self._past.line.bursts(start))
        elif start:
            yield from (one.last for one in self._past.line.bursts_before(start))
            yield 0

    def _within(self, low: int, high: int) -> int:
        """The first version behind `low` that is not like it; `high` is not."""
        before = self._holds(low)
        return next(at for at in range(low + 1, high + 1) if self._holds(at) != before)

    def _holds(self, version: int) -> bool:
        return self.word in readable(self._past.content(version))
