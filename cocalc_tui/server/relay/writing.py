"""Who is written to when much is to be said to many: who waits for an answer, then a few at a time.

A system call costs more than all else that a frame to a reader does, and a patch in a room of a
thousand is a thousand of them. Were they made in one go, nobody could type meanwhile. Here the loop
reads between a few and the next few: while much is typed, whoever is written to later gets several
commits with one call, and while little is, everybody is reached just as soon.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

A_TURN = 16
"""Links written to in a turn of the loop, those aside that wait for an answer: a quarter of a
millisecond."""


class Held(Protocol):
    """A link that holds back what it was given until it is told to write."""

    queued: bool
    """Whether its turn comes anyway."""
    hurried: bool
    """Whether it is among the first of this turn."""

    def write(self) -> None:
        """Write what was handed over."""


class Writing:
    """The links that have something to write."""

    def __init__(self) -> None:
        self._first: list[Held] = []
        self._rest: deque[Held] = deque()
        self._due = False

    def soon(self, link: Held) -> None:
        """Have a link write when its turn comes."""
        if not link.queued:
            link.queued = True
            self._rest.append(link)
            self._expect()

    def first(self, link: Held) -> None:
        """Have a link write when this turn of the loop is over."""
        if not link.hurried:
            link.hurried = True
            self._first.append(link)
            self._expect()

    def _expect(self) -> None:
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        first, self._first = self._first, []
        for link in first:
            link.hurried = False
            link.write()
        rest = self._rest
        for _ in range(min(len(rest), A_TURN)):
            link = rest.popleft()
            link.queued = False
            link.write()
        self._due = False
        if rest:
            self._expect()
