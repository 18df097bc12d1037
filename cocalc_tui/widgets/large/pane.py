"""A file that is too large to be edited, to read: scrolled, searched, followed as it grows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkType

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.query import Query, SearchError
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.large.source import Line, Missing, Source
from cocalc_tui.widgets.pane import Viewer
from cocalc_tui.widgets.theme import colour

GROWS = 1.0
"""Seconds between two looks at whether a file whose end shows has grown."""
SIDE = 8
"""Cells that a step to the side goes."""
Find = Callable[[], Awaitable[int | None]]
_PLACE = re.compile(r"\s*(\d{1,3}(?:\.\d+)?)\s*%\s*")


class LargePane(Viewer, Widget, can_focus=True):
    """A window on a large file."""

    DEFAULT_CSS = "LargePane { width: 1fr; height: 1fr; background: $background; }"
    ALLOW_SELECT = False

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.path = source.path
        self.source = source
        self.top = 0
        """Where the first line on the screen begins."""
        self.lines: list[Line] = []
        self._left = 0
        self._query = Query()
        self._searching = ""
        self._tail = False
        """Whether the end shows, and what comes is to show, too."""

    def scopes(self) -> tuple[str, ...]:
        """Its own."""
        return ("large",)

    def where(self) -> str:
        """How far into it, and why it cannot be changed."""
        at, total = self.top, max(self.source.total, 1)
        done = 100 if self._tail else 100 * at // total
        found = f"{done} % of {phrases.size(total)}, to read only"
        return f"{found}  {self._searching}" if self._searching else found

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Look at the file."""
        self.set_interval(GROWS, self._look_for_more)
        self.call_after_refresh(self.on_resize)

    def on_resize(self) -> None:
        """Show as much as fits."""
        self._end() if self._tail else self._go(self.top)

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
        except RequestFailed:
            return

    # --- going about ---------------------------------------------------------------------------

    def _go(self, top: int) -> None:
        def work() -> None:
            start = self.source.begin(min(top, max(self.source.total - 1, 0)))
            self.lines = self.source.lines(start, max(self.size.height, 1))
            self.top = start
            self._tail = not self.lines or self.lines[-1].end >= self.source.total

        self._try(work)

    def _back(self, start: Callable[[], int], count: int) -> None:
        def work() -> None:
            top = self.source.back(start(), count)
            self.lines = self.source.lines(top, max(self.size.height, 1))
            self.top = top
            self._tail = bool(self.lines) and self.lines[-1].end >= self.source.total

        self._try(work)

    def _end(self) -> None:
        self._back(lambda: self.source.total, max(self.size.height, 1))

    def _down(self, count: int) -> None:
        if len(self.lines) > count and not self._tail:
            self._go(self.lines[count].start)

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
            self._go(self.lines[-1].start)

    def do_first(self) -> None:
        """The beginning."""
        self._go(0)

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
        """Go to a part of the file."""

        def wrong(text: str) -> str:
            return "" if _PLACE.fullmatch(text) else "a part of the file, as 50%"

        answer = await desk(self).ask("Go to which part of the file, as 50%", "", wrong)
        found = _PLACE.fullmatch(answer or "")
        if found is not None:
            self._go(int(self.source.total * min(float(found[1]), 100) / 100))

    # --- searching -----------------------------------------------------------------------------

    async def do_find(self) -> None:
        """Ask what to find, and go to the next line that has it."""
        text = await desk(self).ask("Find, a regular expression", self._query.text)
        if text is not None:
            self._query = Query(text, is_pattern=True)
            self._search(self._next)

    def do_next(self) -> None:
        """Go to the next line that has it."""
        self._search(self._next)

    def do_previous(self) -> None:
        """Go to the line before that has it."""
        self._search(self._previous)

    def do_stop(self) -> None:
        """Search no further."""
        self.workers.cancel_group(self, "find")

    def _search(self, find: Find) -> None:
        if self._query.text:
            work: WorkType[None] = partial(self._found, find)
            self.run_worker(work, group="find", exclusive=True)

    async def _next(self) -> int | None:
        start = self.lines[0].end if self.lines else self.top
        return await self.source.find(self._query, start, self._told)

    async def _previous(self) -> int | None:
        return await self.source.find_before(self._query, self.top, self._told)

    async def _found(self, find: Find) -> None:
        try:
            place = await find()
        except (SearchError, RequestFailed) as error:
            desk(self).notice(str(error), bad=True)
        else:
            self._go(place) if place is not None else desk(self).notice("Not found from here on")
        finally:
            self._searching = ""
            desk(self).bars_changed()

    def _told(self, at: int) -> None:
        done = f"searching {100 * at // max(self.source.total, 1)} %"
        if done != self._searching:
            self._searching = done
            desk(self).bars_changed()

    # --- drawing -------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A line, what was searched for lit up."""
        width, ground = self.size.width, self.rich_style
        if y >= len(self.lines):
            return Strip.blank(width, ground)
        text = safe(self.lines[y].text.expandtabs(8))
        lit = ground + Style(bgcolor=colour(self, "match"))
        pieces: list[Segment] = []
        end = 0
        for low, high in self._places(text):
            pieces += [Segment(text[end:low], ground), Segment(text[low:high], lit)]
            end = high
        strip = Strip([*pieces, Segment(text[end:], ground)])
        return strip.crop(self._left, self._left + width).adjust_cell_length(width, ground)

    def _places(self, text: str) -> list[tuple[int, int]]:
        try:
            return [match.span() for match in self._query.matches(text, patience=0.05)]
        except SearchError:
            return []
