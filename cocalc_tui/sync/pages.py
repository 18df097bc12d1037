"""The rows of a text by the page: what a page says is worked out anew only where it changed.

Who steps through the past looks at versions that lie near each other, and of fifty people's text
only a few words differ. A page knows when anything in it comes or goes, so what it said in the
version looked at last holds for all versions until the next of those.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from cocalc_tui.sync.history import NEVER, Row

_LENGTH: Final = 64
"""Groups of a page: fewer would be looked through more often than what they save."""

_Group: TypeAlias = "tuple[int, int, int, int, str, tuple[Row, ...]]"
"""The rows of the same characters: when any of these is there and when all (from `shown`, `whole`,
`shrinks`, until `gone`), and their text. Those that came back have several rows, and no version is
said to have all."""


class Page:
    """Some rows of a text in a row, and what they say."""

    __slots__ = ("_ends", "_final", "_groups", "_last", "_seen", "_starts")

    def __init__(self, groups: Sequence[_Group]) -> None:
        self._groups = groups
        self._starts: list[int] = []
        """In which versions rows begin to come or go, rising, and in which they end to:"""
        self._ends: list[int] = []
        for *_, rows in groups:
            for row in rows:
                self._starts += (row.shown, row.shrinks)
                self._ends += (row.whole, row.gone)
        self._starts.sort()
        self._ends.sort()
        self._final = "".join([text for _, _, _, gone, text, _ in groups if gone >= NEVER])
        """What it says from the version on in which something in it changed last:"""
        ended = bisect_left(self._ends, NEVER)
        self._last = self._ends[ended - 1] if ended else 0
        self._seen = (0, 0, "")
        """From which version until which it says the same, and what."""

    def is_still(self, old: int, new: int) -> bool:
        """Whether nothing in it comes or goes from a version to a later one."""
        # As many began by the later as had ended by the earlier: so they are the same.
        return bisect_right(self._starts, new) == bisect_right(self._ends, old)

    def text(self, version: int) -> str:
        """What it says in a version."""
        if version >= self._last:
            return self._final
        if version < self._starts[0]:
            return ""
        since, until, text = self._seen
        if since <= version < until:
            return text
        text = "".join(
            [
                text if whole <= version < shrinks else _there(rows, version)
                for shown, whole, shrinks, gone, text, rows in self._groups
                if shown <= version < gone
            ]
        )
        if self.is_still(version, version):
            ended = bisect_right(self._ends, version)
            self._seen = (self._ends[ended - 1], self._starts[ended], text)
        return text

    def difference(self, old: int, new: int) -> Iterator[tuple[str, int]]:
        """What it says in two versions, the second one later, piece by piece.

        0 stands by what both say, 1 by what came, -1 by what went.
        """
        if self.is_still(old, new):
            yield self.text(new), 0
            return
        for shown, whole, shrinks, gone, text, rows in self._groups:
            if whole <= old and new < shrinks:
                yield text, 0
            elif shown <= new and old < gone:
                yield from _parts(rows, old, new)

    def rows(self) -> Iterator[Row]:
        """Its rows."""
        return (row for *_, rows in self._groups for row in rows)


def pages(rows: Sequence[Row]) -> list[Page]:
    """Rows in document order as pages."""
    groups: list[_Group] = []
    last: object = None
    for row in rows:
        shown, whole, shrinks, gone, text, _, _, typed = row
        if typed is last:
            groups[-1] = _joined(groups[-1], row)
        else:
            groups.append((shown, whole, shrinks, gone, text, (row,)))
            last = typed
    return [Page(groups[at : at + _LENGTH]) for at in range(0, len(groups), _LENGTH)]


def _joined(group: _Group, row: Row) -> _Group:
    shown, _, _, gone, text, rows = group
    return min(shown, row.shown), 0, 0, max(gone, row.gone), text, (*rows, row)


def _there(rows: Sequence[Row], version: int) -> str:
    """What a version has of some characters."""
    return rows[0].text[slice(*_place(rows, version))]


def _place(rows: Sequence[Row], version: int) -> tuple[int, int]:
    """From where to where a version has them."""
    return max(row.part(version) for row in rows)


def _parts(rows: Sequence[Row], old: int, new: int) -> Iterator[tuple[str, int]]:
    """The parts of some characters that one of two versions has, and how they changed."""
    before, after = (_place(rows, version) for version in (old, new))
    for start, stop in pairwise(sorted({*before, *after})):
        was, is_now = (low <= start < high for low, high in (before, after))
        if was or is_now:
            yield rows[0].text[start:stop], is_now - was
