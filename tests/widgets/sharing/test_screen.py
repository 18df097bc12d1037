"""Letting people in and out by key, on a real relay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.widgets.dialogs import Ask, Confirm
from cocalc_tui.widgets.picker import Picker
from cocalc_tui.widgets.sharing.screen import PeopleScreen
from tests.server.hosting import Box, running, until

Start = Callable[[], object]


class Run:
    """An app with the list of people open."""

    def __init__(self, lab: Box, app: CocalcApp, pilot: Pilot[None]) -> None:
        self.lab, self.app, self.pilot = lab, app, pilot
        self.copied: list[str] = []
        app.copy_to_clipboard = self.copied.append  # type: ignore[assignment]  # looks

    @property
    def rows(self) -> list[str]:
        screen = self.app.screen_stack[1]
        assert isinstance(screen, PeopleScreen)
        found = screen._list
        return [
            " ".join("".join(text for side in found.row(i) for text, _ in side).split())
            for i in range(found.count())
        ]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def on(self, kind: type[object]) -> None:
        await until(lambda: isinstance(self.app.screen, kind))
        await self.pilot.pause()


@asynccontextmanager
async def looking(tmp_path: Path, user: str = "alice") -> AsyncIterator[tuple[Run, Workspace]]:
    async with running(tmp_path) as lab:
        me = await lab.person(user)
        app = CocalcApp(me, "lab")
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: me.online)
            run = Run(lab, app, pilot)
            await run.press("ctrl+t", "i")
            await run.on(PeopleScreen)
            await until(lambda: len(run.rows) == 4)
            yield run, me


async def test_everybody_is_listed(tmp_path: Path) -> None:
    async with looking(tmp_path) as (run, _):
        assert run.rows[0] == "AL alice owner you"
        assert [row.split()[-2:] for row in run.rows[1:]] == [
            ["ben", "editor"],
            ["rune", "runner"],
            ["vera", "viewer"],
        ]
        ben = await run.lab.person("ben")
        await until(lambda: run.rows[1].endswith("ben editor here"))
        await ben.close()
        await until(lambda: not run.rows[1].endswith("here"))
        await run.press("escape")
        assert run.app.screen is run.app.main


async def test_somebody_is_invited_and_the_line_is_copied(tmp_path: Path) -> None:
    async with looking(tmp_path) as (run, me):
        assert me.me is not None
        await run.press("a")
        await run.on(Ask)
        await run.press(*"carl", "enter")
        await run.on(Picker)
        await run.press("down", "enter")
        await run.on(PeopleScreen)
        await until(lambda: any("carl editor" in row for row in run.rows))
        await until(lambda: run.copied)
        assert run.copied == [f"cocalc-tui join {run.lab.project}"]
        assert run.app.notices[-1].startswith("carl may join as editor")
        assert (await run.lab.person("carl")).me is not None
        await run.press("Y")
        assert run.copied[-1] == f"cocalc-tui join box:{run.lab.project}"


async def test_a_role_is_changed_and_taken(tmp_path: Path) -> None:
    async with looking(tmp_path) as (run, me):
        ben = await run.lab.person("ben")
        await run.press("down", "enter")
        await run.on(Picker)
        await run.press(*"viewer", "enter")
        await run.on(PeopleScreen)
        await until(lambda: run.rows[1].endswith("ben viewer here"))
        await run.press("d")
        await run.on(Confirm)
        await run.press("y")
        await until(lambda: not ben.online)
        await until(lambda: len(run.rows) == 3)
        assert await me.sharing.members() == {"alice": "owner", "rune": "runner", "vera": "viewer"}


async def test_the_owner_keeps_the_role(tmp_path: Path) -> None:
    async with looking(tmp_path) as (run, _):
        await run.press("d", "enter")
        await run.pilot.pause()
        assert isinstance(run.app.screen, PeopleScreen)


async def test_what_cannot_be_is_one_line(tmp_path: Path) -> None:
    async with looking(tmp_path) as (run, _):
        await run.press("a")
        await run.on(Ask)
        await run.press(*"nobody-here", "enter")
        await run.on(Picker)
        await run.press("enter")
        await until(lambda: run.app.notices)
        assert run.app.notices == ["Invite: there is no user 'nobody-here' on this machine"]


@pytest.mark.parametrize("key", ["a", "enter", "d"])
async def test_who_is_not_the_owner_looks(tmp_path: Path, key: str) -> None:
    async with looking(tmp_path, "vera") as (run, _):
        await run.press(key)
        await until(lambda: run.app.notices)
        assert "needs the role owner, yours is viewer" in run.app.notices[0]
        await run.press("y")
        assert run.copied == [f"cocalc-tui join {run.lab.project}"]
