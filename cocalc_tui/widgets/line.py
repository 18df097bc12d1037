"""A line to type into, of dialogs and lists."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input

from cocalc_tui.widgets.acting import press


class Line(Input):
    """A line in which alt with a letter is a key and not that letter.

    Terminals send the letter with it, which Textual's own line takes as typed.
    """

    def on_key(self, event: Key) -> None:
        """Do what the key means, before it is taken for a letter."""
        if event.key.startswith("alt+"):
            press(self, event.key)
            event.stop()
            event.prevent_default()
