"""The pane of a notebook: its two modes, the mouse, and what the app asks."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from cocalc_tui.notebook import schema
from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.highlight import PLAIN, Language
from cocalc_tui.widgets.notebook.beginning import Beginning
from cocalc_tui.widgets.notebook.cell import CellView, Part, Spot
from cocalc_tui.widgets.notebook.draw import MARGIN

WHEEL_ROWS = 3


class NotebookPane(Beginning):
    """A notebook, edited and run by several people at once."""

    _dragging = ""

    # --- keys ----------------------------------------------------------------------------------

    def scopes(self) -> Sequence[str]:
        """Cells in command mode; the cell's text in edit mode; the box where there is one."""
        mode = ("cell", "text", "notebook") if self.editing else ("command", "notebook")
        return (*super().scopes(), *mode)

    def text_editor(self) -> Editor | None:
        """The text of the cell I edit."""
        if not self.editing or self.active not in self.stack:
            return None
        return self.stack[self.active].source.editor

    def text_page(self) -> int:
        """All rows but one."""
        return max(1, self.window.scroll.height - 1)

    def text_language(self) -> Language:
        """What the cell is written in."""
        cell = self.stack[self.active]
        return self.stack.setting.language if cell.kind == "code" else PLAIN

    def do_up(self) -> None:
        """A row up, from the first to the cell above."""
        self._row(-1)

    def do_down(self) -> None:
        """A row down, from the last to the cell below."""
        self._row(1)

    def _row(self, by: int) -> None:
        editor = self.text_editor()
        if editor is None:
            return
        row = editor.view.place(editor.caret)[0]
        if 0 <= row + by < editor.view.height:
            self.text_act(lambda text: text.vertical(by))
            return
        place = self.stack.place(self.active) + by
        if 0 <= place < len(self.stack):
            x = editor.view.place(editor.caret)[1]
            view = self.stack.cells[place].source.editor.view
            self.edit(self.stack.cells[place].key, view.offset(0 if by > 0 else view.height - 1, x))

    # --- the mouse -----------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the caret there, go to a cell, or take hold of the scroll bar."""
        if event.button != 1:
            return
        event.stop()
        self.capture_mouse()
        if event.x >= self.size.width - 1:
            self._dragging = "thumb"
            self._drag_thumb(event)
        else:
            self._press(event)

    def _press(self, event: events.MouseDown) -> None:
        found = self._cell_at(event)
        if found is None:
            return
        cell, spot = found
        if spot.part is not Part.SOURCE or event.x < MARGIN - 1:
            self.select(cell.key, extend=event.shift)
            return
        if not self.editing or cell.key != self.active:
            self.edit(cell.key)
        self._dragging = "text"
        self._point(event, select=event.shift)

    def _cell_at(self, event: events.MouseEvent) -> tuple[CellView, Spot] | None:
        below = event.y >= self.window.scroll.height
        return None if below else self.stack.at(self.window.top + event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select, or scroll."""
        if self._dragging == "thumb":
            self._drag_thumb(event)
        elif self._dragging == "text" and self.editing:
            self._point(event, select=True)

    def on_mouse_up(self, _: events.MouseUp) -> None:
        """Let go."""
        self._dragging = ""
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """On a link goes there; twice selects a word, or edits a page; three times a line."""
        editor = self.text_editor()
        if event.chain < 2:
            if not self._selected_text():
                self.clicked_link(event.style)
            return
        if editor is None:
            found = self._cell_at(event)
            if found is not None and found[1].part is Part.PAGE:
                self.edit(found[0].key)
            elif found is not None and found[1].part is Part.OUTPUT:
                self.select(found[0].key)
                self.do_read_output()
        elif event.chain == 2:
            editor.select_word(self._offset_at(event, editor))
            self.text_moved(editor)
        else:
            editor.select_line(editor.buffer.row_col(self._offset_at(event, editor))[0])
            self.text_moved(editor)

    def _selected_text(self) -> bool:
        """Whether the mouse selected something just now."""
        editor = self.text_editor()
        return editor is not None and editor.selection[0] != editor.selection[1]

    def _offset_at(self, event: events.MouseEvent, editor: Editor) -> int:
        source = self.stack[self.active].source
        row = self.window.top + event.y - self.stack.source_top(self.active)
        return editor.view.offset(row, max(event.x - MARGIN - source.painter.gutter, 0))

    def _point(self, event: events.MouseEvent, *, select: bool) -> None:
        if (editor := self.text_editor()) is not None:
            editor.go(self._offset_at(event, editor), select=select)
            self.text_moved(editor)

    def _drag_thumb(self, event: events.MouseEvent) -> None:
        self.scroll_rows(self.window.scroll.top_for(event.y) - self.window.top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        event.stop()
        self._wheel(event, WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll."""
        event.stop()
        self._wheel(event, -WHEEL_ROWS)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        """Scroll the output that the mouse is over, where that goes on; else the notebook."""
        found = self._cell_at(event)
        over_output = found is not None and found[1].part is Part.OUTPUT
        if found is None or not over_output or not self.scroll_output(found[0].key, by):
            self.scroll_rows(by)

    # --- for the app ---------------------------------------------------------------------------

    def where(self) -> str:
        """Which cell of how many."""
        if self.active not in self.stack:
            return "no cells"
        return f"cell {self.stack.place(self.active) + 1} of {len(self.stack)}"

    def mode(self) -> str:
        """Jupyter's word for it."""
        if self.editing and self.vim_keys is not None:
            return self.vim_keys.mode
        return "edit" if self.editing else "command"

    def memento(self) -> dict[str, Json]:
        """The cell, the caret in it, the first row on the screen, and what is folded."""
        if self.active not in self.stack:
            return {}
        caret = self.stack[self.active].source.editor.caret
        found = self.stack.at(self.window.top)
        top = found[0].key if found else ""
        within = self.window.top - self.stack.top(top) if top else 0
        folded: list[Json] = [*sorted(self.stack.folded & self.stack.keys())]
        return {
            "cell": self.active,
            "caret": caret,
            "top": top,
            "within": within,
            "folded": folded,
        }

    def recall(self, memento: dict[str, Json]) -> None:
        """Go to that cell, if it still is there."""
        self.begin()  # at once: keys that are typed ahead are meant for the text
        self.call_after_refresh(self._recall, memento)

    def _recall(self, memento: dict[str, Json]) -> None:
        key, caret = memento.get("cell"), memento.get("caret")
        top, within = memento.get("top"), memento.get("within")
        folded, number = memento.get("folded"), memento.get("number")
        cells = schema.cells(self.document.replica)
        if isinstance(number, int) and cells:
            key = cells[min(max(number, 1), len(cells)) - 1]
        if isinstance(folded, list):
            self.stack.folded.update(key for key in folded if isinstance(key, str))
            with self.held():
                self.stack.fold()
        if isinstance(top, str) and top in self.stack and isinstance(within, int):
            self.scroll_rows(self.stack.top(top) + within - self.window.top)
        if isinstance(key, str) and key in self.stack:
            if isinstance(caret, int):
                self.stack[key].source.editor.go(caret)
            self.select(key)
            self.begin()
