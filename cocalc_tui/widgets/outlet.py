"""Our own escape sequences: the one module by which they leave, each through a typed function.

Whatever else looks like a sequence on its way to the terminal is somebody's text and is cleaned
(`clean.py`). Kept apart so that a reader can see at one glance all that the app makes a terminal
do beyond drawing, and so that nothing is left switched on when it ends.
"""

from __future__ import annotations

import os
import sys
from base64 import b64encode
from typing import Protocol

from cocalc_tui.widgets.glyphs import safe

COPY_LIMIT = 74_994
"""Bytes that every terminal takes in one OSC 52; some drop more without a word."""
TITLE_LENGTH = 80

_PUSH_TITLE = "\x1b[22;2t"
_POP_TITLE = "\x1b[23;2t"
_ALL_KEYS = "\x1b[>4;2m"
"""xterm's modifyOtherKeys: tmux sends shift+enter and the like only to those who ask so."""
_USUAL_KEYS = "\x1b[>4;0m"


class Terminal(Protocol):
    """What takes the sequences: Textual's driver."""

    def write(self, data: str) -> None:
        """Send to the terminal."""
        ...


def begin(terminal: Terminal) -> str:
    """Set up what Textual does not; returns what undoes it."""
    terminal.write(_PUSH_TITLE)
    if "TMUX" not in os.environ:
        return _POP_TITLE
    terminal.write(_ALL_KEYS)
    return _USUAL_KEYS + _POP_TITLE


def end(undo: str) -> None:
    """Undo what `begin` did, when the screen is gone and Textual's driver with it."""
    stream = sys.__stderr__
    if undo and stream is not None and stream.isatty():
        stream.write(undo)
        stream.flush()


def title(terminal: Terminal, text: str) -> None:
    """Name the terminal's window."""
    terminal.write(f"\x1b]2;{safe(text)[:TITLE_LENGTH]}\x1b\\")


def copy(terminal: Terminal, text: str) -> bool:
    """Put text into the clipboard of the person's own terminal; False when it is too long."""
    data = text.encode("utf-8", "replace")
    if len(data) > COPY_LIMIT:
        return False
    terminal.write(f"\x1b]52;c;{b64encode(data).decode()}\x1b\\")
    return True
