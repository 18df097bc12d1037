"""An app that draws without end for a while: for tests of the way to the terminal.

python -m tests.widgets.drawing [thread|deaf]
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

from rich.segment import Segment
from textual.events import Key
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.widgets import tty
from cocalc_tui.widgets.actions import Registry
from cocalc_tui.widgets.desk import DeskApp

TIMES = 150


class Filled(Widget):
    """Draws how often it was told to, all over."""

    count = 0

    def render_line(self, y: int) -> Strip:
        word = "done" if self.count >= TIMES else f"{self.count:04}"
        return Strip([Segment(word * (self.size.width // 4))])


class Drawing(DeskApp):
    """Counts a hundred times a second, and says which keys it gets."""

    def __init__(self) -> None:
        super().__init__(Registry((), ()))
        self.filled = Filled()

    def compose(self) -> Iterator[Widget]:
        yield self.filled

    def on_ready(self) -> None:
        self.set_interval(0.01, self.count)

    def count(self) -> None:
        if self.filled.count < TIMES:
            self.filled.count += 1
            self.filled.refresh()

    def on_key(self, event: Key) -> None:
        if event.key == "q":
            self.exit(message="the end")
        else:
            self.retitle(f"key {event.key}")


if __name__ == "__main__":
    if sys.argv[1:] == ["thread"]:
        setattr(tty, "_open_anew", lambda _: None)  # noqa: B010 - not one of its type
    if sys.argv[1:] == ["deaf"]:
        setattr(tty, "_HANGUPS", ())  # noqa: B010 - not one of its type
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Drawing().run()
