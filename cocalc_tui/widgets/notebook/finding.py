"""Finding in all cells and what they printed, and replacing in their texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Iterator
from typing import NamedTuple

from rich.style import Style

from cocalc_tui.query import Query, SearchError
from cocalc_tui.sync.patch import Op, Splice
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.search import Search
from cocalc_tui.widgets.notebook.cell import GAP, CellView
from cocalc_tui.widgets.notebook.kernelacts import KernelActs
from cocalc_tui.widgets.notebook.view import MORE
from cocalc_tui.widgets.seeking import Seek


class Place(NamedTuple):
    """Where something was found."""

    cell: int
    in_output: bool
    start: int
    """Offset in the text of the cell; of what it printed, the row."""
    end: int


class FindActs(KernelActs):
    """Actions that find."""

    _query = Query()
    _found: tuple[str, Place] | None = None
    """The cell's key, and where in it was found what is looked at."""

    # --- finding -------------------------------------------------------------------------------

    async def do_find(self) -> None:
        """Ask what to find, and go to the next place from here."""
        query = await desk(self).answer(Seek("Find in cells and output", self._query))
        if query is not None:
            self._query, self._found = query, None
            self._look(1)

    def do_find_next(self) -> None:
        """Go to the next place."""
        self._look(1)

    def do_find_previous(self) -> None:
        """Go to the place before."""
        self._look(-1)

    def do_deselect(self) -> None:
        """Nothing that was found stands out any more."""
        self._put_out()
        super().do_deselect()

    def _look(self, by: int) -> None:
        if not self._query.text or not len(self.stack):
            desk(self).notice("Nothing was looked for yet" if len(self.stack) else "No cells")
            return
        try:
            found = next(self._places(by), None)
        except SearchError as error:
            desk(self).notice(f"{self._query.text}: {error}", bad=True)
            return
        self._put_out()
        if found is None:
            self.not_found()
            return
        if self._is_round_the_end(found, by):
            self._say_where_more_is()
        self._go_to(found)

    def _places(self, by: int) -> Iterator[Place]:
        """All places, the nearest first, round the end."""
        count = len(self.stack)
        here = self._here()
        first = here.cell
        for step in range(count + 1):
            cell = (first + step * by) % count
            places = list(self._in_cell(cell))
            if step == 0:
                places = [one for one in places if (one > here if by > 0 else one < here)]
            yield from places if by > 0 else reversed(places)

    def not_found(self) -> None:
        """Say so."""
        desk(self).notice(f"Not found: {self._query.text}")

    def long_outputs(self) -> list[CellView]:
        """Cells that printed more than can be drawn among others."""
        return [cell for cell in self.stack if cell.results.goes_on]

    def _is_round_the_end(self, found: Place, by: int) -> bool:
        here = self._here()
        return found <= here if by > 0 else found >= here

    def _say_where_more_is(self) -> None:
        for cell in self.long_outputs():
            number = self.stack.place(cell.key) + 1
            desk(self).notice(f"Round the end; more is in the output of cell {number}: {MORE}")
            return

    def _here(self) -> Place:
        """The place that is looked at, else where my caret is."""
        if self._found is not None and self._found[0] in self.stack:
            key, place = self._found
            return place._replace(cell=self.stack.place(key))
        cell = self.stack.place(self.active)
        editor = self.text_editor()
        return Place(cell, False, editor.caret if editor is not None else -1, 0)

    def _in_cell(self, number: int) -> Iterator[Place]:
        cell = self.stack.cells[number]
        for found in self._query.matches(cell.text):
            yield Place(number, False, *found.span())
        text, starts = cell.results.sought()
        before = -1
        for found in self._query.matches(text):
            row = bisect_right(starts, found.start()) - 1
            if row != before:
                yield Place(number, True, row, row)
            before = row

    def _go_to(self, place: Place) -> None:
        cell = self.stack.cells[place.cell]
        self._found = (cell.key, place)
        if self.editing and not place.in_output:
            self.edit(cell.key, place.end)
            editor = cell.source.editor
            editor.select(place.start, place.end)
            self.text_moved(editor)
        else:
            self.select(cell.key)
        if place.in_output:
            cell.results.reveal()
            cell.results.light(self._lit(cell, place.start))
        self.stack.measure(cell)
        if not place.in_output and not cell.paged:
            over = cell.source.painter.over
            over.matches = [found.span() for found in self._query.matches(cell.text)]
            over.match = (place.start, place.end)
        self.window.show(lambda: self._rows_at(cell, place), margin=2)
        self.refresh()

    def _rows_at(self, cell: CellView, place: Place) -> tuple[int, int]:
        top = self.stack.top(cell.key) + GAP
        if place.in_output:
            row = top + cell.body + cell.results.bring(place.start)
        elif cell.paged:
            row = top
        else:
            row = top + cell.source.editor.view.place(place.start)[0]
        return row, row

    def _lit(self, cell: CellView, here: int) -> dict[int, list[tuple[int, int, Style]]]:
        """What stands out in an output's rows; that `here` more than others."""
        text, starts = cell.results.sought()
        look = self.look.source
        lit: dict[int, list[tuple[int, int, Style]]] = {}
        for found in self._query.matches(text):
            first = bisect_right(starts, found.start()) - 1
            style = look.match + (look.match_current if first == here else Style.null())
            for row in range(first, bisect_right(starts, found.end() - 1)):
                span = (max(0, found.start() - starts[row]), found.end() - starts[row], style)
                lit.setdefault(row, []).append(span)
        return lit

    def _put_out(self) -> None:
        """Have nothing stand out."""
        for cell in self.stack:
            if cell.results.light({}):
                self.repaint_cell(cell.key)
            if cell.made and cell.source.painter.over.matches:
                cell.source.painter.over.matches, cell.source.painter.over.match = (), None
                self.repaint_cell(cell.key)

    # --- replacing -----------------------------------------------------------------------------

    async def do_replace(self) -> None:
        """Ask what to put in the place of what, in the texts of the cells selected or all."""
        keys = self.selection()
        keys = keys if len(keys) > 1 else [cell.key for cell in self.stack]
        where = f"{len(keys)} cells" if len(keys) != 1 else "the cell"
        query = await desk(self).answer(Seek(f"Replace in {where}: what", self._query))
        if query is None:
            return
        self._query = query
        groups = ", $1 for a group" if query.is_pattern else ""
        question = f"Replace {query.text} by (- for nothing{groups})"
        by = await desk(self).ask(question)
        if by is None:
            return
        try:
            await self._replace(keys, "" if by == "-" else by)
        except SearchError as error:
            desk(self).notice(f"{query.text}: {error}", bad=True)

    def do_find_and_replace(self) -> Awaitable[None]:
        """The same, with the key of Jupyter."""
        return self.do_replace()

    async def _replace(self, keys: list[str], by: str) -> None:
        text = self._query.text
        ops = self._replacing(keys, by)
        if not ops:
            within = any(place.in_output for place in self._places(1))
            where = "In output only, which stays as it was printed" if within else "Not found"
            desk(self).notice(f"{where}: {text}")
            return
        many = "1 place" if len(ops) == 1 else f"{len(ops):,} places"
        if await desk(self).confirm(f"Replace {text} in {many}?", "replace"):
            # Texts may have changed while it was asked.
            self.change(self._replacing(keys, by), "replace")

    def _replacing(self, keys: list[str], by: str) -> list[Op]:
        """Operations that replace it everywhere in these cells, from behind in each."""
        search = Search()
        search.query = self._query
        return [
            Splice(put.start, put.end - put.start, put.text, self.stack[key].source.editor.at)
            for key in keys
            if key in self.stack
            for put in reversed(search.replacing(self.stack[key].text, by))
        ]
