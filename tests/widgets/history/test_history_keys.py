"""Every way to go through the past, by key and mouse, over two days that three people wrote."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.widgets import Input

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.history import overview
from cocalc_tui.history.timeline import TimeLine
from cocalc_tui.notebook import schema
from cocalc_tui.sync.versions import Made
from cocalc_tui.widgets import phrases
from cocalc_tui.widgets.history import steps
from cocalc_tui.widgets.history.line import TimeLineView
from cocalc_tui.widgets.history.screen import HistoryScreen
from docs.history_scene import MINUTE, NINE, history_of, until


class Tuesday(datetime):
    """Noon of the second day."""

    @classmethod
    def now(cls, tz: object = None) -> Tuesday:
        del tz
        return cls(2026, 11, 24, 12, 0, tzinfo=UTC)


class Looker:
    """Somebody at the history screen."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        screen = pilot.app.screen
        assert isinstance(screen, HistoryScreen)
        self.screen = screen

    async def at(self, *keys: str) -> int:
        """The version that shows after these."""
        await self.pilot.press(*keys)
        await until(self.screen.settle)
        return self.screen.version

    async def says(self, key: str, word: str) -> None:
        """Answer what a key asks."""
        await self.pilot.press(key)
        await until(lambda: self.pilot.app.screen is not self.screen)
        self.pilot.app.screen.query_one(Input).value = word
        await self.pilot.press("enter")
        await until(lambda: self.pilot.app.screen is self.screen)
        await self.pilot.pause()

    async def sees(self, word: str) -> bool:
        """Whether a word stands out, in the row that is marked."""
        await until(self.screen.settle)
        rows = [row for row in self.screen._compositor.render_strips() if word in row.text]
        lit = [one.text for row in rows for one in row if one.style and one.style.reverse]
        line = self.screen.body.marked_line
        return "".join(lit) == word and line is not None and any(one.change for one in line.pieces)

    @property
    def head(self) -> str:
        return self.text(0)

    def text(self, row: int) -> str:
        """A row of the screen."""
        strips = self.screen._compositor.render_strips()
        return "".join(segment.text for segment in strips[row])

    @property
    def noticed(self) -> str:
        notices: list[str] = self.pilot.app.notices  # type: ignore[attr-defined]  # it is our app
        return notices[-1] if notices else ""


async def test_steps_of_every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "datetime", Tuesday)
    async with history_of("notes.md", (100, 24)) as pilot:
        looker = Looker(pilot)
        assert looker.screen.version == 23
        assert "bob, Tue" in looker.head
        assert [await looker.at("[") for _ in range(3)] == [18, 17, 9]
        assert [await looker.at("]") for _ in range(3)] == [16, 18, 23]
        assert await looker.at("{") == 18
        assert await looker.at("}") == 23
        assert await looker.at("a") == 17
        assert "typed 09:51 offline" in looker.head
        assert await looker.at("ctrl+left") == 16
        assert await looker.at("A") == 17
        assert [await looker.at(key) for key in (",", ",", ".")] == [16, 15, 16]
        assert await looker.at("H") == 0
        assert "before anything was there" in looker.head
        assert await looker.at("shift+right") == 23
        assert [await looker.at(key) for key in ("home", "right", "l")] == [1, 6, 9]
        for said, version in (("yesterday 14:00", 17), ("4", 4), ("tuesday 0:00", 0), ("9:46", 18)):
            await looker.says(":", said)
            assert looker.screen.version == version, said
        await looker.says(":", "whenever")
        assert looker.noticed == "whenever: neither a version nor a time"


async def test_when_a_text_came_and_went() -> None:
    async with history_of("notes.md", (100, 24)) as pilot:
        looker = Looker(pilot)
        await looker.says("/", "background")
        await until(lambda: looker.noticed == "here it came: background")
        assert looker.screen.version == 3
        await looker.at("n")
        await until(lambda: looker.noticed == "background: never before")
        assert await looker.at("end") == 23
        looker.screen.word = ""
        await looker.says("/", "stopped early")
        await until(lambda: looker.noticed == "here it went: stopped early")
        assert looker.screen.version == 19
        assert await looker.sees("stopped early")
        await looker.at("N")
        await until(lambda: looker.noticed == "stopped early: never after")


async def test_one_person_and_playing() -> None:
    async with history_of("notes.md", (100, 24)) as pilot:
        looker = Looker(pilot)
        await looker.says("p", "bob")
        assert "only bob" in looker.head
        assert [await looker.at("left") for _ in range(3)] == [18, 9, 9]
        assert await looker.at("shift+right") == 23
        await looker.says("p", "everybody")
        await looker.at("home", "+", "+", "+")
        assert "▶ 30 a second" in looker.head or looker.screen.version == 23
        await until(lambda: looker.screen.version == 23 and looker.screen.playing is None)


