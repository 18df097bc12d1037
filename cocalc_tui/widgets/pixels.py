"""Pictures of pixels on a screen that is made of characters.

What composes the screen knows rows of characters: it cuts them where a dialog lies over them, moves
them when something scrolls, and writes only those that changed. A picture that were drawn past it
would stay behind, or lie over the dialog. So to it a picture is characters, too: for each column
one of a private area, in a style that names the picture and the row. They become pixels where a row
becomes bytes (`clean`), so that what is on the terminal is at any time what is on the screen.

With sixel a row is drawn as pixels where all of it is to be seen, and as the usual block characters
where something lies over it: a terminal cannot cut pixels. With kitty's protocol the terminal has
the picture, and puts each of its cells where that cell's placeholder is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from weakref import WeakValueDictionary, finalize

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.widgets import outlet

FIRST = 0x100000
"""The character of the first column."""
START = chr(FIRST)
MARK = "pixels"
_numbers = count(1)


class Pixels:
    """A picture; it is gone from the terminal, too, when nobody has it any more."""

    def __init__(
        self,
        columns: int,
        rows: int,
        *,
        sixel: Sequence[str] = (),
        lines: Sequence[Sequence[tuple[str, str, str]]] = (),
        png: bytes = b"",
    ) -> None:
        """`sixel`: the rows' data, with `lines` for where they cannot be; or a `png` for kitty."""
        self.columns = columns
        self.rows = rows
        self.number = next(_numbers) % 0xFFFFFF + 1
        self._sixel = sixel
        self._lines = lines
        self._png = png
        _all[self.number] = self

    def part(self, row: int, first: int, columns: int) -> str:
        """What draws some columns of a row, and leaves the cursor behind them."""
        if not self._sixel:
            return self._sent() + outlet.kitty_cells(self.number, row, first, columns)
        if columns == self.columns:
            return outlet.sixel_row(self._sixel[row], columns)
        return self._characters(row, first, columns)

    def _sent(self) -> str:
        """What sends the picture to the terminal, "" where that was done; takes away old ones."""
        if not self._png:
            return ""
        sent = "".join(map(outlet.kitty_forget, _gone))
        _sent.difference_update(_gone)
        _gone.clear()
        _sent.add(self.number)
        finalize(self, _gone.append, self.number)
        png, self._png = self._png, b""
        return sent + outlet.kitty_picture(self.number, png, self.columns, self.rows)

    def _characters(self, row: int, first: int, columns: int) -> str:
        cells = [
            (character, front, back) for text, front, back in self._lines[row] for character in text
        ]
        return (
            "".join(
                f"{_sgr(front, '38')}{_sgr(back, '48')}{character}"
                for character, front, back in cells[first : first + columns]
            )
            + "\x1b[0m"
        )

    def strips(self, ground: str) -> list[Strip]:
        """Its rows as the screen has them."""
        text = "".join(chr(FIRST + column) for column in range(self.columns))
        return [
            PictureRow(Segment(text, Style(bgcolor=ground, meta={MARK: (self.number, row)})), self)
            for row in range(self.rows)
        ]


class PictureRow(Strip):
    """A row of a picture, which is there for as long as somebody has a row of it."""

    __slots__ = ("picture",)

    def __init__(self, segment: Segment, picture: Pixels) -> None:
        super().__init__([segment], picture.columns)
        self.picture = picture


_all: WeakValueDictionary[int, Pixels] = WeakValueDictionary()
_sent: set[int] = set()
"""Pictures that a terminal has ..."""
_gone: list[int] = []
"""... and nobody else."""


def forgetting() -> str:
    """What frees all pictures that the terminal has, at the end."""
    found = "".join(map(outlet.kitty_forget, sorted(_sent)))
    _sent.clear()
    _gone.clear()
    return found


def is_picture(segment: Segment) -> bool:
    """Whether these are columns of a picture."""
    return segment.text[:1] >= START and segment.style is not None and MARK in segment.style.meta


def drawn(text: str, style: Style) -> str | None:
    """What draws some columns of a picture; None for text that is no picture's."""
    named = style.meta.get(MARK)
    if named is None:
        return None
    number, row = named
    picture = _all.get(number)
    return (
        " " * len(text) if picture is None else picture.part(row, ord(text[0]) - FIRST, len(text))
    )


def _sgr(colour: str, which: str) -> str:
    red, green, blue = Color.parse(colour).get_truecolor()
    return f"\x1b[{which};2;{red};{green};{blue}m"
