"""What is to be seen of a past from where one stands: pure, so it may be worked out anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cocalc_tui.history import words
from cocalc_tui.history.blaming import BlamedLine
from cocalc_tui.history.pasts import Past
from cocalc_tui.history.reading import Content, parts


class Look(NamedTuple):
    """Where one stands in a past, and how one looks at it."""

    past: Past
    version: int
    before: int
    """The version that it is compared with."""
    now: Content | None
    """What it is compared with instead, where that is wanted."""
    difference: bool
    blames: bool

    def is_quick(self) -> bool:
        """Whether it is worked out while nobody notices."""
        near = self.before == self.past.line.step(self.version, -1)
        return near and self.now is None and not self.blames and self.past.is_ready(self.version)

    def missing(self) -> bool:
        """Whether something has to be fetched first."""
        return self.past.missing(self.version, self.before)

    def task(self) -> str:
        """What has to be done for it, for people."""
        name = self.past.name(self.version)
        if self.missing():
            return f"fetching {name} …"
        if self.blames:
            return f"finding who wrote {name} …"
        if self.now is not None or self.before != self.past.line.step(self.version, -1):
            other = "now" if self.now is not None else self.past.name(self.before)
            return f"comparing {name} with {other} …"
        return f"making {name} ready …"

    def lines(self) -> list[words.Line]:
        """The version, line by line, with what differs."""
        content = self.past.content(self.version)
        if not self.difference:
            return words.lines((one.key, [words.Piece(one.text, 0)]) for one in parts(content))
        if self.now is not None:
            return words.lines(words.compare_parts(content, self.now))
        return words.lines(self.past.difference(self.before, self.version))

    def seen(self) -> Seen:
        """All of it."""
        blamed = self.past.blamed(self.version) if self.blames else ()
        return Seen(self.lines(), blamed)


class Seen(NamedTuple):
    """What there is to see."""

    lines: Sequence[words.Line]
    blamed: Sequence[BlamedLine]
    """Who wrote which line; empty where that is not asked or not known."""
