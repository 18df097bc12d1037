"""Whether a file that changed is finished, or somebody is in the midst of writing it.

Many programs empty a file first and write it then, or take it away and make it anew. Whoever looks
in between would take everybody's text for deleted. So what looks unfinished is given time, the more
the less it looks like a result; what stays so for longer is one.

Pure: times are handed in, in seconds.
"""

from __future__ import annotations

from typing import NamedTuple

BETWEEN = 0.05
"""Seconds between two looks while waiting."""
STILL = 0.1
"""For which a file must be as it is."""
GONE = 0.6
"""For which it must be missing: some programs take the old one away before the new one comes."""
EMPTY = 2.0
"""For which it must be empty, where it was not."""
SPOILT = 2.0
"""For which it must be of no use: half of a notebook's JSON, half of a character."""
HELD = 10.0
"""For which it may be shorter than it was while somebody has it open for writing."""


class Sight(NamedTuple):
    """What a look at the file showed."""

    text: object
    """The same as long as nobody writes; None where there is no file."""
    size: int = 0
    held: bool = False
    """Whether somebody has it open for writing."""


class Patience:
    """Decides at each look whether to look again."""

    def __init__(self, size: int, now: float) -> None:
        """`size`: bytes of the file as it was last."""
        self.size = size
        self._began = now
        self._last: Sight | None = None
        self._since = now
        """When it began to look as it does."""

    def waits(self, sight: Sight, now: float) -> bool:
        """Whether it may still change by itself."""
        if self._last is None or sight.text != self._last.text:
            self._since = now
        self._last = sight
        if now - self._began >= HELD:
            return False
        return now - self._since < self._due(sight)

    def hopes(self, now: float) -> bool:
        """Whether what is of no use now may still become something."""
        return now - self._since < SPOILT and now - self._began < HELD

    def _due(self, sight: Sight) -> float:
        if sight.text is None:
            return GONE
        if sight.held and sight.size < self.size:
            return HELD
        return EMPTY if not sight.size and self.size else STILL
