"""What a cell shows, in blocks that are laid out when they are looked at.

A picture or a table is one block. A printed text is as many as its length asks for, so that reading
at its end costs no more than at its beginning. Blocks end between lines, but where one line is
longer than a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from textual.strip import Strip

from cocalc_tui.query import Query
from cocalc_tui.widgets.outputs.ansi import ansi_lines
from cocalc_tui.widgets.outputs.links import linked
from cocalc_tui.widgets.outputs.render import output_rows
from cocalc_tui.widgets.outputs.rows import LONGEST_LINE, WHOLE, Frame, one_row, wrap
from cocalc_tui.widgets.outputs.streams import Output
from cocalc_tui.widgets.reader.longtext import FILL, LongText, Range

PIECE = 32_768
"""Code points of a block of printed text."""
_SGR = re.compile(r"\x1b\[[0-9;:]*m")


class Laid(NamedTuple):
    """A block as rows."""

    rows: Sequence[Strip]
    lines: Sequence[int]
    """The first row of each line of text; a line that is wrapped has several."""
    waits: bool = False
    """Whether it will be another when something came that is on its way."""


class Block(Protocol):
    """A part of what a cell shows."""

    weight: int
    """About how much it is, for the scroll bar."""
    output: int
    """Which output of the cell it is of."""

    def lay(self, frame: Frame) -> Laid:
        """Lay it out; never waits."""
        ...

    async def load(self) -> None:
        """Have what `lay` needs. Raises RequestFailed and the like."""
        ...

    @property
    def here(self) -> bool:
        """Whether it is loaded."""
        ...

    def may_hold(self, query: Query) -> bool:
        """Whether it is worth looking in its rows, once it is loaded. Raises SearchError."""
        ...


class Drawn:
    """An output that is drawn as a whole."""

    weight = 20 * 80
    here = True

    def __init__(self, item: Output, output: int) -> None:
        self.item = item
        self.output = output

    def lay(self, frame: Frame) -> Laid:
        """Draw it."""
        missed = frame.missed
        rows = output_rows(self.item, replace(frame, limit=WHOLE, hint=""))
        return Laid(rows, range(len(rows)), frame.missed > missed)

    async def load(self) -> None:
        """Pictures come by themselves."""

    def may_hold(self, query: Query) -> bool:
        """Nobody knows before it is drawn."""
        return True


class Piece:
    """Some of a printed text."""

    def __init__(self, text: LongText, where: Range, output: int, *, stderr: bool) -> None:
        self.output = output
        self.weight = where.end - where.start
        self._text = text
        self._where = where
        self._stderr = stderr

    @property
    def _around(self) -> Range:
        """One code point before it, which says whether a line begins, and the end of its last."""
        start, end = self._where
        return Range(max(0, start - 1), min(len(self._text), end + LONGEST_LINE))

    async def load(self) -> None:
        """Fetch it."""
        await self._text.fetch(*self._around)

    @property
    def here(self) -> bool:
        """Whether it is loaded."""
        return self._text.here(*self._around) is not None

    def may_hold(self, query: Query) -> bool:
        """Whether it is in the text, colours aside."""
        text = self._text.here(*self._around) or ""
        return any(True for _ in query.matches(_SGR.sub("", text)))

    def lay(self, frame: Frame) -> Laid:
        """Lay out the lines that begin in it."""
        text = self._text.here(*self._around)
        if text is None:
            waiting = one_row(frame, ("… on its way", frame.look.note))
            return Laid([waiting], [0], waits=True)
        own = self._own_lines(text).replace(FILL, "")
        if not own:
            return Laid([], [])
        style = frame.look.stderr if self._stderr else frame.look.text
        rows: list[Strip] = []
        firsts: list[int] = []
        for line in ansi_lines(_broken(own, frame.width), frame, style):
            firsts.append(len(rows))
            rows += wrap(linked(line), frame.width)
        return Laid(rows, firsts)

    def _own_lines(self, around: str) -> str:
        """Of a text with what is around it, the lines that begin in this block.

        The rest of a line that began before it is that block's, if it is not very long.
        """
        start, end = self._where
        before = 1 if start else 0
        here, after = around[before:], around[before + end - start :]
        first = 0
        if start and around[0] != "\n":
            first = self._line_end(here, start) + 1
        last = end - start
        if not here[:last].endswith("\n"):
            last += max(0, self._line_end(after, end))
        return here[first:last]

    def _line_end(self, text: str, start: int) -> int:
        """Where the line ends that goes on at a place; -1 where that is far away."""
        found = text.find("\n", 0, LONGEST_LINE)
        at_end = start + len(text) >= len(self._text)
        return len(text) if found < 0 and at_end and len(text) < LONGEST_LINE else found


def _broken(text: str, width: int) -> str:
    """A text whose very long lines are broken where they would be wrapped: all of them is shown."""
    room = max(1, LONGEST_LINE // width) * width
    if len(text) <= room:
        return text
    return "\n".join(
        line
        if len(line) <= room or "\x1b" in line or "\r" in line
        else "\n".join(line[at : at + room] for at in range(0, len(line), room))
        for line in text.split("\n")
    )


def pieces(text: LongText, output: int, *, stderr: bool) -> Iterator[Block]:
    """The blocks of a printed text."""
    for start in range(0, len(text), PIECE):
        where = Range(start, min(start + PIECE, len(text)))
        yield Piece(text, where, output, stderr=stderr)
