"""A program's pen as a style of the screen."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color
from rich.style import Style

from cocalc_tui.notebook.pen import Pen, Shade
from cocalc_tui.widgets.outputs.look import Look

_DARK_TEXT, _LIGHT_TEXT = Color.parse("#121212"), Color.parse("#eeeeee")


@lru_cache(1024)
def pen_style(pen: Pen, look: Look) -> Style:
    """The pen as a style; what it leaves alone is not in it."""
    front, back = _color(pen.front, look), _color(pen.back, look)
    if back is not None and front is None:
        # Programs that only mark a ground rely on a terminal whose own text can be read on it.
        front = _DARK_TEXT if sum(back.get_truecolor()) > 3 * 100 else _LIGHT_TEXT
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
