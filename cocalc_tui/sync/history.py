"""When each character of a document came and went: the rows of the version table.

The order of characters is the same in every version, so a version is a choice among all characters
that ever were. A *row* is a stretch of them in document order with one rule for when they are
there: typed in version `born` or one version later for each next character, deleted likewise. What
was taken back by a cancel and brought back has a row for each time it was there.

A version of a log of 260,000 keystrokes is so a choice among some 20,000 rows: a few milliseconds
and no replay. Where two people delete one word at once it goes with the first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

from cocalc_tui.sync.coarse import Coarse
from cocalc_tui.sync.items import Item
from cocalc_tui.sync.patch import Splice, TextId
from cocalc_tui.sync.window import Node

NEVER = 1 << 62
"""The version in which what is there to stay goes."""
BEFORE = -1
"""Stands for the span of what was there before."""


class Line(NamedTuple):
    """In which version each of some characters in a row came, or went."""

    length: int
    first: int
    step: int
    """From one character to the next: 0, 1, or -1 for backspace."""
    span: int
    """Whose doing: a place in `Coarse.spans`; below 0 that of what came before those, and of such
    characters `first` and `step` tell the places in the text as it was then."""

    def part(self, start: int, length: int) -> Line:
        """Some of the characters."""
        return Line(length, self.first + self.step * start, self.step, self.span)


Lines: TypeAlias = "list[Line]"


class Row(NamedTuple):
    """Characters that are there from one version on until another."""

    shown: int
    """The version in which the first of them is there."""
    whole: int
    """In which all of them are, until:"""
    shrinks: int
    """In which some of them are gone."""
    gone: int
    """In which all are."""
    text: str
    born: Line
    """When they came, or came back."""
    died: Line
    typed: Line
    """When they came at first."""

    def part(self, version: int) -> tuple[int, int]:
        """From where to where in the text it is there in a version."""
        if not self.shown <= version < self.gone:
            return 0, 0
        start, stop = 0, self.born.length
        if self.born.step:
            stop = min(stop, version - self.born.first + 1)
        if self.died.step > 0:
            start = max(start, version - self.died.first + 1)
        elif self.died.step < 0:
            stop = min(stop, self.died.first - version)
        return start, max(start, stop)


Switches: TypeAlias = "dict[int, list[int]]"
"""By span, for those that are ever cancelled: the versions in which that changed, rising."""


def history(coarse: Coarse, switched: Switches) -> dict[TextId, list[Row]]:
    """The rows of every text, in document order; `switched` as `switches` gives it."""
    return _History(coarse, switched).rows()


class _History:
    def __init__(self, coarse: Coarse, switched: Switches) -> None:
        self._coarse = coarse
        self._switches = switched
        self._born: dict[Item, Lines] = {}
        self._died: dict[Item, list[Lines]] = {}
        for node in coarse.walker.nodes():
            if node.first not in coarse.graph.empty:
                self._take(node)

    def rows(self) -> dict[TextId, list[Row]]:
        """The rows of every text."""
        trees = self._coarse.walker.trees()
        return {
            at: [row for item in tree.items() for row in self._item(at, item)]
            for at, tree in trees.items()
        }

    # --- what came and went --------------------------------------------------------------------

    def _take(self, node: Node) -> None:
        """Note what a node did to which items."""
        lines = _Strip(self._lines(node.indexes()))
        for first, length, deletes in node.refs:
            item: Item | None = first
            while length and item is not None:
                part = lines.cut(item.length)
                if deletes:
                    self._died.setdefault(item, []).append(part)
                else:
                    self._born[item] = part
                length -= item.length
                item = item.rest

    def _lines(self, indexes: Sequence[int]) -> Lines:
        """In which versions the characters of a node came or went, in the order of its `refs`."""
        spans = self._coarse.spans
        joined: Lines = []
        for index in indexes:
            span = spans[index]
            for op, unit, patch in zip(span.ops, span.units, span.patches, strict=True):
                if type(op) is Splice:
                    seq = span.seq + patch
                    if op.delete:
                        joined.append(_line(op.delete, unit, seq, index))
                    if op.insert:
                        joined.append(_line(len(op.insert), unit, seq, index))
        if len(indexes) > 1:
            first, second = (spans[index].ops[0] for index in indexes[:2])
            assert isinstance(first, Splice)
            assert isinstance(second, Splice)
            if first.delete and first.pos != second.pos:
                joined.reverse()
        return joined

    # --- rows ----------------------------------------------------------------------------------

    def _item(self, at: TextId, item: Item) -> Iterator[Row]:
        """The rows of an item."""
        whole = item.text
        if whole is None:
            whole = self._coarse.base.texts[at]
            born = [Line(item.length, item.start, 1, BEFORE)]
        else:
            born = self._born[item]
        died = self._died.get(item, [])
        if len(born) == 1 and all(len(lines) == 1 for lines in died):
            text = whole[item.start : item.start + item.length]
            yield from self._rows(text, born[0], [line for (line,) in died])
            return
        start = 0
        coming, going = _Strip(born), [_Strip(lines) for lines in died]
        for length in _lengths([born, *died]):
            text = whole[item.start + start : item.start + start + length]
            (typed,) = coming.cut(length)
            went = [line for lines in going for line in lines.cut(length)]
            yield from self._rows(text, typed, went)
            start += length

    def _rows(self, text: str, typed: Line, went: list[Line]) -> Iterator[Row]:
        came = Line(typed.length, 0, 0, BEFORE) if typed.span == BEFORE else typed
        switched = any(line.span in self._switches for line in (came, *went))
        if not switched and len(went) <= 1:
            yield _row(text, came, went[0] if went else None, typed)
        elif not went:
            ends = [*self._switches[came.span], NEVER]
            yield _row(text, came, _all(came, ends[0]), typed)
            for first, gone in zip(ends[1::2], ends[2::2], strict=False):
                yield _row(text, _all(came, first), _all(came, gone), typed)
        elif any(line.step for line in (came, *went)):
            for i, char in enumerate(text):
                yield from self._rows(char, _at(typed, i), [_at(line, i) for line in went])
        else:
            for first, gone in self._shown(came, went):
                yield _row(text, _all(came, first), _all(came, gone), typed)

    def _shown(self, came: Line, went: list[Line]) -> Iterator[tuple[int, int]]:
        """From which version to which characters are there, all coming and going at once."""
        lines = [(line.first, self._switches.get(line.span, ())) for line in (came, *went)]
        changes = sorted({k for first, switches in lines for k in (first, *switches)})
        start: int | None = None
        for version in (*changes, NEVER):
            there, *gone = (is_on(first, switches, version) for first, switches in lines)
            shown = there and not any(gone) and version < NEVER
            if shown and start is None:
                start = version
            elif not shown and start is not None:
                yield start, version
                start = None


def _line(length: int, unit: int, seq: int, span: int) -> Line:
    """The characters of an operation, which stands for `unit` ones (see `Span.units`)."""
    if unit > 1:
        return Line(length, seq, 1, span)
    if unit < -1:
        return Line(length, seq - unit - 1, -1, span)
    return Line(length, seq, 0, span)


class _Strip:
    """Lines in a row, cut from the beginning: a node of a day's typing has thousands."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._index = self._start = 0

    def cut(self, length: int) -> Lines:
        """The lines of the next characters, as many as there are."""
        if not self._start and self._index < len(self._lines):
            line = self._lines[self._index]
            if line.length == length:
                self._index += 1
                return [line]
        found: Lines = []
        while length and self._index < len(self._lines):
            line = self._lines[self._index]
            part = min(length, line.length - self._start)
            found.append(line.part(self._start, part))
            length -= part
            self._start += part
            if self._start == line.length:
                self._index, self._start = self._index + 1, 0
        return found


