"""What a cell printed, as rows; drawn when it is first looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment
from textual.strip import Strip

from cocalc_tui.widgets.outputs.render import estimate, render
from cocalc_tui.widgets.outputs.rows import ALL_PICTURE_ROWS, WHOLE, Frame, one_row
from cocalc_tui.widgets.outputs.streams import Output

PLACEHOLDER = Strip([Segment("")], 0)


class Results:
    """The outputs of one cell."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._items: Sequence[Output] = ()
        self._rows: list[Strip] | None = []
        self._guess = 0
        self.hidden = False
        """Whether only a mark of them shows."""
        self.whole = False
        """Whether long ones are drawn to their end."""
        self.waiting = False
        """Whether pictures among them are being made."""

    @property
    def height(self) -> int:
        """Rows they take; an estimate until they are drawn."""
        return self._guess if self._rows is None else len(self._rows)

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

    def _forget(self) -> None:
        if self._rows is not None:
            self._guess = len(self._rows)
        self._rows = None
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
        return len(self._rows) != before

    def _drawn(self) -> list[Strip]:
        frame = self._whole_frame if self.whole else self._frame
        missed = frame.missed
        rows = render(self._items, frame)
        self.waiting = frame.missed > missed
        return rows

    @property
    def _whole_frame(self) -> Frame:
        return replace(self._frame, limit=WHOLE, hint="", picture_rows=ALL_PICTURE_ROWS)

    def _mark(self) -> Strip:
        outputs = "1 output" if len(self._items) == 1 else f"{len(self._items)} outputs"
        return one_row(self._frame, (f"… {outputs} hidden", self._frame.look.note))

    def row(self, y: int) -> Strip:
        """A row of them."""
        if self._rows is None or y >= len(self._rows):
            return PLACEHOLDER
        return self._rows[y]

    @property
    def text(self) -> str:
        """All of it as plain text."""
        rows = render(self._items, replace(self._frame, limit=WHOLE, hint="", pictures=None))
        return "".join(row.text.rstrip() + "\n" for row in rows)


def _same(one: Output, other: Output) -> bool:
    return one is other
