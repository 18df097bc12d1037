"""Sixel data, as a terminal reads them."""

from __future__ import annotations

import re

Shade = tuple[int, ...]
"""Red, green and blue, in percent."""


def read(data: str) -> dict[tuple[int, int], Shade]:
    """What a terminal would draw: colour by place, in percent."""
    colours: dict[int, Shade] = {}
    found: dict[tuple[int, int], Shade] = {}
    x = top = colour = 0
    for sign in re.findall(r'"[\d;]*|#\d+(?:;[\d;]+)?|!\d+[?-~]|[?-~]|[$-]', data):
        if sign[0] == '"':
            continue
        if sign[0] == "#":
            number, *rest = map(int, sign[1:].split(";"))
            colour = number
            if rest:
                colours[number] = tuple(rest[1:])
        elif sign == "$":
            x = 0
        elif sign == "-":
            x, top = 0, top + 6
        else:
            times = int(sign[1:-1]) if sign[0] == "!" else 1
            bits = ord(sign[-1]) - 63
            for column in range(x, x + times):
                for bit in range(6):
                    if bits >> bit & 1:
                        found[column, top + bit] = colours[colour]
            x += times
    return found
