"""A notebook with nothing in it yet: one writes at once, and is told what comes next.

Whoever makes a notebook means to write: in command mode the first letters of `print(1)` would be
commands. Who knows Jupyter presses enter first; that is not to leave an empty line.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.hints import hints, key_of
from cocalc_tui.widgets.notebook.completing import CompletingActs
from cocalc_tui.widgets.notebook.draw import EDGES, MARGIN

_RUN = ("runs it", "notebook.run_on")
_LEAVE = ("for commands", "cell.command")
_WRITE = ("to write here", "command.edit")


class Beginning(CompletingActs):
    """Part of the pane: what is done and shown in an empty notebook."""

    _enter_begins = False
    """Whether enter, before anything else, means what it means in command mode."""

    @property
    def is_blank(self) -> bool:
        """Whether there is but one cell, for code, without text."""
        cells = self.stack.cells
        return (
            len(cells) == 1 and cells[0].kind == "code" and not len(cells[0].source.editor.buffer)
        )

    def begin(self) -> None:
        """Edit the cell of an empty notebook, where I may."""
        if self.is_blank and self.document.readonly is None:
            self.edit(self.active)
            self._enter_begins = True

    def do_newline(self) -> None:
        """Begin a line; who presses enter first to begin writing is told that they are."""
        if self._enter_begins and self.is_blank:
            desk(self).notice("You are writing in the cell already")
        else:
            super().do_newline()
        self._enter_begins = False

    def render_line(self, y: int) -> Strip:
        """A row of the screen; an empty notebook says in its cell which keys there are."""
        row = super().render_line(y)
        if not self.is_blank or self.document.readonly is not None:
            return row
        cell = self.stack.cells[0]
        if y != self.stack.source_top(cell.key) - self.window.top:
            return row
        at = MARGIN + cell.source.painter.gutter + 1
        text = self._hint(self.size.width - EDGES - at)
        hint = Strip([Segment(text, self.look.source.text + self.look.label)])
        return Strip.join([row.crop(0, at), hint, row.crop(at + len(text))])

    def _hint(self, room: int) -> str:
        if not self.editing:
            return hints([_WRITE], room, lambda name: key_of(self, name))
        offers = [_RUN, _LEAVE] if desk(self).role >= Role.RUNNER else [_LEAVE]
        return hints(offers, room, lambda name: key_of(self, name))
