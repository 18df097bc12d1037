"""The time line: who did how much when, what happened, and where one stands in it."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, MouseMove, MouseScrollDown, MouseScrollUp
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.history.timeline import LONG_PAUSE, Burst, TimeLine, legend
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.theme import colour

BARS = "▁▂▃▄▅▆▇█"
SIGNS = {
    "restore": ("⟳", "restored"),
    "disk": ("⇩", "disk"),
    "import": ("⌂", "opened"),
    "output": ("r", "run"),
    "paste": ("p", "paste"),
    "commit": ("⎇", "commit"),
    "snapshot": ("◫", "snapshot"),
}
"""Marks of events below the bars, and what they say; the first that fits a cell is shown."""
SAVED = ("s", "saved")
WIDEST = 4
"""Columns that a burst takes where there is room."""


class TimeLineView(Widget):
    """Bars, marks, times and people, on four rows."""

    DEFAULT_CSS = "TimeLineView { height: 4; background: $side; }"
    can_focus = False

    def __init__(
        self,
        face: Callable[[str], str],
        go: Callable[[int], None],
        step: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`face` gives a person's colour; `go` goes to a version, `step` some steps on."""
        super().__init__()
        self._face = face
        self._go = go
        self._step = step
        self.line = TimeLine(())
        self.version = 0
        self.mark: int | None = None
        self.person = ""
        self.saved: Sequence[int] = ()
        self.note = ""
        """What stands at the right of the people: what the history takes."""
        self._cells: list[list[Burst]] = []
        self._bar_signs: list[tuple[str, str]] = []
        """The bar of each cell and whose it is."""
        self._signs: list[str] = []
        self._wide = 1
        """Columns of a cell."""

    def show(
        self,
        line: TimeLine,
        version: int,
        mark: int | None,
        person: str = "",
        saved: Sequence[int] = (),
    ) -> None:
        """Show another place, or another line; `saved` are versions that were saved, sorted."""
        if line is not self.line or not self._cells:
            self.line = line
            self._cells = line.columns(self._width())
            while self._cells and not self._cells[-1]:
                self._cells.pop()
            self._wide = max(1, min(self._width() // max(len(self._cells), 1), WIDEST))
            self._signs = list(map(_sign, self._cells))
            self._bar_signs = []
        if person != self.person or not self._bar_signs:
            self._bar_signs = _bar_signs(self._cells, person)
        self.version, self.mark, self.person, self.saved = version, mark, person, saved
        self.refresh()

    def _width(self) -> int:
        return max(self.size.width - 2, 10)

    def on_resize(self) -> None:
        """Divide the line anew."""
        self._cells = []
        self.show(self.line, self.version, self.mark, self.person, self.saved)

    def render_line(self, y: int) -> Strip:
        """Bars, marks, times, or people."""
        ground = self.rich_style
        row = (self._bars, self._marks, self._times, self._people)[y](ground)
        return Strip([Segment(" ", ground), *row]).adjust_cell_length(self.size.width, ground)

    def _bars(self, ground: Style) -> list[Segment]:
        return [
            self._fill(bar, ground + (Style(color=self._face(author)) if author else self._faint))
            for bar, author in self._bar_signs
        ]

    def _fill(self, sign: str, style: Style) -> Segment:
        return Segment(sign * self._wide, style)

    def _marks(self, ground: Style) -> list[Segment]:
        accent = ground + Style(color=colour(self, "accent"), bold=True)
        found: list[Segment] = []
        dim = ground + self._dim
        for cell, event in zip(self._cells, self._signs, strict=True):
            sign, style = event, dim
            if _holds(cell, self.version):
                sign, style = "▲", accent
            elif self.mark is not None and _holds(cell, self.mark):
                sign, style = "△", accent
            elif event == " " and _holds_any(cell, self.saved):
                sign = SAVED[0]
            found.append(Segment(sign.center(self._wide), style))
        return found

    def _times(self, ground: Style) -> list[Segment]:
        """When what stands above it was begun: at the left, and behind each pause."""
        text = ""
        last: Burst | None = None
        for index, cell in enumerate(self._cells):
            if not cell:
                continue
            begins = last is None or cell[0].start - last.end >= LONG_PAUSE
            if begins and index * self._wide >= len(text) + bool(text):
                day = last is None or _day(last.end) != _day(cell[0].start)
                text = text.ljust(index * self._wide) + _when(cell[0].start, day=day)
            last = cell[-1]
        if last is not None:
            end = f" to {_when(last.end, day=_day(last.end) != _day(self.line.bursts[0].start))}"
            if not text.endswith(end[4:]) and len(text) + len(end) <= self._width():
                text = text.ljust(len(self._cells) * self._wide - len(end)) + end
        return [Segment(text[: self._width()], ground + self._dim)]

    def _people(self, ground: Style) -> list[Segment]:
        """Who, and what the marks mean that are there."""
        bursts = self.line.bursts
        found = [
            Segment(f"{safe(name)} ", ground + Style(color=self._face(name), bold=True))
            for name in legend(bursts)[:6]
        ]
        kinds = {one.kind for one in bursts}
        told = [f"{sign} {word}" for kind, (sign, word) in SIGNS.items() if kind in kinds]
        told += ["z offline"] * any(one.late for one in bursts)
        told += [" ".join(SAVED)] * bool(self.saved)
        row = Strip([*found, Segment("  " + "  ".join(told), ground + self._faint)])
        room = max(self._width() - len(self.note), 0)
        note = Segment(self.note, ground + self._faint)
        return [*row.adjust_cell_length(room, ground), note]

    @property
    def _dim(self) -> Style:
        return Style(color=colour(self, "text-dim"))

    @property
    def _faint(self) -> Style:
        return Style(color=colour(self, "text-faint"))

    # --- the mouse -----------------------------------------------------------------------------

    def on_click(self, event: Click) -> None:
        """Go where it is clicked."""
        self._go_to(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Scrub."""
        if event.button:
            self._go_to(event.x)

    def _go_to(self, x: int) -> None:
        index = min((x - 1) // self._wide, len(self._cells) - 1)
        while index > 0 and not self._cells[index]:
            index -= 1
        if index >= 0 and self._cells[index]:
            self._go(self._cells[index][-1].last)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """A step back."""
        event.stop()
        self._step(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """A step on."""
        event.stop()
        self._step(1)


def _amount(cell: list[Burst]) -> int:
    return sum(one.last - one.first + 1 for one in cell)


def _bar_signs(cells: list[list[Burst]], person: str) -> list[tuple[str, str]]:
    """For each cell how much was done, of one person or all, and who did most of it."""
    most = max((_amount(cell) for cell in cells), default=1) or 1
    found: list[tuple[str, str]] = []
    for cell in cells:
        bursts = [one for one in cell if person in {"", one.author}]
        if bursts:
            height = min(int(_amount(bursts) / most * len(BARS)), len(BARS) - 1)
            first = max(bursts, key=lambda one: one.last - one.first)
            found.append((BARS[height], first.author))
        else:
            found.append(("·" if cell else " ", ""))
    return found


def _sign(cell: list[Burst]) -> str:
    """The event of a cell that tells most."""
    kinds = {one.kind for one in cell}
    for kind, (sign, _) in SIGNS.items():
        if kind in kinds:
            return sign
    return "z" if any(one.late for one in cell) else " "


def _holds(cell: list[Burst], version: int) -> bool:
    return bool(cell) and cell[0].first <= version <= cell[-1].last


def _holds_any(cell: list[Burst], versions: Sequence[int]) -> bool:
    """Whether any of these, sorted, is in a cell."""
    if not cell:
        return False
    index = bisect_left(versions, cell[0].first)
    return index < len(versions) and versions[index] <= cell[-1].last


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at / 1000))


def _when(at: int, *, day: bool) -> str:
    return time.strftime("%d %b %H:%M" if day else "%H:%M", time.localtime(at / 1000))