def _lengths(covers: Iterable[Lines]) -> Iterator[int]:
    """How to cut characters so that no part is in two lines of one cover."""
    ends = sorted({end for lines in covers for end in accumulate(line.length for line in lines)})
    return (end - start for start, end in pairwise((0, *ends)))


def _all(line: Line, version: int) -> Line:
    """The same characters, all in one version."""
    return Line(line.length, version, 0, line.span)


def _at(line: Line, i: int) -> Line:
    return Line(1, line.first + line.step * i, 0, line.span)


def _row(text: str, born: Line, died: Line | None, typed: Line) -> Row:
    if died is None:
        died = Line(len(text), NEVER, 0, 0)
    last = len(text) - 1
    ends = (died.first, died.first + died.step * last)
    return Row(
        born.first, born.first + born.step * last, min(ends), max(ends), text, born, died, typed
    )


def is_on(first: int, switches: Sequence[int], version: int) -> bool:
    """Whether a patch is there and effective in a version."""
    return version >= first and bisect_right(switches, version) % 2 == 0


def switches(coarse: Coarse) -> Switches:
    """When which spans were cancelled, or effective again."""
    found: Switches = {}
    counts: dict[int, int] = defaultdict(int)
    """How many effective patches cancel it."""
    cancelling = coarse.graph.cancels.reach.keys() - coarse.graph.empty
    for version, index in sorted((coarse.spans[index].seq, index) for index in cancelling):
        work = [(index, 1)]
        while work:
            by, more = work.pop()
            for target in coarse.cancelled_by(by):
                before = counts[target]
                counts[target] += more
                if before == (0 if more == 1 else 1):
                    _toggle(found.setdefault(target, []), version)
                    work.append((target, -more))
    return found


def _toggle(switches: list[int], version: int) -> None:
    """Note a change; one that is undone in the same version is none."""
    if switches and switches[-1] == version:
        switches.pop()
    else:
        switches.append(version)
