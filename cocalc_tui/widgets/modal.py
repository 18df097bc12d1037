"""Screens that lie over another one, which shows darker around them, its pictures too.

Textual takes what names a picture (`pixels`) off the characters of a screen that it darkens, so
that pictures were blank for as long as a dialog was open. They stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import RenderableType
from rich.segment import Segment
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

from cocalc_tui.widgets.leaving import Leaving
from cocalc_tui.widgets.pixels import is_picture

Result = TypeVar("Result")


class Modal(Leaving[Result], ModalScreen[Result], inherit_bindings=False):
    """A screen over another."""

    def render(self) -> RenderableType:
        """What is below, darker."""
        below = super().render()
        return Darker(below.screen, below.color) if isinstance(below, BackgroundScreen) else below


class Darker(BackgroundScreen):
    """A screen as it looks below another."""

    @classmethod
    def process_segments(cls, segments: Iterable[Segment], color: Color) -> Iterator[Segment]:
        """Darken all but pictures."""
        darken = super().process_segments
        for segment in segments:
            yield from [segment] if is_picture(segment) else darken([segment], color)
