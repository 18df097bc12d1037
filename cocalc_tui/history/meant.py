"""What a number that somebody named meant then: lines and cells move, links to them do not.

`[model.py:41]` in a chat is line 41 as its author saw it. Taken by its number it would be another
line as soon as somebody writes above it.
"""

from __future__ import annotations

from bisect import bisect_right

from cocalc_tui.history.reading import content
from cocalc_tui.notebook.model import Notebook
from cocalc_tui.protocol.kinds import NOTEBOOK
from cocalc_tui.sync.versions import Versions


def version_at(versions: Versions, moment: int) -> int:
    """The version that was there at a moment, milliseconds; the first for an earlier one."""
    numbers = range(1, versions.latest + 1)
    found = bisect_right(numbers, moment, key=lambda number: versions.made(number).received)
    return max(found, 1)


def cell_meant(versions: Versions, number: int, moment: int) -> str | None:
    """Key of the cell that had a number, from 1, at a moment; None where there were fewer."""
    found = content(versions, version_at(versions, moment), NOTEBOOK)
    cells = found.cells if isinstance(found, Notebook) else []
    return cells[number - 1].key if 1 <= number <= len(cells) else None


def line_meant(versions: Versions, line: int, moment: int) -> int:
    """Where the line is now, from 1, that had a number at a moment.

    A line that is gone is where it was; one that was never there keeps its number.
    """
    version = version_at(versions, moment)
    lines = versions.text(version).split("\n")
    if not 1 <= line <= len(lines):
        return line
    start = sum(len(one) + 1 for one in lines[: line - 1])
    now = _carried(versions, version, start)
    return versions.text(versions.latest).count("\n", 0, now) + 1


def _carried(versions: Versions, version: int, place: int) -> int:
    """Where a place in the text of a version is in that of the latest."""
    old = new = 0
    for text, change in versions.difference(version, versions.latest):
        if change <= 0 and old + len(text) > place:
            return new + (place - old if change == 0 else 0)
        old += len(text) * (change <= 0)
        new += len(text) * (change >= 0)
    return new
