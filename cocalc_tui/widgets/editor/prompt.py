"""What is typed at the foot of a pane: a line to search for, a number to go to.

A field is an `Editor` like any other, so that all keys of text work in it, on a text of its own.
"""

from __future__ import annotations

from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.patch import PatchId, Splice, TextChange
from cocalc_tui.widgets.editor.look import Look
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.painter import Painter
from cocalc_tui.widgets.glyphs import safe

_NOBODY = PatchId("", 0)


class Field:
    """A label and what is typed behind it."""

    def __init__(self, label: str, text: str, look: Look) -> None:
        """`text` stands there at first, selected, so that typing replaces it."""
        self.label = label
        self._buffer = TextBuffer(text)
        self.editor = Editor(self._buffer, self._edit)
        self.editor.select_all()
        self._style = look.text + look.bar
        self.painter = Painter(self.editor, replace(look, text=self._style, current=look.bar))

    def _edit(self, splices: list[Splice], _kind: str, _step: bool | None) -> None:
        for splice in splices:
            insert = splice.insert.replace("\n", " ")
            self._buffer.splice(splice.pos, splice.delete, insert)
            change = TextChange(splice.at, splice.pos, splice.delete, insert, _NOBODY)
            self.editor.changed([change])

    @property
    def answer(self) -> str:
        """What was typed so far."""
        return str(self._buffer)

    def strip(self, width: int, tail: str, *, focused: bool = True) -> Strip:
        """The line, `tail` at its right; `focused`: whether keys go there."""
        self.painter.focused = focused
        style = self._style
        tail = safe(tail)
        if len(self.label) + len(tail) + 12 > width:
            tail = tail[: max(width - len(self.label) - 12, 0)]
        room = max(width - cell_len(self.label) - cell_len(tail) - 2, 1)
        x = self.editor.view.place(self.editor.caret)[1]
        typed = self.painter.row(0, room, max(0, x - room + 1))
        strip = Strip([Segment(self.label, style), *typed, Segment(f"  {tail}", style)])
        return strip.adjust_cell_length(width, style)


def typed_line(label: str, text: str, at: int, look: Look, width: int) -> Strip:
    """A line that is being typed behind `:` or `/`, its caret at a column of the text."""
    style = look.text + look.bar
    shown = label + safe(text[:at])
    left = max(cell_len(shown) + 1 - width, 0)
    under = safe(text[at : at + 1]) or " "
    strip = Strip(
        [
            Segment(shown, style),
            Segment(under, style + look.caret),
            Segment(safe(text[at + 1 :]), style),
        ]
    )
    return strip.crop(left).adjust_cell_length(width, style)
