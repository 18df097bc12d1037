"""A cell's text on the screen: the editor's model, painter and colours around it.

Most cells of a long notebook are never looked at, so painter and colours are made when the first
row is drawn; heights need only the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.strip import Strip

from cocalc_tui.sync.patch import TextChange, TextId
from cocalc_tui.widgets.editor.colours import Colours
from cocalc_tui.widgets.editor.look import Visitor
from cocalc_tui.widgets.editor.model import Edit, Editor
from cocalc_tui.widgets.editor.painter import Painter
from cocalc_tui.widgets.editor.view import Buffer, Dirty
from cocalc_tui.widgets.highlight import Language
from cocalc_tui.widgets.notebook.look import NotebookLook

AROUND = 60
"""Lines that are coloured above and below a line of a big cell: a screen."""


class Source:
    """The text of one cell."""

    def __init__(
        self, buffer: Buffer, edit: Edit, at: TextId, language: Language, look: NotebookLook
    ) -> None:
        self.editor = Editor(buffer, edit, at=at, opens=language.opens, leaves=language.leaves)
        self._language = language
        self._look = look
        self._numbers = False
        self._active = self._focused = False
        self._visitors: Sequence[Visitor] = ()
        self._painter: Painter | None = None
        self._colours: Colours | None = None
        self._waiting = True
        """Whether its text was never coloured: there are no colours of before to go on with."""
        self._width = 80

    # --- how it looks --------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """Rows it takes."""
        return self.editor.view.height

    def resize(self, width: int) -> None:
        """Lay it out at a width; a cell stays free for the caret behind a full row."""
        self._width = width
        self.editor.view.resize(width - self._gutter() - 1, wrap=True)

    def _gutter(self) -> int:
        return self.painter.gutter if self._numbers else 0

    @property
    def painter(self) -> Painter:
        """What draws it."""
        if self._painter is None:
            self._painter = Painter(self.editor, spans=self._spans)
            self._dress()
        return self._painter

    @property
    def colours(self) -> Colours:
        """What colours it."""
        if self._colours is None:
            self._colours = Colours(self.editor.view, self._language)
            self._waiting = True
        return self._colours

    def _spans(self, line: int) -> tuple[tuple[int, int, str], ...]:
        return self.colours.spans(line)

    def row(self, y: int) -> Strip:
        """A row of it."""
        line = self.editor.view.at(y)[0]
        if not self.colours.covers(line, line) and (self._waiting or not self.colours.stale):
            self._colour(line)
        return self.painter.row(y, self._width)

    def _colour(self, line: int) -> list[int]:
        """Colour a small cell as a whole, a big one around a line."""
        self._waiting = False
        last = self.editor.view.lines - 1
        if last <= AROUND:
            return self.colours.refresh(0, last)
        return self.colours.refresh(max(0, line - AROUND), min(last, line + AROUND))

    def set_look(self, look: NotebookLook) -> None:
        """Dress it for a theme."""
        self._look = look
        self._dress()

    def set_language(self, language: Language) -> None:
        """Say what it is written in."""
        if language != self._language:
            self._language, self._colours = language, None
            self.editor.opens, self.editor.leaves = language.opens, language.leaves

    def type_as(self, tab: int, brackets: str) -> None:
        """How keys type in it: cells to a tab stop, and whether brackets come in pairs."""
        self.editor.view.tab = tab
        paired = brackets == "on" or (brackets == "auto" and not self._language.prose)
        self.editor.pairs = self._language.pairs if paired else ""

    def set_numbers(self, shown: bool) -> None:
        """Show line numbers, or do not."""
        self._numbers = shown
        self.painter.numbers = shown
        self.resize(self._width)

    @property
    def numbers(self) -> bool:
        """Whether line numbers show."""
        return self._numbers

    def show_caret(self, *, active: bool, focused: bool) -> None:
        """Whether my caret shows in it, and whether keys would go there."""
        if (active, focused) != (self._active, self._focused):
            self._active, self._focused = active, focused
            if not active:
                self.editor.anchor = None
            self._dress()

    def show_visitors(self, visitors: Sequence[Visitor]) -> None:
        """Show other people's carets in it."""
        self._visitors = visitors
        if self._painter is not None:
            self._painter.visitors = visitors

    def _dress(self) -> None:
        if self._painter is not None:
            look = self._look.source if self._active else self._look.resting
            if self._painter.look is not look:
                self._painter.look = look
            self._painter.focused = self._active and self._focused
            self._painter.numbers = self._numbers
            self._painter.visitors = self._visitors

    # --- changes -------------------------------------------------------------------------------

    def changed(self, changes: Iterable[TextChange]) -> Dirty | None:
        """The text went through these; returns rows to paint again."""
        gutter = self._gutter()
        dirty = self.editor.changed(changes)
        if dirty is None:
            return None
        if self._colours is not None:
            self._colours.changed(dirty)
        if self._gutter() != gutter:
            self.resize(self._width)
            return dirty._replace(first=0, last=None)
        return dirty

    @property
    def stale(self) -> bool:
        """Whether its colours are those of an earlier text."""
        return self._colours is not None and self._colours.stale

    def recolour(self) -> list[tuple[int, int]]:
        """Colour it as it is now; returns first and last of the rows that look different."""
        view = self.editor.view
        found = []
        for line in self._colour(self.editor.place()[0]):
            top = view.top(line)
            found.append((top, top + len(view.breaks(line))))
        return found
