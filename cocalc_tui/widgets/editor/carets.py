"""Places to type at, and how they stay in their text while it changes.

There is one caret, or several: then every key acts at each. What somebody else types, and what I
type at another of my carets, moves a caret by the same few lines; so no caret is ever a number
that was right before the last change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from cocalc_tui.sync.patch import Splice, TextChange, TextId


class Carried(Protocol):
    """What stays in its text."""

    def carry(self, change: TextChange) -> None:
        """Go along with a change of the text."""
        ...


class Caret:
    """Where something is typed, and what is selected from there."""

    __slots__ = ("anchor", "at", "goal")

    def __init__(self, at: int = 0, anchor: int | None = None) -> None:
        self.at = at
        self.anchor = anchor
        """The other end of the selection, None for none."""
        self.goal: int | None = None
        """The cell that going up and down tries to keep."""

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of what is selected; both the caret when nothing is."""
        if self.anchor is None:
            return self.at, self.at
        return min(self.at, self.anchor), max(self.at, self.anchor)

    def put(self, at: int, anchor: int | None = None) -> None:
        """Be elsewhere."""
        self.at, self.anchor, self.goal = at, anchor if anchor != at else None, None

    def carry(self, change: TextChange) -> None:
        """Text that comes exactly at a caret goes behind it, and never into a selection."""
        if self.anchor is None:
            self.at = moved(self.at, change)
            return
        low, high = self.selection
        backwards = self.anchor > self.at
        if low < high and change.pos == low and not change.delete:
            low += len(change.insert)
        else:
            low = moved(low, change)
        high = max(low, moved(high, change))
        self.at, self.anchor = (low, high) if backwards else (high, low)


def moved(offset: int, change: TextChange | Splice) -> int:
    """Where an offset is after a change; what comes exactly there goes behind it."""
    if offset <= change.pos:
        return offset
    if offset <= change.pos + change.delete:
        return change.pos
    return offset + len(change.insert) - change.delete


class Put(NamedTuple):
    """Some text in the place of start..end, and where in it the caret is then."""

    start: int
    end: int
    text: str
    caret: int | None = None
    """None: behind the text."""


def splices(puts: Iterable[Put], at: TextId) -> list[Splice]:
    """As operations of one patch, where each counts in the text that those before it left.

    The puts are in the order of the text and do not overlap.
    """
    found: list[Splice] = []
    shift = 0
    for put in puts:
        if put.text or put.end > put.start:
            found.append(Splice(put.start + shift, put.end - put.start, put.text, at))
        shift += len(put.text) - (put.end - put.start)
    return found


def through(offset: int, puts: Sequence[Put]) -> int:
    """Where an offset is after puts; it goes along with what is inserted exactly at it."""
    shift = 0
    for put in puts:
        if offset < put.start or (offset == put.start and put.end > put.start):
            break
        grown = len(put.text) - (put.end - put.start)
        if offset < put.end:
            return (put.start if grown else offset) + shift
        shift += grown
    return offset + shift


def merged(carets: Sequence[Caret], main: Caret) -> list[Caret]:
    """The carets in the order of the text, those that touch made one; the main one lasts."""
    found: list[Caret] = []
    for caret in sorted(carets, key=lambda caret: caret.selection):
        before = found[-1] if found else None
        if before is None or not _touch(before, caret):
            found.append(caret)
            continue
        kept, other = (before, caret) if before is main or caret is not main else (caret, before)
        _take_in(kept, other)
        found[-1] = kept
    return found


def _touch(one: Caret, next_: Caret) -> bool:
    """Whether they overlap, or one that selects nothing is at the other's edge."""
    low, high = next_.selection
    end = one.selection[1]
    return low < end or (low == end and (low == high or one.anchor is None))


def _take_in(kept: Caret, other: Caret) -> None:
    low = min(kept.selection[0], other.selection[0])
    high = max(kept.selection[1], other.selection[1])
    if low == high:
        return
    backwards = kept.at < kept.anchor if kept.anchor is not None else other.at < other.selection[1]
    kept.at, kept.anchor = (low, high) if backwards else (high, low)
