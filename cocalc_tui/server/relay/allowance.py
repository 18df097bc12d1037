"""How much one person may put into the documents of a project, all connections together.

What is typed stays in the relay's memory while its document is open: without a bound one editor
could fill it within a minute, and everybody's kernels and terminals would go with it. Honest people
never come near: beside the first `AT_ONCE` bytes it is `RATE` a second, many times what is typed.
"""

from __future__ import annotations

from collections.abc import Callable

AT_ONCE = 64 * 2**20
"""Bytes; twice the largest file that can be opened."""
RATE = 8 * 2**10
"""Bytes a second that are let go of again."""
OVERHEAD = 200
"""Bytes for which a patch counts besides its operations: a letter typed costs as much as a page."""


class Allowance:
    """What each person put in lately."""

    def __init__(self, clock: Callable[[], int]) -> None:
        """`clock` gives milliseconds, and may jump."""
        self._clock = clock
        self._spent: dict[str, tuple[float, int]] = {}
        """Bytes, and when they were counted, by user."""

    def spend(self, user: str, size: int) -> bool:
        """Count a patch with operations of so many bytes; False where it is to wait."""
        now = self._clock()
        spent, at = self._spent.get(user, (0.0, now))
        spent = max(0.0, spent - max(0, now - at) * RATE / 1000)
        allowed = spent < AT_ONCE
        self._spent[user] = (spent + (size + OVERHEAD if allowed else 0), now)
        return allowed
