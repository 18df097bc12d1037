"""The colours of a text: what the painter needs of a theme, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from rich.color import Color
from rich.style import Style

from cocalc_tui.widgets import theme

_TOKENS = {
    "operator": Style(),
    "property": Style(),
    "comment": Style(italic=True),
    "heading": Style(bold=True),
    "strong": Style(bold=True),
    "emphasis": Style(italic=True),
    "link": Style(underline=True),
}
"""What tokens have beside their colour."""
_COLOURS = {
    "escape": "constant",
    "property": "builtin",
    "tag": "keyword",
    "inserted": "string",
    "deleted": "error",
}
"""Tokens that have the colour of another."""
_NAMES = (
    *("comment", "string", "escape", "number", "constant", "keyword", "operator", "function"),
    *("type", "property", "tag", "heading", "link", "inserted", "deleted", "error"),
)


class Look(Struct, frozen=True):
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
    bracket: Style
    """A bracket at the caret, and its partner."""
    space: Style
    """Marks of white space, and of what is folded."""
    odd: Style
    """Symbols that stand for control characters and the like."""
    bar: Style
    """The line that asks what to search for."""
    edge: Style
    """The scroll bar's thumb."""
    on_person: str
    """What is written on a person's colour."""
    tokens: Mapping[str, Style]


def look_of(variables: Mapping[str, str]) -> Look:
    """The look of a theme, by its variables as `App.theme_variables` has them."""

    def style(text: str | None = None, ground: str | None = None) -> Style:
        return Style(color=text and variables[text], bgcolor=ground and variables[ground])

    tokens = {
        name: style(f"syntax-{_COLOURS.get(name, name)}") + _TOKENS.get(name, Style())
        for name in _NAMES
    }
    return Look(
        text=style("foreground", "background"),
        current=style(ground="line"),
        gutter=style("text-faint", "background"),
        gutter_current=style("text-dim", "line"),
        selection=style(ground="selection"),
        match=style(ground="match"),
        match_current=style("text-bright", "match-now"),
        caret=style("background", "text-bright"),
        caret_away=style(ground="raised"),
        bracket=style("text-bright", "raised") + Style(bold=True),
        space=style("text-faint"),
        odd=style("warning"),
        bar=style("foreground", "bar"),
        edge=style("raised", "background"),
        on_person=variables["on-person"],
        tokens=tokens | {name: _TOKENS[name] for name in ("strong", "emphasis")},
    )


DARK = look_of(
    {
        **theme.DARK.variables,
        "foreground": str(theme.DARK.foreground),
        "background": str(theme.DARK.background),
        "warning": str(theme.DARK.warning),
    }
)
"""The look of the dark theme, where there is no app."""


class Visitor(Struct, frozen=True):
    """Somebody else in the text, as the painter shows them."""

    name: str
    caret: int
    anchor: int | None = None
    """The other end of their selection."""
    colour: str = "#ff8787"
    """As `#rrggbb`."""
    named: bool = False
    """Whether the name shows beside the caret, as for a while after a move."""


def mixed(colour: str, ground: Color | None, part: float) -> str:
    """A colour laid thinly (`part` 0..1) on a ground, as `#rrggbb`."""
    over = Color.parse(colour).get_truecolor()
    under = ground.get_truecolor() if ground else (0, 0, 0)
    parts = [round(o * part + u * (1 - part)) for o, u in zip(over, under, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*parts)
