"""Keys beside a line that asks: as many as there is room for, and those that the person chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual.dom import DOMNode

from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.keynames import shown

Offer = tuple[str, str]
"""What is done, in a word, and the name of the action that does it."""


def key_of(node: DOMNode, name: str) -> str:
    """An action's first key, as it is shown; "" for none."""
    keys = desk(node).reader.keymap.keys_of(name)
    return shown(keys[0]) if keys else ""


def hints(offers: Iterable[Offer], room: int, key: Callable[[str], str]) -> str:
    """Keys with what they do, in as many cells as there are; `key` gives that of an action."""
    text = ""
    for what, name in offers:
        more = f"{found} {what}  " if (found := key(name)) else ""
        if len(text) + len(more) > room:
            break
        text += more
    return text
