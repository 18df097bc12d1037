"""When a document's file is written: soon after the last key, and not too long after the first.

A save that fails is said to everybody in the document and tried again; what they typed is safe in
the log meanwhile. Time is the event loop's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_SHARE = 4
"""A huge file, or one on a slow disk, is being saved a fifth of the time at most."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    quiet: float = 1.2
    """After the last change."""
    longest: float = 8.0
    """After the first, however they go on typing."""
    again: float = 5.0
    """After a save that failed."""


class AutoSave:
    """Calls `save` at the right times."""

    def __init__(
        self, save: Callable[[], Awaitable[None]], failed: Callable[[Exception], None], pace: Pace
    ) -> None:
        self._save = save
        self._failed = failed
        self._pace = pace
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._spent = 0.0
        """Seconds that the last save took."""
        self._first = 0.0
        """When the oldest change came that is not saved."""
        self.due = False
        """Whether something changed since the last save began."""

    def changed(self) -> None:
        """The document changed."""
        now = asyncio.get_running_loop().time()
        if not self.due:
            self.due, self._first = True, now
        wait = min(now + self._pace.quiet, self._first + self._pace.longest)
        self._at(max(wait, now + self._spent * _SHARE))

    def begun(self) -> None:
        """A save begins: what changes from now on needs another."""
        self.due = False
        self._stop_timer()

    async def finish(self) -> None:
        """Save what is not saved, then never again."""
        self._stop_timer()
        if self._task is not None:
            await self._task
        self._stop_timer()
        if self.due:
            await self._run()
            self._stop_timer()

    def _at(self, when: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_at(when, self._start)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        else:
            self._at(asyncio.get_running_loop().time() + self._pace.quiet)

    async def _run(self) -> None:
        began = asyncio.get_running_loop().time()
        try:
            await self._save()
            self._spent = asyncio.get_running_loop().time() - began
        except Exception as error:
            self._failed(error)
            self.due = True
            self._at(asyncio.get_running_loop().time() + self._pace.again)
