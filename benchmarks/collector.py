"""Python's garbage collector as the program has it while somebody works (`cocalc_tui.garbage`).

Left as it comes, it would look through all that a benchmark has ready, again and again, and what is
measured would depend on how much that is.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from cocalc_tui.garbage import MIDDLE, OLD, YOUNG


@contextmanager
def tamed() -> Iterator[None]:
    """What is there already is no part of what is measured."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
