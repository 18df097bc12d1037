"""Pixels as sixel: read again as a terminal reads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cocalc_tui.widgets.outlet import SIXEL_DATA
from cocalc_tui.widgets.outputs.sixel import sixel_rows
from tests.widgets.outputs.sixels import Shade, read


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 15), st.randoms())
def test_what_is_written_is_the_picture(width: int, rows: int, height: int, chance: object) -> None:
    assert hasattr(chance, "choice")
    shades = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 0, 255), (51, 102, 153)]
    image = Image.new("RGB", (width, rows * height))
    for y in range(image.height):
        for x in range(width):
            image.putpixel((x, y), chance.choice(shades))
    made = sixel_rows(image, height, 128)
    assert len(made) == rows
    for number, data in enumerate(made):
        assert SIXEL_DATA.fullmatch(data)
        assert data.startswith(f'"1;1;{width};{height}')
        drawn = read(data)
        assert drawn == {
            (x, y): tuple(round(value / 2.55) for value in _at(image, x, number * height + y))
            for x in range(width)
            for y in range(height)
        }


def _at(image: Image.Image, x: int, y: int) -> Shade:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(map(int, found))
