"""Screens that are left once, and only from the top.

Textual's `dismiss` takes away whatever screen is on top, so that a key that was on its way to a
screen when another came over it, or when it had been left already, would close the wrong one, and
end the app with the last.
"""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

Result = TypeVar("Result")


class Leaving(Screen[Result]):
    """A screen whose `dismiss` does nothing while it is not the one on top."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with a result."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
