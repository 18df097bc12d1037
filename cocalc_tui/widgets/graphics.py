"""Whether a terminal can draw pixels, as it says itself when asked.

Nobody knows from the outside: the variables of a shell name another terminal than the one in front
of the person as soon as ssh, `su` or tmux lie between. So it is asked, and its answers are taken
out of what it sends before anything else reads that: an answer that came late would else be typed
into a document. Every terminal answers the last of the questions (primary device attributes), and
those before it first, if at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Way = Literal["sixel", "kitty"]
MOST_CELLS = 240
"""Columns and rows of the largest picture; kitty's placeholders count no further."""
MOST_COLOURS = 128
CELL = (10, 20)
"""Pixels of a cell where a terminal that needs no exact number does not say it."""
_PLACEHOLDERS = re.compile(r"kitty\(0\.(?:2[89]|[3-9]\d)|kitty\([1-9]|ghostty")
"""Terminals that draw a picture where its placeholder characters are."""
_SIXEL = "4"
_ANSWER = re.compile(
    r"\x1b\[\?(?P<attributes>[\d;]*)c"
    r"|\x1b\[6;(?P<height>\d{1,4});(?P<width>\d{1,4})t"
    r"|\x1b\[\?1;0;(?P<colours>\d{1,9})S"
    r"|\x1b\[\?2;0;(?P<columns>\d{1,6});(?P<rows>\d{1,6})S"
    r"|\x1b\[\?[12];[1-3](?:;\d*)*S"
    r"|\x1bP>\|(?P<name>[^\x1b]{0,200})\x1b\\"
)
_BEGUN = re.compile(r"\x1b(?:\[(?:\?[\d;]*|6;?[\d;]*)?|P(?:>(?:\|[^\x1b]{0,200}\x1b?)?)?)?$")


@dataclass(frozen=True)
class Graphics:
    """How a terminal draws pixels."""

    way: Way
    cell: tuple[int, int]
    """Pixels of a cell: width, height."""
    colours: int = MOST_COLOURS
    """Of a sixel picture."""
    width: int = 0
    """Pixels of the widest sixel picture, 0 where the terminal does not say."""

    def room(self, columns: int, rows: int) -> tuple[int, int]:
        """As many of these columns and rows as a picture may take."""
        widest = self.width // self.cell[0] if self.width else columns
        return max(1, min(columns, widest, MOST_CELLS)), min(rows, MOST_CELLS)


def worth_asking(wish: str, variables: Mapping[str, str]) -> bool:
    """Whether a terminal is asked at all.

    tmux and screen draw no pixels, or keep too few pictures of them, so they do so only on wish;
    the console of Linux would write the questions on the screen.
    """
    if wish != "auto":
        return wish != "characters"
    between = "TMUX" in variables or "STY" in variables
    return not between and variables.get("TERM", "") not in ("linux", "dumb", "")


class Probe:
    """Takes a terminal's answers out of what it sends, and says what they mean."""

    def __init__(self, wish: str) -> None:
        """`wish`: `auto`, or `sixel` or `kitty` for a terminal that does not tell the truth."""
        self._wish = wish
        self.cell: tuple[int, int] | None = None
        """Pixels of a cell as the system has it, for a terminal that does not say it."""
        self.held = ""
        """What may be the beginning of an answer."""
        self._said: dict[str, str] = {}
        self.waiting = False
        """Whether answers are still to come."""

    def ask(self) -> None:
        """Note that the terminal is asked now."""
        self.waiting = True

    def feed(self, text: str) -> str:
        """Take what the terminal sent; returns what of it is no answer."""
        text = _ANSWER.sub(self._take, self.held + text)
        self.held = ""
        if self.waiting and (begun := _BEGUN.search(text)) is not None:
            self.held, text = begun[0], text[: begun.start()]
        return text

    def release(self) -> str:
        """What was held back as it looked like an answer, and was none."""
        held, self.held = self.held, ""
        return held

    def _take(self, answer: re.Match[str]) -> str:
        found = {name: text for name, text in answer.groupdict().items() if text is not None}
        self._said |= found
        if "attributes" in found:
            self.waiting = False
        return ""

    @property
    def found(self) -> Graphics | None:
        """What the answers mean; None for characters only."""
        way, cell = self._way, self._cell
        if way is None or (cell is None and way == "sixel"):
            return None
        colours = int(self._said.get("colours", MOST_COLOURS))
        return Graphics(
            way,
            cell or CELL,
            min(max(colours, 2), MOST_COLOURS),
            int(self._said.get("columns", 0)),
        )

    @property
    def _way(self) -> Way | None:
        if self._wish != "auto":
            return "kitty" if self._wish == "kitty" else "sixel"
        if _PLACEHOLDERS.match(self._said.get("name", "")):
            return "kitty"
        return "sixel" if _SIXEL in self._said.get("attributes", "").split(";") else None

    @property
    def _cell(self) -> tuple[int, int] | None:
        width, height = int(self._said.get("width", 0)), int(self._said.get("height", 0))
        return (width, height) if width and height else self.cell
