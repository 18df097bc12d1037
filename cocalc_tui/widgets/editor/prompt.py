"""The line at the foot of a pane that asks for something: what to find, which line to go to.

It is an `Editor` like any other, so that all keys of text work in it, on a text of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

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

Asks = Literal["find", "line"]
_LABELS: dict[Asks, str] = {"find": " Find  ", "line": " Go to line  "}
_HINTS: dict[Asks, str] = {
    "find": "enter next  ↑ previous  esc close ",
    "line": "enter go  esc close ",
}


class Prompt:
    """A question and the answer being typed."""

    def __init__(self, asks: Asks, text: str, look: Look) -> None:
        """`text` stands there at first, selected, so that typing replaces it."""
        self.asks = asks
        self._buffer = TextBuffer(text)
        self.editor = Editor(self._buffer, self._edit)
        self.editor.select_all()
        self._look = look
        bar = look.text + look.bar
        self._painter = Painter(self.editor, replace(look, text=bar, current=look.bar))

    def _edit(self, splices: list[Splice], _kind: str, _step: bool) -> None:
        for splice in splices:
            insert = splice.insert.replace("\n", " ")
            self._buffer.splice(splice.pos, splice.delete, insert)
            change = TextChange(splice.at, splice.pos, splice.delete, insert, _NOBODY)
            self.editor.changed([change])

    @property
    def answer(self) -> str:
        """What was typed so far."""
        return str(self._buffer)

    def strip(self, width: int, news: str) -> Strip:
        """The line; `news` is what came of the answer so far."""
        label, hint = _LABELS[self.asks], _HINTS[self.asks]
        if width < 60:
            hint = ""
        style = self._look.text + self._look.bar
        room = max(width - len(label) - len(news) - len(hint) - 4, 1)
        x = self.editor.view.place(self.editor.caret)[1]
        typed = self._painter.row(0, room, max(0, x - room + 1))
        tail = f"  {news}  {hint}"
        strip = Strip([Segment(label, style), *typed, Segment(tail, style)])
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
