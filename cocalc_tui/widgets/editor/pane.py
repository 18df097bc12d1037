"""The pane of a text file: a shared text that can be searched, with mouse, undo and a memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.places import Place
from cocalc_tui.sync.patch import MAIN, Change, Json, TextChange, TextId
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor import folding, several
from cocalc_tui.widgets.editor.blaming import BlamingCanvas

WHEEL_ROWS = 3
WHEEL_CELLS = 6


class EditorPane(BlamingCanvas):
    """A text file, edited by several people at once."""

    DEFAULT_CSS = "EditorPane { width: 1fr; height: 1fr; pointer: text; }"

    def __init__(self, document: SharedDocument, at: TextId = MAIN) -> None:
        super().__init__(document, at)
        self._dragging = ""
        """`text` or `thumb` while the mouse button is down."""

    # --- actions -------------------------------------------------------------------------------

    def do_undo(self) -> None:
        """Take back my own last step."""
        self._history(self.document.undo, "Nothing of yours to undo")

    def do_redo(self) -> None:
        """Bring back what undo took."""
        self._history(self.document.redo, "Nothing to redo")

    def _history(self, take: Callable[[], Sequence[Change]], nothing: str) -> None:
        """Put the caret behind what came back or went; with vim's keys before the first of it."""
        if self.text_editor() is not self.editor:
            return

        def step(_: object) -> None:
            changes = take()
            texts = [change for change in changes if isinstance(change, TextChange)]
            if texts and self.text_is_modal():
                self.editor.go(min(change.pos for change in texts))
            elif texts:
                self.editor.go(texts[-1].pos + len(texts[-1].insert))
            elif not changes:
                desk(self).notice(nothing)

        self.text_act(step)

    def do_wrap(self) -> None:
        """Wrap long lines, or do not."""
        self.wrap = not self.wrap
        self.lay_out()
        self.text_moved(self.editor)

    def do_numbers(self) -> None:
        """Show line numbers, or do not."""
        self.painter.numbers = not self.painter.numbers
        self.lay_out()

    def do_marks(self) -> None:
        """Show marks for spaces and tabs, or do not."""
        self.painter.whitespace = not self.painter.whitespace
        self.refresh()

    def do_count(self) -> None:
        """Say how many words, characters and lines are selected, or are in all."""
        chosen = self.editor.selected
        text = chosen or str(self.editor.buffer)
        counts = (
            (len(text.split()), "word"),
            (len(text), "character"),
            (text.count("\n") + (not text.endswith("\n")), "line"),
        )
        said = ", ".join(f"{count:,} {what}{'s'[: count != 1]}" for count, what in counts)
        desk(self).notice(f"{said} {'selected' if chosen else 'in all'}")

    # --- folds ---------------------------------------------------------------------------------

    def do_fold(self) -> None:
        """Fold what is at the caret or around it, or unfold it."""
        if not folding.toggle(self.editor, self.colours.language):
            desk(self).notice("Nothing folds here")
        self._folded()

    def do_fold_all(self) -> None:
        """Fold everything."""
        view = self.editor.view
        view.fold(folding.all_folds(view, self.colours.language))
        line = self.editor.place()[0]
        if view.showing(line) != line:
            self.editor.go(self.editor.end_of(view.showing(line)))
        self._folded()

    def do_unfold_all(self) -> None:
        """Unfold everything."""
        self.editor.view.fold(())
        self._folded()

    def _folded(self) -> None:
        """Rows are elsewhere: keep the caret where it is on the screen."""
        on_screen = self._caret_rows[0] - self.scroll.top
        self.scroll.total = self.editor.view.height
        self.scroll_rows(self.editor.view.place(self.editor.caret)[0] - on_screen)
        self._people_moved()
        self.refresh()
        self.text_moved(self.editor)

    def do_deselect(self) -> None:
        """Drop all carets but one, then the selection."""
        if self.slicing():
            self.stop_slicing()
            return
        self.editor.marking = False
        if not self.editor.single():
            self.editor.go(self.editor.caret)
        self.text_moved(self.editor)

    # --- the mouse -----------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the caret there, or take hold of the scroll bar."""
        if event.button != 1 or event.y >= self.scroll.height:
            return
        event.stop()
        self.capture_mouse()
        if event.x >= self.size.width - 1:
            self._dragging = "thumb"
            self.scroll_rows(self.scroll.top_for(event.y))
        elif event.x < self.painter.gutter:
            self._press_gutter(event)
        else:
            self._dragging = "text"
            if self._press_tail(event):
                return
            if event.meta or event.ctrl:
                several.add_at(self.editor, self._offset_at(event))
                self.text_moved(self.editor)
            else:
                self._point(event, select=event.shift)

    def _press_gutter(self, event: events.MouseDown) -> None:
        """Beside a number: fold or unfold below the line, else select it."""
        view = self.editor.view
        line = view.at(self.scroll.top + event.y)[0]
        marked = event.x == self.painter.gutter - 1
        if marked and (
            view.folds.last(line) is not None or folding.is_head(view, line, self.colours.language)
        ):
            self.editor.go(self.editor.start_of(line))
            self.do_fold()
        else:
            self.editor.select_line(line)
            self.text_moved(self.editor)

    def _press_tail(self, event: events.MouseDown) -> bool:
        """Unfold what a click is on; False where it is on something else."""
        view = self.editor.view
        line = view.at(self.scroll.top + event.y)[0]
        x = event.x - self.painter.gutter + self.scroll.left
        if view.folds.last(line) is None or x <= view.place(self.editor.end_of(line))[1]:
            return False
        self.editor.go(self.editor.end_of(line))
        self.do_fold()
        return True

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select, or scroll."""
        if self._dragging == "thumb":
            self.scroll_rows(self.scroll.top_for(event.y))
        elif self._dragging == "text":
            self._point(event, select=True)

    def on_mouse_up(self, _: events.MouseUp) -> None:
        """Let go."""
        self._dragging = ""
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Twice selects the word, three times the line."""
        if event.chain == 2:
            self.editor.select_word(self._offset_at(event))
        elif event.chain >= 3:
            self.editor.select_line(self.editor.buffer.row_col(self._offset_at(event))[0])
        else:
            return
        self.text_moved(self.editor)

    def _offset_at(self, event: events.MouseEvent) -> int:
        x = event.x - self.painter.gutter + self.scroll.left
        return self.editor.view.offset(self.scroll.top + event.y, max(x, 0))

    def _point(self, event: events.MouseEvent, *, select: bool) -> None:
        if not select:
            self.editor.single()
        self.editor.point(self._offset_at(event), select=select)
        self.text_moved(self.editor)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, with shift sideways."""
        event.stop()
        self._wheel(1, sideways=event.shift)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, with shift sideways."""
        event.stop()
        self._wheel(-1, sideways=event.shift)

    def _wheel(self, by: int, *, sideways: bool) -> None:
        if not sideways:
            self.scroll_rows(self.scroll.top + by * WHEEL_ROWS)
        elif not self.wrap:
            self.scroll.left = max(0, self.scroll.left + by * WHEEL_CELLS)
            self.refresh()

    # --- for the app ---------------------------------------------------------------------------

    def where(self) -> str:
        """Line and column, from 1; how many carets, how much is selected, what goes on."""
        line, column = self.editor.place()
        chosen = phrases.chosen(*several.measured(self.editor))
        return "  ".join(filter(None, (f"{line + 1}:{column + 1}", chosen, self.slicing())))

    def follow(self, place: Place) -> None:
        """Scroll to where somebody is; my caret stays."""
        if place.at == self.editor.at:
            offset = min(place.caret, len(self.editor.buffer))
            if self.scroll.follow(*self.editor.view.place(offset)):
                self.refresh()
            self._topped()

    def memento(self) -> dict[str, Json]:
        """Caret, scroll and wrapping."""
        found: dict[str, Json] = {
            "caret": self.editor.caret,
            "top": self._top_offset,
            "wrap": self.wrap,
        }
        if self.authors is not None:
            found["authors"] = True
        if self.editor.view.folds:
            found["folds"] = [list(one) for one in self.editor.view.folds]
        return found

    def recall(self, memento: dict[str, Json]) -> None:
        """Go where I was, or to a `line` and `column`, of which `length` is selected."""
        line = memento.get("line")
        if isinstance(line, int):
            column, length = memento.get("column"), memento.get("length")
            self._recall_line(
                line,
                column if isinstance(column, int) else 0,
                length if isinstance(length, int) else 0,
            )
            return
        caret, top = memento.get("caret"), memento.get("top")
        self.wrap = bool(memento.get("wrap", self.wrap))
        self.editor.view.fold(_folds(memento.get("folds")))
        if memento.get("authors") is True and self.requests is not None:
            self.show_authors(shown=True)
        if isinstance(top, int):
            self._top_offset = self.editor.settle(top)
        if isinstance(caret, int):
            self.editor.go(caret)
        if self.is_mounted:
            self.lay_out()
            self.text_moved(self.editor)

    def _recall_line(self, line: int, column: int, length: int) -> None:
        if self.is_mounted and self.size:
            self.lay_out()
            self.go_to_line(line, column, length)
        else:
            self.call_after_refresh(self._recall_line, line, column, length)


def _folds(memento: Json) -> list[tuple[int, int]]:
    """Folds as they were remembered, as far as they are such."""
    found = memento if isinstance(memento, list) else []
    return [
        (one[0], one[1])
        for one in found
        if isinstance(one, list)
        and len(one) == 2
        and isinstance(one[0], int)
        and isinstance(one[1], int)
    ]
