"""Who typed what, further back: text followed to where it was typed, without any table.

In a stretch of the log in which everybody had seen all there was, each splice was done on the text
as the one before left it. So from the last splice to the first it is plain where each character
was before: at its place, or moved by what came ahead of it, or not there yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
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


class Trace:
    """A text in pieces, of which those that were there before are followed further back."""

    def __init__(self, pieces: Iterable[Typed]) -> None:
        self._found: list[tuple[int, Typed]] = []
        """Each with its place in the text."""
        self._before: list[tuple[int, Typed]] = []
        """The same for those that are not found yet: few, while most of a text is."""
        self._put(0, pieces)

    def _put(self, place: int, pieces: Iterable[Typed]) -> None:
        for piece in pieces:
            (self._before if piece.before else self._found).append((place, piece))
            place += len(piece.text)

    @property
    def ended(self) -> bool:
        """Whether all of it is found."""
        return not self._before

    def back(self, earlier: Callable[[Typed], Iterable[Typed]]) -> None:
        """Go on with what pieces that were there before were earlier."""
        before, self._before = self._before, []
        for place, piece in before:
            self._put(place, earlier(piece))

    def pieces(self) -> list[Typed]:
        """The text as far as it is found."""
        return [piece for _, piece in sorted(self._found, key=_place)]


def _place(found: tuple[int, Typed]) -> int:
    return found[0]


def trace_back(traces: Mapping[TextId, Trace], parts: Sequence[Part]) -> None:
    """Follow texts back through parts in which everybody had seen all there was."""
    for part in reversed(parts):
        runs = part.runs
        texts, kinds, typed, deleted = (
            runs.texts,
            runs.kinds,
            runs.inserts.totals,
            runs.deletes.totals,
        )
        for run in reversed(part.operations()):
            trace = traces.get(texts[run])
            if trace is None or trace.ended or kinds[run] > REPLACE:
                continue
            pos = runs.carets[run] - (deleted[run] if kinds[run] == BACKSPACE else 0)
            end, moved = pos + typed[run], deleted[run] - typed[run]
            trace.back(partial(_before, pos=pos, end=end, moved=moved, runs=runs, run=run))


def _before(piece: Typed, pos: int, end: int, moved: int, runs: Runs, run: int) -> Iterator[Typed]:
    """A piece as it was before a run, which typed what is from `pos` to `end`."""
    start, stop = piece.first, piece.first + len(piece.text)
    if stop <= pos:
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
