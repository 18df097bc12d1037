"""What a search found so far, as rows; without a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import msgspec
from msgspec import Struct, field

from cocalc_tui.protocol.events import SearchedFile, SearchLine, SearchPart

MOST = 10_000
"""Places kept: nobody reads further, they ask for something narrower."""


_Place: TypeAlias = tuple[str, int, int, int]
"""Where in its file something is: message, cell, line and column."""


def _place(line: SearchLine, column: int) -> _Place:
    return "" if line.said is None else line.said.key, line.cell, line.number, column


class Hit(Struct, frozen=True, eq=False):
    """One place."""

    path: str
    line: SearchLine
    at: int
    """Which of the line's spans."""

    @property
    def key(self) -> tuple[str, _Place]:
        """Which place of the project it is."""
        return self.path, _place(self.line, self.column)

    @property
    def column(self) -> int:
        """Where it begins in its line."""
        return self.line.spans[self.at][0]

    @property
    def length(self) -> int:
        """Characters of it in this line."""
        low, high = self.line.spans[self.at]
        return high - low


class Heading(Struct, frozen=True):
    """A file's name, and how much is in it."""

    path: str
    count: int
    more: bool


class Near(Struct, frozen=True):
    """A line beside one with something found; `line` None: lines are left out here."""

    path: str
    line: SearchLine | None = None


Row = Heading | Hit | Near


class Found(Struct):
    """The files with something in them, in the order of their paths."""

    chats: bool = False
    """Whether chats were searched, and no other files."""
    files: dict[str, SearchedFile] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    """Places."""
    looked: int = 0
    size: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def add(self, part: SearchPart) -> None:
        """Take in what came."""
        self.looked += part.looked
        self.size += part.size
        self.troubles += part.troubles
        for why, count in part.left_out.items():
            self.left_out[why] = self.left_out.get(why, 0) + count
        for file in part.files:
            if self.is_full:
                return
            self.files[file.path] = file
            self.rows += _rows(file)
            self.count += _count(file)

    @property
    def is_full(self) -> bool:
        """Whether no more is kept."""
        return self.count >= MOST

    @property
    def has_more(self) -> bool:
        """Whether there are places that are not listed, as there are so many."""
        return self.is_full or any(file.more for file in self.files.values())

    def hits(self, path: str | None = None) -> list[Hit]:
        """All places, or those in one file."""
        files = self.files.values() if path is None else [self.files[path]]
        return [hit for file in files for hit in _hits(file)]

    def drop(self, gone: Mapping[Hit, str | None]) -> None:
        """Forget some places, and files in which there are no others.

        With each goes what stands in its place now: what is found behind it in its line is
        elsewhere then. None: what stood there.
        """
        wanted: dict[str, dict[_Place, str | None]] = {}
        for hit, by in gone.items():
            wanted.setdefault(hit.path, {})[_place(hit.line, hit.column)] = by
        for path, places in wanted.items():
            left = _without(self.files[path], places)
            if left is None:
                del self.files[path]
            else:
                self.files[path] = left
        self.rows = [row for file in self.files.values() for row in _rows(file)]
        self.count = sum(map(_count, self.files.values()))


def _hits(file: SearchedFile) -> Iterator[Hit]:
    for line in file.lines:
        for at in range(len(line.spans)):
            yield Hit(file.path, line, at)


def _count(file: SearchedFile) -> int:
    return sum(len(line.spans) for line in file.lines)


def _rows(file: SearchedFile) -> Iterator[Row]:
    yield Heading(file.path, _count(file), file.more)
    before: SearchLine | None = None
    for line in file.lines:
        below = None if before is None else (before.said, before.cell, before.number + 1)
        apart = below is not None and below != (line.said, line.cell, line.number)
        if apart and (not line.spans or (before is not None and not before.spans)):
            yield Near(file.path)
        if line.spans:
            yield from (Hit(file.path, line, at) for at in range(len(line.spans)))
        else:
            yield Near(file.path, line)
        before = line


def _without(file: SearchedFile, places: dict[_Place, str | None]) -> SearchedFile | None:
    """The file without some places, and with what stands there now."""
    lines = [left for line in file.lines if (left := _line_without(line, places)) is not None]
    if not any(line.spans for line in lines):
        return None
    return msgspec.structs.replace(file, lines=lines)


def _line_without(line: SearchLine, places: dict[_Place, str | None]) -> SearchLine | None:
    text, grown = line.text, 0
    spans: list[tuple[int, int]] = []
    for low, high in line.spans:
        key = _place(line, low)
        if key not in places:
            spans.append((low + grown, high + grown))
        elif (by := places[key]) is not None:
            at = max(low + grown - line.cut, 0)
            text = text[:at] + by + text[at + high - low :]
            grown += len(by) - (high - low)
    if line.spans and not spans:
        return None
    return msgspec.structs.replace(line, text=text, spans=spans)
