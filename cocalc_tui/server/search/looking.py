"""Looking into one file: the lines with what is searched for, and some around them."""

from __future__ import annotations

import os
import stat
from bisect import bisect_right
from typing import NamedTuple

from cocalc_tui.protocol.events import SearchLine
from cocalc_tui.query import Query
from cocalc_tui.server.search.parts import Part, is_as_written, parts

LARGEST = 32 * 2**20
"""Bytes of a file that is looked into."""
MOST_LINES = 1000
"""Lines of one file that are told."""
MOST_PLACES = 2000
"""Places of one file that are told: one line of megabytes does not take the room of all others."""
WIDE = 240
"""Characters of a line that are told."""
BEFORE = 60
"""Of them before the first place found, in a line that is longer."""
PATIENCE = 3.0
"""Seconds for a pattern in one file."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class LeftOut(Exception):  # noqa: N818 - it is an answer
    """A file is not looked into: `large`, `binary` or `unreadable`."""


class Found(NamedTuple):
    """What there is in one file."""

    lines: list[SearchLine]
    places: int
    """How many were found."""
    more: bool
    """Whether there are more than are told."""


def read(name: str, folder: int) -> bytes:
    """The bytes of a file in an opened folder; raises LeftOut."""
    try:
        file = os.open(name, _READ, dir_fd=folder)
    except OSError:
        raise LeftOut("unreadable") from None
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise LeftOut("unreadable")
        if found.st_size > LARGEST:
            raise LeftOut("large")
        with os.fdopen(os.dup(file), "rb") as opened:
            data = opened.read(LARGEST)
    except OSError:
        raise LeftOut("unreadable") from None
    finally:
        os.close(file)
    if b"\0" in data:
        raise LeftOut("binary")
    return data


def look(data: bytes, path: str, query: Query, around: int) -> Found:
    """Find a query in a file's bytes, with `around` lines of context; raises SearchError."""
    exact = query.case and not query.is_pattern
    if exact and is_as_written(path) and query.text.encode() not in data:
        return Found([], 0, more=False)
    text = data.decode("utf-8-sig", "replace")
    lines: list[SearchLine] = []
    count, more = 0, False
    for part in parts(text, path):
        found = _in_part(part, query, around, MOST_LINES - len(lines), MOST_PLACES - count)
        lines += found.lines
        count += found.places
        more |= found.more
        if more:
            break
    return Found(lines, count, more=more)


def _in_part(part: Part, query: Query, around: int, most_lines: int, most_places: int) -> Found:
    text = part.text
    starts: list[int] = []
    spans: dict[int, list[tuple[int, int]]] = {}
    count = 0
    for match in query.matches(text, patience=PATIENCE):
        starts = starts or _line_starts(text)
        line = bisect_right(starts, match.start()) - 1
        if count == most_places or (line not in spans and len(spans) >= most_lines):
            return Found(_told(part, starts, spans, around), count, more=True)
        count += 1
        begin, end = starts[line], _end(text, starts, line)
        spans.setdefault(line, []).append((match.start() - begin, min(match.end(), end) - begin))
    return Found(_told(part, starts, spans, around), count, more=False)


def _line_starts(text: str) -> list[int]:
    starts, at = [0], text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _end(text: str, starts: list[int], line: int) -> int:
    return starts[line + 1] - 1 if line + 1 < len(starts) else len(text)


def _told(
    part: Part, starts: list[int], spans: dict[int, list[tuple[int, int]]], around: int
) -> list[SearchLine]:
    """The lines with something in them and those around, each once and in order."""
    shown = {
        near
        for line in spans
        for near in range(max(line - around, 0), min(line + around + 1, len(starts)))
    }
    text = part.text
    told: list[SearchLine] = []
    for line in sorted(shown):
        found = spans.get(line, [])
        begin, end = starts[line], _end(text, starts, line)
        first = found[0][0] if found else 0
        cut = max(first - BEFORE, 0) if end - begin > WIDE else 0
        shown_text = text[begin + cut : min(end, begin + cut + WIDE)].removesuffix("\r")
        told.append(
            SearchLine(
                number=line + 1,
                text=shown_text,
                spans=found,
                cell=part.cell,
                said=part.said,
                cut=cut,
            )
        )
    return told
