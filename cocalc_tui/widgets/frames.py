"""How soon the screen is drawn again, and how little of it.

Textual draws at once when nothing was drawn for a while; what changes just after that waits for
its clock, up to two periods, 33 ms. A neighbour's key that comes just behind mine, and the colours
of what I typed, would all be that late. So a few frames may follow each other at once, and only
what goes on changing waits: a person's keys are always few, a flood of output never is.

For a frame in which one row changed Textual asks every widget for all of its rows. Here they are
asked for the rows that changed, and those behind others not at all.

And every widget is told its size, which Textual forgets where another was asked for its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context

from textual._compositor import Compositor, ReflowResult
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.widgets.tty import TtyDriver

PERIOD = 1 / 60
"""Seconds between frames where they are many."""
AT_ONCE = 4
"""Frames that may follow each other without waiting."""
CONGESTED = 0.01
"""Seconds until a terminal is asked again whether it took the frame before."""


class FrameClock:
    """When a screen is drawn; stands in for the timer that Textual's screens have for it."""

    def __init__(self, screen: Screen[object]) -> None:
        self._screen = screen
        self._loop = asyncio.get_running_loop()
        self._home = copy_context()
        self._due: asyncio.Handle | None = None
        self._filled = 0.0
        """The time at which all frames drawn so far would be paid for at one a period."""

    def resume(self) -> None:
        """Something changed: draw as soon as may be."""
        if self._due is None:
            wait = self._filled - AT_ONCE * PERIOD - self._loop.time()
            if wait <= 0:
                self._due = self._loop.call_soon(self._draw, context=self._home)
            else:
                self._due = self._loop.call_later(wait, self._draw, context=self._home)

    def pause(self) -> None:
        """Nothing is to be drawn any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def hurry(self) -> None:
        """Draw what changed before anything else is done, if it may be drawn by now."""
        if self._due is not None and not isinstance(self._due, asyncio.TimerHandle):
            self.pause()
            self._home.copy().run(self._draw)

    def _draw(self) -> None:
        driver = self._screen.app._driver
        if isinstance(driver, TtyDriver) and driver.congested:
            self._due = self._loop.call_later(CONGESTED, self._draw, context=self._home)
            return
        self._filled = max(self._filled, self._loop.time()) + PERIOD
        try:
            self._screen._on_timer_update()
        except Exception as error:
            self._screen.app._handle_exception(error)


def _clock(screen: Screen[object]) -> FrameClock:
    found = screen.__dict__.get("_frame_clock")
    if found is None:
        found = screen.__dict__["_frame_clock"] = FrameClock(screen)
    assert isinstance(found, FrameClock)
    return found


def changed(widget: Widget, region: Region) -> None:
    """Have a part of a widget drawn anew.

    With `refresh` it takes Textual three turns of messages between widget and screen until the
    frame is due.
    """
    if not widget.is_attached or widget not in widget.screen._compositor:
        widget.refresh(region)
        return
    widget._set_dirty(region)
    widget.screen._dirty_widgets.add(widget)
    _clock(widget.screen).resume()


def hurry(widget: Widget) -> None:
    """Have what changed in a widget drawn before anything else is done."""
    if widget.is_attached:
        _clock(widget.screen).hurry()


_textuals_reflow = Compositor.reflow

Row = dict[int, Strip | None]
"""A row of the screen: what shows from each cut on, None for not known yet."""


def _render_chops(
    self: Compositor, crop: Region, is_rendered_line: Callable[[int], bool]
) -> list[Row]:
    """Takes the place of `Compositor._render_chops`: the rows within `crop` that are wanted."""
    cuts = self.cuts
    rows: list[Row] = [dict.fromkeys(cut[:-1]) for cut in cuts]
    wanted = set(filter(is_rendered_line, crop.line_range))
    for widget, (region, clip) in self.visible_widgets.items():
        if not wanted:
            break
        shown = region.intersection(clip)
        x, after = shown.column_span
        for first, last in _runs(y for y in shown.line_range if y in wanted):
            part = Region(x - region.x, first - region.y, shown.width, last - first + 1)
            for y, strip in enumerate(widget.render_lines(part), first):
                within = [cut for cut in cuts[y] if x <= cut <= after]
                pieces = strip.divide([cut - x for cut in within[1:]])
                for cut, piece in zip(within, pieces, strict=False):
                    if rows[y].get(cut) is None:
                        rows[y][cut] = piece
                if None not in rows[y].values():
                    wanted.discard(y)
    return rows


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of rising numbers without a gap."""
    first = last = -1
    for number in numbers:
        if number != last + 1 or first < 0:
            if first >= 0:
                yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last


def _reflow(self: Compositor, parent: Widget, size: Size) -> ReflowResult:
    """Takes the place of `Compositor.reflow`: who is shown or resized since the layout before.

    Textual compares with the map of all widgets, which whoever asks for a widget's place may have
    made since: a pane that came while a list scrolled was in it already, and never told its size.
    """
    self._full_map = self.__dict__.get("_told_map", self._full_map)
    found = _textuals_reflow(self, parent, size)
    self.__dict__["_told_map"] = self._full_map
    return found


def install() -> None:
    """Draw so from now on."""
    Compositor.reflow = _reflow  # type: ignore[method-assign]  # its place in Textual
    Screen._update_timer = property(_clock)  # type: ignore[assignment]  # its place in Textual
    Compositor._render_chops = _render_chops  # type: ignore[method-assign, assignment]  # likewise
