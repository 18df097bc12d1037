"""How soon the screen is drawn again.

Textual draws at once when nothing was drawn for a while; what changes just after that waits for
its clock, up to two periods: 33 ms at the 60 frames a second it has by default. A neighbour's key
that comes just behind mine, and the colours of what I typed, would all be that late. At 120 it is
17 ms at most; nothing is drawn that did not change, so this costs nothing else.
"""

from __future__ import annotations

from textual import constants, screen

FRAMES = 120
"""A second, unless the environment says otherwise (TEXTUAL_FPS)."""
_TEXTUALS_OWN = 60


def install() -> None:
    """Draw so often from now on, in screens made from now on."""
    if constants.MAX_FPS == _TEXTUALS_OWN:
        setattr(screen, "UPDATE_PERIOD", 1 / FRAMES)  # noqa: B010 - a Final to mypy
