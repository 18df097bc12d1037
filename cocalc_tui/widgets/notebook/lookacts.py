"""What keys do to the kinds of cells and to how they are looked at: types, folding, tags.

What is folded or hidden is this person's own and not in the document. What the file says of it
counts when the notebook is first shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Op, Splice
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.notebook.cell import GAP, CellView
from cocalc_tui.widgets.notebook.cellacts import CellActs
from cocalc_tui.widgets.notebook.headings import Heading, headings, rank_of
from cocalc_tui.widgets.notebook.results import WINDOW


def _heading(rank: int) -> Callable[[LookActs], None]:
    """An action that makes cells headings of a rank."""

    def make(self: LookActs) -> None:
        self.make_heading(rank)

    return make


class LookActs(CellActs):
    """Actions on kinds and looks."""

    # --- kinds ---------------------------------------------------------------------------------

    def _make(self, kind: str) -> None:
        keys = [key for key in self.selection() if self.stack[key].kind != kind]
        ops = [op for key in keys for op in schema.set_type(key, kind)]
        if ops and self.change(ops, "type"):
            self.show_active()

    def do_to_code(self) -> None:
        """Make the cells selected code."""
        self._make("code")

    def do_to_markdown(self) -> None:
        """Make the cells selected markdown."""
        self._make("markdown")

    def do_to_raw(self) -> None:
        """Make the cells selected raw."""
        self._make("raw")

    def make_heading(self, rank: int) -> None:
        """Make the cells selected markdown that begins with a heading of this rank."""
        ops: list[Op] = []
        for key in self.selection():
            cell = self.stack[key]
            if cell.kind != "markdown":
                ops += schema.set_type(key, "markdown")
            ops += _mark(cell, rank)
        if ops and self.change(ops, "type"):
            self.show_active()

    do_heading_1 = _heading(1)
    do_heading_2 = _heading(2)
    do_heading_3 = _heading(3)
    do_heading_4 = _heading(4)
    do_heading_5 = _heading(5)
    do_heading_6 = _heading(6)

    # --- folding -------------------------------------------------------------------------------

    def do_fold(self) -> None:
        """Fold the section away; elsewhere go to the heading that the cell is under."""
        if self.active not in self.stack:
            return
        cell = self.stack[self.active]
        if cell.rank and self.active not in self.stack.folded:
            self._fold({self.active})
        elif (over := self._over(cell)) is not None:
            self.select(over)

    def _over(self, cell: CellView) -> str | None:
        """The heading that a cell is under."""
        for above in reversed(self.stack.cells[: self.stack.place(cell.key)]):
            if above.rank and (not cell.rank or above.rank < cell.rank):
                return above.key
        return None

    def _fold(self, keys: set[str]) -> None:
        with self.held():
            self.stack.folded |= keys
            self.stack.fold()
            self.other_end = ""
            self.active = self.stack.seen(self.active)
        self._looks_changed()

    def do_unfold(self) -> None:
        """Show the section again."""
        if self.active in self.stack.folded:
            with self.held():
                self.stack.folded.discard(self.active)
                self.stack.fold()
            self._looks_changed()

    def do_fold_all(self) -> None:
        """Fold every section away."""
        self._fold({cell.key for cell in self.stack if cell.rank})

    def do_unfold_all(self) -> None:
        """Show every section."""
        with self.held():
            self.stack.folded.clear()
            self.stack.fold()
        self._looks_changed()

    def _looks_changed(self) -> None:
        end = max(0, self.stack.total - self.window.scroll.height)
        if self.window.top > end:
            self.window.to(end)
        self.show_active()
        self.stand()
        self.refresh()
        desk(self).bars_changed()

    # --- the table of contents -----------------------------------------------------------------

    async def do_contents(self) -> None:
        """Choose a heading to go to."""
        from cocalc_tui.widgets.picker import Choice

        found = [one for cell in self.stack for one in _headings(cell)]
        if not found:
            desk(self).notice("No markdown cell has a heading")
            return
        places = {f"{number}": one for number, one in enumerate(found)}
        choices = [Choice(number, _line(one), self._note(one)) for number, one in places.items()]
        chosen = await desk(self).pick("Contents", choices)
        if chosen is not None and places[chosen].cell in self.stack:
            self._go_to_heading(places[chosen])

    def _note(self, heading: Heading) -> str:
        return f"cell {self.stack.place(heading.cell) + 1}"

    def _go_to_heading(self, heading: Heading) -> None:
        """Put the cell at the top of the screen: what is under the heading is to be read."""
        self.select(heading.cell)
        self.scroll_rows(self.stack.top(heading.cell) - self.window.top)

    # --- what is hidden ------------------------------------------------------------------------

    def _look_at(self, keys: Sequence[str], look: Callable[[CellView], object]) -> None:
        """Have cells look otherwise; what I look at stays in its place."""
        with self.held():
            for key in keys:
                look(self.stack[key])
                self.stack.measure(self.stack[key])

    def do_toggle_output(self) -> None:
        """Hide the output of the cells selected, or show it again."""
        self._look_at(self.selection(), lambda cell: cell.results.toggle_hidden())

    def do_hide_outputs(self) -> None:
        """Hide all output, or where all is hidden show it."""
        shown = [cell.key for cell in self.stack if not cell.results.hidden]
        keys = shown or [cell.key for cell in self.stack]
        self._look_at(keys, lambda cell: cell.results.toggle_hidden())

    def do_whole_output(self) -> None:
        """Draw the output of the cells selected to its end, or only in part."""
        self._look_at(self.selection(), lambda cell: cell.results.toggle_whole())

    def do_scroll_output(self) -> None:
        """Show the output of the cells selected in a window of its own, or no more."""
        self._look_at(self.selection(), lambda cell: cell.results.toggle_scrolled())
        self._show_output(self.active)

    def _show_output(self, key: str) -> None:
        """Scroll as little as shows a cell's output."""
        if key not in self.stack or not self.stack[key].results.scrolled:
            return

        def rows() -> tuple[int, int]:
            cell, top = self.stack[key], self.stack.top(key)
            return top + GAP + cell.body, top + cell.height - 1

        if self.window.show(rows):
            self.refresh()

    def do_output_down(self) -> None:
        """Go on in the output of the cell."""
        self.scroll_output(self.active, WINDOW - 1)
        self._show_output(self.active)

    def do_output_up(self) -> None:
        """Go back in the output of the cell."""
        self.scroll_output(self.active, 1 - WINDOW)
        self._show_output(self.active)

    def scroll_output(self, key: str, by: int) -> bool:
        """Scroll a cell's output by itself; False where there is nothing to scroll."""
        cell = self.stack.get(key)
        if cell is None or not cell.results.scroll(by):
            return False
        self.repaint_cell(key)
        return True

    def do_toggle_source(self) -> None:
        """Hide the text of the cells selected, or show it again."""
        keys = self.selection()
        hide = not all(self.stack[key].source_hidden for key in keys)
        self._look_at(keys, lambda cell: setattr(cell, "source_hidden", hide))

    def do_numbers(self) -> None:
        """Show line numbers in the cells selected, or do not."""
        self._number(self.selection())

    def do_all_numbers(self) -> None:
        """Show line numbers in all cells, or in none."""
        self._number([cell.key for cell in self.stack])

    def _number(self, keys: Sequence[str]) -> None:
        shown = not all(self.stack[key].numbers for key in keys)
        self._look_at(keys, lambda cell: cell.set_numbers(shown))

    # --- tags ----------------------------------------------------------------------------------

    async def do_tags(self) -> None:
        """Ask which tags the cells selected have."""
        keys = self.selection()
        if not keys:
            return
        before = schema.tags(self.document.replica, keys[0])
        question = "Tags, with spaces between; - for none" + (
            "" if len(keys) == 1 else f" (of {len(keys)} cells)"
        )
        answer = await desk(self).ask(question, " ".join(before))
        if answer is None:
            return
        tags = [] if answer == "-" else list(dict.fromkeys(answer.split()))
        ops = [
            op
            for key in keys
            if key in self.stack
            for op in schema.set_tags(self.document.replica, key, tags)
        ]
        if ops:
            self.change(ops, "tags")


def _mark(cell: CellView, rank: int) -> list[Op]:
    """Make the first line of a cell a heading, or one of another rank."""
    text = cell.text
    marks = "#" * rank + " "
    at = cell.source.editor.at
    if not rank_of(text):
        return [Splice(0, 0, marks, at)]
    start = len(text) - len(text.lstrip("\n "))
    old = len(text) - start - len(text[start:].lstrip("#").lstrip(" \t"))
    return [] if text[start : start + old] == marks else [Splice(start, old, marks, at)]


def _headings(cell: CellView) -> list[Heading]:
    return list(headings(cell.key, cell.text)) if cell.kind == "markdown" else []


def _line(heading: Heading) -> str:
    return "  " * (heading.rank - 1) + heading.text
