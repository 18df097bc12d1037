"""The colours in which outputs and notebooks are drawn, made once from a theme.

Everything drawn takes a `Look` as an argument, so drawing is a pure function and a row can be kept
until its text or the theme changes. Programs print in sixteen named colours; those are given here
as fixed shades that can be read on the theme's background, not left to each person's terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color

_DARK = (
    ("#5c6370", "#e0707a", "#8fbf7f", "#d9a562", "#6ea8e0", "#c58fd6", "#5fb8b8", "#c8ccd4"),
    ("#7d8590", "#ff8a90", "#a8d896", "#efc07f", "#8fc1f5", "#dcaaec", "#7fd4d4", "#f0f2f5"),
)
_LIGHT = (
    ("#3a3f48", "#b3303c", "#2f7d32", "#8f5a00", "#1f5fae", "#8a3f9e", "#0f7378", "#6a6f78"),
    ("#5c6370", "#d0404c", "#3f9442", "#a86c00", "#2f76cc", "#a355b8", "#178a90", "#4a4f58"),
)


@dataclass(frozen=True, eq=False)
class Look:
    """Styles by what they mean. Compared by identity: it is a key of caches."""

    dark: bool
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
        """Derive it from a Textual theme's variables (`foreground`, `background`, `error` ...)."""

        def named(name: str, fallback: str) -> Color:
            return Color.parse(variables.get(name, fallback))

        front = named("foreground", "#e0e0e0" if dark else "#202020")
        back = named("background", "#121212" if dark else "#fafafa")
        error, accent = named("error", "#b93c5b"), named("accent", "#6ea8e0")
        readable = error.blend(front, 0.3)
        dim = _style(front.blend(back, 0.4))
        return cls(
            dark=dark,
            text=_style(front),
            dim=dim,
            faint=_style(front.blend(back, 0.68)),
            strong=_style(front) + Style(bold=True),
            error=_style(readable) + Style(bold=True),
            stderr=_style(front.blend(error, 0.45)),
            note=dim + Style(italic=True),
            accent=_style(accent),
            code=_style(front.blend(accent, 0.35)),
            ansi=tuple(_style(Color.parse(c)) for row in (_DARK if dark else _LIGHT) for c in row),
        )


def _style(color: Color) -> Style:
    return Style(color=color.rich_color)
