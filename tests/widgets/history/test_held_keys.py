"""A key held in history: each frame is a version as it was, and they stop where the key does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

import pytest
from textual.events import Key

from cocalc_tui.history.looks import Look, Seen
from cocalc_tui.history.pasts import LogPast
from cocalc_tui.protocol.kinds import TEXT
from cocalc_tui.sync import eras
from cocalc_tui.sync.versions import Versions
from cocalc_tui.widgets.history.screen import HistoryScreen
from docs.history_scene import history_of, until
from tests.history.test_exact import typists

ROUNDS = 40


def log(era: int) -> Versions:
    """What two people typed, often at once; cut into eras of so many runs, or not at all for 0."""
    typed = typists(random.Random(5), ROUNDS)
    entries = [one._replace(author=one.patch.id.session) for one in typed]
    with patch.object(eras, "SHORT", 0 if era else 10**6), patch.object(eras, "LONG", era):
        return Versions([], entries)


class Frames:
    """The history screen, and every version that it drew."""

    def __init__(self, screen: HistoryScreen, versions: Versions) -> None:
        self.screen = screen
        self.past = screen.own = LogPast(versions, TEXT)
        self.versions: list[int] = []
        paint = screen._paint

        def painted(look: Look, seen: Seen, **how: Any) -> None:
            paint(look, seen, **how)
            if look.past is self.past:
                self._drawn(look)

        screen._paint = painted  # type: ignore[method-assign]  # to see every frame
        screen.choose_past(self.past)

    def _drawn(self, look: Look) -> None:
        version = self.screen.shown
        assert version == look.version
        lines = self.screen.body.lines_
        new = ["".join(p.text for p in line.pieces if p.change >= 0) for line in lines]
        assert "".join(new) == self.past.versions.text(version).replace("\n", "")
        assert f"version {version:,} of" in self.screen._head.text
        assert self.screen.view.version == version
        self.versions.append(version)

    async def held(self, key: str, times: Iterable[float]) -> None:
        """Hold a key; its repeats come after so many seconds each."""
        await until(self.screen.settle)
        self.versions.clear()
        for wait in times:
            await asyncio.sleep(wait)
            self.screen.app.post_message(Key(key, None))
        await until(lambda: self.screen.version in {0, self.past.line.latest})
        await until(self.screen.settle)

    def ends(self) -> list[int]:
        """The ends of all bursts."""
        return [0, *(one.last for one in self.past.line.bursts())]


@pytest.mark.parametrize("era", [0, 15])
async def test_frames_are_versions_and_none_is_late(era: int) -> None:
    async with history_of("notes.md", (80, 24)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, HistoryScreen)
        versions = log(era)
        assert (len(versions._eras) > 3) == bool(era)
        frames = Frames(screen, versions)
        ends = frames.ends()
        assert len(ends) > ROUNDS / 2
        # All at once, as over a slow line: it never plays on behind the key.
        await frames.held("left", [0.0] * len(ends))
        assert frames.versions[-1] == 0
        assert frames.versions == sorted(frames.versions, reverse=True)
        assert len(frames.versions) < len(ends) / 2
        # Thirty a second: what shows is the end of a burst, one behind the other.
        await frames.held("right", [1 / 30] * len(ends))
        assert frames.versions[-1] == ends[-1]
        assert frames.versions == sorted(frames.versions)
        assert set(frames.versions) <= set(ends)


async def test_what_takes_long_holds_no_key_up() -> None:
    async with history_of("notes.md", (80, 24)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, HistoryScreen)
        frames = Frames(screen, log(0))
        await pilot.press("b")
        await until(screen.settle)
        assert screen.body.blamed
        await frames.held("left", [0.0] * len(frames.ends()))
        assert frames.versions[-1] == 0
        assert len(frames.versions) < len(frames.ends()) / 2
        await frames.held("right", [0.0] * len(frames.ends()))
        assert [one.text for one in screen.body.blamed] == frames.past.versions.text(
            frames.past.line.latest
        ).split("\n")
