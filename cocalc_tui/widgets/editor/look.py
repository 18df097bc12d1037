"""The colours of a text: what the painter needs of a theme, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style

TOKENS: Mapping[str, Style] = {
    "comment": Style(color="#7f8896", italic=True),
    "string": Style(color="#9ac28a"),
    "escape": Style(color="#d7a65f"),
    "number": Style(color="#d7a65f"),
    "constant": Style(color="#d7a65f"),
    "keyword": Style(color="#c495d6"),
    "operator": Style(color="#9fb4c7"),
    "function": Style(color="#7fb2e5"),
    "type": Style(color="#e0c27a"),
    "property": Style(color="#8fc7c7"),
    "tag": Style(color="#e08c8c"),
    "heading": Style(color="#7fb2e5", bold=True),
    "strong": Style(bold=True),
    "emphasis": Style(italic=True),
    "link": Style(color="#7fb2e5", underline=True),
    "inserted": Style(color="#9ac28a"),
    "deleted": Style(color="#e08c8c"),
    "error": Style(color="#e08c8c", underline=True),
}
"""Styles by token, the words `widgets.highlight` uses, for a dark background."""


@dataclass(frozen=True)
class Look:
    """Styles of everything a painter draws."""

    text: Style
    current: Style
    """On top of `text` in the caret's line."""
    gutter: Style
    gutter_current: Style
    selection: Style
    match: Style
    """What a search found."""
    match_current: Style
    caret: Style
    caret_away: Style
    """My caret while the keyboard is elsewhere."""
    odd: Style
    """Symbols that stand for control characters and the like."""
    tokens: Mapping[str, Style]


DARK = Look(
    text=Style(color="#d6dbe2", bgcolor="#14171c"),
    current=Style(bgcolor="#1b2027"),
    gutter=Style(color="#4b535f", bgcolor="#14171c"),
    gutter_current=Style(color="#aeb6c1", bgcolor="#1b2027"),
    selection=Style(bgcolor="#2f4a6b"),
    match=Style(bgcolor="#5a4a1e"),
    match_current=Style(color="#14171c", bgcolor="#e0c27a"),
    caret=Style(color="#14171c", bgcolor="#e6ebf2"),
    caret_away=Style(bgcolor="#4b535f"),
    odd=Style(color="#d7a65f", dim=True),
    tokens=TOKENS,
)


@dataclass(frozen=True)
class Visitor:
    """Somebody else in the text, as the painter shows them."""

    name: str
    caret: int
    anchor: int | None = None
    """The other end of their selection."""
    colour: str = "#e08c8c"
    """As `#rrggbb`."""
    named: bool = False
    """Whether the name shows beside the caret, as for a while after a move."""
