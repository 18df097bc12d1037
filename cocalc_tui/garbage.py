"""When Python looks for garbage: while nobody waits for anything.

Its collector counts allocations and then looks through all there is, in the middle of a key: with
the log of a long document that is a quarter of a second. Here what was loaded is put aside, where
the collector does not look, and the rest is looked through in a pause of the person's.
"""

from __future__ import annotations

import gc
import time

YOUNG = 2_000
"""Containers made between two looks at the newest ones; each takes a fraction of a millisecond."""
MIDDLE, OLD = 20, 10_000
"""Of these looks the twentieth takes in a little more, and next to none takes in all."""
EVERY = 60.0
"""Seconds between two looks at all in pauses."""


class Garbage:
    """The collector of this process; left as it is until `hold_off`."""

    def __init__(self) -> None:
        self._ours = False
        self._looked = 0.0
        self._let_go = False

    def hold_off(self) -> None:
        """The process starts: what it makes now will stay."""
        self._ours = True
        gc.disable()

    def settle(self) -> None:
        """It has started."""
        if self._ours:
            gc.set_threshold(YOUNG, MIDDLE, OLD)
            gc.freeze()
            gc.enable()

    def loaded(self) -> None:
        """Much was made that will stay."""
        if self._ours:
            gc.freeze()

    def let_go(self) -> None:
        """Something that was put aside is not needed any more."""
        self._let_go = True

    def pause(self) -> None:
        """Nobody waits for anything just now."""
        now = time.monotonic()
        if not self._ours or now < self._looked + EVERY:
            return
        if self._let_go:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._looked, self._let_go = now, False


garbage = Garbage()
