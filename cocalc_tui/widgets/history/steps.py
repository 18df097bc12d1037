"""Going through the past: by burst, person, patch, pause, day, time and number, and by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from cocalc_tui.history.when import moment, version_number
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.history.acts import HistoryActs

if TYPE_CHECKING:
    from textual.timer import Timer

SPEEDS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Steps a second of playing."""


def day(at: int) -> str:
    """The day of a time in milliseconds, here."""
    return time.strftime("%Y-%m-%d", time.localtime(at / 1000))


class Steps(HistoryActs):
    """Part of the history screen: where one goes."""

    playing: Timer | None = None
    pace = 3
    """Which of `SPEEDS`."""

    def _move(self, to: Callable[[int], int]) -> None:
        if self.past is not None:
            self.go(to(self.version))

    def step(self, by: int) -> None:
        """As many bursts on, or back; of one person where only theirs are gone through."""
        if self.past is None:
            return
        self.go(self.past.line.step(self.version, by, self.person))

    def do_earlier(self) -> None:
        """To the end of the burst before."""
        self.step(-1)

    def do_later(self) -> None:
        """To the end of the next burst."""
        self.step(1)

    def do_ten_earlier(self) -> None:
        """Ten bursts back."""
        self.step(-10)

    def do_ten_later(self) -> None:
        """Ten bursts on."""
        self.step(10)

    def do_author_earlier(self) -> None:
        """Back to what somebody else did."""
        if self.past is not None:
            self.go(self.past.line.other_author(self.version, -1))

    def do_author_later(self) -> None:
        """On to what somebody else did."""
        if self.past is not None:
            self.go(self.past.line.other_author(self.version, 1))

    def do_patch_earlier(self) -> None:
        """One version back."""
        self._move(lambda version: version - 1)

    def do_patch_later(self) -> None:
        """One version on."""
        self._move(lambda version: version + 1)

    def do_pause_earlier(self) -> None:
        """Back to a pause."""
        if self.past is not None:
            self.go(self.past.line.pause(self.version, -1))

    def do_pause_later(self) -> None:
        """On to a pause."""
        if self.past is not None:
            self.go(self.past.line.pause(self.version, 1))

    def do_day_earlier(self) -> None:
        """A day back."""
        if self.past is not None:
            self.go(self.past.line.day(self.version, -1, day))

    def do_day_later(self) -> None:
        """A day on."""
        if self.past is not None:
            self.go(self.past.line.day(self.version, 1, day))

    def do_first(self) -> None:
        """To the beginning."""
        self._move(lambda _: 1)

    async def do_last(self) -> None:
        """To now, which may have gone on."""
        own = self.own
        if own is None:
            return
        if self.past is own and self.document.numbers.upto > own.line.latest:
            await self.look_again()
        elif self.past is not None:
            self.go(self.past.line.latest)

    async def do_go(self) -> None:
        """To a version or a time that is typed."""
        word = await desk(self._screen).ask("Version or time (120, 14:02, yesterday 14:00)")
        if not word or self.past is None:
            return
        if (version := version_number(word)) is not None:
            self.go(version)
            return
        found = moment(word, datetime.now().astimezone())
        if found is None:
            said = f"{word}: neither a version nor a time"
            desk(self._screen).notice(said, bad=True)
        else:
            self.go(self.past.line.at(int(found.timestamp() * 1000)))

    # --- by itself -----------------------------------------------------------------------------

    def do_play(self) -> None:
        """Step by itself, or stop that."""
        if self.playing is not None:
            self.playing.stop()
            self.playing = None
        else:
            self.playing = self._screen.set_interval(1 / SPEEDS[self.pace], self._play)
        self.show()

    def _play(self) -> None:
        before = self.version
        self.step(1)
        if self.version == before:
            self.do_play()

    def do_faster(self) -> None:
        """Play faster."""
        self._play_at(self.pace + 1)

    def do_slower(self) -> None:
        """Play slower."""
        self._play_at(self.pace - 1)

    def _play_at(self, pace: int) -> None:
        self.pace = max(0, min(pace, len(SPEEDS) - 1))
        if self.playing is not None:
            self.do_play()
        self.do_play()

    # --- within the version --------------------------------------------------------------------

    def _mark(self, by: int, *, select: bool = False) -> None:
        self.settle()
        self.body.move(by, select=select)

    def do_up(self) -> None:
        """To the line above."""
        self._mark(-1)

    def do_down(self) -> None:
        """To the line below."""
        self._mark(1)

    def do_select_up(self) -> None:
        """Take the line above in."""
        self._mark(-1, select=True)

    def do_select_down(self) -> None:
        """Take the line below in."""
        self._mark(1, select=True)

    def do_page_up(self) -> None:
        """A page up."""
        self._mark(-self.body.page)

    def do_page_down(self) -> None:
        """A page down."""
        self._mark(self.body.page)
