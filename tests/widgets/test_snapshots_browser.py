"""Going through a snapshot by key, on a real relay, host side and repository."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.snapshots import Snapshots
from cocalc_tui.widgets.snapshots.browser import SnapshotBrowser
from tests.server.hosting import Box, running, until


@asynccontextmanager
async def browsing(tmp_path: Path) -> AsyncIterator[tuple[Box, CocalcApp, Pilot[None]]]:
    async with running(tmp_path) as lab:
        lab.write("notes.md", "one\n")
        (lab.project / "data").mkdir()
        lab.write("data/run1.csv", "t,n\n")
        alice = await lab.person("alice")
        await Snapshots(alice.requests).take("before the talk")
        app = CocalcApp(alice, "lab")
        async with app.run_test(size=(100, 24)) as pilot:
            await until(lambda: alice.online)
            await pilot.press("ctrl+t", "h")
            await until(lambda: type(app.screen).__name__ == "Picker")
            await pilot.pause()
            await pilot.press("enter")
            await until(lambda: isinstance(app.screen, SnapshotBrowser))
            yield lab, app, pilot


def shown(app: CocalcApp) -> list[str]:
    browser = app.screen
    assert isinstance(browser, SnapshotBrowser)
    rows = [browser._list.row(index) for index in range(browser._list.count())]
    return ["".join(text for text, _ in row[0]).strip() for row in rows]


async def wait(pilot: Pilot[None], true: Callable[[], object]) -> None:
    await until(true)
    await pilot.pause()


async def test_into_folders_and_out(tmp_path: Path) -> None:
    async with browsing(tmp_path) as (_, app, pilot):
        await wait(pilot, lambda: shown(app) == ["▸ data", "notes.md"])
        await pilot.press("enter")
        await wait(pilot, lambda: shown(app) == ["run1.csv"])
        await pilot.press("left")
        await wait(pilot, lambda: shown(app) == ["▸ data", "notes.md"])
        await pilot.press("down", "enter")
        await wait(pilot, lambda: type(app.screen).__name__ == "Reading")
        await pilot.press("escape", "escape")
        await wait(pilot, lambda: app.screen is app.main)


async def test_differences_and_putting_back(tmp_path: Path) -> None:
    async with browsing(tmp_path) as (lab, app, pilot):
        await wait(pilot, lambda: shown(app))
        (lab.project / "notes.md").unlink()
        lab.write("new.md", "new\n")
        await pilot.press("d")
        await wait(pilot, lambda: shown(app) == ["+ new.md", "- notes.md"])
        await pilot.press("r")
        await wait(pilot, lambda: app.notices == ["new.md: the snapshot does not hold it"])
        await pilot.press("down", "r")
        await wait(pilot, lambda: type(app.screen).__name__ == "Confirm")
        await pilot.press("y")
        await wait(pilot, lambda: len(app.notices) == 2)
        assert app.notices[1].startswith("1 file put back; what was there is kept in")
        await wait(pilot, lambda: shown(app) == ["+ new.md"])
        assert lab.read("notes.md") == "one\n"
        assert lab.read("new.md") == "new\n"
