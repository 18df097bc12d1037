"""Who typed what, further back: text followed to where it was typed, without any table.

In a stretch of the log in which everybody had seen all there was, each splice was done on the text
as the one before left it. So from the last splice to the first it is plain where each character
was before: at its place, or moved by what came ahead of it, or not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from cocalc_tui.sync.blocks import BACKSPACE, REPLACE
from cocalc_tui.sync.patch import TextId
from cocalc_tui.sync.runs import Runs
from cocalc_tui.sync.spans import Part


class Typed(NamedTuple):
    """Text that was typed in a row."""

    text: str
    first: int
    """The version that its first character came with."""
    step: int
    """From one character to the next: 0 or 1 version."""
    before: bool = False
    """It was there before the stretch: `first` is its place in the text as it was then."""

    def part(self, start: int, stop: int) -> Typed:
        """Some of its characters."""
        return Typed(self.text[start:stop], self.first + self.step * start, self.step, self.before)


def traced(pieces: Sequence[Typed], parts: Sequence[Part], at: TextId) -> list[Typed]:
    """Pieces of a text, of which those that were there before are followed back through parts."""
    found = list(pieces)
    for part in reversed(parts):
        runs = part.runs
        texts, kinds, typed, deleted = (
            runs.texts,
            runs.kinds,
            runs.inserts.totals,
            runs.deletes.totals,
        )
        for run in reversed(part.operations()):
            if texts[run] != at or kinds[run] > REPLACE:
                continue
            pos = runs.carets[run] - (deleted[run] if kinds[run] == BACKSPACE else 0)
            end, moved = pos + typed[run], deleted[run] - typed[run]
            found = [part for piece in found for part in _before(piece, pos, end, moved, runs, run)]
    return found


def _before(piece: Typed, pos: int, end: int, moved: int, runs: Runs, run: int) -> Iterator[Typed]:
    """A piece as it was before a run, which typed what is from `pos` to `end`."""
    start, stop = piece.first, piece.first + len(piece.text)
    if not piece.before or stop <= pos:
        yield piece
    elif start >= end:
        yield piece._replace(first=start + moved)
    else:
        if start < pos:
            yield piece.part(0, pos - start)
        first, last = max(start, pos), min(stop, end)
        yield from _typed_by(piece.text[first - start : last - start], runs, run, first - pos)
        if stop > end:
            rest = piece.part(end - start, stop - start)
            yield rest._replace(first=end + moved)


def _typed_by(text: str, runs: Runs, run: int, start: int) -> Iterator[Typed]:
    """Some of what a run typed, from character `start` on, by the versions it came with."""
    first, many, inserts = runs.block.first, runs.many, runs.inserts
    operation = runs.ends[run] - runs.counts[run]
    if not (inserts.mixed or many.ends):
        yield Typed(text, first + operation + start, 1)
        return
    came: list[int] = []
    """By character."""
    for more, length in enumerate(inserts.of(run), operation):
        came += [first + many.patch(more)] * length
    for version, same in groupby(came[start : start + len(text)]):
        length = sum(1 for _ in same)
        yield Typed(text[:length], version, 0)
        text = text[length:]
