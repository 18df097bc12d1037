"""The headings of a notebook: its table of contents, and what folds away under each.

A section goes from a markdown cell that begins with a heading to the next of the same rank or a
higher one. Text only: what is folded is each person's own, and nothing of it is in the document.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_MARKS = re.compile(r"[*_`]+|!?\[([^\]]*)\]\([^)]*\)")


class Heading(NamedTuple):
    """A line that is a heading."""

    rank: int
    """1 for the highest."""
    text: str
    cell: str
    offset: int
    """Where its line begins in the cell's text."""


def rank_of(text: str) -> int:
    """The rank of the heading that a text begins with, 0 for none."""
    line = text.lstrip("\n").partition("\n")[0]
    found = _HEADING.match(line)
    return len(found[1]) if found else 0


def headings(cell: str, text: str) -> Iterator[Heading]:
    """All headings in a markdown text, those in fenced code aside."""
    fence = ""
    offset = 0
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif mark:
            fence = mark[1]
        elif found := _HEADING.match(line):
            yield Heading(len(found[1]), _plain(found[2]), cell, offset)
        offset += len(line) + 1


def _plain(text: str) -> str:
    return _MARKS.sub(lambda found: found[1] or "", text)


def hidden(cells: Iterable[tuple[str, int]], folded: Collection[str]) -> dict[str, str]:
    """Cells that folding hides, and the folded cell that each is under, the outermost one.

    `cells`: key and rank of each, in order.
    """
    found: dict[str, str] = {}
    over, rank = "", 0
    for key, own in cells:
        if over and own and own <= rank:
            over = ""
        if over:
            found[key] = over
        elif key in folded and own:
            over, rank = key, own
    return found
