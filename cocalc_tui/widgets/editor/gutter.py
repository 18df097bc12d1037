"""What stands left of a text: line numbers, marks of folds, who wrote the line."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from cocalc_tui.widgets.editor.look import Look
from cocalc_tui.widgets.editor.view import View

FOLDED, FOLDS = "▸", "▾"


class Margin(NamedTuple):
    """A column left of the line numbers, as who wrote a line."""

    width: int
    label: Callable[[int], tuple[str, Style]]
    """By line: exactly `width` cells."""


Label = tuple[tuple[str, Style], ...]
"""Pieces of text and how they look."""


class Gutter:
    """The columns left of a text."""

    def __init__(self, view: View, *, numbers: bool, apart: bool) -> None:
        """`apart`: a cell keeps the text apart from what is left of it without numbers, too."""
        self._view = view
        self._apart = apart
        self.numbers = numbers
        self.margin: Margin | None = None
        self.folds_at = -1
        """The line with a mark because it can be folded: the caret's."""

    @property
    def width(self) -> int:
        """Cells it takes."""
        margin = self.margin.width if self.margin is not None else 0
        return margin + self._digits() + (self.numbers or self._apart)

    def _digits(self) -> int:
        return len(str(self._view.lines)) + 1 if self.numbers else 0

    def label(self, line: int, part: int, look: Look, *, lit: bool) -> Label:
        """What stands at one of a line's rows; `lit`: it is the caret's."""
        style = look.gutter_current if lit else look.gutter
        found: list[tuple[str, Style]] = []
        if self.margin is not None:
            text, its = self.margin.label(line) if part == 0 else ("", style)
            found.append((text.ljust(self.margin.width)[: self.margin.width], its))
        if self.numbers or self._apart:
            number = str(line + 1) if self.numbers and part == 0 else ""
            found.append((number.rjust(self._digits()) + self._mark(line, part), style))
        return tuple(found)

    def _mark(self, line: int, part: int) -> str:
        if part == 0 and self._view.folds.last(line) is not None:
            return FOLDED
        return FOLDS if part == 0 and line == self.folds_at else " "


def drawn(label: Label) -> list[Segment]:
    """A label as segments."""
    return [Segment(text, style) for text, style in label]
