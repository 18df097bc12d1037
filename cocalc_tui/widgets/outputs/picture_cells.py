"""Pixels as characters: each cell shows four pixels in two colours.

Block characters divide a cell into quarters; of the eight ways to part the four pixels in two, the
one that changes them least is drawn. Lines and letters of a plot stay sharp twice as long as with
half blocks, which are among the eight. Neighbours that look alike become one piece, so that a
picture is a few kilobytes to draw and not a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence

Pixel = tuple[int, int, int]
Piece = tuple[str, str, str]
"""Characters, front and back as `#rrggbb`."""

_SHAPES = " ▘▝▀▖▌▞▛"
"""By which pixels are in front: bit 0 top left, 1 top right, 2 bottom left; never bottom right."""
_ALIKE = 10
"""Difference of a channel up to which four pixels are one colour."""
_SAME = 3
"""The same for neighbouring cells, of which a whole row may follow the first."""
CELL = (8, 16)
"""Pixels that a cell is taken to have where a picture is shown in its own size."""


def fitted(
    width: int,
    height: int,
    columns: int,
    rows: int,
    zoom: float = 1.0,
    cell: tuple[int, int] = CELL,
) -> tuple[int, int]:
    """Columns and rows of a picture of these pixels.

    Its own size, `zoom` times that, or as much as there is room; `cell`: the shape of one.
    """
    own = width / CELL[0], height / CELL[0] * cell[0] / cell[1]
    scale = min(zoom, columns / own[0], rows / own[1])
    return max(1, round(own[0] * scale)), max(1, round(own[1] * scale))


def cells(pixels: bytes, width: int, height: int) -> list[list[Piece]]:
    """Turn RGB bytes into rows of pieces; `width` and `height` are even numbers of pixels."""
    stride = 3 * width
    rows = []
    for top in range(0, height, 2):
        upper = pixels[top * stride : (top + 1) * stride]
        lower = pixels[(top + 1) * stride : (top + 2) * stride]
        rows.append(_row(upper, lower))
    return rows


def _row(upper: bytes, lower: bytes) -> list[Piece]:
    pieces: list[Piece] = []
    text, front, back = "", (0, 0, 0), (0, 0, 0)
    for at in range(0, len(upper), 6):
        quad: list[Pixel] = [
            (upper[at], upper[at + 1], upper[at + 2]),
            (upper[at + 3], upper[at + 4], upper[at + 5]),
            (lower[at], lower[at + 1], lower[at + 2]),
            (lower[at + 3], lower[at + 4], lower[at + 5]),
        ]
        shape, over, under = _best(quad)
        if text and _far(under, back) <= _SAME and (shape == " " or _far(over, front) <= _SAME):
            text += shape
            continue
        if text:
            pieces.append((text, _hex(front), _hex(back)))
        text, front, back = shape, over, under
    pieces.append((text, _hex(front), _hex(back)))
    return pieces


def _best(quad: Sequence[Pixel]) -> tuple[str, Pixel, Pixel]:
    """The shape, front and back that come nearest to four pixels."""
    if max(_far(quad[0], other) for other in quad[1:]) <= _ALIKE:
        mean = _mean(quad)
        return " ", mean, mean
    best = (1 << 30, 0, quad[0], quad[0])
    for mask in range(1, 8):
        front = [pixel for bit, pixel in enumerate(quad) if mask >> bit & 1]
        back = [pixel for bit, pixel in enumerate(quad) if not mask >> bit & 1]
        over, under = _mean(front), _mean(back)
        error = _error(front, over) + _error(back, under)
        if error < best[0]:
            best = (error, mask, over, under)
    _, mask, over, under = best
    return _SHAPES[mask], over, under


def _mean(pixels: Sequence[Pixel]) -> Pixel:
    count = len(pixels)
    return (
        sum(pixel[0] for pixel in pixels) // count,
        sum(pixel[1] for pixel in pixels) // count,
        sum(pixel[2] for pixel in pixels) // count,
    )


def _error(pixels: Sequence[Pixel], mean: Pixel) -> int:
    red, green, blue = mean
    return sum((r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2 for r, g, b in pixels)


def _far(one: Pixel, other: Pixel) -> int:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]), abs(one[2] - other[2]))


def _hex(pixel: Pixel) -> str:
    return f"#{pixel[0]:02x}{pixel[1]:02x}{pixel[2]:02x}"
