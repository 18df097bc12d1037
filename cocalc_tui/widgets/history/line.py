"""The time line: who did how much when, what happened, and where one stands in it."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.history.overview import Cell, amount, near, people, spread
from cocalc_tui.history.timeline import LONG_PAUSE, TimeLine
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.phrases import date
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
        self.whole: Sequence[Cell] | None = ()
        """All of the line; None for a long one of which only what is near shows."""
        self._long = False
        self._cells: list[Cell | None] = []
        """What is drawn; None for a pause."""
        self._bar_signs: list[tuple[str, str]] = []
        """The bar of each cell and whose it is."""
        self._signs: list[str] = []
        self._wide = 1
        """Columns of a cell."""

    def open(self, line: TimeLine, cells: Sequence[Cell] | None) -> None:
        """Show another line: all of its `cells`, or None for a long one."""
        self.line, self.whole, self._long = line, cells, cells is None
        self._cells = []

    def show(
        self, version: int, mark: int | None, person: str = "", saved: Sequence[int] = ()
    ) -> None:
        """Show another place; `saved` are versions that were saved, sorted."""
        if not self._cells or (self.whole is None and not self._holds(version)):
            self._divide(version)
        if person != self.person or not self._bar_signs:
            self._bar_signs = _bar_signs(self._cells, person)
        self.version, self.mark, self.person, self.saved = version, mark, person, saved
        self.refresh()

    @property
    def shows_all(self) -> bool:
        """Whether all of a long line shows."""
        return self._long and self.whole is not None

    def zoom(self, cells: Sequence[Cell] | None) -> None:
        """Show all of the line, given its cells, or what is near."""
        self.whole = cells
        self._divide(self.version)
        self._bar_signs = _bar_signs(self._cells, self.person)
        self.refresh()

    def _holds(self, version: int) -> bool:
        """Whether a version is among what is drawn."""
        first, last = self._ends()
        return first <= max(version, 1) <= last

    def _ends(self) -> tuple[int, int]:
        """The first and the last version that are drawn."""
        cells = [one for one in self._cells if one is not None]
        return (cells[0].first, cells[-1].last) if cells else (0, 0)

    def _divide(self, version: int) -> None:
        """Say what stands where."""
        width = self._width()
        cells = near(self.line, version, width) if self.whole is None else self.whole
        self._cells = spread(cells, width)
        self._wide = max(1, min(width // max(len(self._cells), 1), WIDEST))
        self._signs = list(map(_sign, self._cells))
        self._bar_signs = []

    def _width(self) -> int:
        return max(self.size.width - 2, 10)

    def on_resize(self) -> None:
        """Divide the line anew."""
        self._cells = []
        self.show(self.version, self.mark, self.person, self.saved)

    def render_line(self, y: int) -> Strip:
        """Bars, marks, times, or people."""
        ground = self.rich_style
        row = (self._bars, self._marks, self._times, self._people)[y](ground)
        before, after = self._more() if not y else (" ", " ")
        strip = Strip([self._edge(before, ground), *row])
        if after == " ":
            return strip.adjust_cell_length(self.size.width, ground)
        strip = strip.adjust_cell_length(self.size.width - 1, ground)
        return Strip([*strip, self._edge(after, ground)])

    def _edge(self, sign: str, ground: Style) -> Segment:
        return Segment(sign, ground if sign == " " else ground + self._dim)

    def _more(self) -> tuple[str, str]:
        """Signs at the ends of the bars, where there is more of the line."""
        first, last = self._ends()
        return "‹" if first > 1 else " ", "›" if last < self.line.latest else " "

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
            if cell is not None and cell.holds(self.version):
                sign, style = "▲", accent
            elif cell is not None and self.mark is not None and cell.holds(self.mark):
                sign, style = "△", accent
            elif event == " " and _holds_any(cell, self.saved):
                sign = SAVED[0]
            found.append(Segment(sign.center(self._wide), style))
        return found

    def _times(self, ground: Style) -> list[Segment]:
        """When what stands above it was begun: at the left, and behind each pause."""
        text = named = ""
        cells = [one for one in self._cells if one is not None]
        last: Cell | None = None
        for index, cell in enumerate(self._cells):
            if cell is None:
                continue
            begins = last is None or cell.start - last.end >= LONG_PAUSE
            if begins and index * self._wide >= len(text) + 2 * bool(text):
                day = _day(cell.start)
                more = text.ljust(index * self._wide) + _when(cell.start, day=day != named)
                # Half a time is a wrong one.
                if len(more) <= self._width():
                    text, named = more, day
            last = cell
        if last is not None:
            end = f" to {_when(last.end, day=_day(last.end) != _day(cells[0].start))}"
            if not text.endswith(end[4:]) and len(text) + len(end) <= self._width():
                text = text.ljust(len(self._cells) * self._wide - len(end)) + end
        return [Segment(text[: self._width()], ground + self._dim)]

    def _people(self, ground: Style) -> list[Segment]:
        """Who, and what the marks mean that are there."""
        cells = [one for one in self._cells if one is not None]
        found = [
            Segment(f"{safe(name)} ", ground + Style(color=self._face(name), bold=True))
            for name in people(cells)[:6]
        ]
        kinds = frozenset[str]().union(*(one.kinds for one in cells))
        told = [f"{sign} {word}" for kind, (sign, word) in SIGNS.items() if kind in kinds]
        told += ["z offline"] * any(one.late for one in cells)
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

    def on_mouse_down(self, event: MouseDown) -> None:
        """Go where it is clicked, and scrub from there, wherever else the mouse is led."""
        self.capture_mouse()
        self._go_to(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Scrub."""
        if self.app.mouse_captured is self:
            self._go_to(event.x)

    def on_mouse_up(self) -> None:
        """Stay there."""
        self.release_mouse()

    def _go_to(self, x: int) -> None:
        first, last = self._ends()
        before, after = self._more()
        if x < 1 and before != " ":
            self._go(first - 1)
            return
        if x >= self.size.width - 1 and after != " ":
            self._go(self.line.burst(last + 1).last)
            return
        index = max(min((x - 1) // self._wide, len(self._cells) - 1), 0)
        while index > 0 and self._cells[index] is None:
            index -= 1
        if self._cells and (cell := self._cells[index]) is not None:
            self._go(cell.last)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """A step back."""
        event.stop()
        self._step(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """A step on."""
        event.stop()
        self._step(1)


def _bar_signs(cells: Sequence[Cell | None], person: str) -> list[tuple[str, str]]:
    """For each cell how much was done, of one person or all, and who did most of it."""
    most = max((amount(one) for one in cells if one is not None), default=1)
    found: list[tuple[str, str]] = []
    for one in cells:
        if one is not None and (done := amount(one, person)):
            height = min(int(done / most * len(BARS)), len(BARS) - 1)
            found.append((BARS[height], person or max(one.amounts, key=one.amounts.__getitem__)))
        else:
            found.append((" " if one is None else "·", ""))
    return found


def _sign(cell: Cell | None) -> str:
    """The event of a cell that tells most."""
    if cell is None:
        return " "
    for kind, (sign, _) in SIGNS.items():
        if kind in cell.kinds:
            return sign
    return "z" if cell.late else " "


def _holds_any(cell: Cell | None, versions: Sequence[int]) -> bool:
    """Whether any of these, sorted, is in a cell."""
    if cell is None:
        return False
    index = bisect_left(versions, cell.first)
    return index < len(versions) and versions[index] <= cell.last


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at / 1000))


def _when(at: int, *, day: bool) -> str:
    clock = time.strftime("%H:%M", time.localtime(at / 1000))
    return f"{date(at)} {clock}" if day else clock