async def test_by_mouse_on_the_time_line() -> None:
    async with history_of("notes.md", (80, 24)) as pilot:
        looker = Looker(pilot)
        view = looker.screen.query_one(TimeLineView)
        await pilot.click(view, offset=(1 + 3 * view._wide, 0))
        await pilot.pause()
        assert looker.screen.version == 9
        assert looker.text(20)[1 + 3 * view._wide :].startswith(" ▲")
        # A mark is where its step is.
        for sign, version in (("⌂", 1), ("z", 17)):
            await pilot.click(view, offset=(looker.text(20).index(sign), 1))
            await pilot.pause()
            assert looker.screen.version == version
        # Dragging scrubs, off the line too; once it is let go the mouse is only a mouse.
        passed = [1]
        await pilot.mouse_down(view, offset=(1, 0))
        for x in range(2, 79):
            await pilot.hover(view, offset=(x, 0 if x < 9 else -5))
            passed.append(looker.screen.version)
        ends = [one.last for one in looker.screen.own.line.bursts()] if looker.screen.own else []
        assert list(dict.fromkeys(passed)) == ends
        await pilot.mouse_up(view, offset=(78, 0))
        await pilot.hover(view, offset=(1, 0))
        assert looker.screen.version == 23
        for wheel, version in ((MouseScrollUp, 18), (MouseScrollUp, 17), (MouseScrollDown, 18)):
            view.post_message(wheel(view, 1, 1, 0, 0, 0, False, False, False))
            await pilot.pause()
            assert looker.screen.version == version
        await looker.says(":", "9")
        await looker.at("c")
        assert "second series" in pilot.app.clipboard
        assert "It is stable" not in pilot.app.clipboard


async def test_times_below_the_line_name_each_day_and_are_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(phrases, "this_year", lambda: 2027)
    ats = [NINE + hour * 60 * MINUTE for hour in range(0, 500, 7)]
    line = TimeLine(Made("ann", "editor", at, at, "commit", None, str(at)) for at in ats)
    async with history_of("notes.md", (80, 24)) as pilot:
        looker = Looker(pilot)
        view = looker.screen.view
        view.open(line, overview.at_first(line))
        view.show(len(ats), None)
        await pilot.pause()
        said = looker.text(21).split()
        # A time without a day is later on the day that was named before it.
        days = ["23", "Nov", "2026"]
        times = []
        while said:
            if len(said) > 3 and ":" not in said[0]:
                days, said = said[:3], said[3:]
            times.append(datetime.strptime(" ".join([*days, said.pop(0)]), "%d %b %Y %H:%M"))
        assert len(times) > 3
        assert times == sorted(set(times))
        stamps = {time.strftime("%d %b %Y %H:%M", time.localtime(at / 1000)) for at in ats}
        assert {one.strftime("%d %b %Y %H:%M") for one in times} <= stamps


async def test_of_a_long_line_what_is_near_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "MANY", 6)
    monkeypatch.setattr(TimeLineView, "_width", lambda _: 5)
    async with history_of("notes.md", (80, 24)) as pilot:
        looker = Looker(pilot)
        view = looker.screen.view
        assert looker.text(19).startswith("‹")
        assert looker.text(19).endswith(" ")
        # The edges lead on, and what is near moves along.
        await pilot.click(view, offset=(0, 0))
        assert looker.screen.version < 23
        await looker.says(":", "9")
        assert (looker.text(19)[0], looker.text(19)[-1]) == ("‹", "›")
        await pilot.click(view, offset=(79, 0))
        assert looker.screen.version > 9
        assert await looker.at("home") == 1
        assert looker.text(19)[0] == " "
        for _ in range(20):
            await looker.at("right")
            assert "▲" in looker.text(20)
        await looker.at("z")
        await until(lambda: view.shows_all)
        assert not {"‹", "›"} & set(looker.text(19))
        await looker.at("z")
        assert looker.text(19).startswith("‹")


async def test_a_cell_is_brought_back_by_key() -> None:
    async with history_of("fit.ipynb", (100, 30)) as pilot:
        looker = Looker(pilot)
        document = looker.screen.document
        assert isinstance(document, SharedDocument)
        load, fit = schema.cells(document.replica)[1:]
        after = schema.source(document.replica, fit)
        assert 'load("run2.csv")' in schema.source(document.replica, load)
        await looker.at("home", "d")
        row = next(
            index for index, line in enumerate(looker.screen.body.lines_) if line.part == load
        )
        looker.screen.body.put(row)
        await pilot.press("R")
        await until(lambda: pilot.app.screen is not looker.screen)
        assert 'load("run1.csv")' in schema.source(document.replica, load)
        assert schema.source(document.replica, fit) == after
        document.undo()
        assert 'load("run2.csv")' in schema.source(document.replica, load)
