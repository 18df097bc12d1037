"""Pixels as sixel: what DEC's printers drew with, and many terminals do.

A picture is made row by row of the screen, each one complete in itself, so that a screen that moves
draws rows again and never cuts pixels.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

BAND = 6
"""Pixels above each other that one character says."""
_LETTERS = bytes(63 + value if value < 64 else 0 for value in range(256))
_REPEATED = re.compile(r"(.)\1{3,}")


def sixel_rows(image: Image, height: int, colours: int) -> list[str]:
    """The data of each `height` pixels of an RGB image, without introducer and end."""
    indexed = image.quantize(colours)
    flat = indexed.getpalette() or []
    palette = [tuple(flat[at : at + 3]) for at in range(0, len(flat), 3)]
    pixels, step = indexed.tobytes(), image.width * height
    return [
        _row(pixels[at : at + step], image.width, palette) for at in range(0, len(pixels), step)
    ]


def _row(pixels: bytes, width: int, palette: list[tuple[int, ...]]) -> str:
    """One row: its size, its colours, its bands."""
    lines = [pixels[at : at + width] for at in range(0, len(pixels), width)]
    size = f'"1;1;{width};{len(lines)}'
    named = "".join(
        f"#{number};2;{';'.join(str(round(value / 2.55)) for value in palette[number])}"
        for number in sorted(set(pixels))
    )
    bands = (lines[at : at + BAND] for at in range(0, len(lines), BAND))
    return size + named + "-".join(map(_band, bands))


def _band(lines: list[bytes]) -> str:
    """Up to six lines: for each colour in them, where it is."""
    colours = sorted(set().union(*lines))
    return "$".join(f"#{number}{_where(lines, number)}" for number in colours)


def _where(lines: list[bytes], number: int) -> str:
    bits = 0
    for line, text in enumerate(lines):
        bits |= int.from_bytes(text.translate(_bit(line, number)), "little")
    letters = bits.to_bytes(len(lines[0]), "little").translate(_LETTERS).decode("ascii")
    return _REPEATED.sub(lambda found: f"!{len(found[0])}{found[1]}", letters.rstrip("?"))


@lru_cache(BAND * 256)
def _bit(line: int, number: int) -> bytes:
    """What makes a line of colours the bits of one of them."""
    table = bytearray(256)
    table[number] = 1 << line
    return bytes(table)
