"""Following the document: what others do, what runs, what is printed.

Many things may happen in the time of one frame, so each only notes which rows are to be painted
again; colours of big cells, and output that pours in, wait a moment for what comes with them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import copy_context

from textual.timer import Timer

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.events import Changed, DocumentEvent, Heard, PeopleMoved, Replaced
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.events import CellRun
from cocalc_tui.sync.patch import Change, RecordChange, TextChange
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.visitors import NAMED_FOR
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.notebook import runs
from cocalc_tui.widgets.notebook.cell import GAP
from cocalc_tui.widgets.notebook.deleted import Deletions
from cocalc_tui.widgets.notebook.view import NotebookView
from cocalc_tui.widgets.notebook.window import Held

COLOUR_AFTER = 0.01
"""Seconds after a change at which a cell's text is coloured anew."""
SMALL = 100
"""Lines of a cell that are coloured with every key."""
PAGE_AFTER = 0.3
"""Seconds until a long page is made anew."""
PRINT_EVERY = 0.05
"""Seconds between two drawings of live output."""


class ListeningView(NotebookView):
    """A notebook that follows its document."""

    def __init__(self, document: SharedDocument, *, clock: Callable[[], int] = wall_clock) -> None:
        """`clock` gives milliseconds since 1970, as the relay's does."""
        super().__init__(document, clock=clock)
        self.deletions = Deletions(document)
        self.notice_after = 10
        """Seconds that a cell takes at least for its end to be told; 0 for never."""
        self._to_colour: set[str] = set()
        self._to_print: set[str] = set()
        self._colour_timer: Timer | None = None
        self._page_timer: Timer | None = None
        self._print_timer: Timer | None = None
        self._fade_timer: Timer | None = None
        self._tick: Timer | None = None
        self._printed_at = 0.0
        self._runs_seen: dict[str, CellRun] = {}
        """How cells stood when they were looked at last."""
        self._unsubscribe: Callable[[], None] = lambda: None
        self._pictures_end: Callable[[], None] = lambda: None

    def listen(self) -> None:
        """Follow the document from now on."""
        # News come in a task of the connection. A timer that is started there outside of the app
        # never rings, and what waits for it (live output, names that fade) would wait for ever.
        home = copy_context()
        self._unsubscribe = self.document.subscribe(
            lambda event: home.copy().run(self._heard, event)
        )
        self._listen_to_pictures()
        self._tick = self.set_interval(1, self._seconds_passed, pause=True)
        self._runs_changed()
        self._kernel_changed()
        self.say_format()

    def on_unmount(self) -> None:
        """Listen no more."""
        self._unsubscribe()
        self._pictures_end()

    def dress(self) -> None:
        """Take the colours of the theme in force; people have others in it."""
        super().dress()
        self._people_moved()

    def _heard(self, event: DocumentEvent) -> None:
        match event:
            case Changed():
                self._changed(event.changes, local=event.local)
            case Replaced():
                self._replaced()
            case PeopleMoved():
                self._people_moved()
            case Heard(topic="runs"):
                self._runs_changed()
            case Heard(topic="kernel"):
                self._kernel_changed()
            case Heard(topic="asking"):
                self.asked()
            case Heard(topic="blob"):
                self._pictures_made()
            case Heard(topic="output"):
                self._print_soon(event.cell)

    def _changed(self, changes: Sequence[Change], *, local: bool) -> None:
        texts = [change for change in changes if isinstance(change, TextChange)]
        # What I type moves my caret, and the screen follows it; it must not follow twice.
        held = (
            self.window.hold_row(self.window.top)
            if local
            else self.window.hold(self.my_painted_row())
        )
        rows = self.stack.changed(texts)
        self._colour_soon(change.at.key for change in texts)
        self._page_soon(change.at.key for change in texts)
        records = [change for change in changes if isinstance(change, RecordChange)]
        if records:
            self._note_deletions(records)
            self._records_came(records, held, local=local)
        elif any(row.last is None for row in rows):
            scrolled = self.window.keep(held)
            self.repaint(self.window.top if scrolled else min(row.first for row in rows), None)
        else:
            for row in rows:
                self.repaint(row.first, row.last)
        if not local and self.editing:
            self._shown = self._caret_rows()
        if self.document.others:
            self._people_moved()

    def _note_deletions(self, records: Sequence[RecordChange]) -> None:
        """Remember what goes, and say so to whoever is at work in it."""
        mine = self.active if self.editing else ""
        self.deletions.note(records, self.stack)
        for change in records:
            if change.what == "removed" and change.key == mine:
                self._say_deleted(self.deletions.who(change.by))

    def _say_deleted(self, who: str) -> None:
        keys = desk(self).reader.keymap.keys_of("command.bring_back")
        back = f"; {shown(keys[0])} brings it back" if keys else ""
        what = (
            f"{who} deleted the cell you were in" if who else "The cell you were in left the file"
        )
        if who != "you":
            desk(self).notice(what + back, bad=True)

    def _records_came(self, records: Sequence[RecordChange], held: Held, *, local: bool) -> None:
        cells = self.stack.cells
        printed = self._hold_printing()
        self.records_changed(records)
        same = cells is self.stack.cells or [*cells] == self.stack.cells
        if same and not local:
            self.window.keep(printed)
        else:
            self.window.keep(held)
        self.refresh()

    def _hold_printing(self) -> Held:
        """Note what stays while outputs grow; what a cell prints that I ran is followed."""
        run = self.document.runs.get(self.active)
        mine = run is not None and run.user == desk(self).user
        return self.window.hold_printing(editing=self.editing, mine=mine)

    def say_format(self) -> None:
        """Say that the first edit will write an old file in a new format."""
        old = self.document.replica.records.get(schema.NOTEBOOK, {}).get("old")
        if old and all(patch.kind == "import" for patch in self.document.replica.patches()):
            desk(self).notice(
                f"{self.document.path} is of the old format {old}; "
                "the first edit saves it in format 4"
            )

    def _replaced(self) -> None:
        """Every text is another object now; go on editing where that can be."""
        edited, caret = self.active, 0
        if self.editing:
            caret = self.stack[edited].source.editor.caret
        editing, self.editing = self.editing, False
        with self.held():
            self.stack.reload()
            self.records_changed()
        if editing and edited in self.stack:
            self.edit(edited, caret)
        self._people_moved()

    # --- colours, people, runs -----------------------------------------------------------------

    def _colour_soon(self, keys: Iterable[str]) -> None:
        """Colour what was typed in: with the same frame where the parser needs no time."""
        self._to_colour.update(keys)
        self._to_colour &= {
            cell.key for cell in map(self.stack.get, self._to_colour) if cell and cell.made
        }
        if all(self.stack[key].source.editor.view.lines <= SMALL for key in self._to_colour):
            self._colour()
        elif self._colour_timer is None:
            self._colour_timer = self.set_timer(COLOUR_AFTER, self._colour_late)

    def _page_soon(self, keys: Iterable[str]) -> None:
        """Make long pages of markdown anew when whoever types in one rests."""
        old = any(cell.page_is_old for cell in map(self.stack.get, keys) if cell is not None)
        if old and self._page_timer is None:
            self._page_timer = self.set_timer(PAGE_AFTER, self._page_late)

    def _page_late(self) -> None:
        self._page_timer = None
        held = self.window.hold()
        for cell in self.stack:
            if cell.page_is_old:
                cell.renew_page()
                self.stack.measure(cell)
        self.window.keep(held)
        self.refresh()

    def _colour_late(self) -> None:
        self._colour_timer = None
        self._colour()

    def _colour(self) -> None:
        """Colour texts by what they are now."""
        keys, self._to_colour = self._to_colour, set()
        for key in keys:
            if key in self.stack and self.stack[key].source.stale:
                top = self.stack.source_top(key)
                for first, last in self.stack[key].source.recolour():
                    self.repaint(top + first, top + last)

    def _people_moved(self) -> None:
        """Show the others where they are now."""
        for key in self.marks.people.look(self.document.others, self.stack, desk(self).faces):
            self.repaint_cell(key)
        if self.marks.people.named and self._fade_timer is None:
            self._fade_timer = self.set_timer(NAMED_FOR, self._names_fade)

    def _names_fade(self) -> None:
        self._fade_timer = None
        self._people_moved()

    def _runs_changed(self) -> None:
        """Show what runs and waits."""
        under_way = any(run.state in runs.UNDER_WAY for run in self.document.runs.values())
        if self._tick is not None:
            (self._tick.resume if under_way else self._tick.pause)()
        now, before = self.document.runs, self._runs_seen
        self._say_long_runs(before, now)
        self._runs_seen = dict(now)
        held = self._hold_printing()
        self.stack.look_again(key for key in {*before, *now} if before.get(key) != now.get(key))
        self.window.keep(held)
        self.refresh()
        desk(self).bars_changed()

    def _say_long_runs(self, before: Mapping[str, CellRun], now: Mapping[str, CellRun]) -> None:
        """Tell whoever ran a cell for long that it is over."""
        for key, run in now.items():
            was = before.get(key)
            ended = was is not None and was.run == run.run and was.state in runs.UNDER_WAY
            long = run.finished - run.started >= self.notice_after * 1000 > 0 < run.started
            over = run.state not in runs.UNDER_WAY
            if ended and over and long and run.user == desk(self).user and key in self.stack:
                bad = run.state != "done"
                desk(self).notice(runs.long_run(run, self.stack.place(key) + 1), bad=bad)

    def _kernel_changed(self) -> None:
        """Show what the kernel says of itself."""
        self.fit_foot()
        desk(self).bars_changed()

    def asked(self) -> None:
        """A cell asks for input, or asks no more."""
        self.fit_foot()

    def _seconds_passed(self) -> None:
        """Show how long runs take by now."""
        for key, run in self.document.runs.items():
            if run.state == "running" and key in self.stack:
                top = self.stack.top(key)
                self.repaint(top, top + GAP)

    def _listen_to_pictures(self) -> None:
        """Hear, in this thread, when pictures are ready."""
        loop = asyncio.get_running_loop()

        def made() -> None:
            with contextlib.suppress(RuntimeError):  # the app has ended meanwhile
                loop.call_soon_threadsafe(self._pictures_made)

        if self.pictures is not None:
            self._pictures_end = self.pictures.subscribe(made)

    def _pictures_made(self) -> None:
        """Draw them where there was room kept for them, or all in another way."""
        if self.pictures is not None and self.pictures.graphics != self.stack.setting.graphics:
            self.fit()
        waiting = [cell for cell in self.stack if cell.results.waiting]
        if waiting and self.is_attached:
            with self.held():
                for cell in waiting:
                    cell.results.draw_again()
                    self.stack.measure(cell)

    def _print_soon(self, key: str) -> None:
        """Show live output: at once where there was none for a while, else together."""
        self._to_print.add(key)
        if self._print_timer is None:
            wait = self._printed_at + PRINT_EVERY - time.monotonic()
            if wait <= 0:
                self._print()
            else:
                self._print_timer = self.set_timer(wait, self._print)

    def _print(self) -> None:
        self._print_timer = None
        self._printed_at = time.monotonic()
        keys, self._to_print = self._to_print, set()
        for key in keys:
            if key in self.stack:
                self._printed(key)

    def _printed(self, key: str) -> None:
        held = self._hold_printing()
        first = self.stack.top(key) + GAP + self.stack[key].body
        self.stack.printed(key)
        if self.window.keep(held):
            self.refresh()
        else:
            self.repaint(first, None)
