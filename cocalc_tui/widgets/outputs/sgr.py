"""Colours and weights that programs choose with SGR sequences (ECMA-48, ITU T.416 for colons)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rich.color import Color
from rich.style import Style

from cocalc_tui.widgets.outputs.look import Look

_DARK_TEXT, _LIGHT_TEXT = Color.parse("#121212"), Color.parse("#eeeeee")

Shade: TypeAlias = "str | int | None"
"""`#rrggbb`, one of the sixteen named colours, or None for the text's own."""


class Pen(NamedTuple):
    """What the sequences so far add up to. Blinking and concealing are left out."""

    front: Shade = None
    back: Shade = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    reverse: bool = False


_SWITCHES: dict[int, dict[str, bool]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    29: {"strike": False},
}


def turn(pen: Pen, codes: str) -> Pen:
    """The pen after a sequence with these parameters, as in `1;38;5;208`."""
    parts = iter(codes.split(";"))
    for part in parts:
        code, *rest = (_number(piece) for piece in part.split(":"))
        if code == 0:
            pen = Pen()
        elif code in (38, 48):
            shade = _wide(rest) if rest else _spread(parts)
            pen = _shaded(pen, code == 38, shade)
        elif code == 4 and rest == [0]:
            pen = pen._replace(underline=False)
        elif code in _SWITCHES:
            pen = pen._replace(**_SWITCHES[code])
        else:
            pen = _named(pen, code)
    return pen


def _number(text: str) -> int:
    return int(text[:4] or 0)


def _named(pen: Pen, code: int) -> Pen:
    base, index = code // 10 * 10, code % 10
    if index == 9 and base in (30, 40):
        return _shaded(pen, base == 30, None)
    if index < 8 and base in (30, 40, 90, 100):
        return _shaded(pen, base in (30, 90), index + (8 if base >= 90 else 0))
    return pen


def _shaded(pen: Pen, front: bool, shade: Shade) -> Pen:
    return pen._replace(front=shade) if front else pen._replace(back=shade)


def _wide(values: list[int]) -> Shade:
    """A colour written with colons: `5:208`, `2:r:g:b` or `2:space:r:g:b`."""
    if values[0] == 5 and len(values) > 1:
        return indexed(values[1])
    return _mixed(values[-3:]) if values[0] == 2 and len(values) >= 4 else None


def _spread(parts: Iterator[str]) -> Shade:
    """A colour spread over the parameters that follow: `5;208` or `2;r;g;b`."""
    kind = _number(next(parts, ""))
    if kind == 5:
        return indexed(_number(next(parts, "")))
    return _mixed([_number(next(parts, "")) for _ in range(3)]) if kind == 2 else None


def _mixed(values: list[int]) -> str:
    red, green, blue = (min(value, 255) for value in values)
    return f"#{red:02x}{green:02x}{blue:02x}"


def indexed(index: int) -> Shade:
    """One of the 256 colours: 16 named ones, a 6x6x6 cube, 24 greys."""
    if index < 16 or index > 255:
        return index if index < 16 else None
    if index >= 232:
        grey = 8 + 10 * (index - 232)
        return _mixed([grey, grey, grey])
    steps = ((index - 16) // 36, (index - 16) // 6 % 6, (index - 16) % 6)
    return _mixed([55 + 40 * step if step else 0 for step in steps])


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
