"""What a screen model cannot know by itself and programs ask for: its size and its colours.

The library asks us by callbacks, and writes the replies. Colours are those of an app that shows the
terminal: without them a program could not tell whether the ground is dark, and would draw in
colours that cannot be read.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pyghostty import Terminal
from pyghostty.core import ffi
from pyghostty.core import lib as ghostty

from cocalc_tui.server.terminals.mouse import CELL

_COLOUR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_BRIGHT = 128
TELLS_SCHEME = 2031
"""The mode of a program that wants to be told of another scheme."""


class Colours(NamedTuple):
    """Of text and of the ground below it, as `#rrggbb`."""

    text: str
    ground: str


class Replies:
    """Replies about one terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._dark: bool | None = None
        """None while nobody told any colours."""
        # The library keeps no reference to them.
        self._size = ffi.callback("GhosttyTerminalSizeFn", self._tell_size)
        self._scheme = ffi.callback("GhosttyTerminalColorSchemeFn", self._tell_scheme)
        self._set("SIZE", self._size)
        self._set("COLOR_SCHEME", self._scheme)

    def _set(self, name: str, value: Any) -> None:
        option = getattr(ghostty, f"GHOSTTY_TERMINAL_OPT_{name}")
        ghostty.ghostty_terminal_set(self._terminal._t[0], option, value)

    def _tell_size(self, _terminal: Any, _data: Any, out: Any) -> bool:
        out.columns, out.rows = self._terminal.size
        out.cell_width, out.cell_height = CELL
        return True

    def _tell_scheme(self, _terminal: Any, _data: Any, out: Any) -> bool:
        out[0] = getattr(ghostty, f"GHOSTTY_COLOR_SCHEME_{'DARK' if self._dark else 'LIGHT'}")
        return self._dark is not None

    def have(self, colours: Colours) -> bytes:
        """Tell these from now on; what is no colour changes nothing.

        Returns what a program is told that asked to be told whether the ground is dark.
        """
        text, ground = _COLOUR.fullmatch(colours.text), _COLOUR.fullmatch(colours.ground)
        if text is None or ground is None:
            return b""
        for name, found in (("FOREGROUND", text), ("BACKGROUND", ground)):
            colour = ffi.new("GhosttyColorRgb*")
            colour.r, colour.g, colour.b = (int(part, 16) for part in found.groups())
            self._set(f"COLOR_{name}", colour)
        red, green, blue = (int(part, 16) for part in ground.groups())
        before, self._dark = self._dark, 0.299 * red + 0.587 * green + 0.114 * blue < _BRIGHT
        if self._dark == before or not self._terminal.mode(TELLS_SCHEME):
            return b""
        return b"\x1b[?997;1n" if self._dark else b"\x1b[?997;2n"
