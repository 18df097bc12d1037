"""Copies of work that was not taken, as when a role was lost: to find, read and copy from.

They lie on the person's own machine, so no relay is needed, and a person who was put out of a
project still has what they wrote.
"""

from __future__ import annotations

from textual.events import Key
from textual.screen import Screen

from cocalc_tui.client.keep import Copy, copies
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.help import Line, Reading
from cocalc_tui.widgets.phrases import clock
from cocalc_tui.widgets.picker import Choice


async def ask_copy(screen: Screen[None]) -> Copy | None:
    """Have somebody choose a copy."""
    found = copies()
    if not found:
        desk(screen).notice("All that you typed was taken: there are no copies")
        return None
    choices = [
        Choice(str(at), copy.path, f"{clock(copy.at)}  {copy.reason}"[:60])
        for at, copy in enumerate(found)
    ]
    chosen = await desk(screen).pick("Work that was not taken", choices)
    return found[int(chosen)] if chosen is not None else None


class Kept(Reading, inherit_bindings=False):
    """One copy, to read."""

    def __init__(self, copy: Copy) -> None:
        head: list[Line] = [
            ("", f"{copy.path}, {clock(copy.at)}", ""),
            ("", copy.reason, " "),
            ("", str(copy.file), " "),
            ("", "", " "),
        ]
        body: list[Line] = [("", line, " ") for line in copy.text.split("\n")]
        super().__init__([*head, *body], "c copy all   ↑ ↓ scroll   esc close")
        self._text = copy.text

    def on_key(self, event: Key) -> None:
        """Copy; the rest is as in any other reading."""
        if event.key == "c":
            event.stop()
            self.app.copy_to_clipboard(self._text)
            desk(self).notice("Copied to the clipboard of your terminal")
