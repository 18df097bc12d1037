"""What a tile shows while there is no document in it: words in its middle."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.keynames import shown
from cocalc_tui.widgets.theme import colour


class Note(Widget, can_focus=True):
    """A few lines in the middle of a tile."""

    DEFAULT_CSS = "Note { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, *lines: str, soon: bool = False) -> None:
        """`soon`: a document takes this place presently, and text typed meanwhile is for it."""
        super().__init__()
        self.soon = soon
        self._lines: Sequence[str] = lines

    def say(self, *lines: str) -> None:
        """Say something else: no document comes."""
        self.soon = False
        self._lines = lines
        self.refresh()

    def lines(self) -> Sequence[tuple[str, str]]:
        """What stands there, each with a colour of the theme."""
        shades = ["foreground", *["text-dim"] * len(self._lines)]
        return [
            (part, shade)
            for line, shade in zip(self._lines, shades, strict=False)
            for part in _wrapped(safe(line), max(self.size.width - 4, 10))
        ]

    def render_line(self, y: int) -> Strip:
        """A row, centred."""
        lines, width, ground = self.lines(), self.size.width, self.rich_style
        index = y - max((self.size.height - len(lines)) // 2 - 1, 0)
        if not 0 <= index < len(lines):
            return Strip.blank(width, ground)
        text, shade = lines[index]
        strip = Strip([Segment(text, ground + Style(color=colour(self, shade)))])
        left = max((width - strip.cell_length) // 2, 0)
        return Strip([Segment(" " * left, ground), *strip]).adjust_cell_length(width, ground)


def _wrapped(line: str, width: int) -> list[str]:
    """A line in rows, divided between words where that is possible."""
    from textwrap import wrap

    return wrap(line, width) or [""]


class Welcome(Note):
    """What an empty tile says: how to begin, and to a guest where they are."""

    NAMES = ("app.open", "app.new", "app.files", "app.palette", "app.help", "app.leave")

    def __init__(self) -> None:
        super().__init__()
        self._greeting: Sequence[str] = ()

    def greet(self, greeting: Sequence[str]) -> None:
        """Say this to a guest."""
        if greeting != self._greeting:
            self._greeting = greeting
            self.refresh()

    def lines(self) -> Sequence[tuple[str, str]]:
        """The first keys one needs, as they are mapped now."""
        keymap, role = desk(self).reader.keymap, desk(self).role
        rows = [(safe(line), "foreground") for line in self._greeting]
        rows += [("", "text-dim")] if rows else [("Nothing is open here", "text-dim")]
        rows += [("", "text-dim")]
        for name in self.NAMES:
            if keymap.registry[name].needs > role:
                continue
            keys = keymap.keys_of(name)
            title = keymap.registry[name].title
            rows.append((f"{shown(keys[0]) if keys else '':>10}   {title:<18}", "text-dim"))
        return rows
