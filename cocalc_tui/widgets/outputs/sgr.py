"""A program's pen as a style of the screen."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color
from rich.style import Style

from cocalc_tui.notebook.pen import Pen, Shade
from cocalc_tui.widgets.contrast import READABLE, is_dark, readable
from cocalc_tui.widgets.outputs.look import Look

_DARK_TEXT, _LIGHT_TEXT = Color.parse("#121212"), Color.parse("#eeeeee")
_LEAST = 3.5
"""Contrast of a colour to the theme's ground; the sixteen colours have it, too."""


@lru_cache(1024)
def pen_style(pen: Pen, look: Look) -> Style:
    """The pen as a style; what it leaves alone is not in it.

    Programs choose colours for a ground that they do not know: dark green for a white page, black
    on yellow where our black is a grey. What could not be read is made lighter or darker.
    """
    back = _color(pen.back, look)
    front = _legible(_color(pen.front, look), back, look)
    return Style(
        color=front,
        bgcolor=back,
        bold=pen.bold or None,
        dim=pen.dim or None,
        italic=pen.italic or None,
        underline=pen.underline or None,
        strike=pen.strike or None,
        reverse=pen.reverse or None,
    )


def _color(shade: Shade, look: Look) -> Color | None:
    if isinstance(shade, int):
        return look.ansi[shade].color
    return Color.parse(shade) if shade else None


def _legible(front: Color | None, back: Color | None, look: Look) -> Color | None:
    if back is None:
        if front is None or look.text.color is None:
            return front
        return _readable(front, look.ground, _LEAST)
    ground = back.get_truecolor().hex
    if front is None:
        # Programs that only mark a ground rely on a terminal whose own text can be read on it.
        return _LIGHT_TEXT if is_dark(ground) else _DARK_TEXT
    return front if look.text.color is None else _readable(front, ground, READABLE)


def _readable(front: Color, ground: str, least: float) -> Color:
    before = front.get_truecolor().hex
    after = readable(before, ground, least)
    return front if after == before else Color.parse(after)
