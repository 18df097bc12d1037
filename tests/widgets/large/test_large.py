"""Files too large to be edited: lines found from any byte on, searched, and shown over a relay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.files import Files
from cocalc_tui.protocol.events import FilePart, LineCounts
from cocalc_tui.query import Query
from cocalc_tui.widgets.large import source as sources
from cocalc_tui.widgets.large.pane import LargePane
from cocalc_tui.widgets.large.source import Missing, Source
from tests.server.hosting import running, until

Result = TypeVar("Result")
BLOCK = 7


class Bytes:
    """A file of some bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.asked = 0

    async def read_part(self, path: str, at: int) -> FilePart:
        self.asked += 1
        return FilePart(data=self.data[at : at + BLOCK], total=len(self.data), stamp="")

    async def count_lines(self, path: str, at: int) -> LineCounts:
        starts = range(at, min(at + 3 * BLOCK, len(self.data)), BLOCK)
        counts = [self.data[start : start + BLOCK].count(b"\n") for start in starts]
        return LineCounts(counts=counts, total=len(self.data))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "app" not in request.node.name:
        monkeypatch.setattr(sources, "MAX_PART", BLOCK)
        monkeypatch.setattr(sources, "LONGEST", 20)


def source_of(data: bytes) -> Source:
    return Source(cast(Files, Bytes(data)), "a.log", len(data))


async def done(source: Source, work: Callable[[], Result]) -> Result:
    while True:
        try:
            return work()
        except Missing as missing:
            await source.fetch(missing.block)


def ignore(_: int) -> None:
    return


TEXTS = st.text("ab\né", max_size=80)


@given(TEXTS, st.integers(0, 100))
@settings(deadline=None)
async def test_lines_are_those_of_the_file(text: str, at: int) -> None:
    data = text.encode()
    lines = data.splitlines(keepends=True)
    if any(len(line) > 20 for line in lines):
        return
    source = source_of(data)
    found = await done(source, lambda: source.lines(0, 1000))
    assert [data[line.start : line.end] for line in found] == lines
    at = min(at, len(data))
    begin = await done(source, lambda: source.begin(at))
    assert begin == data.rfind(b"\n", 0, at) + 1
    start = await done(source, lambda: source.back(len(data), 3))
    assert data[start:] == b"".join(lines[-3:])


@given(TEXTS, st.text("ab\n", max_size=20))
@settings(deadline=None)
async def test_lines_have_their_numbers_also_when_more_comes(text: str, more: str) -> None:
    data = Bytes(text.encode())
    source = Source(cast(Files, data), "a.log", len(data.data))
    for _ in range(2):
        while not source.numbers.whole:
            await source.count()
        lines = data.data.splitlines(keepends=True)
        start = 0
        for number, line in enumerate(lines, 1):
            at = start
            assert await done(source, partial(source.number, at)) == number
            assert await done(source, partial(source.place, number)) == at
            start += len(line)
        past = len(lines) + (2 if data.data.endswith(b"\n") else 1)
        if lines:
            assert source.place(past) is None
        data.data += more.encode()
        await source.grown()


@given(TEXTS)
@settings(deadline=None)
async def test_what_is_searched_for_is_found_both_ways(text: str) -> None:
    data = text.encode()
    lines = data.splitlines(keepends=True)
    if any(len(line) >= BLOCK for line in lines):
        return
    starts = [sum(map(len, lines[:index])) for index in range(len(lines))]
    wanted = [at for at, line in zip(starts, lines, strict=True) if b"a" in line]
    source, query = source_of(data), Query("a")
    found, at = [], 0
    while (place := await source.find(query, at, ignore)) is not None:
        found.append(place)
        at = next((one for one in starts if one > place), len(data))
    assert found == wanted
    back, end = [], len(data)
    while (place := await source.find_before(query, end, ignore)) is not None:
        back.append(place)
        end = place
    assert back == wanted[::-1]


async def test_a_line_without_end_shows_as_several_and_no_more_is_kept() -> None:
    source = source_of(b"x" * 1000)
    found = await done(source, lambda: source.lines(500, 3))
    assert [(line.start, line.end) for line in found] == [(500, 520), (520, 540), (540, 560)]


async def test_the_app_shows_searches_and_follows_a_large_file(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        big = lab.project / "big.log"
        line = b"%07d all is well in this line of the log\n"
        big.write_bytes(b"".join(line % number for number in range(800_000)))

        def text_of(number: int) -> str:
            return (line % number).decode()

        app = CocalcApp(await lab.person("vera"), "lab", ["big.log"])
        async with app.run_test(size=(100, 20)) as pilot:

            def pane() -> LargePane:
                found = app.main.tiles.pane
                assert isinstance(found, LargePane)
                return found

            def shown() -> list[str]:
                return [pane().render_line(y).text.rstrip() for y in range(pane().size.height)]

            async def press(*keys: str) -> None:
                await pilot.press(*keys)
                await pilot.pause()

            async def sees(text: str, row: int = 0) -> None:
                await until(lambda: any(one.lstrip().startswith(text) for one in shown()[row:][:1]))

            await until(lambda: isinstance(app.main.tiles.pane, LargePane))
            await sees("1 0000000")
            assert "so it is shown to read" in app.said[0][1]
            await press("down", "pagedown")
            await sees("19 0000018")
            await press("ctrl+l", *"50%", "enter")
            await sees("400001 0400000")
            await press("ctrl+f", *"0[6]00001", "enter")
            await sees("600002 0600001")
            await press("ctrl+l", *"123456", "enter")
            await sees("123456 0123455")
            app.main.show_now()
            assert "line 123,456  15 % of" in app.main.report.status.text
            await press("shift+down", "shift+down", "shift+down", "shift+up", "ctrl+c")
            await until(lambda: app.clipboard)
            assert app.clipboard == "".join(text_of(number) for number in (123455, 123456))
            await press("escape", "alt+l")
            await sees("0123455")
            await press("alt+l")
            await pilot.mouse_down(LargePane, offset=(8 + 8, 1))
            await pilot.hover(LargePane, offset=(8 + 11, 2))
            await pilot.mouse_up(LargePane, offset=(8 + 11, 2))
            await press("ctrl+c")
            await until(lambda: app.clipboard.startswith("all"))
            assert app.clipboard == text_of(123456)[8:] + text_of(123457)[:11]
            await press("ctrl+l", *"9000000", "enter")
            await sees("800000 0799999", -1)
            await press("ctrl+l", *"75%", "enter")
            await sees("600001 0600000")
            await press("N")
            await until(lambda: "Not found from here on" in app.said[-1][1])
            await press("ctrl+f", "[", "enter")
            await until(lambda: any("no regular expression" in text for _, text in app.said))
            await press("end")
            await sees("800000 0799999", -1)
            app.main.show_now()
            assert "100 % of" in app.main.report.status.text
            with big.open("ab") as more:
                more.write(b"the last\n")
            await sees("800001 the last", -1)


async def test_of_a_tab_that_does_not_show_nothing_is_said(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        with (lab.project / "big.log").open("wb") as big:
            big.truncate(40_000_000)
        lab.write("a.txt", "a\n")
        app = CocalcApp(await lab.person("vera"), "lab", ["big.log", "a.txt"])
        async with app.run_test(size=(80, 20)) as pilot:
            await until(lambda: app.main.query(LargePane))
            await pilot.pause()
            assert app.main.tiles.division.current.view.path == "a.txt"  # type: ignore[union-attr]  # a tab shows
            assert all("shown to read" not in text for _, text in app.said)
