"""Textual's own themes with what ours have beyond them: colours of code, bars, selections.

They are derived from the theme's few colours, each moved towards black or white until it can be
read on its ground. Themes in the terminal's own colours are not among them: nobody can say what
those are.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import BUILTIN_THEMES, Theme

from cocalc_tui.widgets.contrast import ground_for, is_dark, mixed, readable

NAMES = tuple(name for name in BUILTIN_THEMES if not name.startswith(("ansi-", "textual-ansi")))
"""The themes that can be had."""


def adopted(name: str) -> Theme:
    """One of them, whole."""
    theme = BUILTIN_THEMES[name]
    made = theme.to_color_system().generate()
    ground = made["background"]
    front = readable(made["foreground"], mixed(ground, made["foreground"], 0.08))
    bar = mixed(ground, front, 0.08)
    plain = {
        key: readable(made[key], bar)
        for key in ("primary", "secondary", "accent", "warning", "error", "success")
    }
    return Theme(
        name=name,
        dark=is_dark(ground),
        foreground=front,
        background=ground,
        surface=ground,
        panel=bar,
        variables={
            **_grounds(ground, front, bar, made["warning"]),
            **_texts(ground, front, bar),
            **_scrollbars(ground, front),
            **_code(ground, front, plain),
        },
        primary=plain["primary"],
        secondary=plain["secondary"],
        accent=plain["accent"],
        warning=plain["warning"],
        error=plain["error"],
        success=plain["success"],
    )


def _grounds(ground: str, front: str, bar: str, found: str) -> dict[str, str]:
    side = mixed(ground, "#000000", 0.25) if is_dark(ground) else mixed(ground, front, 0.03)
    return {
        "side": side,
        "bar": bar,
        "line": mixed(ground, front, 0.06),
        "raised": ground_for(ground, front, 0.16, front),
        "rule": mixed(ground, front, 0.2),
        "selection": ground_for(ground, front, 0.24, front),
        "match": ground_for(ground, found, 0.4, front),
        "match-now": ground_for(ground, found, 0.6, front),
        "input-selection-background": ground_for(ground, front, 0.3, front),
    }


def _texts(ground: str, front: str, bar: str) -> dict[str, str]:
    dark = is_dark(ground)
    return {
        "text-bright": readable(mixed(front, "#ffffff" if dark else "#000000", 0.5), bar),
        "text-dim": readable(mixed(ground, front, 0.6), bar),
        "text-faint": readable(mixed(ground, front, 0.35), ground, 2.2),
        "on-person": "#121212" if dark else "#ffffff",
    }


def _scrollbars(ground: str, front: str) -> dict[str, str]:
    under = mixed(ground, front, 0.08)
    thumb = {"scrollbar": 0.24, "scrollbar-hover": 0.36, "scrollbar-active": 0.36}
    names = ("background", "background-hover", "background-active", "corner-color")
    return {name: mixed(ground, front, share) for name, share in thumb.items()} | {
        f"scrollbar-{name}": under for name in names
    }


def _code(ground: str, front: str, plain: Mapping[str, str]) -> dict[str, str]:
    shades = {
        "comment": mixed(ground, front, 0.55),
        "keyword": plain["secondary"],
        "string": plain["success"],
        "number": plain["warning"],
        "constant": plain["warning"],
        "function": plain["primary"],
        "type": plain["accent"],
        "builtin": mixed(plain["primary"], front, 0.4),
        "operator": mixed(ground, front, 0.85),
        "punctuation": mixed(ground, front, 0.75),
        "decorator": mixed(plain["error"], front, 0.4),
        "heading": plain["primary"],
        "link": plain["accent"],
        "error": plain["error"],
    }
    return {f"syntax-{name}": readable(shade, ground) for name, shade in shades.items()}
