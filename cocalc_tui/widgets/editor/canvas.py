"""A shared text in a widget: drawn, scrolled, and carried through what everybody types.

The widget scrolls by itself and repaints by rows: after a key only the rows that look different
are given to Textual, and a parser colours the rows a moment later. Textual's own scrolling would
lay out the whole screen whenever a line is added.

What others type keeps my caret's line where it is on my screen; with my caret out of sight it
keeps the first line of the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextvars import copy_context

from rich.segment import Segment
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import Changed, DocumentEvent, PeopleMoved, Replaced
from cocalc_tui.client.places import MOST_CARETS, Place
from cocalc_tui.sync.patch import MAIN, Splice, TextChange, TextId
from cocalc_tui.widgets import frames
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.colours import Colours
from cocalc_tui.widgets.editor.indenting import step_of
from cocalc_tui.widgets.editor.look import look_of
from cocalc_tui.widgets.editor.model import Editor
from cocalc_tui.widgets.editor.painter import Painter
from cocalc_tui.widgets.editor.scroll import Scroll
from cocalc_tui.widgets.editor.slicing import Slicing
from cocalc_tui.widgets.editor.surroundings import Surroundings
from cocalc_tui.widgets.editor.view import Dirty
from cocalc_tui.widgets.editor.visitors import NAMED_FOR, Visitors
from cocalc_tui.widgets.highlight import Language, language_of
from cocalc_tui.widgets.pane import Pane

COLOUR_AFTER = 0.004
"""Seconds after a change at which the rows are coloured anew: just behind the change's own frame,
so that the colours are in the next one."""

MOST_WRAPPED = 50_000
"""Lines above which nothing is wrapped unasked: it is a log, where each line is one."""


class Canvas(Slicing, Pane, Widget, can_focus=True):
    """A text of a document, my caret in it, and everybody else's."""

    def __init__(self, document: SharedDocument, at: TextId = MAIN) -> None:
        super().__init__()
        self.document = document
        buffer = document.replica.text(at)
        language = language_of(document.path, buffer.piece(0, 0, 200))
        self.editor = Editor(
            buffer, self._edit, at=at, opens=language.opens, leaves=language.leaves
        )
        self.editor.step = step_of(buffer)
        self.editor.view.moved = self._rows_moved
        self.colours = Colours(self.editor.view, language)
        self.painter = Painter(
            self.editor, spans=self.colours.spans, numbers=not language.prose, apart=True
        )
        self.scroll = Scroll()
        self._surroundings = Surroundings(self.editor, self.painter, self.colours)
        self.visitors = Visitors()
        self._track = self._thumb = Segment(" ")
        self.wrap = language.prose and buffer.line_count <= MOST_WRAPPED
        self.foot = 0
        """Rows at the foot that do not show text."""
        self._colour_timer: asyncio.TimerHandle | None = None
        self._fade_timer: asyncio.TimerHandle | None = None
        self._caret_rows = (0, 0)
        """Rows of caret and anchor as they are painted."""
        self._several = False
        """Whether more carets of mine are painted."""
        self._look_timer: asyncio.TimerHandle | None = None
        self._visitor_rows: list[tuple[int, int]] = []
        self._top_offset = 0
        """Where the first row on the screen begins."""
        self._unsubscribe: Callable[[], None] = lambda: None
        self._home = copy_context()

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Listen to the document."""
        self._home = copy_context()
        self._unsubscribe = self.document.subscribe(self._heard)
        self.painter.focused = False  # until the keyboard comes here
        self._dress()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._dress())
        self._people_moved()
        self.call_after_refresh(self._colour)

    def on_unmount(self) -> None:
        """Listen no more."""
        self.finish_slicing()
        self._unsubscribe()
        for timer in (self._colour_timer, self._fade_timer, self._look_timer):
            if timer is not None:
                timer.cancel()

    def _dress(self) -> None:
        look = self.painter.look = look_of(self.colour_names())
        self._track = Segment(" ", look.text)
        self._thumb = Segment("▐", look.text + look.edge)
        self._people_moved()
        self.refresh()

    def colour_names(self) -> dict[str, str]:
        """The theme's colours, by what they are for."""
        return self.app.theme_variables

    def on_resize(self) -> None:
        """Lay out at the new size, the same line on top."""
        self.lay_out()

    def on_focus(self) -> None:
        """Show the caret as mine to move."""
        self.painter.focused = self.text_editor() is self.editor
        self.refresh()
        self._stand()

    def on_blur(self) -> None:
        """Show the caret faintly."""
        self.painter.focused = False
        self.refresh()

    def lay_out(self) -> None:
        """Measure rows at this size and keep what is on top."""
        before, self.scroll.width = self.scroll.width, self._text_width()
        self.scroll.height = max(1, self.size.height - self.foot)
        # A cell stays free for the caret behind a full row.
        self.editor.view.resize(self.scroll.width - 1, wrap=self.wrap)
        self.scroll.total = self.editor.view.height
        if self.wrap:
            self.scroll.left = 0
        elif self.scroll.width != before:
            self.scroll.fit(self.editor.view.place(self.editor.caret)[1])
        self.scroll_rows(self.editor.view.place(self._top_offset)[0])
        self._caret_rows = self._where()
        self._people_moved()
        self.refresh()

    def _text_width(self) -> int:
        """Cells between the line numbers and the scroll bar."""
        return max(1, self.size.width - self.painter.gutter - 1)

    # --- drawing -------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the screen, coloured where scrolling left what the colours cover."""
        shown = self._lines_shown()
        if not self.colours.stale and not self.colours.covers(*shown):
            self.colours.refresh(*shown)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        edge = self._thumb if y in self.scroll.thumb() else self._track
        return self.painter.row(self.scroll.top + y, self.size.width, self.scroll.left, edge)

    def _lines_shown(self) -> tuple[int, int]:
        view = self.editor.view
        bottom = self.scroll.top + self.scroll.height - 1
        return view.at(self.scroll.top)[0], view.at(bottom)[0]

    def repaint_rows(self, first: int, last: int | None) -> None:
        """Paint rows first..last of the text again, last None for all below."""
        top, height = self.scroll.top, self.scroll.height
        low = max(first - top, 0)
        high = height - 1 if last is None else min(last - top, height - 1)
        if low <= high:
            frames.changed(self, Region(0, low, self.size.width, high - low + 1))

    def scroll_rows(self, top: int) -> None:
        """Make `top` the first row, as far as there is text."""
        if self.scroll.to(self.editor.view.settled(top)):
            self.refresh()
        self._topped()

    def _rows_moved(self, row: int, by: int) -> None:
        """What was guessed above a row is measured: what shows keeps its place on the screen."""

        def carried(at: int) -> int:
            return at + by if at >= row else at

        self.scroll.total = self.editor.view.height
        self.scroll.top = self.painter.top = carried(self.scroll.top)
        first, last = self._caret_rows
        self._caret_rows = carried(first), carried(last)
        self._visitor_rows = [(carried(low), carried(high)) for low, high in self._visitor_rows]
        self.refresh()

    def _topped(self) -> None:
        self.painter.top = self.scroll.top
        self._top_offset = self.editor.view.offset(self.scroll.top, 0)

    def _colour(self) -> None:
        """Colour the rows by what they are now."""
        self._colour_timer = None
        view = self.editor.view
        for line in self.colours.refresh(*self._lines_shown()):
            top = view.top(line)
            self.repaint_rows(top, top + len(view.breaks(line)))

    def _colour_soon(self) -> None:
        if self._colour_timer is None and self.colours.language.name and self.is_mounted:
            self._colour_timer = self.later(COLOUR_AFTER, self._colour)

    def _look_soon(self) -> None:
        """See to what the caret's place changes elsewhere, once the caret is painted."""
        if self._look_timer is None and self.is_mounted:
            self._look_timer = self.later(COLOUR_AFTER, self._look_around)

    def _look_around(self) -> None:
        self._look_timer = None
        for row in self._surroundings.look():
            self.repaint_rows(row, row)

    # --- what happens to the document ----------------------------------------------------------

    def _edit(self, splices: list[Splice], kind: str, step: bool | None) -> None:
        self.text_may_change()
        self.document.change(splices, kind, step=step)

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, Changed):
            texts = [change for change in event.changes if isinstance(change, TextChange)]
            # Another view of mine on the same document is somebody else to this one.
            mine = event.local and self.text_acting
            self._changed(texts, local=mine)
            if not mine:
                frames.hurry(self)
        elif isinstance(event, PeopleMoved):
            self._people_moved()
        elif isinstance(event, Replaced):
            self._replaced()

    def _changed(self, changes: Sequence[TextChange], *, local: bool) -> None:
        """Carry caret, scroll, colours and people through a change."""
        row = self._caret_rows[0]
        on_screen = row - self.scroll.top if self.scroll.shows(row) else None
        dirty = self.editor.changed(changes)
        if dirty is None:
            return
        self._top_offset = self.editor.carried(self._top_offset, changes)
        self.painter.over.brackets = None
        self.colours.changed(dirty)
        self._colour_soon()
        self._look_soon()
        self.scroll.total = self.editor.view.height
        self.text_changed(changes)
        if not local:
            self._stay(dirty, on_screen)
        self.repaint_rows(dirty.first, dirty.last)
        if self.scroll.width != self._text_width():
            self.lay_out()
        if not local:
            self._caret_rows = self._where()
        self._people_moved()

    def text_changed(self, changes: Sequence[TextChange]) -> None:
        """For what a subclass knows of the text; no changes: it is another."""

    def _stay(self, dirty: Dirty, on_screen: int | None) -> None:
        """Keep on the screen what I look at: my caret's row, else the first."""
        if dirty.last is None:
            offset = self._top_offset if on_screen is None else self.editor.caret
            self.scroll_rows(self.editor.view.place(offset)[0] - (on_screen or 0))
        else:
            self._topped()

    def _replaced(self) -> None:
        self.editor.load(self.document.replica.text(self.editor.at))
        self.colours.forget()
        self._colour_soon()
        self.text_changed([])
        self._top_offset = min(self._top_offset, len(self.editor.buffer))
        self.lay_out()
        self._people_moved()

    def _people_moved(self) -> None:
        """Show the others where they are now."""
        before, had = self.visitors.shown, self._visitor_rows
        self.visitors.look(self.document.others, self.editor, desk(self).faces)
        self.painter.visitors = self.visitors.shown
        # Where they are changes without them, too: by folds and wrapping.
        self._visitor_rows = self.painter.rows_of_visitors()
        if self.visitors.shown != before:
            for first, last in had + self._visitor_rows + self.painter.rows_of_names():
                self.repaint_rows(first, last)
        if self.visitors.named and self._fade_timer is None:
            self._fade_timer = self.later(NAMED_FOR, self._names_fade)

    def later(self, seconds: float, do: Callable[[], None]) -> asyncio.TimerHandle:
        """Do something after a while: a key needs no task for that, as Textual's timers do."""
        return asyncio.get_running_loop().call_later(seconds, do, context=self._home)

    def _names_fade(self) -> None:
        self._fade_timer = None
        self._people_moved()

    # --- what I do -----------------------------------------------------------------------------

    def scopes(self) -> Sequence[str]:
        """Keys of text, then of the pane."""
        return ("text", "editor")

    def text_editor(self) -> Editor:
        """The text of the document."""
        return self.editor

    def text_page(self) -> int:
        """All rows but one, so that one sees where one was."""
        return max(1, self.scroll.height - 1)

    def text_language(self) -> Language:
        """What the file is written in."""
        return self.colours.language

    def text_rows_shown(self) -> tuple[int, int]:
        """Those of the screen."""
        return self.scroll.top, self.scroll.top + self.scroll.height - 1

    def text_scroll_to(self, top: int) -> None:
        """Scroll there."""
        self.scroll_rows(top)

    def text_light(self, places: list[tuple[int, int]]) -> None:
        """Light them up."""
        self.painter.over.matches = places
        self.refresh()

    def text_is_on(self, name: str) -> bool:
        """Line numbers, wrapping, what is folded at the caret."""
        shown = {
            "editor.fold": self.editor.view.folds.last(self.editor.place()[0]) is not None,
            "editor.numbers": self.painter.numbers,
            "editor.wrap": self.wrap,
            "editor.marks": self.painter.whitespace,
        }
        return shown.get(name, False)

    def text_moved(self, editor: Editor) -> None:
        """Show where the caret is now."""
        self._fit_folds()
        self._look_soon()
        before, self._caret_rows = self._caret_rows, self._where()
        rows = before + self._caret_rows
        if editor.others or self._several:
            self._several = bool(editor.others)
            self.refresh()
        elif before[0] != before[1] or editor.anchor is not None:
            self.repaint_rows(min(rows), max(rows))
        else:
            for row in {*rows}:
                self.repaint_rows(row, row)
        self._follow()
        self._stand()
        desk(self).bars_changed()

    def _fit_folds(self) -> None:
        """Rows are elsewhere where a fold opened because the caret went there."""
        if self.scroll.total != self.editor.view.height:
            self.scroll.total = self.editor.view.height
            self.scroll_rows(self.editor.view.place(self._top_offset)[0])
            self._people_moved()
            self.refresh()

    def _where(self) -> tuple[int, int]:
        view, editor = self.editor.view, self.editor
        row = view.place(editor.caret)[0]
        return row, row if editor.anchor is None else view.place(editor.anchor)[0]

    def _follow(self) -> None:
        row, x = self.editor.view.place(self.editor.caret)
        if self.scroll.follow(row, x):
            self.refresh()
        self._topped()
        inside = Offset(self.painter.gutter + x - self.scroll.left, row - self.scroll.top)
        # Where input methods open their window.
        self.app.cursor_position = self.region.offset + inside

    def _stand(self) -> None:
        if self.has_focus:
            editor = self.editor
            more = tuple((one.at, one.anchor) for one in editor.others[:MOST_CARETS])
            self.document.stand(Place(editor.at, editor.caret, editor.anchor, more=more))
