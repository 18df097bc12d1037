"""The box near the caret, and the keys that are its own while it is there.

Typing goes on under it: what is typed narrows a list or moves on in a signature, anything else
puts the box away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.geometry import Offset, Region
from textual.strip import Strip

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.sync.patch import Change, TextChange
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.notebook import popup
from cocalc_tui.widgets.notebook.draw import MARGIN
from cocalc_tui.widgets.notebook.linking import LinkActs
from cocalc_tui.widgets.notebook.popup import Popup
from cocalc_tui.widgets.notebook.suggesting import Call, Suggestions, arguments, call_at

BEFORE = 20_000
"""Characters before the caret that are looked at."""
TIP_ROWS = 12


class Tip(NamedTuple):
    """A text beside the caret."""

    text: str
    """Of a call: its signature, and in a second line what it does."""
    call: Call | None = None
    first: int = 0
    """The first row of it that shows."""


class BoxView(LinkActs):
    """A notebook with a box near the caret."""

    def __init__(self, document: SharedDocument, *, clock: Callable[[], int] = wall_clock) -> None:
        """`clock` gives milliseconds since 1970, as the relay's does."""
        super().__init__(document, clock=clock)
        self._suggestions: Suggestions | None = None
        self._about: dict[str, str] = {}
        """What the kernel says of matches, by their text."""
        self._tip: Tip | None = None
        self._popup: Popup | None = None

    def scopes(self) -> Sequence[str]:
        """A list has some keys of its own, more of them once something is chosen."""
        if self._suggestions is not None:
            return ("chosen", "suggest") if self._suggestions.chosen else ("suggest",)
        return ("tip",) if self._tip is not None and self._tip.call is None else ()

    def before_caret(self, editor: Editor) -> str:
        """The text before the caret, as far as it matters."""
        return editor.buffer.slice(max(0, editor.caret - BEFORE), editor.caret)

    # --- showing it ----------------------------------------------------------------------------

    def show_list(self, suggestions: Suggestions) -> None:
        """Show matches to choose from."""
        self._suggestions, self._tip = suggestions, None
        self.choice_changed()
        self._show()

    def show_tip(self, tip: Tip) -> None:
        """Show a text."""
        self._suggestions, self._tip = None, tip
        self._show()

    def choice_changed(self) -> None:
        """Another match is chosen."""

    def close_box(self) -> None:
        """Put the box away."""
        self._suggestions = self._tip = None
        self._about.clear()
        if self._popup is not None:
            self._put_box(None)

    def _show(self) -> None:
        """Draw the box where the caret is now."""
        editor = self.text_editor()
        if editor is None or (self._suggestions is None and self._tip is None):
            self.close_box()
            return
        row, x = self._box_place(editor)
        source = self.stack[self.active].source
        y = self.stack.source_top(self.active) + row - self.window.top
        caret = Offset(MARGIN + source.painter.gutter + x - 1, y)
        rows, first = self._box_rows(self.size.width - 2)
        pane = self.size.with_height(self.window.scroll.height)
        self._put_box(popup.place(rows, caret, pane, first))

    def _box_place(self, editor: Editor) -> tuple[int, int]:
        """Row and cell of what the box is about: a word, a call's bracket, the caret."""
        row, x = editor.view.place(editor.caret)
        if self._suggestions is not None:
            return editor.view.place(self._suggestions.start)
        if self._tip is not None and self._tip.call is not None:
            begin = editor.caret - len(self.before_caret(editor))
            above, at = editor.view.place(begin + self._tip.call.at)
            return (row, at) if above == row else (row, x)
        return row, x

    def _box_rows(self, room: int) -> tuple[list[Strip], int]:
        if self._suggestions is not None:
            chosen = self._suggestions.chosen
            about = self._about.get(chosen.text, "") if chosen is not None else ""
            first = 0 if self._popup is None else self._popup.first
            return popup.list_rows(self._suggestions, about, self.look, room, first)
        tip = self._tip
        assert tip is not None
        if tip.call is None:
            return popup.text_box(tip.text, self.look, room, TIP_ROWS, tip.first), 0
        signature, _, about = tip.text.partition("\n")
        places = arguments(signature)
        lit = places[tip.call.argument] if tip.call.argument < len(places) else None
        return popup.signature_rows(signature, lit, about, self.look, room), 0

    def _put_box(self, box: Popup | None) -> None:
        before, self._popup = self._popup, box
        for one in (before, box):
            if one is not None:
                self.refresh(Region(0, one.region.y, self.size.width, one.region.height))
        desk(self).bars_changed()

    def render_line(self, y: int) -> Strip:
        """A row of the screen, the box over it."""
        strip = super().render_line(y)
        return strip if self._popup is None else self._popup.over(strip, y)

    # --- what happens under it -----------------------------------------------------------------

    def text_moved(self, editor: object) -> None:
        """Keep the box with what is typed, or put it away."""
        super().text_moved(editor)
        if self._popup is not None and isinstance(editor, Editor):
            self._follow_caret(editor)

    def _follow_caret(self, editor: Editor) -> None:
        found, tip = self._suggestions, self._tip
        if found is not None:
            found.narrow(editor.buffer.slice(found.start, max(found.start, editor.caret)))
            if editor.caret < found.start or editor.anchor is not None or not found.of_use:
                self.close_box()
                return
            self.choice_changed()
        elif tip is not None and tip.call is not None:
            here = call_at(self.before_caret(editor))
            if here is None or here.at != tip.call.at:
                self.close_box()
                return
            self._tip = tip._replace(call=here)
        else:
            self.close_box()
            return
        self._show()

    def _changed(self, changes: Sequence[Change], *, local: bool) -> None:
        super()._changed(changes, local=local)
        editor = self.text_editor()
        if self._popup is None or local:
            return
        if self._suggestions is not None and editor is not None:
            texts = [change for change in changes if isinstance(change, TextChange)]
            start = self._suggestions.start = editor.carried(self._suggestions.start, texts)
            if editor.buffer.slice(start, max(start, editor.caret)) != self._suggestions.typed:
                self.close_box()
                return
        self._show()

    def select(self, key: str, *, extend: bool = False) -> None:
        """Go to a cell in command mode: there is no caret for a box."""
        self.close_box()
        super().select(key, extend=extend)

    def scroll_rows(self, by: int) -> None:
        """Scroll; the caret may go out of sight."""
        self.close_box()
        super().scroll_rows(by)

    def on_blur(self) -> None:
        """Put the box away with the keyboard."""
        self.close_box()
        super().on_blur()

    # --- keys ----------------------------------------------------------------------------------

    def do_close_box(self) -> None:
        """Put the box away."""
        self.close_box()

    def _choose(self, step: Callable[[Suggestions], None]) -> None:
        if self._suggestions is not None:
            step(self._suggestions)
            self.choice_changed()
            self._show()

    def do_next_match(self) -> None:
        """The next match."""
        self._choose(lambda found: found.choose(1))

    def do_previous_match(self) -> None:
        """The match before."""
        self._choose(lambda found: found.choose(-1))

    def do_matches_down(self) -> None:
        """Many matches on."""
        self._choose(lambda found: found.page(popup.LIST_ROWS))

    def do_matches_up(self) -> None:
        """Many matches back."""
        self._choose(lambda found: found.page(-popup.LIST_ROWS))

    def do_read_on(self) -> None:
        """Read on in the box."""
        self._turn(TIP_ROWS - 2)

    def do_read_back(self) -> None:
        """Read back in the box."""
        self._turn(2 - TIP_ROWS)

    def _turn(self, by: int) -> None:
        if self._tip is not None:
            rows = len(popup.text_box(self._tip.text, self.look, self.size.width - 2, 10_000))
            first = max(0, min(self._tip.first + by, rows - TIP_ROWS))
            self._tip = self._tip._replace(first=first)
            self._show()
