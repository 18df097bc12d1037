"""Being together, on a real relay: seeing where people are, following them, being asked to come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.screen import Screen

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.places import Place
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.server.store import Member
from cocalc_tui.sync.patch import MAIN, Splice
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.history.screen import HistoryScreen
from cocalc_tui.widgets.people import spots
from cocalc_tui.widgets.phrases import clock
from cocalc_tui.widgets.sharing import standing
from cocalc_tui.widgets.sharing.screen import PeopleScreen
from tests.server.hosting import Box, running, until

LINES = "".join(f"line {number}\n" for number in range(1, 201))
AT_100 = Whereabouts("a.txt", line=99)


class Two:
    """My app as alice, and ben without a screen."""

    def __init__(self, lab: Box, app: CocalcApp, pilot: Pilot[None], ben: Workspace) -> None:
        self.lab, self.app, self.pilot, self.ben = lab, app, pilot, ben
        self.main = app.main

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, true: Callable[[], object]) -> None:
        await until(true)
        await self.pilot.pause()

    async def stands(self, here: Whereabouts) -> None:
        """Ben is elsewhere, and I know it."""
        self.ben.stand(here)
        assert self.ben.me is not None
        connection = self.ben.me.connection
        await self.until(lambda: self.main.project.whereabouts.get(connection) == here)

    @property
    def path(self) -> str:
        document = self.main.tiles.document
        return document.path if document is not None else ""

    @property
    def pane(self) -> EditorPane:
        pane = self.main.tiles.pane
        assert isinstance(pane, EditorPane)
        return pane

    def shows(self, line: int) -> bool:
        return self.pane.scroll.shows(self.pane.editor.view.top(line))


@asynccontextmanager
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    async with running(tmp_path) as lab:
        for path in ("a.txt", "b.txt"):
            lab.write(path, LINES)
        me, ben = await lab.person("alice"), await lab.person("ben")
        app = CocalcApp(me, "lab", ["b.txt"])
        async with app.run_test(size=(120, 30)) as pilot:
            run = Two(lab, app, pilot, ben)
            await run.until(lambda: run.path == "b.txt")
            yield run


def caret(document: SharedDocument, line: int) -> Place:
    return Place(MAIN, document.replica.text(MAIN).offset(line, 0))


async def test_where_somebody_is_shows_though_i_have_not_opened_it(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        await run.stands(AT_100)
        assert [(spot.user, spot.where) for spot in spots(run.main.project)] == [
            ("alice", "you"),
            ("ben", "a.txt:100"),
        ]
        since = time.time() - 3600
        await run.stands(replace(AT_100, idle=round(since * 1000)))
        run.main.show_now()
        assert f"idle {clock(since)}" in "".join(
            text for side in run.main.people.row(1) for text, _ in side
        )


async def test_people_have_the_same_letters_on_every_screen(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.write("a.txt", LINES)
        for name in ("tera", "terb"):
            await lab.store.put_member(name, Member("editor"))
        await lab.relay._access.load()
        first = CocalcApp(await lab.person("terb"), "lab", ["a.txt"])
        async with first.run_test(size=(120, 30)):
            # Who comes later may come before her by name.
            await until(lambda: "TB" in first.main.report.top.text)
            before = first.faces.colour("terb")
            second = CocalcApp(await lab.person("tera"), "lab", ["a.txt"])
            async with second.run_test(size=(120, 30)):
                for app, words in ((first, "TE TB"), (second, "TB TE")):
                    await until(lambda: words in app.main.report.top.text)  # noqa: B023 - waited for at once
                    assert app.faces.colour("terb") == before


async def test_two_screens_of_one_person_in_one_place_are_told_once(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        idle = replace(AT_100, idle=round((time.time() - 3600) * 1000))
        await run.stands(idle)
        again = await run.lab.person("ben")
        assert again.me is not None
        connection = again.me.connection
        for here, rows in (AT_100, 2), (Whereabouts("b.txt", line=0), 3):
            again.stand(here)
            await run.until(lambda: run.main.project.whereabouts.get(connection) == here)  # noqa: B023 - waited for at once
            run.main.show_now()
            assert run.main.people.count() == rows
            assert ("a.txt:100" in str(run.main.people.row(1))) is (rows == 2)


async def test_my_view_goes_with_theirs_until_i_touch_a_key(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        await run.stands(AT_100)
        await run.press("ctrl+t", "o")
        await run.until(lambda: run.path == "a.txt")
        await run.until(lambda: run.shows(99))
        assert "following BE ben until you touch a key" in run.main.report.status.text
        document = await run.ben.open("a.txt")
        document.stand(caret(document, 180))
        await run.until(lambda: run.shows(180))
        assert run.pane.editor.place()[0] == 99
        other = await run.ben.open("b.txt")
        other.stand(caret(other, 150))
        await run.stands(Whereabouts("b.txt", line=150))
        await run.until(lambda: run.path == "b.txt" and run.shows(150))
        await run.press("down")
        await run.stands(AT_100)
        assert run.path == "b.txt"
        run.main.show_now()
        assert "following" not in run.main.report.status.text


async def test_my_view_goes_with_theirs_into_the_past_and_back(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        document = await run.ben.open("a.txt")
        for number in range(3):
            document.change([Splice(0, 0, f"{number}\n")], step=True)
        await run.until(lambda: document.sent)
        await run.stands(AT_100)
        await run.press("ctrl+t", "o")
        await run.until(lambda: run.path == "a.txt")
        await run.stands(replace(AT_100, past="version", version=2, line=120))
        await run.until(lambda: isinstance(run.app.screen, HistoryScreen) and run.app.screen.shown)
        past = run.app.screen
        assert isinstance(past, HistoryScreen)

        def at() -> tuple[int, int | None]:
            return past.shown, past.body.selected_numbers[0]

        def changed() -> list[str]:
            return [line.pieces[0].text for line in past.body.lines_ if line.changed]

        await run.until(lambda: at() == (2, 121))
        assert "following BE ben" in row(past, 0)
        # As they look at it, and the usual way again.
        there = replace(AT_100, past="version", version=3, line=None)
        await run.stands(replace(there, against=1, ways="beside", only="ben"))
        await run.until(lambda: past.shown == 3 and past.body.columns)
        assert changed() == ["1", "0"]
        assert "only ben  against 1" in row(past, 0)
        await run.stands(replace(there, ways="plain blame"))
        await run.until(lambda: past.body.blamed and not changed())
        await run.stands(replace(there, ways="now"))
        await run.until(lambda: not past.body.blamed and "what came since" in row(past, 0))
        await run.stands(there)
        await run.until(lambda: "what came since" not in row(past, 0) and bool(changed()))
        # A version that came since this past was fetched.
        document.change([Splice(0, 0, "new\n")], step=True)
        await run.stands(replace(AT_100, past="version", version=4, line=None))
        await run.until(lambda: past.shown == 4)
        await run.stands(AT_100)
        await run.until(lambda: run.app.screen is run.main)
        # Who touches a key there stays there.
        await run.stands(replace(AT_100, past="version", version=1))
        await run.until(lambda: isinstance(run.app.screen, HistoryScreen))
        mine = run.app.screen
        await run.press("right")
        assert run.main.following.user == ""
        assert "following" not in row(mine, 0)
        await run.stands(replace(AT_100, past="version", version=3))
        await run.stands(AT_100)
        assert run.app.screen is mine


def row(screen: Screen[Any], number: int) -> str:
    """What a row of the screen says."""
    return "".join(one.text for one in screen._compositor.render_strips()[number])


async def test_following_ends_when_they_leave(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        await run.stands(AT_100)
        await run.press("ctrl+t", "o")
        await run.until(lambda: run.path == "a.txt")
        await run.ben.close()
        await run.until(lambda: run.app.notices)
        assert run.app.notices == ["You follow nobody any more: ben left"]


async def test_two_do_not_follow_each_other(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        me = run.main.project.me
        assert me is not None
        await run.stands(replace(AT_100, follows=me.connection))
        await run.press("ctrl+t", "o")
        assert run.app.notices == ["ben follows you already"]
        assert run.path == "b.txt"


async def test_somebody_asks_me_to_come(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        await run.stands(replace(AT_100, calls=3))
        assert run.app.notices == []
        await run.stands(replace(AT_100, calls=4, called="vera"))
        assert run.app.notices == []
        await run.stands(replace(AT_100, calls=5, called="alice"))
        assert run.app.notices == ["ben asks you to come to a.txt:100: ctrl+t g goes there"]
        await run.press("ctrl+t", "g")
        await run.until(lambda: run.path == "a.txt" and run.shows(99))


async def test_the_list_of_people_goes_follows_and_calls(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        await run.stands(replace(AT_100, machine="10.0.0.7"))
        second = await run.lab.person("ben")
        second.stand(Whereabouts("b.txt"))
        await run.until(lambda: len(run.main.project.whereabouts) == 2)
        await run.press("down", "ctrl+t", "i")
        screen = run.app.screen
        assert isinstance(screen, PeopleScreen)
        await run.until(lambda: screen._list.count() >= 4)
        rows = [(one.name, one.where.partition(" · here since")[0]) for one in screen._list.guests]
        assert rows[:4] == [
            ("alice", "you"),
            ("ben", "in 2 places"),
            ("ben", "a.txt:100"),
            ("ben", "b.txt"),
        ]
        assert screen._list.guests[2].where.endswith(" · from 10.0.0.7")
        await run.press("down", "down", "h")
        assert run.app.notices == ["ben is asked to come to b.txt:2"]
        await run.until(
            lambda: any(here.called == "ben" and here.calls for here in second.whereabouts.values())
        )
        await run.press("f")
        await run.until(lambda: run.path == "a.txt")
        assert run.main.following.user == "ben"


async def test_my_place_is_told_and_that_i_am_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "LINES", 0.0)
    async with two(tmp_path) as run:

        def mine() -> Whereabouts:
            return next(iter(run.ben.whereabouts.values()), Whereabouts())

        await run.until(lambda: mine().path == "b.txt")
        await run.press("down", "down")
        await run.until(lambda: mine().line == 2)
        await run.press("x")
        await run.until(lambda: run.pane.document.sent)
        await run.press("f4")
        await run.until(lambda: (mine().past, mine().version, mine().line) == ("version", 2, 2))
        await run.press("up")
        await run.until(lambda: mine().line == 1)
        await run.press("left", "v", "s", "b")
        await run.until(lambda: (mine().against, mine().ways) == (1, "beside blame"))
        await run.press("d", "equals_sign")
        await run.until(lambda: (mine().against, mine().ways) == (None, "beside blame now"))
        await run.press("escape")
        await run.until(lambda: not mine().past)
        monkeypatch.setattr(standing, "IDLE", 0.0)
        run.main.show_now()
        await run.until(lambda: mine().idle)
        monkeypatch.setattr(standing, "IDLE", 300.0)
        await run.press("down")
        await run.until(lambda: not mine().idle)
        await run.lab.cut_off(run.main.project)  # type: ignore[arg-type]  # it is a Workspace
        run.lab.reachable[run.main.project].set()  # type: ignore[index]  # the project is a Workspace here
        await run.until(lambda: mine().line == 3)


async def test_all_carets_of_somebody_show(tmp_path: Path) -> None:
    async with two(tmp_path) as run:
        document = await run.ben.open("b.txt")
        document.stand(Place(MAIN, 0, more=((7, None), (16, 14))))
        await run.until(lambda: len(run.pane.visitors.shown) == 3)
        assert [(who.caret, who.anchor) for who in run.pane.visitors.shown] == [
            (0, None),
            (7, None),
            (16, 14),
        ]
        await run.press("ctrl+alt+down", "ctrl+alt+down")

        def mine() -> list[Place]:
            return [one.place for one in document.others]

        await run.until(lambda: mine() and mine()[0].more)
        assert mine()[0].more == ((0, None), (7, None))
