"""One cell as rows of the screen: a gap, its text (or the page it makes), its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from textual.strip import Strip

from cocalc_tui.notebook.schema import input_of
from cocalc_tui.sync.patch import TextChange
from cocalc_tui.widgets.editor.model import Edit
from cocalc_tui.widgets.editor.view import Buffer, Dirty
from cocalc_tui.widgets.highlight import PLAIN, Language, named
from cocalc_tui.widgets.notebook.look import NotebookLook
from cocalc_tui.widgets.notebook.results import PLACEHOLDER, Results
from cocalc_tui.widgets.notebook.source import Source
from cocalc_tui.widgets.outputs.rows import Frame, one_row
from cocalc_tui.widgets.outputs.streams import Output

GAP = 1
"""Empty rows above each cell."""


class Part(Enum):
    """The parts of a cell, from above."""

    GAP = "gap"
    SOURCE = "source"
    PAGE = "page"
    OUTPUT = "output"


class Spot(NamedTuple):
    """A row within a cell."""

    part: Part
    row: int
    """Counted within the part."""


@dataclass(frozen=True)
class Setting:
    """What cells are laid out for."""

    width: int
    """Cells for text and outputs."""
    look: NotebookLook
    language: Language
    """Of code."""
    hint: str = ""
    """How to see what is left out of long outputs."""

    @property
    def frame(self) -> Frame:
        """The same for outputs."""
        return Frame(self.width, self.look.output, hint=self.hint)


class CellView:
    """One cell."""

    def __init__(self, key: str, kind: str, buffer: Buffer, edit: Edit, setting: Setting) -> None:
        self.key = key
        self.kind = kind
        self.count: int | None = None
        """The execution count."""
        self.editing = False
        """Whether a markdown cell shows its text instead of the page it makes."""
        self._setting = setting
        self.source = Source(buffer, edit, input_of(key), self._language(), setting.look)
        self.source.resize(setting.width)
        self.results = Results(setting.frame)
        self._page: list[Strip] | None = None

    def _language(self) -> Language:
        if self.kind == "code":
            return self._setting.language
        return named("markdown") if self.kind == "markdown" else PLAIN

    @property
    def width(self) -> int:
        """Cells for its text and outputs."""
        return self._setting.width

    # --- rows ----------------------------------------------------------------------------------

    @property
    def paged(self) -> bool:
        """Whether it shows as the page its markdown makes."""
        return self.kind == "markdown" and not self.editing

    @property
    def body(self) -> int:
        """Rows of its text, or of its page: an estimate until that is drawn."""
        if not self.paged or self._page is None:
            return self.source.height
        return len(self._page)

    @property
    def height(self) -> int:
        """All rows it takes."""
        return GAP + self.body + (self.results.height if self.kind == "code" else 0)

    def spot(self, row: int) -> Spot:
        """What is in a row of it."""
        if row < GAP:
            return Spot(Part.GAP, row)
        if row < GAP + self.body:
            return Spot(Part.PAGE if self.paged else Part.SOURCE, row - GAP)
        return Spot(Part.OUTPUT, row - GAP - self.body)

    def row(self, spot: Spot) -> Strip:
        """Draw a row of it, without what is at its left and right."""
        match spot.part:
            case Part.SOURCE:
                return self.source.row(spot.row)
            case Part.PAGE:
                return self._page[spot.row] if self._page is not None else PLACEHOLDER
            case Part.OUTPUT:
                return self.results.row(spot.row)
            case _:
                return PLACEHOLDER

    @property
    def settled(self) -> bool:
        """Whether its height is known and all of it is drawn."""
        page = self._page is not None or not self.paged
        return page and (self.kind != "code" or self.results.settled)

    def settle(self) -> bool:
        """Draw what is not drawn yet; True when its height became another."""
        before = self.height
        if self.paged and self._page is None:
            self._page = self._make_page()
        if self.kind == "code":
            self.results.settle()
        return self.height != before

    def _make_page(self) -> list[Strip]:
        # Rich's markdown costs more to import than a notebook without any needs to be drawn.
        from cocalc_tui.widgets.outputs.markdown import markdown_rows

        frame = self._setting.frame
        rows = markdown_rows(self.text, Frame(frame.width, frame.look, limit=1000))
        return rows or [one_row(frame, ("empty markdown cell", frame.look.faint))]

    # --- changes -------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """Its text."""
        buffer = self.source.editor.buffer
        return buffer.slice(0, len(buffer))

    def changed(self, changes: Iterable[TextChange]) -> Dirty | None:
        """Its text went through these; rows to paint are counted within its text."""
        dirty = self.source.changed(changes)
        if dirty is not None and self.paged:
            self._page = None
            return dirty._replace(first=0, last=None)
        if dirty is not None:
            self._page = None
        return dirty

    def set_kind(self, kind: str) -> None:
        """Make it code, markdown or raw."""
        if kind != self.kind:
            self.kind, self._page = kind, None
            self.source.set_language(self._language())

    def set_editing(self, editing: bool) -> None:
        """Show the text of a markdown cell, or the page it makes."""
        self.editing = editing

    def show(self, outputs: Sequence[Output]) -> bool:
        """Take other outputs; False when they are the same as before."""
        return self.results.show(outputs)

    def fit(self, setting: Setting) -> None:
        """Lay it out for other colours or another width."""
        before, self._setting = self._setting, setting
        if setting.look is not before.look:
            self.source.set_look(setting.look)
        self.source.set_language(self._language())
        self.source.resize(setting.width)
        self.results.fit(setting.frame)
        self._page = None
