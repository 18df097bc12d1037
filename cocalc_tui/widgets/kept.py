"""Copies of work that was not taken, as when a role was lost: to find, read and copy from.

They lie on the person's own machine, so no relay is needed, and a person who was put out of a
project still has what they wrote.
"""

from __future__ import annotations

from collections.abc import Sequence

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
        super().__init__([*head, *body])
        self._text = copy.text

    def scopes(self) -> Sequence[str]:
        """Its own, and those of all reading."""
        return ("kept", *super().scopes())

    def do_copy(self) -> None:
        """Copy all of it to the clipboard of the person's terminal."""
        self.app.copy_to_clipboard(self._text)
        desk(self).notice("Copied to the clipboard of your terminal")
