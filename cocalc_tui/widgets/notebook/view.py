"""The widget that draws a notebook, and knows which cell I am at and whether I edit it.

The classes built on it follow the document (`listening`) and say what keys and mouse do
(`cellacts`, `runacts`, `pane`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from rich.style import Style
from textual.color import Color
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.files import Files
from cocalc_tui.client.places import Place
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.sync.patch import Op, RecordChange, Splice
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.editor.acts import TextActs
from cocalc_tui.widgets.highlight import PLAIN
from cocalc_tui.widgets.notebook.cell import GAP, CellView, Setting
from cocalc_tui.widgets.notebook.draw import EDGES, MARGIN, Drawing, empty_row
from cocalc_tui.widgets.notebook.foot import foot_lines, foot_rows
from cocalc_tui.widgets.notebook.look import NotebookLook, dark_look
from cocalc_tui.widgets.notebook.marks import Marks
from cocalc_tui.widgets.notebook.stack import Stack
from cocalc_tui.widgets.notebook.window import Window
from cocalc_tui.widgets.outputs.pictures import Pictures, pictures_of
from cocalc_tui.widgets.pane import Pane

EMPTY = "An empty notebook: a adds a cell"
MORE = "w shows all"
SAVING = "w, then s saves it"


class NotebookView(TextActs, Pane, Widget, can_focus=True):
    """All cells of a notebook."""

    DEFAULT_CSS = "NotebookView { width: 1fr; height: 1fr; }"

    def __init__(self, document: SharedDocument, *, clock: Callable[[], int] = wall_clock) -> None:
        """`clock` gives milliseconds since 1970, as the relay's does."""
        super().__init__()
        self.document = document
        self._clock = clock
        self.look = dark_look()
        setting = Setting(80 - EDGES, self.look, PLAIN, MORE)
        self.stack = Stack(document, self._edit, setting)
        self.window = Window(self.stack, self._my_row)
        self.active = ""
        """The cell I am at; "" in a notebook without cells."""
        self.other_end = ""
        """The other end of the cells selected; "" when it is one cell."""
        self.editing = False
        """Whether keys go into the cell's text."""
        self.pictures: Pictures | None = None
        """Where pictures among outputs come from."""
        self.files: Files | None = None
        """Where outputs are saved; None where that cannot be."""
        self.tab, self.brackets = setting.tab, setting.brackets
        """How keys type in cells, see `cell.Setting`."""
        self._marks: Marks | None = None
        self._drawing = Drawing(self.look)
        self._ground = Color(0, 0, 0)
        self._rows: dict[int, Strip] = {}
        """Rows of the screen as they were drawn last."""
        self.foot: tuple[str, ...] = ()
        """What stands in the last rows: something of the kernel that people should know."""
        self._foot: list[Strip] = []
        self._shown = (0, 0)
        """Rows of caret and anchor within the active cell's text, as they are painted."""

    # --- its life ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Be at the first cell, and follow the document."""
        self.pictures = pictures_of(self.app)
        self._marks = Marks(self.document, desk(self).faces, self.look)
        self.stack.update()
        self._go_somewhere(0)
        self.dress()
        self.app.theme_changed_signal.subscribe(self, lambda _: self.dress())
        self.listen()

    def listen(self) -> None:
        """Follow the document from now on."""
        raise NotImplementedError

    @property
    def marks(self) -> Marks:
        """What stands beside cells; there is none before the widget is mounted."""
        assert self._marks is not None
        return self._marks

    def dress(self) -> None:
        """Take the colours of the theme in force."""
        self.look = NotebookLook.from_theme(
            self.app.theme_variables, dark=self.app.current_theme.dark
        )
        self.marks.look = self.look
        self._drawing = Drawing(self.look)
        self._ground = Color.parse(self.app.theme_variables["background"])
        self.fit()

    def on_resize(self) -> None:
        """Lay out at the new size, the same row in its place."""
        self.fit()

    def fit(self) -> None:
        """Lay out for the size, theme and language of now."""
        if not self.size.width:
            return
        with self.held():
            self._foot = foot_rows(self.foot, self.size.width, self.look)
            self.window.scroll.height = max(1, self.size.height - len(self._foot))
            width = max(8, self.size.width - EDGES)
            language = self.stack.language()
            setting = Setting(
                width,
                self.look,
                language,
                hint=MORE,
                saving=SAVING,
                pictures=self.pictures,
                graphics=self.pictures.graphics if self.pictures is not None else None,
                blobs=self.document.blobs,
                tab=self.tab,
                brackets=self.brackets,
            )
            self.stack.fit(setting)
            self._show_caret()
            if self.editing:
                self._shown = self._caret_rows()

    def fit_foot(self) -> None:
        """Make room at the foot for what the kernel has to say."""
        asking = self.document.asking
        place = self.stack.place(asking.cell) + 1 if asking.cell in self.stack else None
        foot = foot_lines(self.document.kernel, asking, place, desk(self).reader.keymap)
        if foot != self.foot:
            self.foot = foot
            self.fit()

    def on_focus(self) -> None:
        """Show the caret as mine to move, and tell the others where I am."""
        self._show_caret()
        self.stand()

    def on_blur(self) -> None:
        """Show the caret faintly."""
        self._show_caret()

    # --- drawing -------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the screen; Textual asks for all of them when one is to be painted again.

        There is no border or padding to put around them, and the same Strips come back for what
        has not changed: Textual's own way would make new ones and think about each anew.
        """
        rows = self._rows
        for y in crop.line_range:
            if y not in rows:
                rows[y] = self.render_line(y)
        strips = [rows[y] for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, self._ground) for strip in strips]
        left, right = crop.column_span
        if (left, right) == (0, self.size.width):
            return strips
        return [strip.crop(left, right) for strip in strips]

    def refresh(self, *regions: Region, **how: bool) -> Self:
        """Have these parts painted again, or all of it."""
        if not regions:
            self._rows.clear()
        for region in regions:
            for y in region.line_range:
                self._rows.pop(y, None)
        return super().refresh(*regions, **how)

    def render_line(self, y: int) -> Strip:
        """A row of the screen."""
        if y >= self.size.height - len(self._foot):
            return self._foot[y - self.size.height]
        thumb = y in self.window.scroll.thumb()
        found = self.stack.at(self.window.top + y)
        if found is None:
            hint = "" if len(self.stack) else EMPTY
            return empty_row(y, self.size.width, self.look, hint, thumb=thumb)
        cell, spot = found
        mark = self.marks.mark(cell, self._bar(cell), self._clock())
        return self._drawing.row(cell, spot, mark, thumb=thumb)

    def _bar(self, cell: CellView) -> Style | None:
        if cell.key == self.active:
            return self.look.edit if self.editing else self.look.command
        selected = self.stack.place(cell.key) in self._selected()
        return self.look.selected if selected else None

    def repaint(self, first: int, last: int | None) -> None:
        """Paint rows first..last of the notebook again."""
        top, height = self.window.top, self.window.scroll.height
        low = max(first - top, 0)
        high = height - 1 if last is None else min(last - top, height - 1)
        if low <= high:
            self.refresh(Region(0, low, self.size.width, high - low + 1))

    def repaint_cell(self, key: str) -> None:
        """Paint all rows of a cell again."""
        if key in self.stack:
            top = self.stack.top(key)
            self.repaint(top, top + self.stack[key].height - 1)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Change the notebook; what I look at stays in its place."""
        held = self.window.hold()
        yield
        self.window.keep(held)
        self.refresh()

    def _my_row(self) -> tuple[str, int] | None:
        """The cell I am at, and the row of my caret within it."""
        if self.active not in self.stack:
            return None
        if not self.editing:
            return self.active, GAP
        editor = self.stack[self.active].source.editor
        return self.active, GAP + editor.view.place(editor.caret)[0]

    def my_painted_row(self) -> tuple[str, int] | None:
        """The same as it was painted last, while I edit: the text may have gone on already."""
        if not self.editing or self.active not in self.stack:
            return None
        return self.active, GAP + self._shown[0]

    def _show_caret(self) -> None:
        for cell in self.stack:
            active = self.editing and cell.key == self.active
            cell.show_caret(active=active, focused=self.has_focus)
        self.repaint_cell(self.active)

    # --- which cell ----------------------------------------------------------------------------

    def selection(self) -> list[str]:
        """The cells selected, from top to bottom."""
        return [self.stack.cells[place].key for place in self._selected()]

    def _selected(self) -> range:
        """Places of the cells selected."""
        if self.active not in self.stack:
            return range(0)
        here = self.stack.section(self.active)
        there = self.stack.section(self.other_end) if self.other_end in self.stack else here
        return range(min(here.start, there.start), max(here.stop, there.stop))

    def select(self, key: str, *, extend: bool = False) -> None:
        """Go to a cell in command mode; with `extend` those between stay selected."""
        before = self.selection()
        self._set_editing(editing=False)
        self.bring_out(key)
        self.other_end = (self.other_end or self.active) if extend else ""
        self.active = key
        for changed in {*before, *self.selection()}:
            self.repaint_cell(changed)
        self.show_active()
        self.stand()
        desk(self).bars_changed()

    def bring_out(self, key: str) -> None:
        """Unfold what hides a cell."""
        if self.stack[key].away:
            with self.held():
                self.stack.show_cell(key)

    def edit(self, key: str, offset: int | None = None) -> None:
        """Edit a cell's text, the caret at an offset or where it was."""
        self.select(key)
        with self.held():
            self._set_editing(editing=True)
        editor = self.stack[key].source.editor
        editor.go(editor.caret if offset is None else offset)
        self._shown = self._caret_rows()
        self.text_moved(editor)

    def _set_editing(self, *, editing: bool) -> None:
        if editing == self.editing or self.active not in self.stack:
            self.editing = editing and self.active in self.stack
            return
        self.editing = editing
        cell = self.stack[self.active]
        with self.held():
            cell.set_editing(editing)
            cell.show_caret(active=editing, focused=self.has_focus)
            self.stack.measure(cell)

    def show_active(self) -> None:
        """Scroll so that the cell I am at is on the screen, its top at least."""
        if self.active in self.stack and self.window.show(self._rows_of_active):
            self.refresh()

    def _rows_of_active(self) -> tuple[int, int]:
        top = self.stack.top(self.active)
        return top, top + self.stack[self.active].height

    def stand(self) -> None:
        """Tell the others where I am."""
        if not self.has_focus or self.active not in self.stack:
            return
        if self.editing:
            editor = self.stack[self.active].source.editor
            place = Place(editor.at, editor.caret, editor.anchor, self.active)
            self.document.stand(place)
        else:
            self.document.stand(Place(cell=self.active))

    # --- the text I edit -----------------------------------------------------------------------

    def _edit(self, splices: list[Splice], kind: str, step: bool | None) -> None:
        self.text_may_change()
        self.document.change(splices, kind, step=step)

    def text_moved(self, editor: object) -> None:
        """Show where the caret is now."""
        before, self._shown = self._shown, self._caret_rows()
        rows = before + self._shown
        top = self.stack.source_top(self.active)
        if before[0] != before[1] or self._shown[0] != self._shown[1]:
            self.repaint(top + min(rows), top + max(rows))
        else:
            for row in {*rows}:
                self.repaint(top + row, top + row)
        self._follow()
        self.stand()
        desk(self).bars_changed()

    def _caret_rows(self) -> tuple[int, int]:
        editor = self.stack[self.active].source.editor
        row = editor.view.place(editor.caret)[0]
        return row, row if editor.anchor is None else editor.view.place(editor.anchor)[0]

    def _follow(self) -> None:
        if self.window.show(self._caret_span, margin=2):
            self.refresh()
        source = self.stack[self.active].source
        row, x = source.editor.view.place(source.editor.caret)
        y = self.stack.source_top(self.active) + row - self.window.top
        # Where a terminal shows what is being composed.
        inside = Offset(MARGIN + source.painter.gutter + x, y)
        self.app.cursor_position = self.region.offset + inside

    def _caret_span(self) -> tuple[int, int]:
        row = self.stack.source_top(self.active) + self._caret_rows()[0]
        return row, row

    # --- the cells -----------------------------------------------------------------------------

    def change(self, ops: Sequence[Op], kind: str, *, step: bool = True) -> bool:
        """Change the document, in a step of its own unless told otherwise.

        False, with a notice, where that cannot be.
        """
        try:
            self.document.change(ops, kind, step=step)
        except ReadOnlyError as error:
            desk(self).notice(str(error), bad=True)
            return False
        return True

    def records_changed(self, changes: Sequence[RecordChange] | None = None) -> None:
        """Cells or outputs came, went or are others; None: any of them."""
        place = self.stack.place(self.active) if self.active in self.stack else 0
        if changes is None:
            self.stack.update()
        else:
            self.stack.follow(changes)
            if self.stack.language() != self.stack.setting.language:
                self.fit()
        if self.active not in self.stack:
            self._go_somewhere(place)
        elif self.stack[self.active].away:
            self._go_somewhere(self.stack.place(self.active))
        desk(self).bars_changed()

    def _go_somewhere(self, place: int) -> None:
        """Be at the cell that is now at this place, or at the last."""
        cells = self.stack.cells
        key = cells[min(place, len(cells) - 1)].key if cells else ""
        self.active = self.stack.seen(key)
        self.other_end, self.editing = "", False
