"""Themes by name: ours, Textual's, and a person's own: TOML files, each on top of another.

    # ~/.config/cocalc-tui/themes/sepia.toml
    base = "quiet-light"
    [colours]
    background = "#fdf6e3"
    syntax-comment = "#93a1a1"

A colour that is not named stays as the base has it, so that a theme of this release goes on being
whole when a later one draws something new.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from textual.theme import Theme

from cocalc_tui.widgets.theme import DARK, THEMES
from cocalc_tui.widgets.theme_adopted import NAMES as TEXTUAL
from cocalc_tui.widgets.theme_adopted import adopted

_PLAIN = (
    *("primary", "secondary", "accent", "foreground", "background", "surface", "panel"),
    *("warning", "error", "success"),
)
"""Colours that are fields of a Textual theme; all others are variables of it."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
NAMES = (*_PLAIN, *DARK.variables)
"""Every colour that a file may set."""


GIVEN = (*THEMES, *TEXTUAL)
"""Those that come with the program."""


class ThemeError(ValueError):
    """A theme cannot be used: one line with file, key and what it should be."""


def _given(name: str) -> Theme:
    """A theme that nobody here made."""
    if name in THEMES:
        return THEMES[name]
    return adopted(name)


def theme_folder() -> Path:
    """Where a person's own themes are."""
    from platformdirs import user_config_path

    return user_config_path("cocalc-tui") / "themes"


def names() -> list[str]:
    """The themes there are: ours, Textual's, then the person's own."""
    own = sorted(file.stem for file in theme_folder().glob("*.toml"))
    return [*GIVEN, *(name for name in own if name not in GIVEN)]


def find(name: str) -> Theme:
    """The theme of a name. Raises ThemeError."""
    if name in GIVEN:
        return _given(name)
    file = theme_folder() / f"{name}.toml"
    if not file.is_file():
        near = get_close_matches(name, names(), n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(names())}"
        raise ThemeError(f"screen.theme: no theme {name!r} and no {file}{hint}")
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{file}: {error}") from None
    return _on_base(file, table)


def _on_base(file: Path, table: dict[str, Any]) -> Theme:
    base, colours = table.pop("base", DARK.name), table.pop("colours", {})
    if table:
        raise ThemeError(f"{file}: no key {next(iter(table))!r}; there are base and colours")
    if base not in GIVEN:
        raise ThemeError(f"{file}: base is {base!r}; it may be {', '.join(GIVEN)}")
    if not isinstance(colours, dict):
        raise ThemeError(f"{file}: colours is a table of lines as background = '#fdf6e3'")
    for name, value in colours.items():
        _check(file, name, value)
    ground = _given(base)
    return dataclasses.replace(
        ground,
        name=file.stem,
        variables={**ground.variables, **{k: v for k, v in colours.items() if k not in _PLAIN}},
        **{name: value for name, value in colours.items() if name in _PLAIN},
    )


def _check(file: Path, name: str, value: object) -> None:
    if name not in NAMES:
        near = get_close_matches(name, NAMES, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ThemeError(f"{file}: no colour {name!r}{hint}")
    if not isinstance(value, str) or not _COLOUR.fullmatch(value):
        raise ThemeError(f"{file}: {name} is {value!r}; a colour is written '#fdf6e3'")
