"""When a file is saved, on a clock of the test's own."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from cocalc_tui.server.host.autosave import AutoSave, Pace
from cocalc_tui.server.host.root import FileError

PACE = Pace(quiet=1, longest=8, again=5)


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time passes when nothing is left to do, at once."""

    def __init__(self) -> None:
        super().__init__(selectors.DefaultSelector())
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        timers = self._scheduled  # type: ignore[attr-defined]  # asyncio's list of them
        if not self._ready:  # type: ignore[attr-defined]  # its list of what is due
            waiting = (timer.when() for timer in timers if not timer.cancelled())
            self._now = max(self._now, min(waiting, default=0))
        super()._run_once()  # type: ignore[misc]  # where asyncio's loop turns


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    loop = Clock()
    try:
        loop.run_until_complete(story())
    finally:
        loop.close()


class Recorder:
    def __init__(self) -> None:
        self.saves: list[float] = []
        self.failures: list[str] = []
        self.broken = False
        self.seconds = 0.0
        self.auto = AutoSave(self._save, lambda error: self.failures.append(str(error)), PACE)

    async def _save(self) -> None:
        self.auto.begun()
        await asyncio.sleep(self.seconds)
        if self.broken:
            raise FileError("disk", "full")
        self.saves.append(asyncio.get_running_loop().time())


def test_a_save_comes_soon_after_the_last_key() -> None:
    async def story() -> None:
        it = Recorder()
        for _ in range(3):
            it.auto.changed()
            await asyncio.sleep(0.5)
        await asyncio.sleep(20)
        assert it.saves == [2]
        assert not it.auto.due

    play(story)


def test_somebody_who_never_pauses_is_saved_too() -> None:
    async def story() -> None:
        it = Recorder()
        for _ in range(40):
            it.auto.changed()
            await asyncio.sleep(0.7)
        await asyncio.sleep(20)
        assert it.saves == pytest.approx([8, 16.4, 24.8, 28.3])

    play(story)


def test_a_change_during_a_save_is_saved_after_it() -> None:
    async def story() -> None:
        it = Recorder()
        it.seconds = 3
        it.auto.changed()
        await asyncio.sleep(2)
        it.auto.changed()
        await asyncio.sleep(20)
        assert it.saves == [4, 8]

    play(story)


def test_a_file_that_takes_long_to_save_is_not_saved_all_the_time() -> None:
    async def story() -> None:
        it = Recorder()
        it.seconds = 3
        it.auto.changed()
        await asyncio.sleep(10)
        it.auto.changed()
        await asyncio.sleep(30)
        assert it.saves == [4, 10 + 4 * 3 + 3]

    play(story)


def test_a_save_that_fails_is_tried_again() -> None:
    async def story() -> None:
        it = Recorder()
        it.broken = True
        it.auto.changed()
        await asyncio.sleep(12)
        assert it.failures == ["full", "full", "full"]
        it.broken = False
        await asyncio.sleep(12)
        assert it.saves == [16]

    play(story)


def test_leaving_saves_what_is_not_saved_and_no_more() -> None:
    async def story() -> None:
        it = Recorder()
        await it.auto.finish()
        assert it.saves == []
        it.auto.changed()
        await it.auto.finish()
        assert it.saves == [0]
        it.broken = True
        it.auto.changed()
        await it.auto.finish()
        await asyncio.sleep(30)
        assert it.failures == ["full"]

    play(story)


def test_a_save_under_way_is_waited_for_when_leaving() -> None:
    async def story() -> None:
        it = Recorder()
        it.seconds = 3
        it.auto.changed()
        await asyncio.sleep(2)
        await it.auto.finish()
        assert it.saves == [4]

    play(story)
