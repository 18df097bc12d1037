"""A version on its way to the screen.

A held key asks for thirty steps a second and more, and to compare some versions takes longer. What
is asked for while one is worked out counts once, so the screen shows where one is now and stops
where the key does. What may take long is worked out in a thread: keys go on meanwhile.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from cocalc_tui.history.looks import Look, Seen
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.history.acts import HistoryActs

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.history.pasts import Past
    from cocalc_tui.widgets.history.line import TimeLineView

TURN = 0.003
"""Seconds until it is seen whether keys still wait."""
SOON = 0.2
"""Seconds that something is worked out without a word."""


class Showing(HistoryActs):
    """Part of the history screen: what shows follows where one goes."""

    view: TimeLineView
    shown = 0
    """The version that shows: `version`, but for the moment until that is worked out."""
    _due: bool | None = None
    """Whether what is to be shown is the same place in another way; None for nothing."""
    _working = False

    def choose_past(self, past: Past, at: int | None = None) -> None:
        """Go through another past, from a version of it or its newest."""
        self.past, self.mark, self.with_now, self.person = past, None, False, ""
        self.view.open(past.line, past.cells)
        self.go(past.line.latest if at is None else at)

    def go(self, version: int) -> None:
        """Show a version, once it is here."""
        if self.past is not None:
            self.version = max(0, min(version, self.past.line.latest))
            self.body.sought = ""
            self._ask(stay=False)

    def show(self) -> None:
        """Show the version anew, in another way."""
        self._ask(stay=True)

    def _ask(self, *, stay: bool) -> None:
        if self.past is None:  # its own log cannot be read; others are there to be chosen
            self.say_where()
            return
        if self._due is None and not self._working:
            self._screen.call_later(self._begin_between)
        self._due = stay and self._due is not False

    def settle(self) -> bool:
        """Show what is due, before something is done to what shows; False where that takes long."""
        self._begin()
        return self._due is None and not self._working

    def _begin_between(self) -> None:
        """Show what is due, behind the keys that are here already."""
        if desk(self._screen).keys_held:
            self._screen.set_timer(TURN, self._begin_between)
        else:
            self._begin()

    def _begin(self) -> None:
        past = self.past
        if past is None or self._due is None or self._working:
            return
        look = self._look(past)
        if look.is_quick() and not look.missing():
            stay, self._due = self._due, None
            self._paint(look, look.seen(), stay=stay)
        else:
            self._working = True
            work: WorkType[None] = self._work_out
            self._screen.run_worker(work, group="looking")

    async def _work_out(self) -> None:
        """Show what is due, until nothing is."""
        from cocalc_tui.client.requests import RequestFailed

        try:
            while self._due is not None and self.past is not None:
                stay, self._due = self._due, None
                look = self._look(self.past)
                seen = await self._in_time(look)
                if look.past is self.past:
                    self._paint(look, seen, stay=stay)
        except RequestFailed as error:
            self.say(error.text)
        finally:
            self._working = False

    async def _in_time(self, look: Look) -> Seen:
        timer = self._screen.set_timer(SOON, partial(self.say, look.task()))
        try:
            await look.past.fetch(look.version, look.before)
            return await asyncio.to_thread(look.seen)
        finally:
            timer.stop()

    def _look(self, past: Past) -> Look:
        before = self.mark if self.mark is not None else past.line.step(self.version, -1)
        now = self.seen if self.with_now else None
        blames = self.blames and not self.with_now and not (self.columns and self.difference)
        return Look(past, self.version, before, now, self.difference, blames)

    def _paint(self, look: Look, seen: Seen, *, stay: bool) -> None:
        self.shown = look.version
        self.view.show(look.version, self.mark, self.person, self.saved(look.past))
        columns = self.columns and look.difference
        self.body.show(seen.lines, columns=columns, blamed=seen.blamed, stay=stay)
        self.say_where()
        self.arrived()
        if look.blames and not seen.blamed and stay:
            desk(self._screen).notice(look.past.blames_nobody)
        if look.past is self.own and not self.own.is_ready(look.version):
            ahead: WorkType[None] = partial(asyncio.to_thread, self.own.prepare, look.version)
            self._screen.run_worker(ahead, group="ahead", exclusive=True)

    def saved(self, past: Past) -> list[int]:
        """The versions that somebody saved, and what the file holds now."""
        raise NotImplementedError

    def say_where(self) -> None:
        """Say what shows, at the top."""
        raise NotImplementedError

    def arrived(self) -> None:
        """What one went to shows."""
        raise NotImplementedError
