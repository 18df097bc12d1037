"""JSON as a tree: one row for each value, what is inside further in.

    fit
    │ name    "decay"
    │ params  2 items
    │ │ 0  0.1
    │ │ 1  0.2

A list of a million numbers costs what its first and last ones do; the rest is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from rich.style import Style
from textual.strip import Strip

from cocalc_tui.sync.patch import Json
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.rows import SHORT, Frame, cut_rows, one_row

ENTRIES = 20
"""Entries of one list or object that are shown ..."""
ALL_ENTRIES = 1_000
"""... and where all of the output is asked for."""
LONGEST = 400
"""Characters of a text that are shown."""
DEEPEST = 20
_KEY = 40
"""Characters of a name."""


def tree_rows(value: Json, frame: Frame) -> list[Strip]:
    """Draw a value."""
    most = ENTRIES if frame.limit <= SHORT else ALL_ENTRIES
    if not isinstance(value, dict | list) or not value:
        return [_row(frame, 0, "", value)]
    rows = list(_inside(value, frame, 0, most))
    return cut_rows(rows, frame, frame.limit)


def _inside(value: Json, frame: Frame, depth: int, most: int) -> Iterator[Strip]:
    entries = _entries(value)
    shown, hidden = _ends(entries, most)
    width = min(_KEY, max((len(str(name)) for name, _ in shown), default=0))
    for number, (name, inner) in enumerate(shown):
        if hidden and number == len(shown) - len(shown) // 3:
            yield one_row(frame, *_guides(frame, depth), (f"… {hidden:,} more", frame.look.note))
        yield _row(frame, depth, f"{safe(str(name)[:_KEY]):<{width}}", inner)
        if isinstance(inner, dict | list) and inner and depth < DEEPEST:
            yield from _inside(inner, frame, depth + 1, most)


def _entries(value: Json) -> Sequence[tuple[object, Json]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _ends(
    entries: Sequence[tuple[object, Json]], most: int
) -> tuple[Sequence[tuple[object, Json]], int]:
    """The first two thirds and the last third of what is shown, and how many are not."""
    if len(entries) <= most:
        return entries, 0
    last = most // 3
    return [*entries[: most - last], *entries[-last:]], len(entries) - most


def _row(frame: Frame, depth: int, name: str, value: Json) -> Strip:
    named = ((f"{name}  ", frame.look.accent),) if name else ()
    return one_row(frame, *_guides(frame, depth), *named, _said(value, frame))


def _guides(frame: Frame, depth: int) -> tuple[tuple[str, Style], ...]:
    return (("│ " * depth, frame.look.faint),) if depth else ()


def _said(value: Json, frame: Frame) -> tuple[str, Style]:
    look = frame.look
    match value:
        case str():
            more = "…" if len(value) > LONGEST else ""
            return safe(json.dumps(value[:LONGEST], ensure_ascii=False)) + more, look.code
        case dict():
            return _counted(len(value), "entry", "entries"), look.dim
        case list():
            return _counted(len(value), "item", "items"), look.dim
        case None | bool():
            return json.dumps(value), look.dim
    return str(value)[:LONGEST], look.text


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}" if count else f"no {many}"
