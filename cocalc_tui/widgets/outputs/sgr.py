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
    """The pen as a style; what it leaves alone is not in it."""
    front, back = _color(pen.front, look), _color(pen.back, look)
    if back is not None and not isinstance(pen.front, str):
        front = _over(front, back.get_truecolor().hex, look)
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


def _over(front: Color | None, ground: str, look: Look) -> Color | None:
    """A named colour, or none, on a ground: ours are made for that of the theme."""
    if front is None:
        # Programs that only mark a ground rely on a terminal whose own text can be read on it.
        return _LIGHT_TEXT if is_dark(ground) else _DARK_TEXT
    return front if look.text.color is None else _readable(front, ground, READABLE)


def legible(text: str, style: Style, look: Look) -> Style:
    """The style of a text, made lighter or darker where words could not be read.

    Programs choose colours for a background that they do not know, as dark green for a white page.
    What is drawn with blocks and lines stays as it is: it may be a picture.
    """
    known = style.color is not None and look.text.color is not None
    return _legible(style, look) if known and any(map(str.isalnum, text)) else style


@lru_cache(1024)
def _legible(style: Style, look: Look) -> Style:
    assert style.color is not None
    ground = style.bgcolor.get_truecolor().hex if style.bgcolor else look.ground
    return style + Style(color=_readable(style.color, ground, _LEAST))


def _readable(front: Color, ground: str, least: float) -> Color:
    before = front.get_truecolor().hex
    after = readable(before, ground, least)
    return front if after == before else Color.parse(after)
