"""Names of keys: one spelling for what terminals, Textual and people call them.

A terminal's protocol changes what a key is called (`ctrl+shift+a` and `ctrl+shift+A`,
`ctrl+underscore` for ctrl+/); a person writes `?` where Textual says `question_mark`. Keys are
compared in the canonical spelling only, otherwise a binding would work in one terminal and not in
the next.
"""

from __future__ import annotations

import string
import unicodedata
from difflib import get_close_matches
from functools import lru_cache

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_NAMED = {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("insert", "delete", "backspace", "enter", "tab", "escape", "space"),
    *("menu", "pause", "print_screen"),
    *(f"f{number}" for number in range(1, 25)),
}
_RENAMED = {
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "minus": "-",
    "plus": "+",
    "underscore": "_",
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "ins": "insert",
    "\r": "enter",
    "\t": "tab",
    " ": "space",
    "newline": "ctrl+j",
}
_CHARACTERS = {
    unicodedata.name(mark).lower().replace(" ", "_").replace("-", "_"): mark
    for mark in string.punctuation
}
# Old terminals send one byte for both, so the left side means the right side.
_SAME = {
    "ctrl+@": "ctrl+space",
    "ctrl+_": "ctrl+/",
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+[": "escape",
    "shift+space": "space",
}
_SHOWN = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "delete": "del"}
_ARROWS = {"up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "⏎"}


@lru_cache(2048)
def canonical(key: str) -> str:
    """The spelling we compare by: modifiers in a fixed order, characters as themselves."""
    base, modifiers = _split(key)
    base = _CHARACTERS.get(base, _RENAMED.get(base, base))
    if len(base) == 1 and base.isalpha() and base.isupper() and modifiers:
        base = base.lower()
        modifiers.add("shift")
    if len(base) == 1 and modifiers == {"shift"}:
        base, modifiers = base.upper(), set()
    whole = "+".join([*(one for one in MODIFIERS if one in modifiers), base])
    return _SAME.get(whole, whole)


def _split(key: str) -> tuple[str, set[str]]:
    if key.endswith("+") and key != "+":
        head, base = key[:-1].rstrip("+"), "+"
    else:
        head, _, base = key.rpartition("+") if key != "+" else ("", "", "+")
    return base, {part.lower() for part in head.split("+") if part}


def canonical_sequence(keys: str) -> tuple[str, ...]:
    """Canonical spelling of a key, or of several typed one after the other (`ctrl+t r`).

    Raises ValueError, one line, for something that is not a key.
    """
    parts = keys.split()
    if not parts:
        raise ValueError("an empty key")
    return tuple(_known(part) for part in parts)


def _known(key: str) -> str:
    name = canonical(key if len(key) == 1 else key.lower())
    base, modifiers = _split(name)
    if modifiers <= set(MODIFIERS) and (len(base) == 1 or base in _NAMED):
        return name
    close = get_close_matches(base, _NAMED, n=1)
    raise ValueError(f"no key {key!r}" + (f"; did you mean {close[0]}?" if close else ""))


@lru_cache(2048)
def shown(keys: str) -> str:
    """How keys are printed on the screen: `ctrl+t r`, `esc`, `shift+↑`, `F1`."""
    return " ".join(_shown_one(key) for key in keys.split())


def _shown_one(key: str) -> str:
    head, plus, base = key.rpartition("+") if not key.endswith("+") else ("", "", key)
    if len(base) > 1 and base[0] == "f" and base[1:].isdigit():
        base = base.upper()
    return head + plus + _ARROWS.get(base, _SHOWN.get(base, base))
