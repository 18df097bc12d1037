"""A row of the notebook put together: bar and prompt, the cell's own row, label and scroll bar.

    ▌[6]    data = load("run1.csv")                              0.2 s  BO
    ▌       ...outputs...

The bar is my place (or, where I am not, somebody else's); the label at the right of a cell's first
row says how its run stands and who is in it. Where a long line leaves no room for the label it
goes into the gap above.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from cocalc_tui.widgets.notebook.cell import CellView, Part, Spot
from cocalc_tui.widgets.notebook.look import NotebookLook

BAR = "▌"
THIN_BAR = "▎"
THUMB = "▐"
PROMPT = 6
"""Cells for the prompt."""
MARGIN = 1 + PROMPT + 1
"""Cells left of the text: bar, prompt, padding."""
EDGES = MARGIN + 1
"""Cells that are not text: the margin, and the scroll bar."""

Label = tuple[Segment, ...]


@dataclass(frozen=True)
class Mark:
    """What stands beside a cell."""

    prompt: str = ""
    running: bool = False
    bar: Style | None = None
    """None: no bar."""
    thin: bool = False
    """Whether the bar is somebody else's."""
    label: Label = ()


class Drawing:
    """Puts rows together; a row that is drawn again as it was is the same Strip.

    A Strip remembers what it looks like in the terminal's bytes, so that scrolling costs next to
    nothing for the rows that were on the screen before.
    """

    def __init__(self, look: NotebookLook) -> None:
        self.look = look
        self._kept: LRUCache[object, tuple[Strip, Strip]] = LRUCache(1000)

    def row(self, cell: CellView, spot: Spot, mark: Mark, *, thumb: bool) -> Strip:
        """A row of a cell, as wide as the pane."""
        body = cell.row(spot)
        first = spot.row == 0 and spot.part in (Part.SOURCE, Part.PAGE)
        if mark.label and spot.row == 0 and _takes_label(cell, spot, mark):
            return self._row(cell, spot, mark, body, first=first, thumb=thumb, labelled=True)
        bar = None if spot.part is Part.GAP else mark.bar
        prompt = (mark.prompt, mark.running) if first else None
        key = (id(body), cell.width, spot.part, bar, mark.thin, prompt, thumb)
        kept = self._kept.get(key)
        if kept is None or kept[0] is not body:
            kept = (body, self._row(cell, spot, mark, body, first=first, thumb=thumb))
            self._kept[key] = kept
        return kept[1]

    def _row(
        self,
        cell: CellView,
        spot: Spot,
        mark: Mark,
        body: Strip,
        *,
        first: bool,
        thumb: bool,
        labelled: bool = False,
    ) -> Strip:
        look, width = self.look, cell.width
        prompt = mark.prompt if first else ""
        style = look.prompt_running if mark.running else look.prompt
        ground = look.source.text if spot.part is Part.SOURCE else look.ground
        if spot.part is not Part.SOURCE:
            body = body.adjust_cell_length(width).apply_style(ground)
        return Strip(
            [
                _bar(mark, spot, look),
                Segment(f"{prompt:<{PROMPT}}"[:PROMPT], style),
                Segment(" ", ground),
                *(_labelled(body, mark.label, width, ground) if labelled else body),
                Segment(THUMB if thumb else " ", look.edge),
            ],
            width + EDGES,
        )


def _bar(mark: Mark, spot: Spot, look: NotebookLook) -> Segment:
    if mark.bar is None or spot.part is Part.GAP:
        return Segment(" ", look.ground)
    return Segment(THIN_BAR if mark.thin else BAR, mark.bar)


def _takes_label(cell: CellView, spot: Spot, mark: Mark) -> bool:
    beside = _fits(cell, mark)
    return spot.part is Part.GAP if not beside else spot.part in (Part.SOURCE, Part.PAGE)


def _fits(cell: CellView, mark: Mark) -> bool:
    """Whether there is room for the label beside the first row of the text."""
    part = Part.PAGE if cell.paged else Part.SOURCE
    used = Strip([Segment(cell.row(Spot(part, 0)).text.rstrip())]).cell_length
    return used + 2 + _width(mark.label) <= cell.width


def _width(label: Label) -> int:
    return sum(segment.cell_length for segment in label)


def _labelled(body: Strip, label: Label, width: int, ground: Style) -> list[Segment]:
    """A row with the label over its right end."""
    room = max(0, width - _width(label))
    laid = [Segment(text, ground + style if style else ground) for text, style, _ in label]
    return [*body.crop(0, room), *Strip(laid).crop(0, width)]


def empty_row(y: int, width: int, look: NotebookLook, hint: str, *, thumb: bool) -> Strip:
    """A row below the last cell; in a notebook without cells the second one has a hint."""
    text = " " * MARGIN + hint if y == 1 else ""
    body = Strip([Segment(text, look.prompt)]).adjust_cell_length(width - 1, look.ground)
    return Strip([*body, Segment(THUMB if thumb else " ", look.edge)], width)
