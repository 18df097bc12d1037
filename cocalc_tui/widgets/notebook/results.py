"""What a cell printed, as rows; drawn when it is first looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.notebook.printed import NOTICE
from cocalc_tui.widgets.editor.scroll import Scroll
from cocalc_tui.widgets.outputs.render import estimate, render
from cocalc_tui.widgets.outputs.rows import ALL_PICTURE_ROWS, WHOLE, Frame, one_row, restyled
from cocalc_tui.widgets.outputs.streams import Output, joined

Spans: TypeAlias = Sequence[tuple[int, int, Style]]
"""Code points from..to of a row, and what comes over their style."""

PLACEHOLDER = Strip([Segment("")], 0)
WINDOW = 20
"""Rows of outputs that are scrolled by themselves."""
EDGE = 2
"""Cells at the right of these: a space, and their scroll bar."""
THUMB = "▐"


class Results:
    """The outputs of one cell."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._items: Sequence[Output] = ()
        self._rows: list[Strip] | None = []
        self._whole_rows: list[Strip] | None = None
        """Rows of all of it, as far as somebody looked for something in it."""
        self._guess = 0
        self._follows = False
        """Whether the window was at the end of them."""
        self.hidden = False
        """Whether only a mark of them shows."""
        self.whole = False
        """Whether long ones are drawn to their end."""
        self.waiting = False
        """Whether pictures among them are being made."""
        self.scrolled = False
        """Whether long ones are drawn to their end in a window of some rows."""
        self._top = 0
        """The first row in that window."""
        self._lit: Mapping[int, Spans] = {}
        """By row, what of its text stands out, and how."""

    @property
    def height(self) -> int:
        """Rows they take; an estimate until they are drawn."""
        if self._rows is None:
            return self._guess
        return WINDOW + 1 if self._windowed else len(self._rows)

    @property
    def _windowed(self) -> bool:
        """Whether there is more than the window shows."""
        return self.scrolled and self._rows is not None and len(self._rows) > WINDOW

    @property
    def items(self) -> Sequence[Output]:
        """What they are made of."""
        return self._items

    @property
    def settled(self) -> bool:
        """Whether they are drawn."""
        return self._rows is not None

    def show(self, items: Sequence[Output]) -> bool:
        """Take other outputs; False when they are the same objects as before."""
        if len(items) == len(self._items) and all(map(_same, items, self._items)):
            return False
        self._items = tuple(items)
        self._forget()
        return True

    def fit(self, frame: Frame) -> None:
        """Draw them for another width or theme."""
        if frame != self._frame:
            self._frame = frame
            self._forget()

    def draw_again(self) -> None:
        """Draw the same once more: pictures are ready."""
        self.waiting = False
        self._forget()

    def toggle_hidden(self) -> None:
        """Hide them, or show them again."""
        self.hidden = not self.hidden
        self._forget()

    def toggle_whole(self) -> None:
        """Draw them to their end, or only in part."""
        self.whole = not self.whole
        self._forget()

    def toggle_scrolled(self) -> None:
        """Draw them in a window, or not."""
        self.scrolled, self._top = not self.scrolled, 0
        self._forget()

    def scroll(self, by: int) -> bool:
        """Move the window some rows down, or up; False where that cannot be."""
        if not self._windowed:
            return False
        before, self._top = self._top, min(max(0, self._top + by), self._last_top)
        return self._top != before

    @property
    def _last_top(self) -> int:
        return max(0, len(self._rows or ()) - WINDOW)

    def _forget(self) -> None:
        if self._rows is not None:
            self._guess = self.height
            self._follows = self._windowed and self._top == self._last_top
        self._rows = self._whole_rows = None
        self._lit = {}
        if not self._items:
            self._rows = []
        elif not self._guess:
            self._guess = 1 if self.hidden else max(1, estimate(self._items, self._frame))

    def settle(self) -> bool:
        """Draw them, if they are not; True when they take other rows than estimated."""
        if self._rows is not None:
            return False
        before = self.height
        self._rows = [self._mark()] if self.hidden else self._drawn()
        self._top = self._last_top if self._follows else min(self._top, self._last_top)
        return self.height != before

    def _drawn(self) -> list[Strip]:
        frame = self._frame
        if self.scrolled:
            frame = self._window_frame
        elif self.whole:
            frame = self._whole_frame
        missed = frame.missed
        rows = render(self._items, frame)
        self.waiting = frame.missed > missed
        return rows

    @property
    def _whole_frame(self) -> Frame:
        return replace(self._frame, limit=WHOLE, hint="", picture_rows=ALL_PICTURE_ROWS)

    @property
    def _window_frame(self) -> Frame:
        width = max(1, self._frame.width - EDGE)
        return replace(self._whole_frame, width=width, picture_rows=WINDOW)

    def _mark(self) -> Strip:
        outputs = "1 output" if len(self._items) == 1 else f"{len(self._items)} outputs"
        return one_row(self._frame, (f"… {outputs} hidden", self._frame.look.note))

    def row(self, y: int) -> Strip:
        """A row of what shows of them."""
        if self._rows is None or y >= self.height:
            return PLACEHOLDER
        if not self._windowed:
            return self._with_found(y)
        return self._foot() if y == WINDOW else self._with_thumb(y)

    def _with_found(self, y: int) -> Strip:
        """A row of all that is drawn, with what was found in it standing out."""
        assert self._rows is not None
        row, spans = self._rows[y], self._lit.get(y)
        return Strip(restyled([*row], spans), row.cell_length) if spans else row

    def _with_thumb(self, y: int) -> Strip:
        """A row of the window, with the scroll bar at its right."""
        assert self._rows is not None
        row, scroll = self._with_found(self._top + y), Scroll()
        scroll.height, scroll.total = WINDOW, len(self._rows)
        scroll.to(self._top)
        bar = Segment(THUMB if y in scroll.thumb() else "│", self._frame.look.faint)
        width = max(1, self._frame.width - EDGE)
        return Strip([*row.adjust_cell_length(width), Segment(" "), bar], width + EDGE)

    def _foot(self) -> Strip:
        assert self._rows is not None
        first, last, count = self._top + 1, self._top + WINDOW, len(self._rows)
        words = f"rows {first:,} to {last:,} of {count:,}"
        return one_row(self._frame, (f"  {words}", self._frame.look.note))

    # --- looking for something in them ---------------------------------------------------------

    def sought(self) -> tuple[str, list[int]]:
        """All of them as text, and where in it each row begins.

        Rows are those that are drawn, or where not all are, those that `reveal` draws. A line that
        is broken into rows is one line here.
        """
        self.settle()
        parts: list[str] = []
        starts: list[int] = []
        at = 0
        width = self._frame.width - (EDGE if self.scrolled or self._in_part else 0)
        for row in self._all_rows():
            starts.append(at)
            parts.append(row.text if row.cell_length >= width else row.text + "\n")
            at += len(parts[-1])
        return "".join(parts), starts

    @property
    def _in_part(self) -> bool:
        """Whether there may be more than is drawn."""
        if self.hidden:
            return True
        return not (self.whole or self.scrolled) and len(self._rows or ()) >= self._frame.limit

    def _all_rows(self) -> Sequence[Strip]:
        if not self._in_part:
            return self._rows or ()
        if self._whole_rows is None:
            self._whole_rows = render(self._items, self._window_frame)
        return self._whole_rows

    def light(self, lit: Mapping[int, Spans]) -> bool:
        """Have something stand out in these rows and nowhere else; False where that is so."""
        changed, self._lit = lit != self._lit, lit
        return changed

    @property
    def goes_on(self) -> bool:
        """Whether there is more of them than can be drawn here."""
        kept = any(NOTICE in joined(item.get("text")) for item in self._items)
        return kept or len(self._all_rows()) > WHOLE

    def reveal(self) -> None:
        """Have all of them drawn, in a window where they are long."""
        if self._in_part:
            self.hidden, self.scrolled = False, True
            self._forget()
            self.settle()

    def bring(self, row: int) -> int:
        """Have one of these rows in the window; returns which row of them all shows it."""
        if not self._windowed:
            return row
        if not self._top <= row < self._top + WINDOW:
            self._top = min(max(0, row - WINDOW // 3), self._last_top)
        return row - self._top

    @property
    def text(self) -> str:
        """All of it as plain text."""
        rows = render(self._items, replace(self._frame, limit=WHOLE, hint="", pictures=None))
        return "".join(row.text.rstrip() + "\n" for row in rows)


def _same(one: Output, other: Output) -> bool:
    return one is other
