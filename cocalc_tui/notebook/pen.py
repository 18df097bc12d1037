"""Colours and weights that programs choose with SGR sequences (ECMA-48, ITU T.416 for colons).

What all sequences so far add up to, as one value: whoever replays a text needs to know how the next
character looks, not how it came to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

Shade: TypeAlias = "str | int | None"
"""`#rrggbb`, one of the sixteen named colours, or None for the text's own."""


class Pen(NamedTuple):
    """How the next character looks. Blinking and concealing are left out."""

    front: Shade = None
    back: Shade = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    reverse: bool = False

    @property
    def codes(self) -> str:
        """The sequence that turns a terminal's own pen into this one, "" for that one itself."""
        parts = [code for code, name in _ON.items() if getattr(self, name)]
        parts += [*_shade_codes(self.front, 30), *_shade_codes(self.back, 40)]
        return f"\x1b[{';'.join(map(str, parts))}m" if parts else ""


PLAIN = Pen()
RESET = "\x1b[0m"

_ON = {
    1: "bold",
    2: "dim",
    3: "italic",
    4: "underline",
    7: "reverse",
    9: "strike",
}
_SWITCHES: dict[int, dict[str, bool]] = {
    **{code: {name: True} for code, name in _ON.items()},
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
            pen = PLAIN
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


def _shade_codes(shade: Shade, base: int) -> list[int]:
    if shade is None:
        return []
    if isinstance(shade, int):
        return [base + shade if shade < 8 else base + 60 + shade - 8]
    return [base + 8, 2, *bytes.fromhex(shade[1:])]
