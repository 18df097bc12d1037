"""Pictures of history. After a wanted change: `pytest tests/widgets/history --snapshot-update`."""

from __future__ import annotations

import pytest
from pytest_textual_snapshot import SVGImageExtension  # type: ignore[import-untyped]  # it has no types
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.history.screen import HistoryScreen
from docs.history_scene import history_of, until


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(SVGImageExtension)


@pytest.fixture(autouse=True)
def year_of_the_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are the same in every year."""
    monkeypatch.setattr(phrases, "this_year", lambda: 2026)


async def taken(pilot: Pilot[None], *keys: str) -> str:
    screen = pilot.app.screen
    assert isinstance(screen, HistoryScreen)
    for key in keys:
        await pilot.press(key)
        await until(screen.settle)
    await pilot.pause()
    return pilot.app.export_screenshot(title="decay", simplify=True)


async def test_a_text(picture: SnapshotAssertion) -> None:
    async with history_of("notes.md", (80, 24)) as pilot:
        assert await taken(pilot) == picture(name="changes")
        assert await taken(pilot, "left", "left") == picture(name="offline")
        assert await taken(pilot, "home", "v", "end") == picture(name="range")
        assert await taken(pilot, "s") == picture(name="beside")
        assert await taken(pilot, "s", "v", "b") == picture(name="blame")
        assert await taken(pilot, "b", "d", "k", "K", "K") == picture(name="selection")


async def test_a_text_on_a_wide_screen(picture: SnapshotAssertion) -> None:
    async with history_of("notes.md", (160, 48)) as pilot:
        assert await taken(pilot, "home", "v", "end", "s") == picture(name="beside")


async def test_a_notebook(picture: SnapshotAssertion) -> None:
    async with history_of("fit.ipynb", (80, 24)) as pilot:
        assert await taken(pilot, "home", "v", "end") == picture(name="range")
        assert await taken(pilot, "b") == picture(name="blame")


async def test_a_chat(picture: SnapshotAssertion) -> None:
    async with history_of("talk.chat", (80, 24)) as pilot:
        assert await taken(pilot, "left") == picture(name="changes")
