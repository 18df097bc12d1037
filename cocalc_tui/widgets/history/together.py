"""Going through the past together: others see where I am in it, and may lead me."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.history.acts import HistoryActs

if TYPE_CHECKING:
    from textual.worker import WorkType


class Together(HistoryActs):
    """Part of the history screen: whoever follows somebody is taken to what they look at."""

    theirs: Whereabouts | None
    shown: int
    work: Callable[[WorkType[None]], None]

    @property
    def stands(self) -> Whereabouts:
        """The version that I look at, and the line of it that is marked."""
        if self.past is None:
            return Whereabouts(self.document.path, past=self.kind)
        line = self.body.marked_line
        number = line.new - 1 if line is not None and line.new is not None else None
        return Whereabouts(
            self.document.path,
            line=number,
            past=self.kind,
            version=self.version,
            against=self.mark,
            ways=" ".join(self._ways()),
            only=self.person,
        )

    def _ways(self) -> list[str]:
        """How I look at it, as others are told."""
        ways = {
            "plain": not self.difference,
            "beside": self.columns,
            "blame": self.blames,
            "now": self.with_now,
        }
        return [name for name, on in ways.items() if on]

    def catch_up(self) -> None:
        """Go where who leads me is; while the past is being fetched, once it is here."""
        if self.theirs is not None and self.past is not None:
            self.work(self.join_them)

    async def join_them(self) -> None:
        """Look at what who leads me looks at."""
        from cocalc_tui.client.requests import RequestFailed

        theirs = self.theirs
        if theirs is None:
            return
        try:
            if theirs.past != self.kind:
                await self.change_past(theirs.past)
            if theirs.version is not None:
                await self._have(max(theirs.version, theirs.against or 0))
                self._look_as(theirs)
                self.go(theirs.version)
        except RequestFailed as error:
            self.say(error.text)

    async def _have(self, version: int) -> None:
        """Fetch what is new, where a version is newer than what was fetched."""
        own = self.own
        if own is self.past and own and own.line.latest < min(version, self.document.numbers.upto):
            await self.look_again()

    def _look_as(self, theirs: Whereabouts) -> None:
        """Look at it in their way."""
        ways = theirs.ways.split()
        self.difference, self.columns = "plain" not in ways, "beside" in ways
        self.blames, self.with_now = "blame" in ways, "now" in ways
        self.person, self.mark = safe(theirs.only), theirs.against
        if self.mark is not None and self.past is not None:
            self.mark = min(self.mark, self.past.line.latest)

    def arrived(self) -> None:
        """What one went to shows: tell the others, and mark the line that who leads me marked."""
        desk(self._screen).bars_changed()
        theirs = self.theirs
        if theirs is not None and theirs.line is not None and theirs.version == self.shown:
            self.body.put_on(theirs.line + 1)
