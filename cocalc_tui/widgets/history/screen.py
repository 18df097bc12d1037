"""F4 on anything: its past, version by version, while others go on with its present."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from cocalc_tui.client.past import LogBook
from cocalc_tui.history import words
from cocalc_tui.history.blaming import BlamedLine, blame_lines
from cocalc_tui.history.reading import readable
from cocalc_tui.history.restoring import CannotRestore, restore
from cocalc_tui.history.timeline import EVENTS, TimeLine
from cocalc_tui.history.when import moment
from cocalc_tui.sync.patch import MAIN
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.history.body import Body
from cocalc_tui.widgets.history.line import TimeLineView
from cocalc_tui.widgets.report import footer_words

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.versions import Versions
    from cocalc_tui.widgets.project import Project

SPEED = 0.12
"""Seconds between two steps of playing."""
TEXT = "text"


def when(at: int) -> str:
    """A time in milliseconds, for people here."""
    local = time.localtime(at / 1000)
    today = time.strftime("%Y-%m-%d")
    day = "" if time.strftime("%Y-%m-%d", local) == today else time.strftime("%a %d %b ", local)
    return day + time.strftime("%H:%M:%S", local)


class HistoryScreen(Acting, Screen[None], inherit_bindings=False):
    """The past of one document."""

    DEFAULT_CSS = """
    HistoryScreen { background: $background; }
    HistoryScreen Static { height: 1; width: 1fr; padding: 0 1; background: $bar; }
    HistoryScreen #footer { background: $side; }
    """

    def __init__(self, project: Project, document: SharedDocument) -> None:
        super().__init__()
        self._project = project
        self._document = document
        self._book = LogBook(project.requests, document.doc)
        self._versions: Versions | None = None
        self._line = TimeLine(())
        self.version = 0
        self.mark: int | None = None
        self.difference = True
        self.columns = False
        self.blames = False
        self.person = ""
        """Whose steps are gone through; "" everybody's."""
        self._word = ""
        self._other: tuple[str, str] | None = None
        """Name and text of what is compared with instead: a file in a snapshot."""
        self._playing: Timer | None = None
        self._head = Static("", id="head", markup=False)
        self._body = Body()
        self._footer = Bar(id="footer")
        self._view = TimeLineView(lambda name: desk(self).faces.colour(name), self._go)

    def compose(self) -> ComposeResult:
        """Where one is, what was there, the time line, the keys."""
        yield self._head
        yield self._body
        yield self._view
        yield self._footer

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("history",)

    def on_mount(self) -> None:
        """Fetch the past."""
        self._body.focus()
        self._footer.say(footer_words(desk(self).reader, self.scopes()))
        self._body.blame_words = self._blame_words
        self._head.update(f"{safe(self._document.path)}: fetching its history …")
        self.run_worker(self._prepare(), group="history")

    async def _prepare(self) -> None:
        """Have all versions up to now, and show the newest."""
        from cocalc_tui.client.requests import RequestFailed

        def told(upto: int) -> None:
            self._head.update(f"{safe(self._document.path)}: {upto:,} versions fetched …")

        try:
            await self._book.fetch(self._document.numbers.upto, told)
            versions = await self._book.versions()
        except RequestFailed as error:
            self._head.update(f"{safe(self._document.path)}: {safe(error.text)}")
            return
        self._versions = versions
        made = (versions.made(number) for number in range(1, versions.latest + 1))
        self._line = TimeLine(made)
        self._go(versions.latest)

    # --- showing -------------------------------------------------------------------------------

    def _go(self, version: int) -> None:
        """Show a version."""
        if self._versions is None:
            return
        self.version = max(0, min(version, self._versions.latest))
        self._show()

    def _show(self) -> None:
        versions = self._versions
        if versions is None:
            return
        self._body.show(
            self._lines(versions),
            columns=self.columns and self.difference,
            blamed=self._blamed(versions),
        )
        self._view.show(self._line, self.version, self.mark)
        self._say_head(versions)

    def _lines(self, versions: Versions) -> list[words.Line]:
        kind = self._document.type
        now = readable(versions, self.version, kind)
        if not self.difference:
            return words.lines([words.Piece(now, 0)])
        if self._other is not None:
            return words.lines(words.compare(self._other[1], now))
        before = self._before()
        if kind == TEXT and self.mark is None:
            found = versions.difference(before, self.version, MAIN)
            return words.lines([words.Piece(*one) for one in found])
        return words.lines(words.compare(readable(versions, before, kind), now))

    def _before(self) -> int:
        """The version that is compared with."""
        return self.mark if self.mark is not None else self._line.step(self.version, -1)

    def _blamed(self, versions: Versions) -> list[BlamedLine]:
        if not self.blames or self._document.type != TEXT:
            return []
        return blame_lines(versions, self.version)

    def _blame_words(self, line: BlamedLine) -> tuple[str, str]:
        if not line.author:
            return "", ""
        stamp = time.strftime("%d %b %H:%M", time.localtime(line.at / 1000))
        return f"{safe(line.author)[:8]} {stamp}", desk(self).faces.colour(line.author)

    def _say_head(self, versions: Versions) -> None:
        parts = [f"{safe(self._document.path)}  version {self.version:,} of {versions.latest:,}"]
        if self.version and self._line.bursts:
            burst = self._line.burst(self.version)
            parts.append(f"{safe(burst.author)}, {when(burst.end)}")
            if burst.late:
                parts.append(f"typed {when(burst.made)} offline")
            if burst.kind in EVENTS:
                parts.append(EVENTS[burst.kind])
        if self._other is not None:
            parts.append(f"beside {self._other[0]}")
        elif self.mark is not None:
            parts.append(f"beside version {self.mark:,}")
        if self.person:
            parts.append(f"only {safe(self.person)}")
        newer = self._document.numbers.upto - versions.latest
        if newer > 0:
            parts.append(f"{newer} newer: end shows them")
        self._head.update("   ".join(parts))

    # --- steps ---------------------------------------------------------------------------------

    def _step(self, by: int) -> None:
        if not self.person:
            self._go(self._line.step(self.version, by))
            return
        own = [one.last for one in self._line.bursts if one.author == self.person]
        if by < 0:
            earlier = [last for last in own if last < self.version]
            self._go(earlier[max(by, -len(earlier))] if earlier else self.version)
        else:
            later = [last for last in own if last > self.version]
            self._go(later[min(by, len(later)) - 1] if later else self.version)

    def do_earlier(self) -> None:
        """To the end of the burst before."""
        self._step(-1)

    def do_later(self) -> None:
        """To the end of the next burst."""
        self._step(1)

    def do_ten_earlier(self) -> None:
        """Ten bursts back."""
        self._step(-10)

    def do_ten_later(self) -> None:
        """Ten bursts on."""
        self._step(10)

    def do_author_earlier(self) -> None:
        """Back to what somebody else did."""
        self._go(self._line.other_author(self.version, -1))

    def do_author_later(self) -> None:
        """On to what somebody else did."""
        self._go(self._line.other_author(self.version, 1))

    def do_patch_earlier(self) -> None:
        """One version back."""
        self._go(self.version - 1)

    def do_patch_later(self) -> None:
        """One version on."""
        self._go(self.version + 1)

    def do_pause_earlier(self) -> None:
        """Back to a pause."""
        self._go(self._line.pause(self.version, -1))

    def do_pause_later(self) -> None:
        """On to a pause."""
        self._go(self._line.pause(self.version, 1))

    def do_day_earlier(self) -> None:
        """A day back."""
        self._go(self._line.day(self.version, -1, _day))

    def do_day_later(self) -> None:
        """A day on."""
        self._go(self._line.day(self.version, 1, _day))

    def do_first(self) -> None:
        """To the beginning."""
        self._go(1)

    async def do_last(self) -> None:
        """To now, which may have gone on."""
        if self._versions and self._document.numbers.upto > self._versions.latest:
            await self._prepare()
        elif self._versions:
            self._go(self._versions.latest)

    async def do_go(self) -> None:
        """To a version or a time that is typed."""
        word = await desk(self).ask("Version or time (120, 14:02, yesterday 14:00)")
        if not word or self._versions is None:
            return
        if word.isascii() and word.isdigit():
            self._go(int(word))
            return
        found = moment(word, datetime.now().astimezone())
        if found is None:
            desk(self).notice(f"{word}: neither a version nor a time", bad=True)
        else:
            self._go(self._line.at(int(found.timestamp() * 1000)))

    def do_play(self) -> None:
        """Step by itself, or stop that."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
        else:
            self._playing = self.set_interval(SPEED, self._play)

    def _play(self) -> None:
        before = self.version
        self._step(1)
        if self.version == before:
            self.do_play()

    # --- looking -------------------------------------------------------------------------------

    def do_difference(self) -> None:
        """Show what differs, or the text alone."""
        self.difference = not self.difference
        self._other = None
        self._show()

    def do_beside(self) -> None:
        """Show old and new side by side, or in one column."""
        self.columns = not self.columns
        self._show()

    def do_mark(self) -> None:
        """Compare with this version from now on; once more with the step before."""
        self.mark = None if self.mark is not None else self.version
        self._other = None
        self._show()

    def do_blame(self) -> None:
        """Show who wrote which line, or do not."""
        self.blames = not self.blames
        self._show()

    async def do_person(self) -> None:
        """Step through what one person did only."""
        from cocalc_tui.history.timeline import legend
        from cocalc_tui.widgets.picker import Choice

        names = legend(self._line.bursts)
        choices = [Choice("", "everybody"), *(Choice(name, name) for name in names)]
        chosen = await desk(self).pick("Whose steps", choices)
        if chosen is not None:
            self.person = chosen
            self._show()

    async def do_find(self) -> None:
        """Go back to where a text came or went."""
        word = await desk(self).ask("Find when a text came or went", self._word)
        versions = self._versions
        if not word or versions is None:
            return
        self._word = word
        kind = self._document.type
        there = word in readable(versions, self.version, kind)
        for burst in reversed(self._line.bursts[: self._line.index(self.version)]):
            if (word in readable(versions, burst.last, kind)) != there:
                self._go(self._line.step(burst.last, 1))
                desk(self).notice(f"here it {'came' if there else 'went'}: {word}")
                return
        desk(self).notice(f"{word}: {'from the beginning' if there else 'never before'}")

    async def do_snapshots(self) -> None:
        """Compare with the file as a snapshot has it."""
        from cocalc_tui.client.snapshots import Snapshots
        from cocalc_tui.widgets.picker import Choice

        snapshots = Snapshots(self._project.requests)
        found = await snapshots.all(self._document.path)
        choices = [Choice(one.id, f"{when(one.at)}  {one.title}", one.user) for one in found]
        chosen = await desk(self).pick("Snapshots in which it changed", choices)
        if chosen is not None:
            data = await snapshots.read(chosen, self._document.path)
            self._other = (f"the snapshot {chosen}", data.decode("utf-8", "backslashreplace"))
            self.difference = True
            self._show()

    # --- bringing back -------------------------------------------------------------------------

    async def do_restore(self) -> None:
        """Make the document as it was, as a step of mine."""
        versions, document = self._versions, self._document
        if versions is None:
            return
        question = f"Make {document.path} as in version {self.version:,}? Undo takes it back."
        if not await desk(self).confirm(question, "restore"):
            return
        try:
            ops = restore(
                document.replica, versions, self.version, document.type, secrets.token_hex(8)
            )
        except CannotRestore as error:
            desk(self).notice(str(error), bad=True)
            return
        if ops:
            document.change(ops, "restore", step=True)
        self.dismiss(None)
        desk(self).notice(f"{document.path} is as in version {self.version:,}; undo takes it back")

    def do_copy(self) -> None:
        """Copy the text as it was."""
        if self._versions is not None:
            text = readable(self._versions, self.version, self._document.type)
            self.app.copy_to_clipboard(text)
            desk(self).notice(f"version {self.version:,} is copied")

    async def do_save_copy(self) -> None:
        """Make a new file of the text as it was, and open it."""
        from cocalc_tui.sync.patch import Splice

        if self._versions is None:
            return
        text = readable(self._versions, self.version, self._document.type)
        stem, dot, ending = self._document.path.rpartition(".")
        ending = ending if self._document.type == TEXT else "txt"
        path = f"{stem if dot else self._document.path}-v{self.version}.{ending or 'txt'}"
        await self._project.files.make(path)
        copy = await self._project.open(path)
        copy.change([Splice(0, 0, text)], "paste", step=True)
        self.dismiss(None)
        self._visit(path)

    def _visit(self, path: str) -> None:
        from cocalc_tui.widgets.main import MainScreen

        main = self.app.get_default_screen()
        if isinstance(main, MainScreen):
            main.visit(path)

    # --- scrolling -----------------------------------------------------------------------------

    def do_up(self) -> None:
        """A row up."""
        self._body.scroll_relative(y=-1, animate=False)

    def do_down(self) -> None:
        """A row down."""
        self._body.scroll_relative(y=1, animate=False)

    def do_page_up(self) -> None:
        """A page up."""
        self._body.scroll_relative(y=-max(self._body.size.height - 1, 1), animate=False)

    def do_page_down(self) -> None:
        """A page down."""
        self._body.scroll_relative(y=max(self._body.size.height - 1, 1), animate=False)

    def do_close(self) -> None:
        """Back to now."""
        self.dismiss(None)


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at / 1000))
