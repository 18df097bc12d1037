"""Lines that are folded away in one view of a text.

A fold has a line that shows, its *head*, and lines below it that do not. It stays with its lines
while others type above it, grows with what they type in it, and opens where its edge is typed away.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

Range = tuple[int, int]
"""Head and last line."""


class Folds:
    """The folds of one view; one may lie within another."""

    def __init__(self) -> None:
        self._folds: dict[int, int] = {}
        """Last line by head."""
        self._covers: list[Range] = []
        """First and last of the lines hidden, in order, joined where folds overlap."""

    def __bool__(self) -> bool:
        return bool(self._folds)

    def __iter__(self) -> Iterator[Range]:
        return iter(sorted(self._folds.items()))

    def clear(self) -> None:
        """Unfold all."""
        self._set({})

    def set(self, folds: Iterable[Range]) -> None:
        """Have these."""
        self._set({head: last for head, last in folds if last > head})

    def _set(self, folds: dict[int, int]) -> None:
        self._folds = folds
        self._covers = []
        for head, last in sorted(folds.items()):
            if self._covers and head + 1 <= self._covers[-1][1] + 1:
                first, before = self._covers.pop()
                self._covers.append((first, max(before, last)))
            else:
                self._covers.append((head + 1, last))

    def add(self, head: int, last: int) -> None:
        """Fold lines head+1..last."""
        self._set({**self._folds, head: last})

    def remove(self, head: int) -> None:
        """Unfold what is below a head."""
        self._set({one: last for one, last in self._folds.items() if one != head})

    def last(self, head: int) -> int | None:
        """The last line of the fold with this head, None where there is none."""
        return self._folds.get(head)

    @property
    def covers(self) -> Sequence[Range]:
        """First and last of the lines hidden, in order."""
        return tuple(self._covers)

    def carried(self, first: int, last: int, added: int) -> Sequence[Range]:
        """The same where lines first..last are others, `added` more of them than before."""
        before = last - added
        found: list[Range] = []
        for low, high in self._covers:
            if low > before:
                found.append((low + added, high + added))
            elif high < first:
                found.append((low, high))
            else:
                found.append((min(low, first), high + added if high > before else last))
        return found

    def cover(self, line: int) -> Range | None:
        """First and last of the hidden lines that a line is among; None where it shows."""
        at = bisect_left(self._covers, line, key=lambda cover: cover[1])
        found = self._covers[at] if at < len(self._covers) else None
        return found if found is not None and found[0] <= line else None

    def hidden(self, first: int, last: int) -> Iterator[Range]:
        """The hidden stretches of lines first..last."""
        at = bisect_left(self._covers, first, key=lambda cover: cover[1])
        for low, high in self._covers[at:]:
            if low > last:
                break
            yield max(low, first), min(high, last)

    def reveal(self, line: int) -> bool:
        """Open all folds that hide a line; False where it shows."""
        hiding = [head for head, last in self._folds.items() if head < line <= last]
        if hiding:
            self._set({one: last for one, last in self._folds.items() if one not in hiding})
        return bool(hiding)

    def changed(self, first: int, last: int, added: int) -> bool:
        """Lines first..last are others, `added` more of them than before; carry folds along.

        False where one opened, because its edge was typed away.
        """
        before = last - added
        kept: dict[int, int] = {}
        for head, end in self._folds.items():
            if end < first:
                kept[head] = end
            elif before < head:
                kept[head + added] = end + added
            elif head < first and before <= end and (before < end or last > head):
                kept[head] = end + added
            elif first <= head == before and not added:
                kept[head] = end
        kept = {head: end for head, end in kept.items() if end > head}
        whole = len(kept) == len(self._folds)
        self._set(kept)
        return whole
