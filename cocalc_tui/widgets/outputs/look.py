"""The colours in which outputs and notebooks are drawn, made once from a theme.

Everything drawn takes a `Look` as an argument, so drawing is a pure function and a row can be kept
until its text or the theme changes. Programs print in sixteen named colours; those are given here
as fixed shades that can be read on the theme's background, not left to each person's terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.color import Color
from rich.style import Style

# Of the 256 colours that every terminal has; a test holds each to its contrast.
_DARK = (
    ("#767676", "#d78787", "#87af87", "#d7af87", "#87afd7", "#af87d7", "#5fafaf", "#bcbcbc"),
    ("#949494", "#ff8787", "#afd787", "#ffd787", "#afd7ff", "#d7afff", "#87d7d7", "#eeeeee"),
)
_LIGHT = (
    ("#303030", "#af0000", "#005f00", "#875f00", "#005faf", "#875faf", "#005f5f", "#767676"),
    ("#585858", "#d70000", "#00875f", "#875f5f", "#005fd7", "#af00af", "#005f87", "#626262"),
)


@dataclass(frozen=True, eq=False)
class Look:
    """Styles by what they mean. Compared by identity: it is a key of caches."""

    dark: bool
    ground: str
    """What is behind everything, `#rrggbb`."""
    text: Style
    dim: Style
    """For what supports the text: labels, frames with words."""
    faint: Style
    """For what is there only when looked for: rules, gutters."""
    strong: Style
    error: Style
    stderr: Style
    note: Style
    """For remarks of ours inside somebody's output."""
    accent: Style
    code: Style
    ansi: tuple[Style, ...]
    """The sixteen colours of programs, as foregrounds."""

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], *, dark: bool) -> Look:
        """Take it from the variables of one of our themes."""

        def style(name: str, *, bold: bool = False, italic: bool = False) -> Style:
            return Style(color=variables[name], bold=bold or None, italic=italic or None)

        return cls(
            dark=dark,
            ground=Color.parse(variables["background"]).get_truecolor().hex,
            text=style("foreground"),
            dim=style("text-dim"),
            faint=style("text-faint"),
            strong=style("text-bright", bold=True),
            error=style("error", bold=True),
            stderr=style("syntax-decorator"),
            note=style("text-dim", italic=True),
            accent=style("accent"),
            code=style("syntax-type"),
            ansi=tuple(Style(color=name) for row in (_DARK if dark else _LIGHT) for name in row),
        )


def unknown_look() -> Look:
    """For a terminal of which the colours are not known: its own sixteen, and its own text."""
    named = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    shades = [Style(color=name) for name in (*named, *(f"bright_{name}" for name in named))]
    return Look(
        dark=True,
        ground="#000000",
        text=Style(),
        dim=Style(dim=True),
        faint=Style(dim=True),
        strong=Style(bold=True),
        error=Style(color="red", bold=True),
        stderr=Style(color="yellow"),
        note=Style(dim=True, italic=True),
        accent=Style(color="cyan"),
        code=Style(color="magenta"),
        ansi=tuple(shades),
    )
