"""What differs between two texts as people see it: by words, without tatters.

Source: "Diff Strategies", Neil Fraser, 2006; the semantic clean-up is diff-match-patch's.
"""

from __future__ import annotations

from typing import NamedTuple

from diff_match_patch import diff_match_patch

SLOWEST = 1.0
"""Seconds that a comparison may take; what is found until then is coarse and right."""


class Piece(NamedTuple):
    """Text that both have (0), only the new one (1), or only the old one (-1)."""

    text: str
    change: int


def compare(old: str, new: str) -> list[Piece]:
    """What differs, in the order of the text."""
    if old == new:
        return [Piece(old, 0)] if old else []
    engine = diff_match_patch()
    engine.Diff_Timeout = SLOWEST
    found = engine.diff_main(old, new, len(old) + len(new) > 2000)
    engine.diff_cleanupSemantic(found)
    return [Piece(text, change) for change, text in found]


class Line(NamedTuple):
    """A line of a comparison: its number on each side, None where it has none, and its pieces."""

    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        """Whether anything in it differs."""
        return any(one.change for one in self.pieces)


def lines(pieces: list[Piece]) -> list[Line]:
    """A comparison line by line, for one column."""
    sheet = _Sheet()
    for text, change in pieces:
        *whole, rest = text.split("\n")
        for part in whole:
            sheet.put(part, change)
            sheet.end(change)
        sheet.put(rest, change)
    sheet.finish()
    return sheet.lines


class _Sheet:
    """Lines as they are written down; where one was split or joined, its number stands once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._pieces: list[Piece] = []
        self._at = {-1: 1, 1: 1}
        """The number of the line on the old and on the new side."""
        self._told = {-1: 0, 1: 0}

    def put(self, text: str, change: int) -> None:
        """Write on."""
        if text:
            self._pieces.append(Piece(text, change))

    def end(self, change: int | None) -> None:
        """End the line, on the sides that `change` says; None where there is no line break."""
        changes = {one.change for one in self._pieces}
        if change is not None:
            changes.add(change)
        old, new = (self._number(side, changes) for side in (-1, 1))
        self.lines.append(Line(old, new, tuple(self._pieces)))
        self._pieces = []
        for side in (-1, 1):
            self._at[side] += change in {0, side}

    def _number(self, side: int, changes: set[int]) -> int | None:
        if not changes & {0, side} or self._told[side] == self._at[side]:
            return None
        self._told[side] = self._at[side]
        return self._at[side]

    def finish(self) -> None:
        """End the last line, if it has anything."""
        if self._pieces or not self.lines:
            self.end(None)


def beside(found: list[Line]) -> list[tuple[Line | None, Line | None]]:
    """A comparison for two columns: the old line and the new one, as far as there are."""
    rows: list[tuple[Line | None, Line | None]] = []
    for line in found:
        before = tuple(one for one in line.pieces if one.change <= 0)
        after = tuple(one for one in line.pieces if one.change >= 0)
        rows.append(
            (
                line._replace(pieces=before) if line.old is not None else None,
                line._replace(pieces=after) if line.new is not None else None,
            )
        )
    return rows
