"""What is said in a window in which nothing useful fits.

It takes the keyboard too: keys went to what nobody could see, such as the list of files, where a
letter makes one or deletes one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from cocalc_tui.widgets.acting import Acting, desk
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.modal import Modal

LEAST = Size(48, 12)
"""Columns and rows below which nothing useful fits."""


def fits(size: Size) -> bool:
    """Whether a window of this size can be worked in."""
    return size.width >= LEAST.width and size.height >= LEAST.height


class TooSmall(Acting, Modal[None]):
    """Over everything until the window is larger."""

    DEFAULT_CSS = """
    TooSmall { background: $background; align: center middle; }
    TooSmall Static { width: auto; height: auto; }
    """

    def __init__(self, leave: Callable[[], Awaitable[None]]) -> None:
        """`leave` is what leaves the app."""
        super().__init__()
        self._leave = leave
        self._said = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The words alone."""
        yield self._said

    def scopes(self) -> Sequence[str]:
        """One can only leave."""
        return ("small",)

    async def do_leave(self) -> None:
        """Leave the app."""
        await self._leave()

    def on_resize(self) -> None:
        """Go, or say what is missing."""
        self._look()

    def on_screen_resume(self) -> None:
        """It may have become larger while a question was open."""
        self._look()

    def _look(self) -> None:
        size = self.app.size
        if fits(size):
            self.dismiss()
            return
        keys = desk(self).reader.keymap.keys_of("small.leave")
        or_leave = f",\nor leave with {shown(keys[0])}" if keys else ""
        self._said.update(
            f"This window has {size.width}x{size.height};\n"
            f"{LEAST.width}x{LEAST.height} are needed.\n\n"
            f"Make it larger{or_leave}."
        )
