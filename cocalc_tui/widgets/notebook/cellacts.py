"""What keys do to whole cells: Jupyter's command mode."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Sequence

from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Change, RecordChange, TextChange, TextId
from cocalc_tui.widgets.acting import desk, perform
from cocalc_tui.widgets.notebook import copying
from cocalc_tui.widgets.notebook.copying import CopiedCell
from cocalc_tui.widgets.notebook.listening import ListeningView


def new_key() -> str:
    """A cell key that nobody has used."""
    return secrets.token_hex(8)


class CellActs(ListeningView):
    """Actions on cells."""

    # --- moving --------------------------------------------------------------------------------

    def go(self, by: int, *, extend: bool = False) -> None:
        """Go some cells down, or up."""
        if self.active in self.stack:
            self.select(self.stack.step(self.active, by), extend=extend)

    def do_cell_above(self) -> None:
        """Go to the cell above."""
        self.go(-1)

    def do_cell_below(self) -> None:
        """Go to the cell below."""
        self.go(1)

    def do_extend_up(self) -> None:
        """Select the cell above, too."""
        self.go(-1, extend=True)

    def do_extend_down(self) -> None:
        """Select the cell below, too."""
        self.go(1, extend=True)

    def do_extend_first(self) -> None:
        """Select all cells from here to the first."""
        self.go(-len(self.stack), extend=True)

    def do_extend_last(self) -> None:
        """Select all cells from here to the last."""
        self.go(len(self.stack), extend=True)

    def do_first_cell(self) -> None:
        """Go to the first cell."""
        self.go(-len(self.stack))

    def do_last_cell(self) -> None:
        """Go to the last cell."""
        self.go(len(self.stack))

    def do_select_cells(self) -> None:
        """Select all cells."""
        self.go(-len(self.stack))
        self.go(len(self.stack), extend=True)

    def do_deselect(self) -> None:
        """Select only the cell that I am at."""
        if self.active:
            self.select(self.active)

    def do_scroll_up(self) -> None:
        """Scroll a page up; the cell I am at stays selected."""
        self.scroll_rows(1 - self.window.scroll.height)

    def do_scroll_down(self) -> None:
        """Scroll a page down."""
        self.scroll_rows(self.window.scroll.height - 1)

    def scroll_rows(self, by: int) -> None:
        """Scroll some rows down, or up."""
        if self.window.to(self.window.top + by):
            self.refresh()

    def do_edit(self) -> None:
        """Edit the cell's text."""
        if self.active:
            self.edit(self.active)

    def do_command(self) -> None:
        """Leave the text."""
        if self.active:
            self.select(self.active)

    # --- as everywhere, with Jupyter's keys ----------------------------------------------------

    def do_save(self) -> None:
        """Write the notebook to disk now."""
        self._as_everywhere("app.save")

    def do_help(self) -> None:
        """Show what the keys do here."""
        self._as_everywhere("app.help")

    def do_palette(self) -> None:
        """Choose from all that can be done here."""
        self._as_everywhere("app.palette")

    def _as_everywhere(self, name: str) -> None:
        registry = desk(self).reader.keymap.registry
        if name in registry:
            perform(self, registry[name])

    # --- inserting and deleting ----------------------------------------------------------------

    def insert(self, place: int, cells: Sequence[CopiedCell]) -> list[str]:
        """Make cells before the `place`-th; returns their keys, none where that cannot be."""
        keys = [new_key() for _ in cells]
        for index, (key, cell) in enumerate(zip(keys, cells, strict=True)):
            ops = copying.insertion(self.document, key, place + index, cell)
            if not self.change(ops, "insert", step=index == 0):
                return []
        return keys

    def _insert_one(self, place: int) -> None:
        if keys := self.insert(place, [CopiedCell("code", "")]):
            self.select(keys[0])

    def _place(self) -> int:
        return self.stack.place(self.active) if self.active in self.stack else 0

    def _place_below(self) -> int:
        """Where a cell below the active one goes: after what is folded away under it."""
        return self.stack.section(self.active).stop if self.active in self.stack else 0

    def do_insert_above(self) -> None:
        """Add a cell above."""
        self._insert_one(self._place())

    def do_insert_below(self) -> None:
        """Add a cell below."""
        self._insert_one(self._place_below())

    def do_delete_cells(self) -> None:
        """Delete the cells selected."""
        if keys := self.selection():
            place = self.stack.place(keys[0])
            if self.change(schema.delete_cells(keys), "delete"):
                self._be_at(place)

    def _be_at(self, place: int) -> None:
        """Go to the cell that is now at a place, or to the last."""
        if len(self.stack):
            self.select(self.stack.cells[min(place, len(self.stack) - 1)].key)

    def do_bring_back(self) -> None:
        """Bring back the cells deleted last, whoever did it."""
        deletion = self.deletions.last()
        if deletion is None:
            desk(self).notice("No cell was deleted since the notebook was opened here")
            return
        keys = [cell.key for cell in deletion.cells]
        if ops := self.deletions.taking_back(deletion):
            back = self.change(ops, "undo")
        else:
            keys = self.insert(deletion.place, deletion.cells)
            back = bool(keys)
        if back:
            self.deletions.came_back(deletion)
            self.select(next(key for key in keys if key in self.stack))

    def do_copy_cells(self) -> None:
        """Copy the cells selected, here and as text to the person's own terminal."""
        if keys := self.selection():
            copying.take(self.document, keys)
            self.app.copy_to_clipboard("\n\n".join(cell.text for cell in copying.taken()))

    def do_cut_cells(self) -> None:
        """Copy the cells selected, then delete them."""
        self.do_copy_cells()
        self.do_delete_cells()

    def do_paste_below(self) -> Awaitable[None] | None:
        """Insert copied cells below."""
        return self._paste(self._place_below())

    def do_paste_above(self) -> Awaitable[None] | None:
        """Insert copied cells above."""
        return self._paste(self._place())

    def _paste(self, place: int) -> Awaitable[None] | None:
        cells = copying.taken()
        if not cells:
            desk(self).notice("No cell was copied yet")
        elif keys := self.insert(place, cells):
            self.select(keys[-1])
            return copying.bring_outputs(self.document, keys, cells)
        return None

    # --- moving, splitting, merging cells ------------------------------------------------------

    def do_move_cell_up(self) -> None:
        """Move the cells selected up."""
        self._move(-1)

    def do_move_cell_down(self) -> None:
        """Move the cells selected down."""
        self._move(1)

    def _move(self, by: int) -> None:
        """Move the neighbour to the other side of the cells selected: one patch, one cell."""
        keys = self.selection()
        if not keys:
            return
        first, last = self.stack.place(keys[0]), self.stack.place(keys[-1])
        neighbour = first - 1 if by < 0 else last + 1
        if not 0 <= neighbour < len(self.stack):
            return
        # A neighbour with a folded section takes that along.
        moved = self.stack.section(self.stack.seen(self.stack.cells[neighbour].key))
        index = last + 1 - len(moved) if by < 0 else first
        going = [self.stack.cells[place].key for place in moved]
        if self.change(schema.move_cells(self.document.replica, going, index), "move"):
            self.show_active()
            self.refresh()

    def do_split(self) -> None:
        """Cut the cell at the caret, and go on in the lower part."""
        if not self.editing:
            return
        key, lower = self.active, new_key()
        caret = self.stack[key].source.editor.selection[0]
        if self.change(schema.split_cell(self.document.replica, key, caret, lower), "split"):
            self.edit(lower, 0)

    def do_merge(self) -> None:
        """Make the cells selected one; a single one takes in the one below."""
        keys = self.selection()
        if len(keys) == 1:
            place = self.stack.place(keys[0])
            keys = [cell.key for cell in self.stack.cells[place : place + 2]]
        if len(keys) < 2:
            return
        first, *others = keys
        if self.change(schema.merge_cells(self.document.replica, first, others), "merge"):
            self.select(first)

    # --- undo ----------------------------------------------------------------------------------

    def do_undo(self) -> None:
        """Take back my own last step."""
        self._history(self.document.undo(), "Nothing of yours to undo")

    def do_redo(self) -> None:
        """Bring back what undo took."""
        self._history(self.document.redo(), "Nothing to redo")

    def _history(self, changes: Sequence[Change], nothing: str) -> None:
        """Go where something came back or went."""
        if not changes:
            desk(self).notice(nothing)
        for change in reversed(changes):
            if isinstance(change, TextChange) and change.at.key in self.stack:
                end = _end_of(changes, change.at)
                if self.editing:
                    self.edit(change.at.key, end)
                else:
                    self.stack[change.at.key].source.editor.go(end)
                    self.select(change.at.key)
                return
            if isinstance(change, RecordChange) and change.key in self.stack:
                self.select(self.stack.seen(change.key))
                return


def _end_of(changes: Sequence[Change], at: TextId) -> int:
    """Behind what came into a text, or where something went."""
    place = 0
    came = False
    for change in changes:
        if isinstance(change, TextChange) and change.at == at:
            if change.insert or not came:
                place = change.pos + len(change.insert)
            elif change.pos < place:
                place = max(change.pos, place - change.delete)
            came = came or bool(change.insert)
    return place
