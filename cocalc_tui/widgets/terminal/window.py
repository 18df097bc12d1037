"""Which part of a terminal a pane shows that is smaller than it.

The windows of those who watch never count for a terminal's size, and somebody may have fixed it: a
pane that always showed the upper left corner would hide the prompt. It follows the cursor, no
further than it must.
"""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """The cell of the screen in a pane's upper left corner."""

    left: int = 0
    top: int = 0


def follow(
    window: Window, cursor: tuple[int, int] | None, screen: tuple[int, int], pane: tuple[int, int]
) -> Window:
    """Where the window is next; `screen` and `pane` are columns and lines.

    A hidden cursor moves nothing, and in a hidden pane nothing moves.
    """
    if min(pane) < 1:
        return window
    x, y = cursor or (-1, -1)
    return Window(
        _moved(window.left, x, screen[0], pane[0], pane[0] // 3),
        _moved(window.top, y, screen[1], pane[1], 0),
    )


def _moved(first: int, at: int, whole: int, part: int, more: int) -> int:
    """The first of `part` cells of a whole that have `at` among them, by `more` if they move."""
    last = max(whole - part, 0)
    if at >= first + part:
        first = at - part + 1 + more
    elif 0 <= at < first:
        first = at - more if at >= part else 0
    return max(0, min(first, last))
