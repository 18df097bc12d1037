"""What stands on a terminal that draws pixels, made of what was written to it.

As terminals do it: a sixel picture lies over the cells where it was drawn until something is
written there; a kitty picture is where its placeholders are, for as long as the terminal has it.
"""

from __future__ import annotations

import io
import re
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from PIL import Image
from rich.cells import get_character_cell_size

from tests.widgets.outputs.sixels import Shade, read
from tests.widgets.terminal import pieces

CELL = (10, 20)
"""Pixels of a cell."""
PLACEHOLDER = "\U0010eeee"
DIGITS = "".join(
    map(chr, (0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D, 0x33E, 0x33F, 0x346, 0x34A, 0x34B, 0x34C))
) + "".join(map(chr, (0x350, 0x351, 0x352, 0x357, 0x35B, *range(0x363, 0x370))))
"""The first of kitty's numbers, as its documentation lists them."""
_KEYS = re.compile(r"(\w)=(\w+)")


class Place(NamedTuple):
    """A cell of a screen."""

    row: int
    column: int


@cache
def _sixel_cells(data: str) -> dict[tuple[int, int], Shade]:
    width, height = CELL
    return {
        (x // width, y // height): shade
        for (x, y), shade in read(data).items()
        if (x % width, y % height) == (width // 2, height // 2)
    }


@dataclass(frozen=True)
class Sent:
    """A picture that a kitty terminal has, and the cells over which it stretches it."""

    image: Image.Image
    columns: int
    rows: int

    def shade(self, row: int, column: int) -> Shade:
        """The colour in the middle of a cell."""
        x = (2 * column + 1) * self.image.width // (2 * self.columns)
        y = (2 * row + 1) * self.image.height // (2 * self.rows)
        shade = self.image.convert("RGB").getpixel((x, y))
        assert isinstance(shade, tuple)
        return tuple(round(value / 2.55) for value in shade)


class PixelScreen:
    """A screen as big as need be."""

    def __init__(self, written: str) -> None:
        self.letters: dict[Place, str] = {}
        self.sixels: dict[Place, Shade] = {}
        """Cells of sixel pictures: the colour in the middle."""
        self.pictures: dict[int, Sent] = {}
        """What a kitty terminal has."""
        self._at = self._kept = Place(0, 0)
        self._style = ""
        self._sending: dict[str, str] = {}
        self._sent = ""
        self._styles: dict[Place, str] = {}
        for kind, content in pieces(written):
            match kind:
                case "text":
                    self._write(content)
                case "control":
                    row, _ = self._at
                    self._at = Place(row + (content == "\n"), 0)
                case "csi":
                    self._command(content)
                case "escape":
                    self._keep(content)
                case "dcs":
                    self._sixel(content)
                case "apc":
                    self._kitty(content)

    @property
    def shown(self) -> dict[Place, tuple[Shade, tuple[int, int] | None]]:
        """Cells that are pixels: the colour in their middle, and for kitty which cell it is."""
        found: dict[Place, tuple[Shade, tuple[int, int] | None]] = {
            place: (shade, None) for place, shade in self.sixels.items()
        }
        for place, letter in self.letters.items():
            if letter[0] == PLACEHOLDER:
                row, column = (DIGITS.index(digit) for digit in letter[1:])
                shade = self.pictures[self._number(place)].shade(row, column)
                found[place] = (shade, (row, column))
        return found

    def line(self, row: int) -> str:
        """The characters of a row."""
        columns = [place.column for place in self.letters if place.row == row]
        return "".join(
            self.letters.get(Place(row, column), " ") for column in range(max(columns, default=0))
        )

    def _write(self, text: str) -> None:
        for letter in text:
            width = get_character_cell_size(letter)
            if not width and letter in DIGITS:
                last = Place(self._at.row, self._at.column - 1)
                self.letters[last] += letter
            for column in range(self._at.column, self._at.column + width):
                place = Place(self._at.row, column)
                self.sixels.pop(place, None)
                self.letters[place], self._styles[place] = letter, self._style
            self._move(width)

    def _move(self, by: int) -> None:
        self._at = Place(self._at.row, self._at.column + by)

    def _command(self, content: str) -> None:
        if content.endswith("H"):
            row, column = map(int, content[:-1].split(";"))
            self._at = Place(row - 1, column - 1)
        elif content.endswith("C"):
            self._move(int(content[:-1]))
        elif content.endswith("m"):
            self._style = content
        elif content == "?1049l":
            self.letters.clear()
            self.sixels.clear()

    def _keep(self, content: str) -> None:
        if content == "7":
            self._kept = self._at
        elif content == "8":
            self._at = self._kept

    def _sixel(self, content: str) -> None:
        row, column = self._at
        for (x, y), shade in _sixel_cells(content.partition("q")[2]).items():
            self.sixels[Place(row + y, column + x)] = shade

    def _kitty(self, content: str) -> None:
        keys, _, data = content.removeprefix("G").partition(";")
        said = dict(_KEYS.findall(keys))
        if said.get("a") == "d":
            del self.pictures[int(said["i"])]
            return
        if "i" in said:
            self._sent, self._sending = "", said
        self._sent += data
        if said["m"] == "0":
            image = Image.open(io.BytesIO(b64decode(self._sent)))
            number, columns, rows = (int(self._sending[key]) for key in "icr")
            self.pictures[number] = Sent(image, columns, rows)

    def _number(self, place: Place) -> int:
        red, green, blue = map(int, self._styles[place][5:-1].split(";"))
        return red << 16 | green << 8 | blue
