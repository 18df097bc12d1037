"""A text with my carets in it.

The editor never changes the text itself: it asks for *splices* through the `edit` callback, whose
owner makes them a patch of the document; the change comes back through `changed`, from my own
keys and from other people alike. So there is one way in for every change, and my carets are
carried through others' typing by the same few lines that carry them through my undo.

Offsets count code points; a column is an offset within its line; a caret stands before the
character at its offset and only where a cluster begins. What keys do is in modules of its own:
`motions`, `writing`, `lines`, `several`. Nothing here knows of Textual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from cocalc_tui.sync.patch import MAIN, Splice, TextChange, TextId
from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.carets import Caret, Carried, Put, merged, moved, splices, through
from cocalc_tui.widgets.editor.motions import Motion
from cocalc_tui.widgets.editor.view import Buffer, Dirty, View

Edit = Callable[[list[Splice], str, bool | None], None]
"""Makes splices a patch: (splices, kind, whether an undo step begins; None: more of the last)."""
Where = Callable[[Caret, int], int]
"""Where an offset of a caret, itself or its anchor, is after an edit."""


class Editor:
    """The text as its view shows it, my carets and what is selected."""

    def __init__(
        self,
        buffer: Buffer,
        edit: Edit,
        *,
        at: TextId = MAIN,
        tab: int = 4,
        opens: str = "([{",
        leaves: re.Pattern[str] | None = None,
    ) -> None:
        """`opens`: characters after which a new line is indented one step more.

        `leaves`: what a line is after which the next is indented one step less.
        """
        self.view = View(buffer, tab)
        self.at = at
        self.opens = opens
        self.leaves = leaves
        self.pairs = ""
        """Brackets and quotes that are closed as they are typed, as `()[]""`."""
        self.step = ""
        """What indents a line by one step; "" for what the lines around it have."""
        self.main = Caret()
        """The caret that the screen follows and the others see."""
        self.others: list[Caret] = []
        """My further carets."""
        self.closers: list[int] = []
        """Offsets of closing brackets that nobody typed: typing one there only passes it."""
        self.marks: dict[str, int] = {}
        """Offsets that have a name, as vim's marks; they stay in their text."""
        self.spans: Sequence[Carried] = []
        """What is still to be changed of very many lines (`slices`); it stays in its text."""
        self.whole_lines = False
        """Whether what is selected looks like whole lines."""
        self.marking = False
        """Whether moving selects, as after Emacs' set-mark."""
        self._there = 0
        """Where the main caret was before an empty text took the place of its own."""
        self._edit = edit
        self._going: str | None = None
        self._one_step: Literal["", "due", "begun"] = ""

    @property
    def buffer(self) -> Buffer:
        """The text."""
        return self.view.buffer

    @property
    def tab(self) -> int:
        """Cells from one tab stop to the next."""
        return self.view.tab

    def load(self, buffer: Buffer) -> None:
        """Take another text in the place of this one.

        The caret stays where that is possible, and is there again once an empty text is filled.
        """
        self.view.load(buffer)
        there = max(self.caret, self._there)
        self.main.put(min(there, len(buffer)))
        self._there = 0 if len(buffer) else there
        self.others, self.closers, self.marks, self.spans = [], [], {}, []

    # --- carets --------------------------------------------------------------------------------

    @property
    def caret(self) -> int:
        """Where the main caret is."""
        return self.main.at

    @caret.setter
    def caret(self, at: int) -> None:
        self.main.at = at

    @property
    def anchor(self) -> int | None:
        """The other end of the main selection, None for none."""
        return self.main.anchor

    @anchor.setter
    def anchor(self, at: int | None) -> None:
        self.main.anchor = at

    @property
    def carets(self) -> list[Caret]:
        """All of them, in the order of the text."""
        if not self.others:
            return [self.main]
        return sorted([self.main, *self.others], key=lambda caret: caret.selection)

    def set_carets(self, carets: Sequence[Caret], main: Caret) -> None:
        """Have these; those that touch become one."""
        self.main = main
        self.others = [caret for caret in merged(carets, main) if caret is not main]
        self._going = None

    def single(self) -> bool:
        """Drop all carets but the main one; False where there is no other."""
        several, self.others = bool(self.others), []
        return several

    # --- changes -------------------------------------------------------------------------------

    def changed(self, changes: Iterable[TextChange]) -> Dirty | None:
        """The buffer went through these; carry carets and view along. None: nothing of mine."""
        mine = [change for change in changes if change.at == self.at]
        if not mine:
            return None
        start = end = mine[0].pos
        for change in mine:
            self.main.carry(change)
            for caret in (*self.others, *self.spans):
                caret.carry(change)
            if self.marks:
                self.marks = {name: moved(at, change) for name, at in self.marks.items()}
            if self.closers:
                self.closers = _closers(self.closers, change)
            end = max(moved(end, change), change.pos + len(change.insert))
            start = min(start, change.pos)
        if self._there:
            self.main.put(min(self._there, len(self.buffer)))
            self._there = 0
        return self.view.changed(start, end)

    def carried(self, offset: int, changes: Iterable[TextChange]) -> int:
        """Where an offset of this text is after changes."""
        for change in changes:
            if change.at == self.at:
                offset = moved(offset, change)
        return offset

    def put(
        self, make: Callable[[Caret], Put | None], kind: str = "typing", *, step: bool = False
    ) -> None:
        """Replace something at each caret, in one patch; `step` begins a new undo step."""
        carets = self.carets
        puts: list[Put] = []
        for caret in carets:
            puts.append(_behind(make(caret) or Put(caret.at, caret.at, ""), puts))
        made = splices(puts, self.at)
        if made:
            self._change(made, kind, step=step or self._going != kind)
        shift = 0
        for caret, put in zip(carets, puts, strict=True):
            at = put.start + shift + (len(put.text) if put.caret is None else put.caret)
            caret.put(self.settle(at, on=True))
            shift += len(put.text) - (put.end - put.start)
        self._settle_carets()
        self._going, self.marking = kind, False

    def replace(
        self, puts: Sequence[Put], kind: str, where: Where | None = None, *, step: bool = True
    ) -> None:
        """Replace parts of the text, in its order, in one patch and undo step of its own.

        Without `step` it goes on with the undo step of the edit of this kind before.
        `where` says for a caret where an offset of it is then; else carets stay in their text, and
        go along with what is inserted exactly at them.
        """
        before = [(caret, caret.at, caret.anchor) for caret in self.carets]
        made = splices(puts, self.at)
        if not made:
            return
        where = where or (lambda _, offset: through(offset, puts))
        self._change(made, kind, step=step)
        for caret, at, anchor in before:
            end = None if anchor is None else self.settle(where(caret, anchor), on=True)
            caret.put(self.settle(where(caret, at), on=True), end)
        self._settle_carets()
        self._going, self.marking = None, False

    def _change(self, made: list[Splice], kind: str, *, step: bool) -> None:
        if self._one_step:
            self._edit(made, kind, True if self._one_step == "due" else None)
            self._one_step = "begun"
        else:
            self._edit(made, kind, step)

    def one_step(self, *, on: bool) -> None:
        """Have all that is changed from here on be one undo step, or no more."""
        self._one_step = "due" if on else ""

    def _settle_carets(self) -> None:
        if self.others:
            self.set_carets([self.main, *self.others], self.main)

    @property
    def going(self) -> str | None:
        """Kind of the last edit, None after anything else; what goes on is one undo step."""
        return self._going

    def break_off(self) -> None:
        """Have what is typed next be an undo step of its own."""
        self._going = None

    # --- selection -----------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of what is selected; both the caret when nothing is."""
        return self.main.selection

    def shown(self, caret: Caret) -> tuple[int, int]:
        """Start and end of a selection as it looks."""
        low, high = caret.selection
        if not self.whole_lines:
            return low, high
        first, last = self.buffer.row_col(low)[0], self.buffer.row_col(high)[0]
        return self.start_of(first), self.start_of(last + 1)

    @property
    def selected(self) -> str:
        """The text selected."""
        return self.buffer.slice(*self.selection)

    def go(self, offset: int, *, select: bool = False) -> None:
        """Put the one caret at an offset, with `select` leaving the selection's other end."""
        self.others = []
        self._land(self.main, offset, select=select)

    def point(self, offset: int, *, select: bool) -> None:
        """Put the main caret at an offset; the others stay where they are."""
        self._land(self.main, offset, select=select)
        self._settle_carets()

    def _land(self, caret: Caret, offset: int, *, select: bool) -> None:
        select = select or self.marking
        anchor = (caret.at if caret.anchor is None else caret.anchor) if select else None
        line, settled = self.buffer.row_col(caret.at)[0], self.settle(offset)
        caret.put(settled, anchor)
        self._going = None
        if self.closers or self.view.folds:
            now = self.buffer.row_col(settled)[0]
            if now != line:
                self.closers = []
            self.view.reveal(now)

    def settle(self, offset: int, *, on: bool = False) -> int:
        """The nearest place before an offset (`on`: behind it) where a caret may stand."""
        offset = min(max(offset, 0), len(self.buffer))
        line, column = self.buffer.row_col(offset)
        cells = self.view.cells(line)
        settled = cells.snap(column)
        return offset - column + (cells.after(column) if on and settled != column else settled)

    def select(self, start: int, end: int) -> None:
        """Select a range, the caret at its end."""
        self.go(start)
        self.go(end, select=True)

    def select_all(self) -> None:
        """Select the whole text."""
        self.select(0, len(self.buffer))

    def select_word(self, offset: int) -> None:
        """Select the word at an offset."""
        self.select(*self.word_at(offset))

    def word_at(self, offset: int) -> tuple[int, int]:
        """Start and end of the word, or the run of spaces or signs, at an offset."""
        line, column = self.buffer.row_col(offset)
        start, end = moves.word_at(self.view.text(line), column)
        cells = self.view.cells(line)
        if cells.snap(end) != end:
            end = cells.after(end)
        return offset - column + cells.snap(start), offset - column + end

    def select_line(self, line: int) -> None:
        """Select a line with its end."""
        self.select(self.start_of(line), self.start_of(line + 1))

    def start_of(self, line: int) -> int:
        """The offset where a line begins; that of the text's end behind the last."""
        if line >= self.view.lines:
            return len(self.buffer)
        return self.buffer.offset(line, 0)

    def end_of(self, line: int) -> int:
        """The offset behind the last character of a line."""
        return self.buffer.offset(line, self.view.length(line))

    # --- moving --------------------------------------------------------------------------------

    def place(self) -> tuple[int, int]:
        """Line and column of the caret."""
        return self.buffer.row_col(self.caret)

    def move(self, motion: Motion, *, select: bool = False, edge: int | None = None) -> None:
        """Move each caret; `edge`: where something is selected only to its start 0 or end 1."""
        for caret in self.carets:
            if edge is not None and caret.anchor is not None and not select:
                self._land(caret, caret.selection[edge], select=False)
            else:
                self._land(caret, motion(self, caret.at), select=select)
        self._settle_carets()

    def vertical(self, rows: int, *, select: bool = False) -> bool:
        """Rows down (negative: up); False where the text ends there and the caret stays put."""
        at = self.caret
        for caret in self.carets:
            row, x = self.view.place(caret.at)
            goal = x if caret.goal is None else caret.goal
            self._land(caret, self.view.offset(row + rows, goal), select=select)
            caret.goal = goal
        self._settle_carets()
        return self.caret != at


def _behind(put: Put, puts: Sequence[Put]) -> Put:
    """A put cut off where the one before reaches into it."""
    if not puts or put.start >= puts[-1].end:
        return put
    start = puts[-1].end
    return put._replace(start=start, end=max(start, put.end))


def _closers(closers: list[int], change: TextChange) -> list[int]:
    """Where closing brackets are after a change; without those that it took."""
    kept: list[int] = []
    for at in closers:
        if change.pos <= at < change.pos + change.delete:
            continue
        kept.append(at if at < change.pos else at + len(change.insert) - change.delete)
    return kept
