"""F4 on anything: its past, version by version, while others go on with its present."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cocalc_tui.client.past import LogBook
from cocalc_tui.history.blaming import BlamedLine
from cocalc_tui.history.overview import whole
from cocalc_tui.history.pasts import LogPast, Past
from cocalc_tui.history.timeline import EVENTS
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.history.body import Body
from cocalc_tui.widgets.history.bringing import Bringing
from cocalc_tui.widgets.history.line import TimeLineView
from cocalc_tui.widgets.history.looking import Looking
from cocalc_tui.widgets.history.showing import Showing
from cocalc_tui.widgets.history.steps import SPEEDS, Steps, day
from cocalc_tui.widgets.history.together import Together
from cocalc_tui.widgets.past import PastScreen
from cocalc_tui.widgets.phrases import Word, date, exactly, named, size, this_year
from cocalc_tui.widgets.report import footer_words

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.protocol.events import SaveInfo
    from cocalc_tui.widgets.project import Project

WIDE = 110
"""Columns from which on times are said to the second, however long ago they were."""
NEWS = 0.5
"""Seconds between looks at whether the document went on."""


class HistoryScreen(
    Together, Showing, Steps, Looking, Bringing, Acting, PastScreen, inherit_bindings=False
):
    """The past of one document."""

    DEFAULT_CSS = """
    HistoryScreen { background: $background; }
    HistoryScreen #footer { background: $side; }
    """

    def __init__(self, project: Project, document: SharedDocument, at: int | None = None) -> None:
        """Show version `at` first, or the newest."""
        super().__init__()
        self._first = at
        self.project = project
        self.document = document
        self.body = Body()
        self._book = LogBook(project.requests, document.doc)
        self._newer = 0
        self._trouble = ""
        """Why its own log cannot be read."""
        self._saves: list[SaveInfo] = []
        self._head = Bar(id="head")
        self._footer = Bar(self._click, id="footer")
        self.view = TimeLineView(lambda name: desk(self).faces.colour(name), self.go, self.step)

    def compose(self) -> ComposeResult:
        """Where one is, what was there, the time line, the keys."""
        yield self._head
        yield self.body
        yield self.view
        yield self._footer

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("history",)

    def on_mount(self) -> None:
        """Fetch the past."""
        self.body.focus()
        self._footer.say(footer_words(desk(self).reader, self.scopes(), desk(self).role))
        self.body.blame_words = self._blame_words
        self.body.face = desk(self).faces.colour
        self.body.moved = desk(self).bars_changed
        self.say("fetching its history …")
        self.set_interval(NEWS, self._look_for_news)
        self.work(self._enter)

    async def _enter(self) -> None:
        """Fetch the past, and go to where I am wanted in it."""
        await self.look_again()
        if self._first is not None:
            self.go(self._first)
        await self.join_them()

    def work(self, work: WorkType[None], group: str = "history") -> None:
        """Do something that takes time, in place of what of its group still goes on."""
        # Called in the worker: one that is cancelled before it began leaves no coroutine behind.
        self.run_worker(work, group=group, exclusive=True)

    def _click(self, act: str) -> None:
        """Do what was clicked in the footer."""
        from cocalc_tui.widgets.acting import perform

        perform(self, desk(self).reader.keymap.registry[act])

    async def look_again(self) -> None:
        """Have all versions up to now, and show the newest."""
        from cocalc_tui.client.requests import RequestFailed

        latest = self.document.numbers.upto
        try:
            await self._book.fetch(
                latest, lambda upto: self.say(f"{upto:,} of {latest:,} versions fetched …")
            )
            self.say(f"preparing {latest:,} versions …")
            versions = await self._book.versions()
        except RequestFailed as error:
            self._trouble = error.text
            desk(self).notice(error.text, bad=True)
            self.say_where()
            return
        self.own = await asyncio.to_thread(LogPast, versions, self.document.type)
        self.seen = self.own.content(versions.latest)
        self.view.note = f"  {size(self._book.size)}"
        self.choose_past(self.own)
        self.work(self._fetch_saves, "saves")

    async def do_zoom(self) -> None:
        """Draw all of a long time line, or what is near again."""
        past, view = self.past, self.view
        if past is None:
            return
        if view.shows_all:
            view.zoom(None)
            return
        self.say(f"going through {past.line.latest:,} versions …")
        view.zoom(await asyncio.to_thread(whole, past.line))
        self.say_where()

    async def _fetch_saves(self) -> None:
        """Mark when somebody saved it, once that is known: nothing else waits for it."""
        from cocalc_tui.client.history import saves
        from cocalc_tui.client.requests import RequestFailed

        with contextlib.suppress(RequestFailed):
            found = await saves(self.project.requests, self.document.doc)
            self._saves = [one for one in found if one.user]
            self.show()

    # --- showing -------------------------------------------------------------------------------

    def saved(self, past: Past) -> list[int]:
        """The versions that somebody saved, and what the file holds now."""
        if past is not self.own:
            return []
        asked = {one.seq for one in self._saves}
        return sorted(asked | {self.document.hearing.saved_seq} - {0})

    def _blame_words(self, line: BlamedLine) -> tuple[str, str]:
        if not line.author:
            return "", ""
        stamp = f"{date(line.at)} {time.strftime('%H:%M', time.localtime(line.at / 1000))}"
        return f"{safe(line.author)[:8]} {stamp[:12]}".rstrip(), desk(self).faces.colour(
            line.author
        )

    # --- the head ------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Say what is being done."""
        self._head.say(
            [Word(f" {named(self.document.path)}  ", "text-bright"), Word(text, "text-dim")]
        )

    def _look_for_news(self) -> None:
        if self.past is not None and self._newer != self._count_newer():
            self.say_where()

    def _count_newer(self) -> int:
        latest = self.own.line.latest if self.own is not None else 0
        return max(self.document.numbers.upto - latest, 0)

    def say_where(self) -> None:
        """Say what shows, at the top."""
        past = self.past
        if past is None:
            if self._trouble:
                self.say(self._trouble)
            return
        self._newer = self._count_newer()
        own = past is self.own
        left = [
            Word(f" {named(self.document.path)}  ", "text-bright", bold=True),
            Word(f"{past.place(self.shown)}  "),
            *self._made_words(past),
        ]
        right = [*self.whom[:1], *(Word(f"  {text}", "text-dim") for text in self._way_words())]
        if own and self._newer:
            right.append(Word(f"  {self._newer:,} newer: end", "warning"))
        self._head.say(left, [*right, Word(" ")])

    def _made_words(self, past: Past) -> list[Word]:
        """Who made it, when and how."""
        if not self.shown:
            return [Word(past.title(0), "text-dim")]
        burst = past.line.burst(self.shown)
        found = [
            Word(f"{burst.author}, ", desk(self).faces.colour(burst.author)),
            Word(exactly(burst.end) if past is self.own else self._kept_at(burst.end), "text-dim"),
        ]
        if burst.late:
            made = time.localtime(burst.made / 1000)
            form = "%H:%M" if day(burst.made) == day(burst.end) else "%a %d %b %H:%M"
            found.append(Word(f"  typed {time.strftime(form, made)} offline", "warning"))
        if title := past.title(self.shown):
            found.append(Word(f"  {title}"))
        elif burst.kind in EVENTS:
            found.append(Word(f"  {EVENTS[burst.kind]}", "text-dim"))
        if past is self.own:
            by = dict.fromkeys(
                one.user for one in self._saves if burst.first <= one.seq <= burst.last
            )
            found += [Word(f"  saved by {', '.join(map(safe, by))}", "text-dim")] * bool(by)
        return found

    def _kept_at(self, at: int) -> str:
        """When a commit or snapshot was made: what it is called comes first where room is small."""
        if self.size.width < WIDE and time.localtime(at / 1000).tm_year != this_year():
            return date(at)
        return exactly(at)

    def _way_words(self) -> list[str]:
        """How it is looked at, where that is not the usual way."""
        found = []
        if self.playing is not None:
            found.append(f"▶ {SPEEDS[self.pace]:.0f} a second")
        if self.person:
            found.append(f"only {self.person}")
        if self.with_now:
            found.append("what came since")
        elif self.mark is not None:
            found.append(f"against {self.mark:,}")
        elif not self.difference:
            found.append("no marks")
        return found

    def do_close(self) -> None:
        """Back to now."""
        self.dismiss(None)
