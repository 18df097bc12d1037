"""A text with my caret in it, and what keys do to both.

The editor never changes the text itself: it asks for *splices* through the `edit` callback, whose
owner makes them a patch of the document; the change comes back through `changed`, from my own
keys and from other people alike. So there is one way in for every change, and my caret is carried
through others' typing by the same few lines that carry it through my undo.

Offsets count code points; a column is an offset within its line; the caret stands before the
character at its offset and only where a cluster begins. Nothing here knows of Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cocalc_tui.sync.patch import MAIN, Splice, TextChange, TextId
from cocalc_tui.widgets.editor import moves
from cocalc_tui.widgets.editor.view import Buffer, Dirty, View

Edit = Callable[[list[Splice], str, bool], None]
"""Makes splices a patch: (splices, kind, whether a new undo step begins)."""


class Editor:
    """The text as its view shows it, my caret and selection, and what keys do."""

    def __init__(
        self, buffer: Buffer, edit: Edit, *, at: TextId = MAIN, tab: int = 4, opens: str = "([{"
    ) -> None:
        """`opens`: characters after which a new line is indented one step more."""
        self.view = View(buffer, tab)
        self.at = at
        self.tab = tab
        self.opens = opens
        self.caret = 0
        self.anchor: int | None = None
        """The other end of the selection, None for none."""
        self._edit = edit
        self._goal: int | None = None
        """The cell that going up and down tries to keep."""
        self._going: tuple[str, int] | None = None
        """Kind and place of the last edit; what goes on there is the same undo step."""

    @property
    def buffer(self) -> Buffer:
        """The text."""
        return self.view.buffer

    def load(self, buffer: Buffer) -> None:
        """Take another text in the place of this one; the caret stays where that is possible."""
        self.view.load(buffer)
        self.caret = min(self.caret, len(buffer))
        self.anchor = None

    # --- changes -------------------------------------------------------------------------------

    def changed(self, changes: Iterable[TextChange]) -> Dirty | None:
        """The buffer went through these; carry caret and view along. None: nothing of mine."""
        mine = [change for change in changes if change.at == self.at]
        if not mine:
            return None
        start = end = mine[0].pos
        for change in mine:
            self._carry(change)
            end = max(_moved(end, change), change.pos + len(change.insert))
            start = min(start, change.pos)
        return self.view.changed(start, end)

    def carried(self, offset: int, changes: Iterable[TextChange]) -> int:
        """Where an offset of this text is after changes."""
        for change in changes:
            if change.at == self.at:
                offset = _moved(offset, change)
        return offset

    def _carry(self, change: TextChange) -> None:
        """Text that comes exactly at my caret goes behind it, and never into my selection."""
        low, high = self.selection
        backwards = self.anchor is not None and self.anchor > self.caret
        if low < high and change.pos == low and not change.delete:
            low += len(change.insert)
        else:
            low = _moved(low, change)
        high = max(low, _moved(high, change))
        self.caret = low if backwards else high
        if self.anchor is not None:
            self.anchor = high if backwards else low

    def _splice(self, splices: list[Splice], kind: str, *, step: bool) -> None:
        if splices:
            self._edit(splices, kind, step)

    def _replace(self, start: int, end: int, text: str, kind: str = "typing") -> None:
        """Replace a range and put the caret behind the new text."""
        goes_on = self._going == (kind, self.caret) and self.anchor is None
        if text or end > start:
            self._splice([Splice(start, end - start, text, self.at)], kind, step=not goes_on)
        self.caret, self.anchor, self._goal = start + len(text), None, None
        self._going = (kind, self.caret)

    # --- selection -----------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of what is selected; both the caret when nothing is."""
        anchor = self.caret if self.anchor is None else self.anchor
        return min(self.caret, anchor), max(self.caret, anchor)

    @property
    def selected(self) -> str:
        """The text selected."""
        return self.buffer.slice(*self.selection)

    def go(self, offset: int, *, select: bool = False) -> None:
        """Put the caret at an offset, with `select` leaving the selection's other end."""
        self._land(offset, select=select)
        self._goal = None

    def _land(self, offset: int, *, select: bool) -> None:
        if not select:
            self.anchor = None
        elif self.anchor is None:
            self.anchor = self.caret
        self.caret = self.settle(offset)
        self._going = None
        if self.anchor == self.caret:
            self.anchor = None

    def settle(self, offset: int) -> int:
        """The nearest place before an offset where a caret may stand."""
        offset = min(max(offset, 0), len(self.buffer))
        line, column = self.buffer.row_col(offset)
        return offset - column + self.view.cells(line).snap(column)

    def select(self, start: int, end: int) -> None:
        """Select a range, the caret at its end."""
        self.go(start)
        self.go(end, select=True)

    def select_all(self) -> None:
        """Select the whole text."""
        self.select(0, len(self.buffer))

    def select_word(self, offset: int) -> None:
        """Select the word at an offset."""
        line, column = self.buffer.row_col(offset)
        start, end = moves.word_at(self.view.text(line), column)
        self.select(offset - column + start, offset - column + end)

    def select_line(self, line: int) -> None:
        """Select a line with its end."""
        self.select(self._start(line), self._start(line + 1))

    def _start(self, line: int) -> int:
        if line >= self.view.lines:
            return len(self.buffer)
        return self.buffer.offset(line, 0)

    def _end(self, line: int) -> int:
        return self.buffer.offset(line, len(self.view.text(line)))

    # --- moving --------------------------------------------------------------------------------

    def place(self) -> tuple[int, int]:
        """Line and column of the caret."""
        return self.buffer.row_col(self.caret)

    def left(self, *, select: bool = False) -> None:
        """One character back, or to the start of the selection."""
        if self.anchor is not None and not select:
            self.go(self.selection[0])
            return
        self.go(self._before(self.caret), select=select)

    def right(self, *, select: bool = False) -> None:
        """One character on, or to the end of the selection."""
        if self.anchor is not None and not select:
            self.go(self.selection[1])
            return
        self.go(self._after(self.caret), select=select)

    def _before(self, offset: int) -> int:
        line, column = self.buffer.row_col(offset)
        if column:
            return offset - column + self.view.cells(line).before(column)
        return self._end(line - 1) if line else 0

    def _after(self, offset: int) -> int:
        line, column = self.buffer.row_col(offset)
        if column < len(self.view.text(line)):
            return offset - column + self.view.cells(line).after(column)
        return self._start(line + 1)

    def word_left(self, *, select: bool = False) -> None:
        """To the start of the word."""
        self.go(self._word_before(), select=select)

    def word_right(self, *, select: bool = False) -> None:
        """To the end of the word."""
        self.go(self._word_after(), select=select)

    def _word_before(self) -> int:
        line, column = self.place()
        if not column:
            return self._before(self.caret)
        found = moves.previous_word(self.view.text(line), column)
        return self.caret - column + (found or 0)

    def _word_after(self) -> int:
        line, column = self.place()
        text = self.view.text(line)
        if column >= len(text):
            return self._after(self.caret)
        found = moves.next_word(text, column)
        return self.caret - column + (len(text) if found is None else found)

    def vertical(self, rows: int, *, select: bool = False) -> bool:
        """Rows down (negative: up); False where the text ends there and the caret stays put."""
        row, x = self.view.place(self.caret)
        goal = x if self._goal is None else self._goal
        at = self.caret
        self._land(self.view.offset(row + rows, goal), select=select)
        self._goal = goal
        return self.caret != at

    def home(self, *, select: bool = False) -> None:
        """To the beginning of what is written in the row, then of the row itself."""
        row, _ = self.view.place(self.caret)
        line, part = self.view.at(row)
        start, _ = self.view.span(line, part)
        column = self.place()[1]
        goal = start if part else moves.smart_home(self.view.text(line), column)
        self.go(self.buffer.offset(line, goal), select=select)

    def end(self, *, select: bool = False) -> None:
        """To the end of the row, then of the line."""
        row, _ = self.view.place(self.caret)
        line, part = self.view.at(row)
        _, end = self.view.span(line, part)
        column = self.place()[1]
        if part < len(self.view.breaks(line)):
            last = self.view.cells(line).before(end)
            end = len(self.view.text(line)) if column == last else last
        self.go(self.buffer.offset(line, end), select=select)

    # --- typing --------------------------------------------------------------------------------

    def insert(self, text: str, kind: str = "typing") -> None:
        """Type in the place of the selection."""
        self._replace(*self.selection, text.encode("utf-8", "replace").decode(), kind)

    def paste(self, text: str) -> None:
        """Insert what came from a clipboard, with this text's line ends."""
        ends = self.line_end(self.place()[0])
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._going = None
        self.insert(ends.join(lines), "paste")

    def newline(self) -> None:
        """Begin a line, indented as the one above and ended as it is."""
        line, column = self.buffer.row_col(self.selection[0])
        before = self.view.text(line)[:column]
        indent = moves.indent_of(before)
        if before.rstrip()[-1:] in tuple(self.opens):
            indent += "\t" if self._uses_tabs(line) else " " * self.tab
        self._going = None
        self.insert(self.line_end(line) + indent)

    def line_end(self, line: int) -> str:
        """How a line ends, the last one as the line above it."""
        if line == self.view.lines - 1:
            line -= 1
        return "\r\n" if line >= 0 and self.buffer.line(line).endswith("\r") else "\n"

    def backspace(self) -> None:
        """Delete the selection or the character before the caret."""
        line, column = self.place()
        before = self.view.text(line)[:column]
        start = self._before(self.caret)
        if before and not before.strip(" "):
            start = self.caret - ((column - 1) % self.tab + 1)
        self._delete(start, self.caret)

    def delete(self) -> None:
        """Delete the selection or the character after the caret."""
        self._delete(self.caret, self._after(self.caret))

    def delete_word_left(self) -> None:
        """Delete to the start of the word."""
        self._delete(self._word_before(), self.caret)

    def delete_word_right(self) -> None:
        """Delete to the end of the word."""
        self._delete(self.caret, self._word_after())

    def _delete(self, start: int, end: int) -> None:
        if self.anchor is not None:
            start, end = self.selection
        self._replace(start, end, "", "delete")

    # --- lines ---------------------------------------------------------------------------------

    def lines_selected(self) -> tuple[int, int]:
        """First and last line of the selection; a line of which nothing is selected is not one."""
        low, high = self.selection
        first, last = self.buffer.row_col(low)[0], self.buffer.row_col(high)
        return first, last[0] - 1 if last[0] > first and last[1] == 0 else last[0]

    def cut_lines(self) -> str:
        """Take the selection, or without one the whole line; returns it."""
        if self.anchor is None:
            self.select_line(self.place()[0])
        text = self.selected
        if text:
            self._replace(*self.selection, "", "cut")
        return text

    def copied(self) -> str:
        """What copying takes: the selection, or without one the whole line."""
        if self.anchor is not None:
            return self.selected
        line = self.place()[0]
        return self.buffer.slice(self._start(line), self._start(line + 1))

    def delete_lines(self) -> None:
        """Delete the lines of the selection."""
        first, last = self.lines_selected()
        column = self.view.place(self.caret)[1]
        start, end = self._start(first), self._start(last + 1)
        if last == self.view.lines - 1 and first:
            start = self._end(first - 1)
        self._replace(start, end, "", "delete")
        self.go(self.view.offset(self.view.top(min(first, self.view.lines - 1)), column))

    def duplicate_lines(self) -> None:
        """Write the lines of the selection once more below."""
        first, last = self.lines_selected()
        text = self.buffer.slice(self._start(first), self._end(last))
        at, caret, anchor = self._end(last), self.caret, self.anchor
        insert = self.line_end(last) + text
        self._splice([Splice(at, 0, insert, self.at)], "duplicate", step=True)
        self.caret = caret + len(insert)
        self.anchor = None if anchor is None else anchor + len(insert)

    def move_lines(self, by: int) -> None:
        """Move the lines of the selection one up (-1) or down (1).

        It is the neighbouring line that is deleted and written anew on the other side: what
        others type at the same time into the moved lines stays in them.
        """
        first, last = self.lines_selected()
        other = first - 1 if by < 0 else last + 1
        if not 0 <= other < self.view.lines:
            return
        text = self.view.text(other)
        ends = self.line_end(other if by < 0 else last)
        caret, anchor = self.caret, self.anchor
        if by < 0:
            goes, lands = Splice(self._start(other), len(text) + len(ends), ""), self._end(last)
            comes = Splice(lands - goes.delete, 0, ends + text)
            shift = -goes.delete
        else:
            goes = Splice(self._end(last), len(ends) + len(text), "")
            comes = Splice(self._start(first), 0, text + ends)
            shift = len(comes.insert)
        splices = [goes._replace(at=self.at), comes._replace(at=self.at)]
        self._splice(splices, "move", step=True)
        self.caret = caret + shift
        self.anchor = None if anchor is None else anchor + shift

    def indent(self) -> None:
        """Tab: to the next stop, or the selected lines one step in."""
        if self.anchor is not None and "\n" in self.selected:
            step = "\t" if self._uses_tabs(self.lines_selected()[0]) else " " * self.tab
            self._edit_lines("indent", lambda text: (0, 0, step) if text.strip() else None)
            return
        line, _ = self.place()
        if self._uses_tabs(line):
            self.insert("\t")
            return
        x = self.view.cells(line).x(self.place()[1])
        self.insert(" " * (self.tab - x % self.tab))

    def dedent(self) -> None:
        """Shift+tab: the lines one step out."""

        def less(text: str) -> tuple[int, int, str] | None:
            spaces = len(text) - len(text.lstrip(" "))
            wide = 1 if text.startswith("\t") else min(spaces, self.tab)
            return (0, wide, "") if wide else None

        self._edit_lines("dedent", less)

    def toggle_comment(self, mark: str) -> None:
        """Put the lines of the selection behind a comment mark, or take it away from all."""
        first, last = self.lines_selected()
        texts = [self.view.text(line) for line in range(first, last + 1)]
        written = [text for text in texts if text.strip()]
        if not written:
            return
        if all(text.lstrip().startswith(mark) for text in written):
            self._edit_lines("comment", lambda text: _uncomment(text, mark))
            return
        column = min(len(moves.indent_of(text)) for text in written)
        self._edit_lines("comment", lambda text: (column, 0, mark + " ") if text.strip() else None)

    def _edit_lines(self, kind: str, change: Callable[[str], tuple[int, int, str] | None]) -> None:
        """Change each line of the selection: `change` says (column, deleted, inserted)."""
        first, last = self.lines_selected()
        splices: list[Splice] = []
        shift = 0
        for line in range(first, last + 1):
            if (made := change(self.view.text(line))) is not None:
                column, delete, insert = made
                at = self._start(line) + column + shift
                splices.append(Splice(at, delete, insert, self.at))
                shift += len(insert) - delete
        caret, anchor = _after_all(self.caret, splices), self.anchor
        self._splice(splices, kind, step=True)
        self.caret = caret
        self.anchor = None if anchor is None else _after_all(anchor, splices)

    def _uses_tabs(self, line: int) -> bool:
        """Whether the text around a line is indented with tabs."""
        for near in range(line, max(line - 100, -1), -1):
            text = self.buffer.line(near)
            if text[:1] in ("\t", " ") and text.strip():
                return text[0] == "\t"
        return False


def _moved(offset: int, change: TextChange | Splice) -> int:
    """Where an offset is after a change; what comes exactly there goes behind it."""
    if offset <= change.pos:
        return offset
    if offset <= change.pos + change.delete:
        return change.pos
    return offset + len(change.insert) - change.delete


def _after_all(offset: int, splices: Sequence[Splice]) -> int:
    """My own caret after splices of mine: it goes along with what is inserted at it."""
    for splice in splices:
        if offset == splice.pos and not splice.delete:
            offset += len(splice.insert)
        else:
            offset = _moved(offset, splice)
    return offset


def _uncomment(text: str, mark: str) -> tuple[int, int, str] | None:
    column = len(moves.indent_of(text))
    rest = text[column:]
    if not rest.startswith(mark):
        return None
    return column, len(mark) + (rest[len(mark) :][:1] == " "), ""
