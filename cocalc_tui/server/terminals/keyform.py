"""In which form a program wants keys that are alike in the old one.

Two forms tell `ctrl+i` from `tab`: kitty's, whose state the library says, and xterm's
(modifyOtherKeys 2), of which only its encoder of keys knows. So that one encodes a key, and from
what it wrote one sees.
"""

from __future__ import annotations

from typing import Literal

from pyghostty import Terminal
from pyghostty.core import ffi
from pyghostty.core import lib as ghostty

Form = Literal["", "kitty", "xterm"]
_CTRL = 1 << 1
_XTERM = b"\x1b[27;"


class KeyForm:
    """The form that the program in one terminal asked for."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        encoder, event = ffi.new("GhosttyKeyEncoder*"), ffi.new("GhosttyKeyEvent*")
        ghostty.ghostty_key_encoder_new(ffi.NULL, encoder)
        ghostty.ghostty_key_event_new(ffi.NULL, event)
        self._encoder = ffi.gc(encoder, lambda made: ghostty.ghostty_key_encoder_free(made[0]))
        self._event = ffi.gc(event, lambda made: ghostty.ghostty_key_event_free(made[0]))
        ghostty.ghostty_key_event_set_action(event[0], ghostty.GHOSTTY_KEY_ACTION_PRESS)
        ghostty.ghostty_key_event_set_key(event[0], ghostty.GHOSTTY_KEY_I)
        ghostty.ghostty_key_event_set_mods(event[0], _CTRL)
        ghostty.ghostty_key_event_set_utf8(event[0], b"i", 1)
        ghostty.ghostty_key_event_set_unshifted_codepoint(event[0], ord("i"))
        self._bytes, self._length = ffi.new("char[]", 64), ffi.new("size_t*")

    @property
    def wanted(self) -> Form:
        """What it asked for; "" for the old form."""
        if self._terminal.get("kitty_keyboard_flags", "uint8_t"):
            return "kitty"
        encoder, bytes_ = self._encoder[0], self._bytes
        ghostty.ghostty_key_encoder_setopt_from_terminal(encoder, self._terminal._t[0])
        encode = ghostty.ghostty_key_encoder_encode
        encode(encoder, self._event[0], bytes_, len(bytes_), self._length)
        written = bytes(ffi.buffer(bytes_, self._length[0]))
        return "xterm" if written.startswith(_XTERM) else ""
