"""Carrying a change over what others did to the same text meanwhile.

Who restores looked at a version and chose; while they looked, others typed. Made on today's text
as it is, the change would take that typing with it. So it is made on the text that was looked at,
and carried over: what came since stays, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from cocalc_tui.sync.patch import Splice


class Hunk(NamedTuple):
    """Replace `delete` characters from `start` of a text, in its own coordinates."""

    start: int
    delete: int
    insert: str


def hunks(splices: Iterable[Splice]) -> list[Hunk]:
    """Splices that follow each other through a text from left to right, as `sync.diff` gives."""
    found: list[Hunk] = []
    shift = 0
    for one in splices:
        found.append(Hunk(one.pos - shift, one.delete, one.insert))
        shift += len(one.insert) - one.delete
    return found


def lined_up(text: str, splices: Iterable[Splice]) -> list[Splice]:
    """The same change of a text, lines that came or went as lines.

    That `two` went before `three` may as well be read as `wo` and a line break and a `t`. For the
    text it is the same; for what somebody else typed between the two it is not.
    """
    found: list[Splice] = []
    shift = end = 0
    for one in splices:
        start, insert = one.pos - shift, one.insert
        if bool(one.delete) != bool(insert):
            start, insert = _to_a_line(text, Hunk(start, one.delete, insert), end)
        found.append(Splice(start + shift, one.delete, insert, one.at))
        shift += len(insert) - one.delete
        end = start + one.delete
    return found


def _to_a_line(text: str, hunk: Hunk, least: int) -> tuple[int, str]:
    """Move what came or went to the left, as far as it reads the same, to where a line begins."""
    start, moved = hunk.start, hunk.insert or text[hunk.start : hunk.start + hunk.delete]
    while start and text[start - 1] != "\n":
        if start <= least or text[start - 1] != moved[-1]:
            return hunk.start, hunk.insert
        start, moved = start - 1, moved[-1] + moved[:-1]
    return start, moved if hunk.insert else ""


def rebase(ops: Sequence[Splice], over: Sequence[Splice]) -> list[Splice]:
    """Make `ops` fit the text that `over` left; both were made on one text, from left to right.

    Nothing that `over` inserted is deleted, and what it deleted is not deleted again.
    """
    kept = _Kept(hunks(over))
    found: list[Splice] = []
    shift = 0
    for op, hunk in zip(ops, hunks(ops), strict=True):
        at = kept.place(hunk.start)
        parts = list(kept.parts(hunk.start, hunk.start + hunk.delete))
        for start, length in parts or [(at, 0)]:
            insert = hunk.insert if start == (parts[0][0] if parts else at) else ""
            if insert or length:
                found.append(Splice(start + shift, length, insert, op.at))
            shift += len(insert) - length
    return found


class _Kept:
    """Which stretches of a text stayed, and where they went."""

    def __init__(self, over: Sequence[Hunk]) -> None:
        ends = [0, *(one.start + one.delete for one in over)]
        starts = [*(one.start for one in over), 1 << 62]
        grown = accumulate((len(one.insert) - one.delete for one in over), initial=0)
        self._stretches = list(zip(ends, starts, grown, strict=True))
        """From where to where, and how far each went."""

    def place(self, at: int) -> int:
        """Where a place between two characters is: behind the last that stayed before it."""
        found = 0
        for start, stop, shift in self._stretches:
            if start < at or start == 0:
                found = min(at, stop) + shift
        return found

    def parts(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """What is left of a stretch: where each part begins, and how long it is."""
        for first, last, shift in self._stretches:
            low, high = max(first, start), min(last, stop)
            if low < high:
                yield low + shift, high - low
