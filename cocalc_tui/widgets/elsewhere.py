"""Other projects that one may go to from within the app.

The app knows of one project. Whoever started it tells which others there are and opens what was
chosen when the app has ended: a way to another relay begins with a shell's words, not with widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from cocalc_tui.widgets.picker import Choice


class Elsewhere(Struct):
    """Where one may go, and where one wants to."""

    projects: Callable[[], Sequence[Choice]] = field(default=tuple)
    """Those on this machine that may be joined; may block for a moment."""
    chosen: str = ""
    """A path, or HOST:PATH, to open once this app has ended."""


def typed(words: str) -> Choice | None:
    """A path or HOST:PATH that was typed."""
    from cocalc_tui.widgets.picker import Choice

    is_path = "/" in words or words.startswith("~") or ":" in words.strip(":")
    return Choice(words, words, "open this") if is_path else None
