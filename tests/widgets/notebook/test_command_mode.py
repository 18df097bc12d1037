"""Command mode: Jupyter's keys on whole cells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.messages import Role
from tests.widgets.notebook.desk import (
    NotebookDesk,
    Pilots,
    cell,
    document_of,
    printed,
    rows,
    sources,
    thumb,
)


@asynccontextmanager
async def desk(
    *texts: str, size: tuple[int, int] = (60, 24), role: Role = Role.OWNER
) -> AsyncIterator[tuple[NotebookDesk, Pilots]]:
    app = NotebookDesk(document_of([cell(text) for text in texts]), role)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def kinds(document: SharedDocument) -> list[str]:
    replica = document.replica
    return [schema.cell_type(replica, key) for key in schema.cells(replica)]


async def test_shows_cells_with_prompts() -> None:
    cells = [cell("a = 1\nb", count=3), cell("# Title", "markdown"), cell("c"), cell("x", "raw")]
    cells[0]["outputs"] = [printed("out\n")]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.pause()
        assert rows(app) == [
            "",
            "▌[3]    a = 1",
            "▌       b",
            "▌       out",
            "",
            "        Title",
            "",
            " [ ]    c",
            "",
            " raw    x",
            *[""] * 4,
        ]
        assert (app.pane.where(), app.pane.mode()) == ("cell 1 of 4", "command")


@pytest.mark.parametrize(
    ("keys", "expected", "at"),
    [
        ("j", ["a", "b", "c"], 1),
        ("down down down", ["a", "b", "c"], 2),
        ("j k k", ["a", "b", "c"], 0),
        ("end", ["a", "b", "c"], 2),
        ("end home", ["a", "b", "c"], 0),
        ("a", ["", "a", "b", "c"], 0),
        ("b", ["a", "", "b", "c"], 1),
        ("d d", ["b", "c"], 0),
        ("end d d", ["a", "b"], 1),
        ("d j", ["a", "b", "c"], 1),
        ("J d d", ["c"], 0),
        ("J J d d", [], 0),
        ("d d z", ["a", "b", "c"], 0),
        ("d d z Z", ["b", "c"], 0),
        ("x j v", ["b", "c", "a"], 2),
        ("J c j v", ["a", "b", "c", "a", "b"], 4),
        ("j c V", ["a", "b", "b", "c"], 1),
        ("c v v z z", ["a", "b", "c"], 1),
        ("J c v z", ["a", "b", "c"], 2),
        ("alt+down", ["b", "a", "c"], 1),
        ("J alt+down", ["c", "a", "b"], 2),
        ("end alt+up alt+up alt+up", ["c", "a", "b"], 0),
        ("M", ["a\nb", "c"], 0),
        ("J J M", ["a\nb\nc"], 0),
        ("end M", ["a", "b", "c"], 2),
        ("ctrl+a d d", [], 0),
        ("J escape d d", ["a", "c"], 1),
        ("j shift+end d d", ["a"], 0),
        ("j shift+home d d", ["c"], 0),
    ],
)
async def test_keys(keys: str, expected: list[str], at: int) -> None:
    async with desk("a", "b", "c") as (app, pilot):
        await pilot.press(*keys.split())
        assert sources(app.pane.document) == expected
        here = app.pane.stack.place(app.pane.active) if app.pane.active else 0
        assert here == at


async def test_an_empty_notebook_takes_a_cell() -> None:
    async with desk() as (app, pilot):
        assert rows(app)[1].strip() == "An empty notebook: a adds a cell"
        assert app.pane.where() == "no cells"
        await pilot.press("j", "enter", "d", "d", "M", "o", "l", "f5", "a")
        assert sources(app.pane.document) == [""]
        await pilot.press("d", "d", "v")
        assert app.pane.document.replica is not None


async def test_kinds() -> None:
    async with desk("# a", "b") as (app, pilot):
        await pilot.press("m")
        assert kinds(app.pane.document) == ["markdown", "code"]
        assert rows(app)[1] == "▌       a"
        await pilot.press("r")
        assert rows(app)[1] == "▌raw    # a"
        await pilot.press("y")
        assert rows(app)[1] == "▌[ ]    # a"
        await pilot.press("J", "m")
        assert kinds(app.pane.document) == ["markdown", "markdown"]


async def test_line_numbers() -> None:
    async with desk("a\nb", "c") as (app, pilot):
        await pilot.press("l")
        assert rows(app)[1:4] == ["▌[ ]     1 a", "▌        2 b", ""]
        await pilot.press("L")
        assert rows(app)[4] == " [ ]     1 c"
        await pilot.press("L")
        assert rows(app)[1:5] == ["▌[ ]    a", "▌       b", "", " [ ]    c"]


async def test_outputs_hide_and_show() -> None:
    long = "".join(f"line {number}\n" for number in range(100))
    app = NotebookDesk(document_of([cell("a", "code", printed(long)), cell("b")]))
    async with app.run_test(size=(60, 80)) as pilot:
        await pilot.pause()
        assert "… 40 more lines  w shows all" in rows(app)[42]
        assert rows(app)[64] == " [ ]    b"
        await pilot.press("o")
        assert rows(app)[2:5] == ["▌       … 1 output hidden", "", " [ ]    b"]
        await pilot.press("o", "W")
        assert app.pane.stack.cells[0].height == 102
        await pilot.press("W")
        assert rows(app)[64] == " [ ]    b"


async def test_a_viewer_changes_nothing() -> None:
    async with desk("a", "b", role=Role.VIEWER) as (app, pilot):
        await pilot.press("d", "d", "a", "x", "m", "enter", "x", "y", "backspace")
        assert sources(app.pane.document) == ["a", "b"]
        assert any("needs the role editor" in notice for notice in app.notices)


async def test_a_readonly_document_says_why() -> None:
    async with desk("a") as (app, pilot):
        app.pane.document.readonly = "the disk is full"
        await pilot.press("b", "d", "d", "enter", "x")
        assert sources(app.pane.document) == ["a"]
        assert set(app.notices) == {"the disk is full"}


async def test_copied_cells_reach_the_clipboard() -> None:
    async with desk("a", "b") as (app, pilot):
        await pilot.press("J", "c")
        assert app.clipboard == "a\n\nb"


async def test_scrolling_leaves_the_cell() -> None:
    async with desk(*(f"cell {n}" for n in range(50)), size=(40, 11)) as (app, pilot):
        await pilot.press("space")
        assert rows(app)[1] == " [ ]    cell 5"
        assert app.pane.where() == "cell 1 of 50"
        await pilot.press("pageup", "end")
        assert rows(app)[-2] == "▌[ ]    cell 49"
        assert thumb(app) == [10]


async def test_a_memento_brings_back_cell_and_scroll() -> None:
    async with desk(*(f"cell {n}" for n in range(50)), size=(40, 11)) as (app, pilot):
        await pilot.press(*"jjjjjjjjjjjj", "enter", "end", "escape")
        memento, shown = app.pane.memento(), rows(app)
    async with desk(*(f"cell {n}" for n in range(50)), size=(40, 11)) as (app, pilot):
        app.pane.recall({"cell": 3, "top": None, "caret": "x"})
        app.pane.recall(memento)
        await pilot.pause()
        assert rows(app) == shown
        assert app.pane.memento() == memento
