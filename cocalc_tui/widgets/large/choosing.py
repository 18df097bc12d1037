"""Selecting in a large file, with the mouse or line by line, and copying it.

A selection is bytes of the file, so that it stays what it is while the window moves away from it;
what was not fetched yet is fetched when it is copied.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.cells import LONG, Cells, LongCells, cells
from cocalc_tui.widgets.large.source import Line, Source

TAB = 8
MOST_COPIED = 4 * 2**20
"""Bytes."""


def laid(line: Line) -> Cells:
    """A line as it is drawn."""
    if len(line.text) <= LONG:
        return cells(line.text, TAB)
    return LongCells(len(line.text), lambda start, end: line.text[start:end])


def byte_at(line: Line, x: int) -> int:
    """The byte of the file at a cell of a line."""
    column = laid(line).column(x)
    return min(line.start + len(line.text[:column].encode("utf-8", "replace")), line.end)


def column_at(line: Line, byte: int) -> int:
    """The cell of a line where a byte of the file is drawn; behind its end for those behind it."""
    if byte >= line.end:
        return laid(line).width + 1
    before = line.text.encode("utf-8", "replace")[: max(byte - line.start, 0)]
    return laid(line).x(len(before.decode("utf-8", "ignore")))


class Choosing(Widget):
    """Part of the pane of a large file."""

    source: Source
    top: int
    lines: list[Line]
    chosen: tuple[int, int] | None = None
    """Where a selection began and where it ends now, in bytes."""
    _holding: int | None = None
    """Where the mouse was pressed."""

    def label_width(self) -> int:
        """Cells left of the text."""
        raise NotImplementedError

    def left(self) -> int:
        """The first cell of the text that shows."""
        raise NotImplementedError

    def do_down(self) -> None:
        """A line down."""
        raise NotImplementedError

    def do_up(self) -> None:
        """A line up."""
        raise NotImplementedError

    # --- line by line --------------------------------------------------------------------------

    def do_select_down(self) -> None:
        """Select the first line that shows, and then one more each time."""
        if not self.lines:
            return
        start, end = self.chosen or (self.lines[0].start, self.lines[0].start)
        following = next((line.end for line in self.lines if line.end > end >= line.start), None)
        if following is None:
            return
        self._choose(start, following)
        if following >= self.lines[-1].end:
            self.do_down()

    def do_select_up(self) -> None:
        """Select a line less, or one more above."""
        if not self.lines:
            return
        start, end = self.chosen or (self.lines[0].end, self.lines[0].end)
        above = next((line.start for line in self.lines if line.start < end <= line.end), None)
        if above is None:
            return
        self._choose(start, above)
        if above <= self.top:
            self.do_up()

    def _choose(self, start: int, end: int) -> None:
        self.chosen = None if start == end else (start, end)
        self.refresh()
        desk(self).bars_changed()

    def choose_nothing(self) -> bool:
        """Drop the selection; False where there is none."""
        had = self.chosen is not None
        self._choose(0, 0)
        return had

    # --- with the mouse ------------------------------------------------------------------------

    def _byte_under(self, event: events.MouseEvent) -> int | None:
        if not self.lines:
            return None
        row = max(min(event.y, len(self.lines) - 1), 0)
        if event.y >= len(self.lines):
            return self.lines[-1].end
        return byte_at(self.lines[row], max(event.x - self.label_width() + self.left(), 0))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to select."""
        self.focus()
        if event.button == 1:
            self.choose_nothing()
            self._holding = self._byte_under(event)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select up to here, and scroll at the edges."""
        if self._holding is None:
            return
        if event.y < 0:
            self.do_up()
        elif event.y >= self.size.height:
            self.do_down()
        if (here := self._byte_under(event)) is not None:
            self._choose(self._holding, here)

    def on_mouse_up(self, _: events.MouseUp) -> None:
        """Select no further."""
        self._holding = None
        self.release_mouse()

    # --- copying -------------------------------------------------------------------------------

    async def do_copy(self) -> None:
        """Copy what is selected, to the person's own clipboard."""
        if self.chosen is None:
            desk(self).notice("Select something first: shift+down, or the mouse")
            return
        start, end = sorted(self.chosen)
        if end - start > MOST_COPIED:
            size, most = phrases.size(end - start), phrases.size(MOST_COPIED)
            desk(self).notice(f"{size} are more than the {most} that can be copied", bad=True)
            return
        try:
            data = await self.source.have(start, end)
        except RequestFailed as error:
            desk(self).notice(error.text, bad=True)
            return
        self.app.copy_to_clipboard(data.decode("utf-8", "replace"))
        desk(self).notice(f"{phrases.size(len(data))} copied")
