"""One cell as rows of the screen: a gap, its text (or the page it makes), its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from textual.strip import Strip

from cocalc_tui.client.blobs import Blobs
from cocalc_tui.notebook.schema import input_of
from cocalc_tui.sync.patch import Json, TextChange
from cocalc_tui.widgets.editor.model import Edit
from cocalc_tui.widgets.editor.view import Buffer, Dirty
from cocalc_tui.widgets.graphics import Graphics
from cocalc_tui.widgets.highlight import PLAIN, Language, named
from cocalc_tui.widgets.notebook.attachments import attached
from cocalc_tui.widgets.notebook.headings import rank_of
from cocalc_tui.widgets.notebook.look import NotebookLook
from cocalc_tui.widgets.notebook.results import PLACEHOLDER, Results
from cocalc_tui.widgets.notebook.source import Source
from cocalc_tui.widgets.notebook.suggesting import words_of
from cocalc_tui.widgets.outputs.pictures import Pictures
from cocalc_tui.widgets.outputs.rows import Frame, one_row
from cocalc_tui.widgets.outputs.streams import Output

_ALL = Dirty(0, None, 0, 0, 0)
GAP = 1
"""Empty rows above each cell."""
LONG_PAGE = 4000
"""Characters of markdown from which on a page is not made anew with each key of others."""
PAGE = 15_000
"""Characters of markdown that a page is made of; nobody writes more in a cell, programs do."""
HEADING_WITHIN = 20
"""Lines of a cell in which the heading that folds it may be the first that is not empty."""


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
    saving: str = ""
    """How to save what cannot be shown."""
    pictures: Pictures | None = None
    """Where pictures come from."""
    graphics: Graphics | None = None
    """How their pixels are drawn."""
    blobs: Blobs | None = None
    """Where large parts of outputs come from."""
    tab: int = 4
    brackets: str = "off"
    """Whether brackets come in pairs: on, off, or auto for in code."""

    @cached_property
    def frame(self) -> Frame:
        """The same for outputs; one for all cells, of which there may be thousands."""
        return Frame(
            self.width,
            self.look.output,
            hint=self.hint,
            saving=self.saving,
            pictures=self.pictures,
            graphics=self.graphics,
            blobs=self.blobs,
        )


class CellView:
    """One cell."""

    def __init__(self, key: str, kind: str, buffer: Buffer, edit: Edit, setting: Setting) -> None:
        self.key = key
        self.kind = kind
        self.count: int | None = None
        """The execution count."""
        self.times: Sequence[int] = ()
        """How long its last runs took, milliseconds."""
        self.tags: Sequence[str] = ()
        self.editing = False
        """Whether a markdown cell shows its text instead of the page it makes."""
        self.folded = 0
        """How many cells are folded away under the heading that this one begins with."""
        self.away = False
        """Whether it is folded away itself."""
        self.source_hidden = False
        """Whether only a mark of its text shows."""
        self._setting = setting
        self._buffer = buffer
        self._edit = edit
        self._source: Source | None = None
        self._numbers = False
        self.page_is_old = False
        """Whether the page is that of an earlier text, to be made anew soon."""
        self._laid_out = False
        """Whether its height counts the rows of its text as they are drawn, not only its lines."""
        self.results = Results(setting.frame)
        self._page: list[Strip] | None = None
        self._attachments: Json = None
        self._words: tuple[str, ...] | None = None

    @property
    def source(self) -> Source:
        """Its text on the screen; most are never looked at, so it is made when it first is."""
        if self._source is None:
            setting = self._setting
            at, language = input_of(self.key), self._language()
            self._source = Source(self._buffer, self._edit, at, language, setting.look)
            self._source.type_as(setting.tab, setting.brackets)
            self._source.resize(setting.width)
            if self._numbers:
                self._source.set_numbers(True)
        return self._source

    @property
    def made(self) -> bool:
        """Whether there is a `source` yet."""
        return self._source is not None

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
    def covered(self) -> bool:
        """Whether a mark stands in the place of its text."""
        return self.source_hidden and not self.editing

    @property
    def body(self) -> int:
        """Rows of its text, or of its page: an estimate until that is drawn."""
        if self.covered:
            return 1
        if self.paged and self._page is not None:
            return len(self._page)
        return self.source.height if self._laid_out else self._buffer.line_count

    @property
    def height(self) -> int:
        """All rows it takes."""
        return 0 if self.away else GAP + self.body + self.results.height

    def spot(self, row: int) -> Spot:
        """What is in a row of it."""
        if row < GAP:
            return Spot(Part.GAP, row)
        if row < GAP + self.body:
            return Spot(Part.PAGE if self.paged or self.covered else Part.SOURCE, row - GAP)
        return Spot(Part.OUTPUT, row - GAP - self.body)

    def row(self, spot: Spot) -> Strip:
        """Draw a row of it, without what is at its left and right."""
        match spot.part:
            case Part.SOURCE:
                return self.source.row(spot.row)
            case Part.PAGE if self.covered:
                return self._cover()
            case Part.PAGE:
                return self._page[spot.row] if self._page is not None else PLACEHOLDER
            case Part.OUTPUT:
                return self.results.row(spot.row)
            case _:
                return PLACEHOLDER

    @property
    def settled(self) -> bool:
        """Whether its height is known and all of it is drawn."""
        body = self.covered or (self._page is not None if self.paged else self._laid_out)
        return body and self.results.settled

    def settle(self) -> bool:
        """Draw what is not drawn yet; True when its height became another."""
        before = self.height
        if not self.covered:
            self._settle_body()
        self.results.settle()
        return self.height != before

    def _settle_body(self) -> None:
        if not self.paged:
            self._laid_out = True
        elif self._page is None:
            self._page = self._make_page()

    def _cover(self) -> Strip:
        count = self._buffer.line_count
        lines = "1 line" if count == 1 else f"{count:,} lines"
        frame = self._setting.frame
        return one_row(frame, (f"… {lines} hidden", frame.look.note))

    def _make_page(self) -> list[Strip]:
        # Rich's markdown costs more to import than a notebook without any needs to be drawn.
        from cocalc_tui.widgets.outputs.markdown import markdown_rows

        frame = self._setting.frame
        self.page_is_old = False
        text = self._buffer.slice(0, min(len(self._buffer), PAGE))
        rows = markdown_rows(text, Frame(frame.width, frame.look, limit=1000))
        if left := len(self._buffer) - len(text):
            rows.append(one_row(frame, (f"… {left:,} more characters", frame.look.note)))
        return rows or [one_row(frame, ("empty markdown cell", frame.look.faint))]

    # --- changes -------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """Its text."""
        return self._buffer.slice(0, len(self._buffer))

    @property
    def rank(self) -> int:
        """The rank of the heading that it begins with, 0 for none."""
        if self.kind != "markdown":
            return 0
        for line in range(min(self._buffer.line_count, HEADING_WITHIN)):
            if (text := self._buffer.line(line)).strip():
                return rank_of(text)
        return 0

    def renew_page(self) -> None:
        """Have the page be made of the text as it is now."""
        if self.page_is_old:
            self.page_is_old, self._page = False, None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its text, each once."""
        if self._words is None:
            self._words = words_of(self.text)
        return self._words

    def changed(self, changes: Iterable[TextChange]) -> Dirty | None:
        """Its text went through these; rows to paint are counted within its text."""
        self._words = None
        dirty = self._source.changed(changes) if self._source is not None else _ALL
        if self.paged and self._page is not None and len(self._buffer) > LONG_PAGE:
            self.page_is_old = True
            return None
        self._page = None
        if dirty is not None and (self.paged or self.covered or not self._laid_out):
            return dirty._replace(first=0, last=None)
        return dirty

    def set_kind(self, kind: str) -> None:
        """Make it code, markdown or raw."""
        if kind != self.kind:
            self.kind, self._page, self._attachments = kind, None, None
            self.results.show(())
            if self._source is not None:
                self._source.set_language(self._language())
                self._source.type_as(self._setting.tab, self._setting.brackets)

    def set_editing(self, editing: bool) -> None:
        """Show the text of a markdown cell, or the page it makes."""
        self.editing = editing
        self._laid_out = self._laid_out or editing
        self.renew_page()

    @property
    def numbers(self) -> bool:
        """Whether its lines are numbered."""
        return self._numbers

    def set_numbers(self, shown: bool) -> None:
        """Number its lines, or do not."""
        self._numbers = shown
        if self._source is not None:
            self._source.set_numbers(shown)

    def show_caret(self, *, active: bool, focused: bool) -> None:
        """Whether my caret shows in it, and whether keys would go there."""
        if active or self._source is not None:
            self.source.show_caret(active=active, focused=focused)

    def show(self, outputs: Sequence[Output]) -> bool:
        """Take other outputs; False when they are the same as before."""
        return self.results.show(outputs)

    def attach(self, attachments: Json) -> None:
        """Show the files that lie in the cell below its text."""
        if attachments is not self._attachments:
            self._attachments = attachments
            self.results.show(attached(attachments))

    def fit(self, setting: Setting) -> None:
        """Lay it out for other colours or another width."""
        before, self._setting = self._setting, setting
        if self._source is not None:
            if setting.look is not before.look:
                self._source.set_look(setting.look)
            self._source.set_language(self._language())
            self._source.type_as(setting.tab, setting.brackets)
            self._source.resize(setting.width)
        self.results.fit(setting.frame)
        self._page = None
