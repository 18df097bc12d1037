"""Searching in a large file, from what shows on: how far it is stands in the status line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.widget import Widget
from textual.worker import WorkType

from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.query import Query, SearchError
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.large.source import Line, Source

Find = Callable[[], Awaitable[int | None]]


class Finding(Widget):
    """Part of the pane of a large file."""

    source: Source
    top: int
    lines: list[Line]
    searching = ""
    """How far a search is, for the status line."""
    _query = Query()

    def go(self, top: int) -> None:
        """Show what is at a byte."""
        raise NotImplementedError

    async def do_find(self) -> None:
        """Ask what to find, and go to the next line that has it."""
        text = await desk(self).ask("Find, a regular expression", self._query.text)
        if text is not None:
            self._query = Query(text, is_pattern=_is_pattern(text))
            if not self._query.is_pattern:
                desk(self).notice(f"{text} is no regular expression: looking for it as it is")
            self._search(self._next)

    def do_next(self) -> None:
        """Go to the next line that has it."""
        self._search(self._next)

    def do_previous(self) -> None:
        """Go to the line before that has it."""
        self._search(self._previous)

    def stop_searching(self) -> None:
        """Search no further."""
        self.workers.cancel_group(self, "find")

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where in a line the last search finds something."""
        try:
            return [match.span() for match in self._query.matches(text, patience=0.05)]
        except SearchError:
            return []

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
            self.go(place) if place is not None else desk(self).notice("Not found from here on")
        finally:
            self.searching = ""
            desk(self).bars_changed()

    def _told(self, at: int) -> None:
        done = f"searching {100 * at // max(self.source.total, 1)} %, esc stops"
        if done != self.searching:
            self.searching = done
            desk(self).bars_changed()


def _is_pattern(text: str) -> bool:
    try:
        Query(text, is_pattern=True).compiled()
    except SearchError:
        return False
    return True
