"""F4 in a terminal: what it showed, screen by screen, while others go on with its present."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from cocalc_tui.client.terminals import Terminal
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.history.overview import at_first, whole
from cocalc_tui.history.timeline import TimeLine
from cocalc_tui.history.when import moment
from cocalc_tui.sync.versions import Made
from cocalc_tui.terminal.cast import GOES_ON, Shown
from cocalc_tui.terminal.replay import Replay
from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.bars import Bar
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.history.line import TimeLineView
from cocalc_tui.widgets.outputs.look import Look
from cocalc_tui.widgets.past import PastScreen
from cocalc_tui.widgets.phrases import exactly
from cocalc_tui.widgets.report import footer_words
from cocalc_tui.widgets.terminal.rows import row_painter, row_text, with_cursor
from cocalc_tui.widgets.theme import colour

if TYPE_CHECKING:
    from textual.worker import WorkType

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.widgets.project import Project

LONGEST_REST = 1.0
"""Seconds that playing makes of a longer rest."""
SPEEDS = (1, 2, 4, 16)
NOBODY = "program"
"""Who did it, where nobody typed."""


class Sheet(Widget):
    """The screen as it was."""

    DEFAULT_CSS = "Sheet { height: 1fr; width: 1fr; background: $background; }"
    can_focus = True

    def __init__(self) -> None:
        super().__init__()
        self._shown: Shown | None = None

    def on_mount(self) -> None:
        """Choose the colours."""
        dark = self.app.current_theme.dark
        self._paint = row_painter(Look.from_theme(self.app.theme_variables, dark=dark))

    def show(self, shown: Shown) -> None:
        """Show another."""
        self._shown = shown
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A row; a screen that is larger than the window shows where its cursor is."""
        width, ground, shown = self.size.width, self.rich_style, self._shown
        if shown is None:
            return Strip.blank(width, ground)
        top = max(0, min(shown.lines, self._last(shown) + 1) - self.size.height)
        y += top
        strip = self._paint(shown.rows[y]) if y < shown.lines else Strip([])
        if shown.cursor is not None and shown.cursor[1] == y:
            strip = with_cursor(strip, shown.cursor[0])
        inside = min(shown.columns, width)
        strip = strip.adjust_cell_length(inside, ground).apply_style(ground)
        if inside == width:
            return strip
        faint = ground + Style(color=colour(self, "text-faint"))
        return Strip([*strip, Segment("│" + " " * (width - inside - 1), faint)], width)

    @staticmethod
    def _last(shown: Shown) -> int:
        """The lowest row that holds something."""
        rows = [y for y, row in enumerate(shown.rows) if row]
        return max([*rows, shown.cursor[1] if shown.cursor else 0])


