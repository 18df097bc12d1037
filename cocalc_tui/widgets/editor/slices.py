"""What is done to very many lines: slice by slice, so that others' typing and drawing come between.

Done at once, 100,000 lines would hold the app for seconds. Each slice is an edit of the text as it
is then; what is still to come stays in its text while others type.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

from cocalc_tui.sync.patch import TextChange
from cocalc_tui.widgets.editor.carets import Caret, Put, moved
from cocalc_tui.widgets.editor.model import Editor

Slices = Iterator[float]
"""Each step does a slice; it says how much of all is done then, from 0 to 1."""
LineChange = Callable[[int, str], tuple[int, int, str] | None]
"""What changes in a line: (column, deleted, inserted)."""
Begin = Callable[[int], LineChange]
"""How lines change that follow one another, of which this is the first."""

AT_ONCE = 2_000
"""Lines or places of the first slice: nearly always it is the only one."""
LINES = 100
"""Lines or places of each further slice, at least: what takes a few milliseconds."""
MOST_SLICES = 64
"""Slices are patches: undo takes so many back in one go, and many more by going over them all."""
MOST_CHANGES = 500
"""What others may change of what is left before it is left as it is: each place is carried over
all of it."""


def change(editor: Editor, within: Sequence[tuple[int, int]], kind: str, begin: Begin) -> Slices:
    """Change each line of these ranges, first and last line of each, in one undo step."""
    spans = [Caret(editor.start_of(last + 1), editor.start_of(first)) for first, last in within]
    editor.spans = spans = spans[::-1]
    total = sum(last + 1 - first for first, last in within)
    done, most, later, step = 0, AT_ONCE, max(LINES, total // MOST_SLICES), True
    make: LineChange | None = None
    while spans and editor.spans is spans:
        puts: list[Put] = []
        left = most
        while spans and left:
            first, until = _left_of(editor, spans[-1])
            make = make or begin(first)
            here = min(first + left, until)
            puts += _puts(editor, first, here, make)
            left -= here - first
            spans[-1].anchor = editor.start_of(here)
            if here == until:
                make = None
                spans.pop()
        editor.replace(puts, kind, step=step)
        step, done, most = step and not puts, done + most - left, later
        if spans:
            yield min(done / total, 1.0)


def _left_of(editor: Editor, span: Caret) -> tuple[int, int]:
    """The lines that are left of what is to be changed, without the second."""
    (first, _), (last, column) = (editor.buffer.row_col(at) for at in span.selection)
    return first, max(first, last + (column > 0))


def _puts(editor: Editor, first: int, until: int, make: LineChange) -> Iterator[Put]:
    """What changes in the lines first..until, without `until`."""
    at = editor.start_of(first)
    whole = editor.buffer.lines(first, until)
    for line, text in enumerate(editor.view.texts(first, until), first):
        if (made := make(line, text)) is not None:
            column, gone, put = made
            yield Put(at + column, at + column + gone, put)
        at += len(whole[line - first]) + 1


def replace(editor: Editor, puts: Iterable[Put], kind: str) -> Generator[float, None, int]:
    """Replace parts of the text, in its order, in one undo step; returns how many were.

    Above `AT_ONCE` of them it goes from the end to the start, so that those to come stay where they
    are but for what others do. What others change meanwhile stays as they have it. `puts` may be
    made as they are asked for, of the text as it is at the beginning.
    """
    rest = Rest(len(editor.buffer))
    editor.spans = spans = [rest]
    left: list[Put] = []
    for put in puts:
        left.append(put)
        if len(left) % AT_ONCE == 0:
            yield 0.0
    total, done, step = len(left), 0, True
    most = total if total <= AT_ONCE else max(LINES, total // MOST_SLICES)
    while left and editor.spans is spans and rest.is_known:
        here = [put for put in map(rest.now, left[-most:]) if put is not None]
        del left[-most:]
        rest.until = here[0].start if here else rest.until
        editor.replace(here, kind, step=step)
        step, done = step and not here, done + len(here)
        if left:
            yield 1 - len(left) / total
    return done


class Rest:
    """A text up to where it is changed: its places as they were are found again as it is now."""

    def __init__(self, until: int) -> None:
        self.until = until
        self._changes: list[TextChange] = []

    def carry(self, change: TextChange) -> None:
        """Others change it; what is behind it, as all that I change, moves nothing in it."""
        if change.pos < self.until:
            self._changes.append(change)
            self.until = moved(self.until, change)

    @property
    def is_known(self) -> bool:
        """Whether places can still be found again in no time."""
        return len(self._changes) <= MOST_CHANGES

    def now(self, put: Put) -> Put | None:
        """The same for the text as it is now; None where others changed what it replaces."""
        start, end = put.start, put.end
        for change in self._changes:
            if change.pos + change.delete <= start:
                grown = len(change.insert) - change.delete
                start, end = start + grown, end + grown
            elif change.pos < end:
                return None
        return put._replace(start=start, end=end)


def at_once(slices: object) -> None:
    """Do all of it, if it is done slice by slice; nothing of others comes between."""
    if isinstance(slices, Iterator):
        for _ in slices:
            pass
