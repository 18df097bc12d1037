"""What others typed, printed or named can never act on my terminal: the one place that sees to it.

Textual sends the text of a Strip to the terminal as it is, escape sequences included: a file
name, a cell's output or a nickname could write to my clipboard, set my window's title or make the
terminal type. Every widget's text, whoever wrote the widget, becomes bytes in `Strip.render`, so
that is where it is cleaned. Importing this module puts the cleaning in place; `CleanApp`, which
every app of the project is, adds what does not pass through Strips.

Text that is clean costs one test of a flag and one scan in C per segment; the result stays in the
Strip as before.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable
from functools import lru_cache
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from cocalc_tui.widgets import outlet
from cocalc_tui.widgets.glyphs import clusters, glyph
from cocalc_tui.widgets.pixels import START, drawn, forgetting

_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff\U00100000-\U0010ffff]"
    "|[\u0300-\u036f]{4}"
)
"""Characters that act, deceive, hide, or that terminals draw in different widths."""


def clean(text: str) -> str:
    """Text as it may go to the terminal, exactly as many cells wide as Textual takes it to be."""
    if text.isascii():
        return text if text.isprintable() else _clean(text)
    return _clean(text) if _SUSPECT.search(text) else text


@lru_cache(1024)
def _clean(text: str) -> str:
    drawn = "".join(_drawn(text[start:end]) for start, end in clusters(text))
    return set_cell_size(drawn, cell_len(text))


def _drawn(cluster: str) -> str:
    """A cluster's glyph in the room that Textual left for it."""
    room = cell_len(cluster)
    if cluster >= START:  # a picture under a dialog, or somebody's who has none
        return " " * room
    shown = glyph(cluster)
    if shown.width > room:
        return " " * room
    return shown.text + " " * (room - shown.width)


def clean_lines(text: str) -> str:
    """Several lines as they may go to a terminal outside of the app."""
    return "\n".join(clean(line) for line in text.split("\n"))


def _render(self: Strip, console: Console) -> str:
    """Takes the place of `Strip.render`: colours and attributes, clean text, pictures, no more.

    Of links only those that `outlet.link` lets pass: their targets are others' words.
    """
    if self._render_cache is None:
        system = console._color_system or ColorSystem.TRUECOLOR
        self._render_cache = "".join([_segment(*part, system) for part in self._segments])
    return self._render_cache


def _segment(text: str, style: Style | None, control: Any, system: ColorSystem) -> str:
    if control:
        return ""
    if style is not None and text[:1] >= START and (pixels := drawn(text, style)) is not None:
        return pixels
    text = clean(text)
    if style is None:
        return text
    codes = style._ansi
    if codes is None:
        codes = Strip.render_ansi(style, system)
    drawn_text = f"\x1b[{codes}m{text}\x1b[0m" if codes else text
    return outlet.link(style.link, drawn_text) if style.link else drawn_text


def install() -> None:
    """Have every Strip cleaned from now on."""
    Strip.render = _render  # type: ignore[method-assign]  # the lowest layer all widgets share


install()


class CleanApp(App[None], inherit_bindings=False):
    """An app in which others' words neither act on the terminal nor run actions."""

    _undo = ""

    def on_mount(self) -> None:
        """Switch on what Textual does not; once, however often a subclass passes this on."""
        if self._driver is not None and not self.is_headless and not self._undo:
            self._undo = outlet.begin(self._driver)

    async def run_async(self, *args: Any, **kwargs: Any) -> Any:
        """Run the app, and leave the terminal as it was found."""
        running: Awaitable[Any] = super().run_async(*args, **kwargs)
        try:
            return await running
        finally:
            outlet.end(forgetting() + self._undo)

    def retitle(self, text: str) -> None:
        """Name the terminal's window."""
        if self._driver is not None and not self.is_headless:
            outlet.title(self._driver, text)

    def copy_to_clipboard(self, text: str) -> None:
        """Keep text for pasting, and put it into the clipboard of this person's terminal."""
        self._clipboard = text
        if self._driver is not None and not outlet.copy(self._driver, text):
            self.notify("Copied here only: too long for the terminal's clipboard", markup=False)

    async def _broker_event(self, *_: object, **__: object) -> bool:
        """Run no action that is written in a text: `[@click=...]` may be somebody else's."""
        return False

    def _print_error_renderables(self) -> None:
        """Say what went wrong after the screen is gone, in clean text."""
        options = self.console.options
        for index, renderable in enumerate(self._exit_renderables):
            self._exit_renderables[index] = Segments(
                Segment(clean_lines(part.text), part.style and part.style.update_link(None))
                for part in self.console.render(renderable, options)
                if not part.control
            )
        super()._print_error_renderables()
