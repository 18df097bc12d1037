"""What each record of a kernel's spool means: output, a state, a question, a widget that moves.

Whoever follows a keeper hands the records over in their order; from here they go on to the document
(`writing`), to widgets that are shown, and to those who look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cocalc_tui.notebook.outputs import Item
from cocalc_tui.server.keeper.registry import About
from cocalc_tui.server.kernels.intake import Intake
from cocalc_tui.server.kernels.items import item_from
from cocalc_tui.server.kernels.live import Live
from cocalc_tui.server.kernels.parts import Parts
from cocalc_tui.server.kernels.table import OVER
from cocalc_tui.server.kernels.telling import Telling
from cocalc_tui.server.kernels.widgets import COMMS, Shown
from cocalc_tui.server.kernels.writing import Writing


class Taking:
    """Takes in what one keeper spools."""

    def __init__(
        self,
        about: About,
        telling: Telling,
        intake: Intake,
        widgets: Shown,
        parts: Parts,
        writing: Writing,
    ) -> None:
        self._about = about
        self._telling = telling
        self._intake = intake
        self._widgets = widgets
        self._parts = parts
        self._writing = writing
        self._known_rows: Sequence[Mapping[str, Any]] = ()
        """How runs stood when the keeper greeted."""
        self._rows_from = 0
        """Rows before this offset are older than what the keeper said itself."""
        self._user_of: dict[str, str] = {}
        self._lost = self._said_lost = 0
        """Bytes of the spool that were deleted unread, and how many of them are said to be."""
        self._met: set[str] = set()
        """Runs of which something came since then."""

    def expect(self, runs: Iterable[Mapping[str, Any]]) -> None:
        """These are handed to the keeper."""
        self._user_of.update({str(run["run"]): str(run["user"]) for run in runs})

    def lost(self, count: int) -> None:
        """So many bytes of the spool were deleted unread by now."""
        if count > self._lost:
            self._lost = count
            self._met.clear()

    def greeted(self, greeting: Mapping[str, Any]) -> None:
        """A keeper says how its kernel and its runs stand."""
        self._known_rows = greeting["rows"]
        for row in self._known_rows:
            self._telling.table.put(row)
            self._user_of[row["run"]] = row["user"]
        self._rows_from = greeting["end"]
        self.kernel(greeting["kernel"])
        if (asking := greeting.get("asking")) is not None:
            cell = next(row["cell"] for row in greeting["rows"] if row["run"] == asking["run"])
            self._telling.inputs.asked(asking, cell, is_news=True)

    def live_of(self, run: str) -> Live | None:
        """What a run printed so far, None where it is not running."""
        cell = self._intake.cell_of(run)
        if cell is None or run != self._telling.table.running:
            return None
        telling = self._telling
        if telling.live is None or telling.live.run != run:
            telling.live = Live(cell, run, self._intake.made(run))
        return telling.live

    async def take(self, said: Mapping[str, Any], offset: int) -> None:
        """Take in the record that ends at an offset.

        Raises ValueError, KeyError, TypeError for one that makes no sense.
        """
        is_news = offset > self._rows_from
        if self._lost:
            self._go_on_after_loss(said)
        match said["kind"]:
            case "row":
                await self._row(said["row"], is_news=is_news)
            case "io" if said["type"] in COMMS:
                self._widgets.take(said["run"], said["type"], said["content"])
            case "io":
                item = await self._item(said["type"], said["content"])
                for run, one in self._widgets.placed(said["run"], item):
                    if self._intake.would_be_heavy(one):
                        await self.commit()
                    self.show(run, self._intake.item(run, one))
            case "ask":
                cell = self._intake.cell_of(said["run"]) or ""
                self._echo(said["run"], self._telling.inputs.asked(said, cell, is_news=is_news))
            case "answered":
                answered = self._telling.inputs.answered(said["run"], is_news=is_news)
                self._echo(said["run"], answered)
            case "lost":
                self.show(said["run"], self._intake.lost(said["run"], said["bytes"]))
            case "kernel" if is_news:
                self.kernel(said)

    async def _row(self, row: Mapping[str, Any], *, is_news: bool) -> None:
        run, user, state = row["run"], row["user"], row["state"]
        self.show_widgets()
        if self._writing.over_for not in (None, user):
            await self.commit()
        self._user_of[run] = user
        self._intake.row(row)
        if is_news:
            self._telling.row(row)
        if state in OVER and row["started"]:
            self._writing.over_for = user
            self._telling.live = None
            self._telling.inputs.over(run)
            self._widgets.over(run)

    async def _item(self, kind: str, content: Mapping[str, Any]) -> Item:
        """Make an item of a message; what may be large is seen to in a thread."""
        if kind in ("stream", "clear_output", "error"):
            return item_from(kind, content)
        if self._parts.many:
            await asyncio.to_thread(self._parts.sweep, self._intake.shown(), committed=False)
        return await asyncio.to_thread(self._parts.item, kind, content)

    def show(self, run: str, item: dict[str, Any] | None) -> None:
        """Have those who look see it, if the run goes on."""
        if item is not None and (live := self.live_of(run)) is not None:
            live.add(item)

    def show_widgets(self) -> None:
        """Have the outputs that show widgets say what those hold now."""
        for run, update in self._widgets.updates():
            self.show(run, self._intake.item(run, update))

    def _echo(self, run: str, text: str) -> None:
        """Show what a terminal would: question and answer."""
        self.show(run, self._intake.output(run, "stream", {"name": "stdout", "text": text}))

    def kernel(self, said: Mapping[str, Any]) -> None:
        """The keeper says how the kernel is."""
        self._telling.kernel(said)
        if "language_info" in said:
            self._writing.note_language(self._about, said["language_info"])

    def _go_on_after_loss(self, said: Mapping[str, Any]) -> None:
        """Say what is lost where output goes on; what was said of a run, its keeper knows."""
        run = str(said["row"]["run"] if "row" in said else said.get("run", ""))
        if run and run not in self._met:
            self._met.add(run)
            for row in self._known_rows:
                if row["run"] == run:
                    self._intake.row(row)
        count = self._lost - self._said_lost
        if count and (item := self._intake.lost(run, count)) is not None:
            self._said_lost = self._lost
            self.show(run, item)

    def running(self) -> tuple[str | None, str | None]:
        """Return the run that goes on, and who asked for it."""
        run = self._telling.table.running
        return run, self._user_of.get(run or "")

    async def commit(self) -> None:
        """Put what is here into the document."""
        await self._writing.commit(*self.running())
