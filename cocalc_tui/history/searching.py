"""When a text came or went: a search through a past, as far as there is time at once.

A year of a document has two hundred thousand bursts, and a text is rarely touched by any of them:
those are skipped in which it can be told that it stays as it is. A search goes on where it stopped,
so whoever runs it says when others have their turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

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
        self._places = self._all_places(start)
        self.wants = start
        """The version that is looked at next; -1 for none."""
        self._calm = True
        """Whether it is like the last one: that is known without a look."""

    @property
    def waits(self) -> bool:
        """Whether what is wanted next must be fetched."""
        return self.wants >= 0 and self._past.missing(self.wants)

    def go_on(self, is_over: Callable[[], bool]) -> bool:
        """Search for one version or more, until time is over; True at the end of it all."""
        while self.wants >= 0 and not self.waits:
            if not self._calm and self._holds(self.wants) != self.there:
                self.found = self._within(*sorted((self.last, self.wants)))
                return True
            self.last = self.wants
            self.wants, self._calm = next(self._places, (-1, True))
            if is_over():
                return False
        return self.wants < 0

    def _all_places(self, start: int) -> Iterator[tuple[int, bool]]:
        """Versions in the order of the search, each with whether it surely is like the last one."""
        at, end = start, self._past.line.end(self.way)
        while at != end:
            for until, calm in self._past.stretches(self.word, at, self.way):
                yield from () if calm else ((one, False) for one in self._ends(at, until))
                yield until, calm
                at = until

    def _ends(self, start: int, stop: int) -> Iterator[int]:
        """The ends of bursts between two versions."""
        line = self._past.line
        bursts = line.bursts(start) if self.way > 0 else line.bursts_before(start)
        ends = (one.last for one in bursts)
        return takewhile(lambda end: (stop - end) * self.way > 0, ends)

    def _within(self, low: int, high: int) -> int:
        """The first version behind `low` that is not like it; `high` is not."""
        before = self._holds(low)
        return next(at for at in range(low + 1, high + 1) if self._holds(at) != before)

    def _holds(self, version: int) -> bool:
        return self.word in readable(self._past.content(version))
