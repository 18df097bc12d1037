"""Messages as rows of the screen: who and when, what they say, who reacted how."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.chat.model import Message
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.markdown import markdown_rows
from cocalc_tui.widgets.outputs.rows import Frame

INDENT = 2
LIMIT = 400
"""Rows of one message."""


def at(moment: int, today: str) -> str:
    """A time for people: the hour today, else the day too."""
    local = time.localtime(moment / 1000)
    day = time.strftime("%Y-%m-%d", local)
    return time.strftime("%H:%M" if day == today else "%d %b %H:%M", local)


def message_rows(
    message: Message,
    depth: int,
    frame: Frame,
    *,
    colour: Callable[[str], str],
    unread: bool,
    today: str,
) -> list[Strip]:
    """The rows of one message; `colour` is that of a person, `#rrggbb`."""
    margin = depth * INDENT
    inner = replace(frame, width=max(frame.width - margin - 1, 8), limit=LIMIT)
    rows = [_head(message, frame, colour, unread=unread, today=today)]
    rows += markdown_rows(message.text, inner)
    if message.reactions:
        rows.append(_reactions(message, frame))
    left = Segment(" " * (margin + 1))
    return [Strip([left, *row]) for row in rows]


def _head(
    message: Message, frame: Frame, colour: Callable[[str], str], *, unread: bool, today: str
) -> Strip:
    look = frame.look
    words = [Segment(safe(message.user), Style(color=colour(message.user), bold=True))]
    words.append(Segment(f" {at(message.at, today)}", look.dim))
    if message.claimed:
        words.append(Segment(" from the file", look.note))
    if message.versions:
        words.append(Segment(f" edited by {safe(', '.join(message.edited_by))}", look.note))
    if unread:
        words.append(Segment(" •", look.accent))
    return Strip(words).crop(0, frame.width)


def _reactions(message: Message, frame: Frame) -> Strip:
    by_sign: dict[str, list[str]] = {}
    for one in message.reactions:
        by_sign.setdefault(one.sign, []).append(one.user)
    words = [f"{safe(sign[:8])} {safe(', '.join(users))}" for sign, users in by_sign.items()]
    return Strip([Segment("  ".join(words), frame.look.dim)]).crop(0, frame.width)
