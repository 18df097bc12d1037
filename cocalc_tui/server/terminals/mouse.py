"""The mouse as the bytes that the program in a terminal reads, in the form that it asked for last.

Of the forms each replaces the one before, and programs leave theirs behind when they end: only the
library, which saw them come, knows which one it is. So its encoder writes them.
"""

from __future__ import annotations

from typing import Any, Final

from pyghostty import Terminal
from pyghostty.core import ffi
from pyghostty.core import lib as ghostty

CELL: Final = (8, 16)
"""Pixels of a cell, across and down, as programs are told.

Apps have several fonts and show no pictures: it is enough that the proportion is right, and that it
is not 0, by which Textual's programs would divide.
"""
_ACTIONS: Final = {
    "press": (ghostty.GHOSTTY_MOUSE_ACTION_PRESS, range(1, 6)),
    "release": (ghostty.GHOSTTY_MOUSE_ACTION_RELEASE, range(1, 4)),
    "move": (ghostty.GHOSTTY_MOUSE_ACTION_MOTION, range(4)),
}
"""What the library calls them, and with which buttons they can be: a wheel is not let go of."""
_BUTTONS: Final = {
    1: ghostty.GHOSTTY_MOUSE_BUTTON_LEFT,
    2: ghostty.GHOSTTY_MOUSE_BUTTON_MIDDLE,
    3: ghostty.GHOSTTY_MOUSE_BUTTON_RIGHT,
    4: ghostty.GHOSTTY_MOUSE_BUTTON_FOUR,
    5: ghostty.GHOSTTY_MOUSE_BUTTON_FIVE,
}
_DRAGS: Final = (1002, 1003)


class Mouse:
    """What the program in one terminal is told of it."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        encoder, event = ffi.new("GhosttyMouseEncoder*"), ffi.new("GhosttyMouseEvent*")
        ghostty.ghostty_mouse_encoder_new(ffi.NULL, encoder)
        ghostty.ghostty_mouse_event_new(ffi.NULL, event)
        self._encoder = ffi.gc(encoder, lambda made: ghostty.ghostty_mouse_encoder_free(made[0]))
        self._event = ffi.gc(event, lambda made: ghostty.ghostty_mouse_event_free(made[0]))
        self._bytes, self._length = ffi.new("char[]", 64), ffi.new("size_t*")

    @property
    def wanted(self) -> bool:
        """Whether the program wants it."""
        return bool(self._terminal.get("mouse_tracking", "bool"))

    @property
    def drags(self) -> bool:
        """Whether it wants to know where the mouse is dragged, too."""
        return any(self._terminal.mode(one) for one in _DRAGS)

    def encode(self, what: str, button: int, where: tuple[int, int], modifiers: int) -> bytes:
        """What the program reads of it; b"" for what it did not ask for.

        `what` is press, release or move; `button` 1 to 3, 4 and 5 for the wheel, 0 for none;
        `where` in cells from 0; `modifiers` is a sum of 4 (shift), 8 (alt), 16 (ctrl).
        """
        action, buttons = _ACTIONS.get(what, (None, ()))
        if button not in buttons:
            return b""
        self._describe(action, button, where, modifiers)
        self._measure(held=what == "move" and button > 0)
        encoder, bytes_ = self._encoder[0], self._bytes
        encode = ghostty.ghostty_mouse_encoder_encode
        failed = encode(encoder, self._event[0], bytes_, len(bytes_), self._length)
        return b"" if failed else bytes(ffi.buffer(bytes_, self._length[0]))

    def _describe(self, action: Any, button: int, where: tuple[int, int], modifiers: int) -> None:
        event = self._event[0]
        ghostty.ghostty_mouse_event_set_action(event, action)
        if button:
            ghostty.ghostty_mouse_event_set_button(event, _BUTTONS[button])
        else:
            ghostty.ghostty_mouse_event_clear_button(event)
        held = bool(modifiers & 4) + 4 * bool(modifiers & 8) + 2 * bool(modifiers & 16)
        ghostty.ghostty_mouse_event_set_mods(event, held)
        place = ffi.new("GhosttyMousePosition*")
        place.x, place.y = ((at + 0.5) * size for at, size in zip(where, CELL, strict=True))
        ghostty.ghostty_mouse_event_set_position(event, place[0])

    def _measure(self, *, held: bool) -> None:
        """Have the encoder know the forms, the size, and whether a button is held."""
        encoder = self._encoder[0]
        ghostty.ghostty_mouse_encoder_setopt_from_terminal(encoder, self._terminal._t[0])
        size = ffi.new("GhosttyMouseEncoderSize*")
        size.size = ffi.sizeof("GhosttyMouseEncoderSize")
        size.cell_width, size.cell_height = CELL
        columns, lines = self._terminal.size
        size.screen_width, size.screen_height = columns * CELL[0], lines * CELL[1]
        for name, value in (("SIZE", size), ("ANY_BUTTON_PRESSED", ffi.new("bool*", held))):
            option = getattr(ghostty, f"GHOSTTY_MOUSE_ENCODER_OPT_{name}")
            ghostty.ghostty_mouse_encoder_setopt(encoder, option, value)
