"""Running cells, answering those that ask, and what is done with outputs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.events import DocumentEvent
from cocalc_tui.widgets.acting import desk, perform
from cocalc_tui.widgets.notebook.answering import Answer
from cocalc_tui.widgets.notebook.copying import CopiedCell
from cocalc_tui.widgets.notebook.lookacts import LookActs


class RunActs(LookActs):
    """Actions that run cells."""

    def __init__(self, document: SharedDocument, *, clock: Callable[[], int] = wall_clock) -> None:
        """`clock` gives milliseconds since 1970, as the relay's does."""
        super().__init__(document, clock=clock)
        self._ran_here: set[str] = set()
        """Cells that were run in this view."""

    async def _run(self, keys: Sequence[str]) -> None:
        """Queue those of these cells that are code and not empty."""
        cells = [self.stack[key] for key in keys if key in self.stack]
        code = [cell.key for cell in cells if cell.kind == "code" and cell.text.strip()]
        if code:
            self._ran_here.update(code)
            await self.document.run(code)

    def _keys(self, start: int, end: int | None = None) -> list[str]:
        return [cell.key for cell in self.stack.cells[start:end]]

    def do_run(self) -> Awaitable[None] | None:
        """Run the cells selected."""
        keys = self.selection()
        if keys and self.editing:
            self.select(self.active)
        return self._run(keys)

    def do_run_on(self) -> Awaitable[None] | None:
        """Run the cells selected and go to the next, which is made where there is none."""
        keys = self.selection()
        if not keys:
            return None
        place = self.stack.section(keys[-1]).stop
        if place < len(self.stack):
            self.select(self.stack.cells[place].key)
        elif made := self.insert(place, [CopiedCell("code", "")]):
            self.edit(made[0])
        return self._run(keys)

    def do_run_insert(self) -> Awaitable[None] | None:
        """Run the cells selected, and write in a new one below."""
        keys = self.selection()
        if keys and (made := self.insert(self._place_below(), [CopiedCell("code", "")])):
            self.edit(made[0])
        return self._run(keys)

    def do_run_all(self) -> Awaitable[None]:
        """Run everything, from the top."""
        return self._run(self._keys(0))

    def do_run_above(self) -> Awaitable[None]:
        """Run everything above the cell."""
        return self._run(self._keys(0, self._place()))

    def do_run_below(self) -> Awaitable[None]:
        """Run the cell and everything below it."""
        return self._run(self._keys(self._place()))

    async def do_answer(self) -> None:
        """Answer the cell that waits for input, unless somebody else is quicker."""
        asking = self.document.asking
        if not asking.run:
            desk(self).notice("No cell waits for input")
            return
        dialog = Answer(asking)

        def look(_: DocumentEvent) -> None:
            if self.document.asking != asking:
                dialog.give(None)

        stop = self.document.subscribe(look)
        try:
            text = await desk(self).answer(dialog)
        finally:
            stop()
        if text is not None:
            await self.document.answer(asking.run, text)

    def asked(self) -> None:
        """Ask whoever ran the cell here, if their keys are not for a text just now."""
        super().asked()
        asking = self.document.asking
        run = self.document.runs.get(asking.cell)
        mine = asking.cell in self._ran_here and (run is None or run.user == desk(self).user)
        if asking.run and mine and self.has_focus and not self.editing:
            perform(self, desk(self).reader.keymap.registry["notebook.answer"])

    # --- outputs -------------------------------------------------------------------------------

    def do_clear_output(self) -> Awaitable[None]:
        """Remove the output of the cells selected."""
        return self.document.clear_outputs(self.selection())

    def do_clear_all(self) -> Awaitable[None]:
        """Remove all output."""
        return self.document.clear_outputs(self._keys(0))

    def do_copy_output(self) -> None:
        """Copy the cell's output as text."""
        text = self.stack[self.active].results.text if self.active in self.stack else ""
        if text:
            self.app.copy_to_clipboard(text)
        else:
            desk(self).notice("This cell has no output")
