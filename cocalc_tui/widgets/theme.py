"""The two themes, and the colours of people.

Every colour is one of the 256 that all terminals share, so that the screen looks the same through
a tmux that knows no 24-bit colour; a test holds each to its contrast, and the colours of people
apart from each other also for the colour-blind (Machado, Oliveira, Fernandes 2009).

Beyond Textual's own names a theme gives: `text-dim`, `text-faint`, `side`, `bar`, `raised`,
`line`, `selection`, `match`, and `syntax-*` for what code is coloured by. Widgets read them with
`colour(node, name)`.
"""

from __future__ import annotations

from functools import cache

from textual.dom import DOMNode
from textual.theme import Theme

from cocalc_tui.widgets.contrast import is_dark, luminance, readable

DARK_PEOPLE = (
    *("#5f87ff", "#ffaf5f", "#5fd7af", "#d787ff"),
    *("#ffff87", "#af875f", "#ffafd7", "#afffff"),
)
PALE_PEOPLE = (
    *("#87afff", "#d7af87", "#5fd700", "#ff87af"),
    *("#ffffaf", "#afd75f", "#afffd7", "#00ffff"),
)
"""On dark greys, where the blue and brown of `DARK_PEOPLE` are too dark to be read."""
LIGHT_PEOPLE = (
    *("#0000ff", "#af0000", "#005f00", "#5f00af"),
    *("#af005f", "#5f0000", "#5f005f", "#00005f"),
)

DARK = Theme(
    name="quiet-dark",
    dark=True,
    primary="#87afd7",
    secondary="#afafd7",
    accent="#87afd7",
    foreground="#d0d0d0",
    background="#1c1c1c",
    surface="#1c1c1c",
    panel="#262626",
    warning="#d7af5f",
    error="#ff8787",
    success="#87af87",
    variables={
        "text-bright": "#eeeeee",
        "text-dim": "#949494",
        "text-faint": "#626262",
        "side": "#121212",
        "bar": "#262626",
        "raised": "#3a3a3a",
        "line": "#262626",
        "rule": "#3a3a3a",
        "selection": "#444444",
        "match": "#5f5f00",
        "match-now": "#875f00",
        "on-person": "#121212",
        "scrollbar": "#444444",
        "scrollbar-hover": "#626262",
        "scrollbar-active": "#626262",
        "scrollbar-background": "#262626",
        "scrollbar-background-hover": "#262626",
        "scrollbar-background-active": "#262626",
        "scrollbar-corner-color": "#262626",
        "input-selection-background": "#5f5f5f",
        "syntax-comment": "#8a8a8a",
        "syntax-keyword": "#afafff",
        "syntax-string": "#87af87",
        "syntax-number": "#d7af87",
        "syntax-constant": "#d7af87",
        "syntax-function": "#87afd7",
        "syntax-type": "#87d7d7",
        "syntax-builtin": "#87afaf",
        "syntax-operator": "#bcbcbc",
        "syntax-punctuation": "#a8a8a8",
        "syntax-decorator": "#d7afaf",
        "syntax-heading": "#87afd7",
        "syntax-link": "#87afaf",
        "syntax-error": "#ff8787",
    },
)

LIGHT = Theme(
    name="quiet-light",
    dark=False,
    primary="#005f87",
    secondary="#5f5f87",
    accent="#005f87",
    foreground="#303030",
    background="#ffffff",
    surface="#ffffff",
    panel="#e4e4e4",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    variables={
        "text-bright": "#121212",
        "text-dim": "#626262",
        "text-faint": "#a8a8a8",
        "side": "#eeeeee",
        "bar": "#e4e4e4",
        "raised": "#d0d0d0",
        "line": "#eeeeee",
        "rule": "#d0d0d0",
        "selection": "#d0d0d0",
        "match": "#ffffaf",
        "match-now": "#ffd75f",
        "on-person": "#ffffff",
        "scrollbar": "#bcbcbc",
        "scrollbar-hover": "#8a8a8a",
        "scrollbar-active": "#8a8a8a",
        "scrollbar-background": "#e4e4e4",
        "scrollbar-background-hover": "#e4e4e4",
        "scrollbar-background-active": "#e4e4e4",
        "scrollbar-corner-color": "#e4e4e4",
        "input-selection-background": "#afafff",
        "syntax-comment": "#767676",
        "syntax-keyword": "#5f00af",
        "syntax-string": "#005f00",
        "syntax-number": "#875f00",
        "syntax-constant": "#875f00",
        "syntax-function": "#005faf",
        "syntax-type": "#005f5f",
        "syntax-builtin": "#005f87",
        "syntax-operator": "#444444",
        "syntax-punctuation": "#585858",
        "syntax-decorator": "#870000",
        "syntax-heading": "#005faf",
        "syntax-link": "#005f87",
        "syntax-error": "#af0000",
    },
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def colour(node: DOMNode, name: str) -> str:
    """A colour of the theme in force, `#rrggbb`."""
    return node.app.theme_variables[name]


@cache
def people_on(*grounds: str) -> tuple[str, ...]:
    """The colours that people are given, each of them readable on all these grounds of a theme."""
    dark = is_dark(grounds[0])
    hardest = max(grounds, key=luminance) if dark else min(grounds, key=luminance)
    for people in (DARK_PEOPLE, PALE_PEOPLE) if dark else (LIGHT_PEOPLE,):
        mended = tuple(readable(colour, hardest) for colour in people)
        if mended == people:
            break
    return mended