class TerminalPast(Acting, PastScreen, inherit_bindings=False):
    """The past of one terminal."""

    DEFAULT_CSS = """
    TerminalPast { background: $background; }
    TerminalPast Static { height: 1; width: 1fr; padding: 0 1; background: $bar; }
    TerminalPast #footer { background: $side; }
    """

    def __init__(self, project: Project, document: SharedDocument, at: int | None = None) -> None:
        """Show the screen `at` first, or the newest."""
        super().__init__()
        self._first = at
        self.document = document
        self._requests = project.requests
        self._terminal = Terminal(project.requests, document.doc)
        self._replay = Replay("")
        self._line = TimeLine(())
        self.version = 0
        """Which of its screens shows, from 1; 0 while there is none."""
        self._word = ""
        self._speed = 0
        self._playing: Timer | None = None
        self._head = Static("", id="head", markup=False)
        self._sheet = Sheet()
        self._view = TimeLineView(lambda name: desk(self).faces.colour(name), self._go)
        self._footer = Bar(id="footer")

    def compose(self) -> ComposeResult:
        """Where one is, what it showed, the time line, the keys."""
        yield self._head
        yield self._sheet
        yield self._view
        yield self._footer

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("replay",)

    def on_mount(self) -> None:
        """Fetch the recording."""
        self._sheet.focus()
        self._footer.say(footer_words(desk(self).reader, self.scopes()))
        self._head.update(f"{safe(self.document.path)}: fetching what it showed …")
        self._fetch_again()

    def _fetch_again(self) -> None:
        work: WorkType[None] = self._fetch
        self.run_worker(work, group="history", exclusive=True)

    async def _fetch(self) -> None:
        from cocalc_tui.client.requests import RequestFailed

        try:
            self._replay = Replay(await self._terminal.recording())
        except RequestFailed as error:
            self._head.update(f"{safe(self.document.path)}: {safe(error.text)}")
            return
        if not len(self._replay):
            self._head.update(f"{safe(self.document.path)}: nothing is recorded yet")
            return
        pairs = zip(self._replay.times, self._replay.typists, strict=True)
        self._line = TimeLine(_made(at, typist) for at, typist in pairs)
        self._view.open(self._line, at_first(self._line))
        first, self._first = self._first, None
        self._go(len(self._replay) if first is None else first)
        self._follow()

    # --- others --------------------------------------------------------------------------------

    @property
    def stands(self) -> Whereabouts:
        """The screen that I look at."""
        return Whereabouts(self.document.path, past="screen", version=self.version or None)

    def catch_up(self) -> None:
        """Go to the screen that who leads me looks at, fetching it where it is a new one."""
        theirs = self.theirs
        if theirs is None or theirs.version is None or theirs.version <= len(self._replay):
            self._follow()
        else:
            self._fetch_again()

    def _follow(self) -> None:
        if self.theirs is not None and self.theirs.version is not None:
            self._go(self.theirs.version)

    # --- showing -------------------------------------------------------------------------------

    def _go(self, version: int) -> None:
        """Show one of the screens."""
        if not len(self._replay):
            return
        self.version = max(1, min(version, len(self._replay)))
        self._sheet.show(self._replay.screen(self.version - 1))
        self._view.show(self.version, None)
        self.say_where()
        desk(self).bars_changed()

    def say_where(self) -> None:
        """Say when it was, which screen, whose and how large, at the top."""
        if not self.version:
            return
        index = self.version - 1
        shown, typist = self._replay.screen(index), self._replay.typists[index]
        parts = [
            f"{safe(self.document.path)}  {exactly(self._replay.times[index])}",
            *(word.text for word in self.whom[:1]),
            f"screen {self.version:,} of {len(self._replay):,}",
            f"{shown.columns}x{shown.lines}",
        ]
        parts += [f"{safe(typist)} typed last"] * bool(typist)
        parts += [f"plays {SPEEDS[self._speed]}x"] * (self._playing is not None)
        ended = [one for one in self._replay.endings if one.at <= self._replay.times[index]]
        if index + 1 == len(self._replay) and ended:
            parts.append(f"exit code {ended[-1].code}")
        self._head.update("   ".join(parts))

    # --- steps ---------------------------------------------------------------------------------

    def do_earlier(self) -> None:
        """One screen back."""
        self._go(self.version - 1)

    def do_later(self) -> None:
        """One screen on."""
        self._go(self.version + 1)

    def do_ten_earlier(self) -> None:
        """Ten screens back."""
        self._go(self.version - 10)

    def do_ten_later(self) -> None:
        """Ten screens on."""
        self._go(self.version + 10)

    def do_typist_earlier(self) -> None:
        """Back to where somebody else typed."""
        self._go(self._line.other_author(self.version, -1))

    def do_typist_later(self) -> None:
        """On to where somebody else typed."""
        self._go(self._line.other_author(self.version, 1))

    def do_rest_earlier(self) -> None:
        """Back to where it rested."""
        self._go(self._line.step(self.version, -1))

    def do_rest_later(self) -> None:
        """On to where it rested."""
        self._go(self._line.step(self.version, 1))

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
        """To now, with what was shown meanwhile."""
        await self._fetch()

    def do_zoom(self) -> None:
        """Draw all of a long time line, or what is near again."""
        self._view.zoom(None if self._view.shows_all else whole(self._line))

    async def do_go(self) -> None:
        """To a time that is typed."""
        word = await desk(self).ask("Time (14:02, yesterday 14:00, 5 min ago)")
        if not word:
            return
        found = moment(word, datetime.now().astimezone())
        if found is None:
            desk(self).notice(f"{word}: no time", bad=True)
        else:
            self._go(self._replay.index_at(int(found.timestamp() * 1000)) + 1)

    # --- finding -------------------------------------------------------------------------------

    async def do_find(self) -> None:
        """Go back to where a text was shown anew."""
        word = await desk(self).ask("Find what it showed")
        if word:
            self._word = word
            self.do_find_earlier()

    def do_find_earlier(self) -> None:
        """The same, further back."""
        self._find(-1)

    def do_find_later(self) -> None:
        """The same, further on."""
        self._find(1)

    def _find(self, by: int) -> None:
        if not self._word:
            return
        found = self._replay.find(self._word, self.version - 1, by)
        if found is None:
            desk(self).notice(f"{self._word}: not {'before' if by < 0 else 'after'} this")
        else:
            self._go(found + 1)

    # --- playing -------------------------------------------------------------------------------

    def do_play(self) -> None:
        """Play as it was, with long rests made short; or stop."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
            self.say_where()
        elif len(self._replay):
            if self.version == len(self._replay):
                self._go(1)
            self._next()
            self.say_where()

    def do_faster(self) -> None:
        """Play faster, and at last as it was again."""
        self._speed = (self._speed + 1) % len(SPEEDS)
        if self._playing is None:
            self.do_play()
        self.say_where()

    def _next(self) -> None:
        """Wait for the next screen as long as it was waited for then."""
        times, index = self._replay.times, self.version - 1
        self._playing = None
        if index + 1 < len(times):
            rest = min((times[index + 1] - times[index]) / 1000, LONGEST_REST)
            self._playing = self.set_timer(max(rest / SPEEDS[self._speed], 1 / 60), self._play)

    def _play(self) -> None:
        self.version += 1
        self._next()
        self._go(self.version)

    # --- the rest ------------------------------------------------------------------------------

    def do_copy(self) -> None:
        """Copy the screen as it was."""
        if self.version:
            rows = self._replay.screen(self.version - 1).rows
            self.app.copy_to_clipboard(_lines(rows).rstrip() + "\n")
            desk(self).notice("the screen as it was is copied")

    async def do_purge(self) -> None:
        """Forget all that it showed, for everybody and for good."""
        from cocalc_tui.client.history import purge

        path = self.document.path
        question = f"Forget all that {path} showed before? There is no undo"
        if await desk(self).confirm(question, "forget for good"):
            await purge(self._requests, self.document.doc)
            self.dismiss(None)

    def do_close(self) -> None:
        """Back to now."""
        self.dismiss(None)


def _made(at: int, typist: str) -> Made:
    """A screen as the time line takes it."""
    return Made(typist or NOBODY, "", at, at, "typing", None, None)


def _lines(rows: Sequence[str]) -> str:
    """Rows as text; what the window broke is one line."""
    return "".join(
        row_text(row) if row.endswith(GOES_ON) else row_text(row).rstrip() + "\n" for row in rows
    )


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at / 1000))
