"""Finding and replacing in a shared text: a bar at the foot of the pane, all places lit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from textual.strip import Strip

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.query import SearchError
from cocalc_tui.sync.patch import MAIN, TextChange, TextId
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.canvas import Canvas
from cocalc_tui.widgets.editor.carets import Caret, Put
from cocalc_tui.widgets.editor.findbar import FindBar, Switch
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.prompt import Field, typed_line
from cocalc_tui.widgets.editor.search import Search
from cocalc_tui.widgets.editor.slices import Slices, replace
from cocalc_tui.widgets.hints import key_of

FIND_AGAIN = 0.1
"""Seconds after a change of the text at which places are found anew."""
_LINE = re.compile(r"\s*([+-]?)(\d{1,9})\s*(?:[:,]\s*(\d{1,9})|(%))?\s*")


class FindingCanvas(Canvas):
    """A canvas that can be searched."""

    def __init__(self, document: SharedDocument, at: TextId = MAIN) -> None:
        super().__init__(document, at)
        self.search = Search()
        self.bar: FindBar | None = None
        self._line: Field | None = None
        """What asks for a line to go to."""
        self._put = ""
        """What was put in the place of what was found."""
        self._chosen: Caret | None = None
        """What was selected when the bar opened, if it is lines."""
        self._finds_again = False
        self._backwards = False
        """Whether what is typed is looked for before the caret."""

    def scopes(self) -> Sequence[str]:
        """The lines at the foot have some keys of their own."""
        if self._line is not None:
            return ("ask", *super().scopes())
        return ("find", *super().scopes()) if self.bar else super().scopes()

    def text_editor(self) -> Editor:
        """The line at the foot while it asks."""
        if self._line is not None:
            return self._line.editor
        return self.bar.editor if self.bar else self.editor

    def text_is_modal(self) -> bool:
        """Not in the lines at the foot."""
        return self.text_editor() is self.editor and super().text_is_modal()

    def mode(self) -> str:
        """Vim's mode, where there are vim's keys."""
        return self.vim_keys.mode if self.vim_keys is not None else ""

    def text_moved(self, editor: Editor) -> None:
        """In the lines at the foot: look at what the answer finds."""
        self._fit_foot()
        if editor is self.editor:
            super().text_moved(editor)
        elif self.bar is not None and self._line is None:
            self._asked(self.bar)
        else:
            self.refresh()

    def text_changed(self, changes: Sequence[TextChange]) -> None:
        """Keep what was found in its place, and find it anew a little later."""
        if self.bar is not None:
            here = [change for change in changes if change.at == self.editor.at]
            self.search.carry(here)
            if self._chosen is not None:
                for change in here:
                    self._chosen.carry(change)
            self._show_found()
            self._find_later()

    def _find_later(self) -> None:
        if not self._finds_again and self.is_mounted:
            self._finds_again = True
            self.later(FIND_AGAIN, self._find_again)

    def _find_again(self) -> None:
        self._finds_again = False
        if self.slicing():
            self._find_later()
        else:
            self._find_now()

    def _find_now(self) -> None:
        if self.bar is not None:
            self.search.find(str(self.editor.buffer))
            self._show_found()

    # --- the lines at the foot -----------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """A row of the screen, the last of them the lines at the foot."""
        row = y - self.size.height + self.foot
        return super().render_line(y) if row < 0 else self._foot_line(row)

    def _foot_line(self, row: int) -> Strip:
        width = self.size.width
        if self._line is not None:
            return self._line.strip(width, "enter go  esc close " if width >= 60 else "")
        if self.bar is not None:
            return self.bar.strip(row, width, self.search)
        line = self.vim_keys.vim.line if self.vim_keys is not None else None
        label, text, at = (line.prompt, line.text, line.at) if line is not None else ("", "", 0)
        return typed_line(label, text, at, self.painter.look, width)

    def _fit_foot(self) -> None:
        """Keep rows for the lines at the foot while there are some."""
        typing = self.vim_keys is not None and self.vim_keys.vim.line is not None
        foot = int(typing or self._line is not None)
        if self.bar is not None and self._line is None:
            foot = self.bar.rows
        self.painter.focused = self.has_focus and self.text_editor() is self.editor
        if foot != self.foot:
            self.foot = foot
            self.lay_out()
        elif typing:
            self.refresh()

    def _asked(self, bar: FindBar) -> None:
        if bar.query != self.search.query:
            near = self.editor.selection[0]
            self.search.look(str(self.editor.buffer), bar.query, near)
            if self._backwards:
                # What begins at the caret was found while less was typed, and may still be it.
                self.search.step(-1, (near + 1, near + 1))
            if self.search.place is not None:
                self._go_to(self.search.place)
        self._show_found()

    def _show_found(self) -> None:
        self.painter.over.matches = self.search.places if self.bar else ()
        self.painter.over.match = self.search.place
        self.refresh()

    def _go_to(self, place: tuple[int, int]) -> None:
        self.editor.select(*place)
        super().text_moved(self.editor)

    # --- finding -------------------------------------------------------------------------------

    def do_find_back(self) -> None:
        """Ask what to find before the caret."""
        self.do_find()
        self._backwards = True

    def do_find(self) -> None:
        """Ask what to find, at first what is selected."""
        self._backwards = False
        chosen = self.editor.selected
        lines = "\n" in chosen
        self._chosen = Caret(*self.editor.selection[::-1]) if lines else None
        text = self.search.query.text if not chosen or lines else chosen
        self.search.within = None
        self.bar = FindBar(self.search.query, text, self.painter.look, partial(key_of, self))
        self.search.look(str(self.editor.buffer), self.bar.query, self.editor.selection[0])
        self.text_moved(self.bar.editor)
        desk(self).bars_changed()

    def do_replace(self) -> None:
        """Ask what to find and what to put in its place."""
        chosen = self.editor.selected
        given = self.bar is not None or (chosen and "\n" not in chosen)
        if self.bar is None:
            self.do_find()
        if self.bar is not None:
            self.bar.open_replace(self._put)
            # What was searched for last is only offered: typing takes its place.
            self.bar.in_put = bool(given and self.bar.find.answer)
            self.text_moved(self.bar.editor)

    def do_turn(self) -> None:
        """Go from what is found to what is put in its place, or back."""
        if self.bar is not None:
            self.bar.turn()
            self.text_moved(self.bar.editor)

    def _switch(self, name: Switch) -> None:
        if self.bar is not None:
            self.bar.switch(name)
            self.text_moved(self.bar.editor)

    def do_case(self) -> None:
        """Tell small and capital letters apart, or do not."""
        self._switch("case")

    def do_words(self) -> None:
        """Find whole words only, or not."""
        self._switch("words")

    def do_pattern(self) -> None:
        """Search for a regular expression, or for the text as it is."""
        self._switch("is_pattern")

    def do_in_selection(self) -> None:
        """Search in the lines that were selected only, or everywhere."""
        if self.search.within is None and self._chosen is None:
            desk(self).notice("Select some lines first, then find in them")
            return
        chosen = self._chosen.selection if self._chosen is not None else None
        self.search.within = chosen if self.search.within is None else None
        self.search.find(str(self.editor.buffer))
        self._show_found()

    def do_next(self) -> None:
        """Go to the next place; in what replaces: replace this one first."""
        if self.bar is not None and self.bar.in_put:
            self.after_slices(self._replace_one)
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
        if self.bar is None:
            self.search.within = None
        self.search.find(str(self.editor.buffer))
        place = self.search.step(by, self.editor.selection)
        if place is None:
            nothing = self.search.trouble or "Not found"
            desk(self).notice(nothing if self.search.query.text else "Nothing to find yet")
            return
        self._go_to(place)
        self._show_found()

    def do_select_found(self) -> None:
        """A caret with its selection at every place found."""
        carets = [Caret(high, low) for low, high in self.search.places]
        self.do_close()
        if carets:
            self.editor.set_carets(carets, carets[0])
            self.text_moved(self.editor)

    # --- replacing -----------------------------------------------------------------------------

    def _replace_one(self) -> None:
        """Replace the place looked at and go to the next; at first only go to one."""
        if self.bar is None or self.bar.put is None:
            return
        place = self.search.place
        if place is None or self.editor.selection != place:
            self._step(1)
            return
        self._replace(self.bar.put.answer, place)
        self._step(1)

    def do_replace_all(self) -> None:
        """Replace all places found, in one step that undo takes back."""
        if self.bar is None or self.bar.put is None:
            self.do_replace()
        else:
            self.after_slices(partial(self._replace, self.bar.put.answer))

    def _replace(self, by: str, only: tuple[int, int] | None = None) -> None:
        """Replace what was found, or the one of this start and end."""
        self._put = by

        def step(_: object) -> Slices:
            puts = self.search.replacing(str(self.editor.buffer), by, only)
            if only is not None:
                self.editor.go(only[1])
            return self._replacing(puts, say=only is None)

        try:
            self.text_act(step)
        except SearchError as error:
            desk(self).notice(str(error), bad=True)

    def _replacing(self, puts: list[Put], *, say: bool) -> Slices:
        done = yield from replace(self.editor, puts, "replace")
        if say:
            desk(self).notice(_replaced(done, len(puts)))
        if done:
            super().text_moved(self.editor)
            self._find_now()

    # --- a line --------------------------------------------------------------------------------

    def do_go_to_line(self) -> None:
        """Ask for a line."""
        self._line = Field(" Go to line  ", "", self.painter.look)
        self.text_moved(self._line.editor)
        desk(self).bars_changed()

    def do_accept(self) -> None:
        """Go to the line asked for: `12`, `12:5`, `+10`, `50%`."""
        answer = self._line.answer if self._line is not None else ""
        self.do_close()
        found = _LINE.fullmatch(answer)
        if found is not None:
            self.go_to_line(*self._place_asked(found))
        elif answer.strip():
            desk(self).notice(f"{answer.strip()}: not a line; it is 12, 12:5, +10 or 50%")

    def _place_asked(self, found: re.Match[str]) -> tuple[int, int]:
        sign, number, column, percent = found.groups()
        line, lines = int(number), self.editor.view.lines
        if percent:
            line = max(lines * line // 100, 1)
        elif sign:
            line = self.editor.place()[0] + 1 + (line if sign == "+" else -line)
        return line - 1, int(column or 1) - 1

    def go_to_line(self, line: int, column: int = 0, length: int = 0) -> None:
        """Go to a line and column, counted from 0, selecting some characters there."""
        line = min(max(line, 0), self.editor.view.lines - 1)
        start = self.editor.buffer.offset(line, column)
        self.editor.select(start, min(start + length, self.editor.end_of(line)))
        self.scroll_rows(self.editor.view.top(line) - self.scroll.height // 2)
        self.text_moved(self.editor)

    def do_close(self) -> None:
        """Put the lines at the foot away."""
        if self._line is not None:
            self._line = None
        else:
            self.bar = None
        self._fit_foot()
        self._show_found()
        desk(self).bars_changed()


def _replaced(done: int, found: int) -> str:
    if done < found:
        return f"{done:,} of {found:,} replaced, the others were changed meanwhile"
    return f"{done:,} replaced" if done else "Not found"
