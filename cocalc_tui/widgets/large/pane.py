"""A file that is too large to be edited, to read: scrolled, numbered, followed as it grows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkType

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.protocol.messages import MAX_PART
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.large.choosing import Choosing, column_at, laid
from cocalc_tui.widgets.large.finding import Finding
from cocalc_tui.widgets.large.source import Line, Missing, Source
from cocalc_tui.widgets.pane import Viewer
from cocalc_tui.widgets.theme import colour

GROWS = 1.0
"""Seconds between two looks at whether a file whose end shows has grown."""
SIDE = 8
"""Cells that a step to the side goes."""
_PLACE = re.compile(r"\s*(\d{1,15}(?:\.\d+)?)\s*(%?)\s*")


class LargePane(Finding, Choosing, Viewer, Widget, can_focus=True):
    """A window on a large file."""

    DEFAULT_CSS = "LargePane { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.path = source.path
        self.source = source
        self.top = 0
        """Where the first line on the screen begins."""
        self.lines: list[Line] = []
        self._left = 0
        self._number: int | None = None
        """Of the line on top; None while it is not known."""
        self._numbered = True
        self._tail = False
        """Whether the end shows, and what comes is to show, too."""

    def scopes(self) -> tuple[str, ...]:
        """Its own."""
        return ("large",)

    def where(self) -> str:
        """How far into it, and why it cannot be changed."""
        at, total = self.top, max(self.source.total, 1)
        done = 100 if self._tail else 100 * at // total
        words = [f"{done} % of {phrases.size(total)}, to read only"]
        if self._number is not None:
            words.insert(0, f"line {self._number:,}")
        if not self.source.numbers.whole:
            counted = 100 * self.source.numbers.blocks * MAX_PART // total
            words.append(f"counting lines {counted} %")
        return "  ".join([*words, self.searching] if self.searching else words)

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Look at the file."""
        self.set_interval(GROWS, self._look_for_more)
        self.call_after_refresh(self.on_resize)
        self._count_on()

    def on_resize(self) -> None:
        """Show as much as fits."""
        self._end() if self._tail else self.go(self.top)

    def on_focus(self) -> None:
        """Say which keys work here."""
        desk(self).bars_changed()

    def _try(self, work: Callable[[], None]) -> None:
        """Do something once the bytes are here that it needs."""
        try:
            work()
        except Missing as missing:
            again: WorkType[None] = partial(self._fetch, missing.block, work)
            self.run_worker(again, group="large", exclusive=True)
        else:
            self.refresh()
            desk(self).bars_changed()

    async def _fetch(self, block: int, work: Callable[[], None]) -> None:
        try:
            await self.source.fetch(block)
        except RequestFailed as error:
            if error.code != "offline":
                desk(self).notice(error.text, bad=True)
            return
        self._try(work)

    async def _look_for_more(self) -> None:
        if not self._tail or not self.is_on_screen:
            return
        try:
            if await self.source.grown() and self._tail:
                self._end()
                self._count_on()
        except RequestFailed:
            return

    def _count_on(self) -> None:
        work: WorkType[None] = self._count
        self.run_worker(work, group="count", exclusive=True)

    async def _count(self) -> None:
        """Have all lines counted; where that is cut short, the next look goes on."""
        try:
            while not self.source.numbers.whole:
                await self.source.count()
                self.go(self.top) if self._number is None else desk(self).bars_changed()
        except RequestFailed as error:
            if error.code != "offline":
                desk(self).notice(error.text, bad=True)

    # --- going about ---------------------------------------------------------------------------

    def go(self, top: int) -> None:
        """Show the line that a byte is in."""

        def work() -> None:
            self._show(self.source.begin(min(top, max(self.source.total - 1, 0))))

        self._try(work)

    def _show(self, start: int) -> None:
        lines = self.source.lines(start, max(self.size.height, 1))
        self._number = self.source.number(start)
        self.lines, self.top = lines, start
        self._tail = not lines or lines[-1].end >= self.source.total

    def _back(self, start: Callable[[], int], count: int) -> None:
        def work() -> None:
            self._show(self.source.back(start(), count))

        self._try(work)

    def _end(self) -> None:
        self._back(lambda: self.source.total, max(self.size.height, 1))

    def _down(self, count: int) -> None:
        if len(self.lines) > count and not self._tail:
            self.go(self.lines[count].start)

    def do_up(self) -> None:
        """A line up."""
        self._back(lambda: self.top, 1)

    def do_down(self) -> None:
        """A line down."""
        self._down(1)

    def do_page_up(self) -> None:
        """A page up."""
        self._back(lambda: self.top, max(self.size.height - 1, 1))

    def do_page_down(self) -> None:
        """A page down."""
        if not self._tail and self.lines:
            self.go(self.lines[-1].start)

    def do_first(self) -> None:
        """The beginning."""
        self.go(0)

    def do_last(self) -> None:
        """The end; what is written to the file then shows as it comes."""
        self._end()

    def do_left(self) -> None:
        """To the left."""
        self._left = max(self._left - SIDE, 0)
        self.refresh()

    def do_right(self) -> None:
        """To the right."""
        self._left += SIDE
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Three lines down."""
        event.stop()
        self._down(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Three lines up."""
        event.stop()
        self._back(lambda: self.top, 3)

    async def do_go(self) -> None:
        """Go to a line, or a part of the file."""

        def wrong(text: str) -> str:
            return "" if _PLACE.fullmatch(text) else "a line's number, or a part as 50%"

        answer = await desk(self).ask("Go to which line, or part of the file as 50%", "", wrong)
        found = _PLACE.fullmatch(answer or "")
        if found is None:
            return
        if found[2]:
            self.go(int(self.source.total * min(float(found[1]), 100) / 100))
        else:
            await self._go_to_line(max(int(float(found[1])), 1))

    async def _go_to_line(self, number: int) -> None:
        numbers = self.source.numbers
        while not numbers.whole and numbers.breaks < number - 1:
            await self.source.count()

        def work() -> None:
            place = self.source.place(number)
            self._end() if place is None or place >= self.source.total else self._show(place)

        self._try(work)

    def do_numbers(self) -> None:
        """Show line numbers, or do not."""
        self._numbered = not self._numbered
        self.refresh()

    def do_stop(self) -> None:
        """Select nothing, else search no further."""
        if not self.choose_nothing():
            self.stop_searching()

    # --- drawing -------------------------------------------------------------------------------

    def label_width(self) -> int:
        """Cells left of the text, for line numbers once they are known."""
        if not self._numbered or self._number is None:
            return 1
        return len(str(max(self.source.numbers.breaks, self._number + len(self.lines)))) + 2

    def left(self) -> int:
        """The first cell of the text that shows."""
        return self._left

    def render_line(self, y: int) -> Strip:
        """A line with its number; what was searched for lit up, and what is selected."""
        width, ground = self.size.width, self.rich_style
        if y >= len(self.lines):
            return Strip.blank(width, ground)
        gutter = self.label_width()
        number = Segment(self._label(y, gutter), ground + Style(color=colour(self, "text-faint")))
        room = width - gutter
        text = self._body(self.lines[y], ground).crop(self._left, self._left + room)
        return Strip([number, *text.adjust_cell_length(room, ground)], width)

    def _label(self, y: int, gutter: int) -> str:
        if not self._numbered or self._number is None or (y and not self.lines[y - 1].whole):
            return " " * gutter  # unknown, or it goes on with the line above
        number = self._number + sum(above.whole for above in self.lines[:y])
        return f"{number:>{gutter - 1}} "

    def _body(self, line: Line, ground: Style) -> Strip:
        cells = laid(line)
        strip = Strip([Segment(cells.piece(0, cells.length) + " ", ground)])
        lit = Style(bgcolor=colour(self, "match"))
        for low, high in self.places(line.text):
            strip = _over(strip, cells.x(low), cells.x(high), lit)
        if self.chosen is not None:
            low, high = sorted(self.chosen)
            if low < line.end and high > line.start:
                ends = column_at(line, low), column_at(line, high)
                strip = _over(strip, *ends, Style(bgcolor=colour(self, "selection")))
        return strip


def _over(strip: Strip, low: int, high: int, style: Style) -> Strip:
    """A strip with something over a part of it."""
    middle = [
        Segment(one.text, (one.style or Style.null()) + style) for one in strip.crop(low, high)
    ]
    return Strip([*strip.crop(0, low), *middle, *strip.crop(high, strip.cell_length)])
