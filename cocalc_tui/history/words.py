"""What differs between two versions as people see it: by words, without tatters; by cells.

Source: "Diff Strategies", Neil Fraser, 2006; the semantic clean-up is diff-match-patch's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from diff_match_patch import diff_match_patch

from cocalc_tui.history.reading import Content, Part, is_heading, parts
from cocalc_tui.notebook import foreign
from cocalc_tui.notebook.model import Notebook

SLOWEST = 1.0
"""Seconds that a comparison may take; what is found until then is coarse and right."""


class Piece(NamedTuple):
    """Text that both have (0), only the new one (1), or only the old one (-1)."""

    text: str
    change: int
    author: str = ""
    """Who wrote what came; "" where that is not known."""


Block = tuple[str, "list[Piece]"]
"""The key of a cell or message ("" in a text), and how its text differs."""


def compare(old: str, new: str) -> list[Piece]:
    """What differs, in the order of the text."""
    if old == new:
        return [Piece(old, 0)] if old else []
    engine = diff_match_patch()
    engine.Diff_Timeout = SLOWEST
    found = engine.diff_main(old, new, len(old) + len(new) > 2000)
    engine.diff_cleanupSemantic(found)
    return [Piece(text, change) for change, text in found]


def compare_parts(old: Content, new: Content) -> list[Block]:
    """What differs part by part: a cell with itself, however it moved."""
    if isinstance(old, Notebook) and isinstance(new, Notebook):
        new = aligned(old, new)
    before = {part.key: part.text for part in parts(old)}
    after = parts(new)
    stays = {part.key for part in after}
    gone = _places_of_gone(parts(old), stays)
    blocks: list[Block] = [(part.key, [Piece(part.text, -1)]) for part in gone.get(None, ())]
    for part in after:
        blocks.append((part.key, _compare_part(before.get(part.key), part.text)))
        blocks += [(lost.key, [Piece(lost.text, -1)]) for lost in gone.get(part.key, ())]
    return blocks


def signed(blocks: Iterable[Block], author: str) -> list[Block]:
    """What differs, all of it somebody's."""
    return [(key, [one._replace(author=author) for one in pieces]) for key, pieces in blocks]


def aligned(old: Notebook, new: Notebook) -> Notebook:
    """A notebook with the keys of another for the cells that both have, as a file has no keys."""
    if {cell.key for cell in old.cells} & {cell.key for cell in new.cells}:
        return new
    return foreign.changes(old, new, "0" * 16)[1]


def _compare_part(old: str | None, new: str) -> list[Piece]:
    if old is None:
        return [Piece(new, 1)] if new else []
    head, cut, rest = new.partition("\n")
    if not is_heading(head):
        return compare(old, new)
    # A cell that only got another number did not change.
    return [Piece(head + cut, 0), *compare(old.partition("\n")[2], rest)]


def _places_of_gone(before: Sequence[Part], stays: set[str]) -> dict[str | None, list[Part]]:
    """Parts that went, by the part behind which they stood; None for the beginning."""
    found: dict[str | None, list[Part]] = {}
    last: str | None = None
    for part in before:
        if part.key in stays:
            last = part.key
        else:
            found.setdefault(last, []).append(part)
    return found


class Line(NamedTuple):
    """A line of a comparison: its number on each side, None where it has none, and its pieces."""

    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]
    part: str = ""
    """The key of the cell or message that it is in."""

    @property
    def is_heading(self) -> bool:
        """Whether it stands above a cell."""
        return bool(self.part and self.pieces) and is_heading(self.pieces[0].text)

    @property
    def changed(self) -> bool:
        """Whether anything in it differs."""
        return any(one.change for one in self.pieces)


def lines(blocks: Iterable[Block]) -> list[Line]:
    """A comparison line by line, for one column."""
    sheet = _Sheet()
    for key, pieces in blocks:
        sheet.part = key
        for piece in pieces:
            *whole, rest = piece.text.split("\n")
            for part in whole:
                sheet.put(piece, part)
                sheet.end(piece.change)
            sheet.put(piece, rest)
    sheet.finish()
    return sheet.lines


class _Sheet:
    """Lines as they are written down; where one was split or joined, its number stands once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.part = ""
        self._pieces: list[Piece] = []
        self._at = {-1: 1, 1: 1}
        """The number of the line on the old and on the new side."""
        self._told = {-1: 0, 1: 0}

    def put(self, piece: Piece, text: str) -> None:
        """Write on: some of a piece's text."""
        if text:
            self._pieces.append(piece._replace(text=text))

    def end(self, change: int | None) -> None:
        """End the line, on the sides that `change` says; None where there is no line break."""
        changes = {one.change for one in self._pieces}
        if change is not None:
            changes.add(change)
        old, new = (self._number(side, changes) for side in (-1, 1))
        self.lines.append(Line(old, new, tuple(self._pieces), self.part))
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
