"""The time line: who did how much when, and where one stands in it."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.history.timeline import Burst, TimeLine, legend
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.theme import colour

BARS = "▁▂▃▄▅▆▇█"
SIGNS = {"restore": "⟳", "disk": "⇩", "output": "r", "import": "⌂", "paste": "p"}
"""Marks of events below the bars."""


class TimeLineView(Widget):
    """Bars, marks and times, on three rows."""

    DEFAULT_CSS = "TimeLineView { height: 3; background: $side; }"
    can_focus = False

    def __init__(self, face: Callable[[str], str], go: Callable[[int], None]) -> None:
        """`face` gives a person's colour; `go` goes to a version."""
        super().__init__()
        self._face = face
        self._go = go
        self.line = TimeLine(())
        self.version = 0
        self.mark: int | None = None
        self._cells: list[list[Burst]] = []
        self._most = 1

    def show(self, line: TimeLine, version: int, mark: int | None) -> None:
        """Show another place, or another line."""
        if line is not self.line or len(self._cells) != self._width():
            self.line = line
            self._cells = line.columns(self._width())
            self._most = max((_amount(cell) for cell in self._cells), default=1) or 1
        self.version, self.mark = version, mark
        self.refresh()

    def _width(self) -> int:
        return max(self.size.width - 2, 10)

    def on_resize(self) -> None:
        """Divide the line anew."""
        self._cells = []
        self.show(self.line, self.version, self.mark)

    def render_line(self, y: int) -> Strip:
        """Bars, marks, or times."""
        ground = self.rich_style
        row = (self._bars, self._marks, self._times)[y](ground)
        return Strip([Segment(" ", ground), *row]).adjust_cell_length(self.size.width, ground)

    def _bars(self, ground: Style) -> list[Segment]:
        found: list[Segment] = []
        for cell in self._cells:
            if not cell:
                found.append(Segment(" ", ground))
                continue
            most = max(cell, key=lambda one: one.last - one.first)
            height = min(int(_amount(cell) / self._most * len(BARS)), len(BARS) - 1)
            found.append(Segment(BARS[height], ground + Style(color=self._face(most.author))))
        return found

    def _marks(self, ground: Style) -> list[Segment]:
        accent = ground + Style(color=colour(self, "accent"), bold=True)
        dim = ground + Style(color=colour(self, "text-dim"))
        found: list[Segment] = []
        for cell in self._cells:
            if _holds(cell, self.version):
                found.append(Segment("▲", accent))
            elif self.mark is not None and _holds(cell, self.mark):
                found.append(Segment("△", accent))
            else:
                sign = next((SIGNS[one.kind] for one in cell if one.kind in SIGNS), " ")
                found.append(Segment(sign, dim))
        return found

    def _times(self, ground: Style) -> list[Segment]:
        bursts = self.line.bursts
        if not bursts:
            return []
        first, last = (_when(one.end) for one in (bursts[0], bursts[-1]))
        people = [
            Segment(f" {safe(name)} ", ground + Style(color=self._face(name), bold=True))
            for name in legend(bursts)[:6]
        ]
        dim = ground + Style(color=colour(self, "text-dim"))
        used = len(first) + len(last) + sum(len(one.text) for one in people)
        gap = max(self._width() - used, 1)
        return [Segment(first + " ", dim), *people, Segment(" " * (gap - 1) + last, dim)]

    def on_click(self, event: Click) -> None:
        """Go where it is clicked."""
        index = event.x - 1
        if 0 <= index < len(self._cells) and self._cells[index]:
            self._go(self._cells[index][-1].last)


def _amount(cell: list[Burst]) -> int:
    return sum(one.last - one.first + 1 for one in cell)


def _holds(cell: list[Burst], version: int) -> bool:
    return bool(cell) and cell[0].first <= version <= cell[-1].last


def _when(at: int) -> str:
    return time.strftime("%d %b %H:%M", time.localtime(at / 1000))
