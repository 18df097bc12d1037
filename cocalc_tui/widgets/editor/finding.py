"""Finding in a shared text: a line at the foot of the pane asks what, and all places are lit."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.sync.patch import MAIN, TextId
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.canvas import Canvas
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.prompt import Asks, Prompt, typed_line
from cocalc_tui.widgets.editor.search import Search


class FindingCanvas(Canvas):
    """A canvas that can be searched."""

    def __init__(self, document: SharedDocument, at: TextId = MAIN) -> None:
        super().__init__(document, at)
        self.search = Search()
        self.prompt: Prompt | None = None

    def scopes(self) -> Sequence[str]:
        """The line at the foot has some keys of its own."""
        return ("find", *super().scopes()) if self.prompt else super().scopes()

    def text_editor(self) -> Editor:
        """The line at the foot while it asks."""
        return self.prompt.editor if self.prompt else self.editor

    def text_is_modal(self) -> bool:
        """Not in the line at the foot."""
        return self.prompt is None and super().text_is_modal()

    def mode(self) -> str:
        """Vim's mode, where there are vim's keys."""
        return self.vim_keys.mode if self.vim_keys is not None else ""

    def text_moved(self, editor: Editor) -> None:
        """In the line at the foot: look at what the answer finds."""
        self._fit_foot()
        if self.prompt is None or editor is not self.prompt.editor:
            super().text_moved(editor)
        else:
            self._asked(self.prompt)

    def text_changed(self) -> None:
        """Find again in the text as it is now."""
        if self.prompt is not None:
            self.search.find(str(self.editor.buffer))
            self._show_found()

    def render_line(self, y: int) -> Strip:
        """A row of the screen, the last of them the line at the foot."""
        if self.foot and y == self.size.height - 1:
            return self._foot_line()
        return super().render_line(y)

    def _foot_line(self) -> Strip:
        if self.prompt is not None:
            news = self.search.count if self.prompt.asks == "find" else ""
            return self.prompt.strip(self.size.width, news)
        line = self.vim_keys.vim.line if self.vim_keys is not None else None
        label, text, at = (line.prompt, line.text, line.at) if line is not None else ("", "", 0)
        return typed_line(label, text, at, self.painter.look, self.size.width)

    def _fit_foot(self) -> None:
        """Keep a row for the line at the foot while there is one."""
        typing = self.vim_keys is not None and self.vim_keys.vim.line is not None
        foot = int(self.prompt is not None or typing)
        if foot != self.foot:
            self.foot = foot
            self.lay_out()
        elif typing:
            self.refresh()

    def _ask(self, asks: Asks, text: str) -> None:
        self.prompt = Prompt(asks, text, self.painter.look)
        self.painter.focused = False
        self.text_moved(self.prompt.editor)
        desk(self).bars_changed()

    def _asked(self, prompt: Prompt) -> None:
        if prompt.asks == "find" and prompt.answer != self.search.query:
            near = self.editor.selection[0]
            self.search.look(str(self.editor.buffer), prompt.answer, near)
            if self.search.place is not None:
                self._go_to(self.search.place)
        self._show_found()

    def _show_found(self) -> None:
        self.painter.matches = self.search.places if self.prompt else ()
        self.painter.match = self.search.place
        self.refresh()

    def _go_to(self, place: tuple[int, int]) -> None:
        self.editor.select(*place)
        super().text_moved(self.editor)

    # --- actions -------------------------------------------------------------------------------

    def do_find(self) -> None:
        """Ask what to find, at first what is selected."""
        chosen = self.editor.selected
        self._ask("find", self.search.query if not chosen or "\n" in chosen else chosen)
        self.search.find(str(self.editor.buffer))
        self._show_found()

    def do_go_to_line(self) -> None:
        """Ask for a line."""
        self._ask("line", "")

    def do_next(self) -> None:
        """Go to the next place, or to the line asked for."""
        if self.prompt and self.prompt.asks == "line":
            self._go_to_line(self.prompt.answer)
        else:
            self.do_find_next()

    def do_previous(self) -> None:
        """Go to the previous place."""
        self.do_find_previous()

    def do_find_next(self) -> None:
        """Go to the next place."""
        self._step(1)

    def do_find_previous(self) -> None:
        """Go to the previous place."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.prompt is None:
            self.search.find(str(self.editor.buffer))
        place = self.search.step(by, self.editor.selection)
        if place is None:
            desk(self).notice("Not found" if self.search.query else "Nothing to find yet")
            return
        self._go_to(place)
        self._show_found()

    def _go_to_line(self, answer: str) -> None:
        if answer.strip().isdecimal():
            line = min(max(int(answer) - 1, 0), self.editor.view.lines - 1)
            self.do_close()
            self.editor.go(self.editor.buffer.offset(line, 0))
            self.scroll_rows(self.editor.view.top(line) - self.scroll.height // 2)
            self.text_moved(self.editor)

    def do_close(self) -> None:
        """Put the line at the foot away."""
        self.prompt = None
        self.painter.focused = self.has_focus
        self._fit_foot()
        self._show_found()
        desk(self).bars_changed()
