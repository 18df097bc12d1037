"""What vim's keys ask of the pane they are typed in."""

from __future__ import annotations

from typing import Protocol

from cocalc_tui.widgets.editor.slices import Slices


class Outside(Protocol):
    """A pane, as `machine.Vim` needs it."""

    def act(self, name: str) -> None:
        """Do an action of the registry: `text.undo`, `app.save`, `tile.close`."""
        ...

    def switch(self, name: str, *, on: bool) -> None:
        """Do an action of the registry that switches something, if it is not so already."""
        ...

    def work(self, slices: Slices) -> None:
        """Do what is done slice by slice."""
        ...

    def say(self, text: str) -> None:
        """Tell the person something in one line."""
        ...

    def rows_shown(self) -> tuple[int, int]:
        """First and last row of the text on the screen."""
        ...

    def scroll_to(self, top: int) -> None:
        """Make this the first row on the screen."""
        ...

    def light(self, places: list[tuple[int, int]]) -> None:
        """Light up what a search found; none: nothing."""
        ...

    def copied(self) -> str:
        """What is in this app's clipboard."""
        ...

    def copy(self, text: str) -> None:
        """Put text into this app's clipboard and that of the person's terminal."""
        ...

    def open(self, path: str) -> None:
        """Show another file."""
        ...
