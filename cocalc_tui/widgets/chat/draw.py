"""Messages as rows of the screen: who and when, what they say, who reacted how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cocalc_tui.chat.mentions import EVERYBODY, MENTION, mentions
from cocalc_tui.chat.model import Message
from cocalc_tui.chat.places import Link, beside, links
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.faces import Faces
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.outputs.markdown import markdown_rows
from cocalc_tui.widgets.outputs.rows import Frame

INDENT = 2
MOST_READERS = 4
"""Of a message, whose letters are shown; of more than these how many."""
LIMIT = 400
"""Rows of one message."""
ANYWHERE = beside("x")
"""A chat in which links without a file mean something."""


def message_rows(
    message: Message,
    depth: int,
    frame: Frame,
    *,
    faces: Faces,
    unread: bool,
    first_new: bool,
    readers: Sequence[str],
    me: str,
    today: str,
) -> list[Strip]:
    """The rows of one message.

    A line stands above the first one that is new to `me`; behind its head stand who of the others
    has read up to here.
    """
    margin = depth * INDENT
    inner = replace(frame, width=max(frame.width - margin - 1, 8), limit=LIMIT)
    head = _head(message, faces, frame, unread=unread, today=today)
    rows = [_with_readers(head, readers, faces, inner)]
    named = set(mentions(message.text))
    rows += [
        _mentioning(row, named, me, faces.colour)
        for row in _linking(markdown_rows(message.text, inner, said=True), frame)
    ]
    if message.reactions:
        rows.append(_reactions(message, frame))
    left = Segment(" " * (margin + 1))
    rows = [Strip([left, *row]) for row in rows]
    return [_new_line(frame), *rows] if first_new else rows


def _new_line(frame: Frame) -> Strip:
    """What stands above the first message that is new."""
    rule = "─" * max(frame.width - 6, 0)
    return Strip([Segment(f" new {rule}", frame.look.accent)])


def link_cells(rows: Sequence[Strip], chat: str) -> Iterator[tuple[int, int, int, Link]]:
    """The links in rows of a chat: on which, from which column to which, and where to.

    One that goes on in the row below is there twice.
    """
    texts = [row.text for row in rows]
    for y, text in enumerate(texts):
        for start, end, link in links(text, chat):
            yield y, cell_len(text[:start]), cell_len(text[:end]), link
    for y, (text, below) in enumerate(pairwise(texts)):
        above, rest = text.rstrip(), below.strip()
        margin, middle = len(below) - len(below.lstrip()), len(above) + 1
        for start, end, link in links(f"{above} {rest}", chat):
            if start < middle - 1 and end > middle:
                yield y, cell_len(above[:start]), cell_len(above), link
                yield y + 1, margin, margin + cell_len(rest[: end - middle]), link


def _linking(rows: Sequence[Strip], frame: Frame) -> list[Strip]:
    """Rows with their links to be seen."""
    shown, style = list(rows), frame.look.accent + Style(underline=True)
    for y, start, end, _ in link_cells(rows, ANYWHERE):
        shown[y] = styled(shown[y], start, end, style)
    return shown


def _mentioning(row: Strip, named: Collection[str], me: str, colour: Callable[[str], str]) -> Strip:
    """A row with who is mentioned in their colours, I myself unmistakably."""
    for found in MENTION.finditer(row.text):
        if found[1] in named:
            start, end = cell_len(row.text[: found.start()]), cell_len(row.text[: found.end()])
            mine = found[1] in (me, EVERYBODY)
            style = Style(bold=True, reverse=mine, color=colour(me if mine else found[1]))
            row = styled(row, start, end, style)
    return row


def styled(row: Strip, start: int, end: int, style: Style) -> Strip:
    """A row with some of its cells in a style; it stays as wide as it is."""
    before, inside, after = row.crop(0, start), row.crop(start, end), row.crop(end)
    styled = Strip(Segment.apply_style(inside, post_style=style), inside.cell_length)
    return Strip.join([before, styled, after])


def _head(message: Message, faces: Faces, frame: Frame, *, unread: bool, today: str) -> Strip:
    look = frame.look
    words = [Segment(safe(message.user), Style(color=faces.colour(message.user), bold=True))]
    words.append(Segment(f" {phrases.moment(message.at, today)}", look.dim))
    if message.claimed:
        words.append(Segment(" from the file", look.note))
    if unread:
        words.append(Segment(" •", look.accent))
    if message.versions:
        others = (
            "" if message.edited_by == [message.user] else f" by {', '.join(message.edited_by)}"
        )
        words.append(Segment(f" edited{safe(others)}", look.note))
    return Strip(words)


def _with_readers(head: Strip, readers: Sequence[str], faces: Faces, frame: Frame) -> Strip:
    """A head with the letters of the first readers, and how many more there are, at its end."""
    shown, dim, width = readers[:MOST_READERS], frame.look.dim, frame.width
    letters = [
        Segment(f" {faces.initials(user)}", Style(color=faces.colour(user))) for user in shown
    ]
    if letters:
        letters.insert(0, Segment(" ✓", dim))
    if more := len(readers) - len(shown):
        letters.append(Segment(f" +{more}", dim))
    room = width - Segment.get_line_length(letters)
    if head.cell_length > room:
        head = Strip([*head.crop(0, room - 1), Segment("…", dim)])
    return Strip([*head.adjust_cell_length(room), *letters])


def _reactions(message: Message, frame: Frame) -> Strip:
    by_sign: dict[str, list[str]] = {}
    for one in message.reactions:
        by_sign.setdefault(one.sign, []).append(one.user)
    words = [f"{safe(sign[:8])} {safe(', '.join(users))}" for sign, users in by_sign.items()]
    return Strip([Segment("  ".join(words), frame.look.dim)]).crop(0, frame.width)
