"""Headings: folding what is under them, going to one, making a cell one."""

from __future__ import annotations

import pytest

from cocalc_tui.client.places import Place
from cocalc_tui.notebook import schema
from cocalc_tui.widgets.notebook import headings
from tests.widgets.notebook.desk import NotebookDesk, Somebody, cell, document_of, rows, sources
from tests.widgets.notebook.test_command_mode import desk
from tests.widgets.notebook.test_together import insert, keys


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("# a", 1),
        ("###### a", 6),
        ("####### a", 0),
        ("#a", 0),
        ("   ## a ##", 2),
        ("    # a", 0),
        ("\n\n# a", 1),
        ("a\n# b", 0),
        ("", 0),
    ],
)
def test_rank(text: str, rank: int) -> None:
    assert headings.rank_of(text) == rank


def test_headings_of_a_text() -> None:
    text = "# One *two* `x`\n```\n# no\n```\ntext\n~~~~\n~~~\n# no\n~~~~\n\n## [a](b) ##\n###no"
    found = headings.headings("c", text)
    assert list(found) == [
        headings.Heading(1, "One two x", "c", 0),
        headings.Heading(2, "a", "c", text.index("## [a]")),
    ]


def test_what_is_hidden() -> None:
    cells = [("a", 1), ("b", 0), ("c", 2), ("d", 0), ("e", 1), ("f", 0)]
    assert headings.hidden(cells, {"c"}) == {"d": "c"}
    assert headings.hidden(cells, {"a", "c"}) == {"b": "a", "c": "a", "d": "a"}
    assert headings.hidden(cells, {"b", "gone"}) == {}
    assert headings.hidden(cells, {"e"}) == {"f": "e"}


def book() -> NotebookDesk:
    texts = ["# One", "a", "## Two", "b", "# Three", "c"]
    kinds = ["markdown", "code", "markdown", "code", "markdown", "code"]
    return NotebookDesk(document_of(list(map(cell, texts, kinds))))


def shown(app: NotebookDesk) -> list[str]:
    return [one.text.lstrip("# ") for one in app.pane.stack if not one.away]


async def test_sections_fold() -> None:
    app = book()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert shown(app) == ["One", "a", "Two", "b", "Three", "c"]
        await pilot.press("j", "j", "left")
        assert shown(app) == ["One", "a", "Two", "Three", "c"]
        assert rows(app)[5] == "▌▸      Two" + " " * 34 + "1 cell folded"
        await pilot.press("left")
        assert app.pane.where() == "cell 1 of 6"
        await pilot.press("left", "j")
        assert shown(app) == ["One", "Three", "c"]
        assert rows(app)[1] == " ▸      One" + " " * 33 + "3 cells folded"
        assert app.pane.where() == "cell 5 of 6"
        await pilot.press("k", "right")
        assert shown(app) == ["One", "a", "Two", "Three", "c"]
        await pilot.press("ctrl+shift+left")
        assert shown(app) == ["One", "Three"]
        await pilot.press("end")
        assert app.pane.where() == "cell 5 of 6"
        memento = app.pane.memento()
        await pilot.press("ctrl+shift+right")
        assert shown(app) == ["One", "a", "Two", "b", "Three", "c"]
        app.pane.recall(memento)
        await pilot.pause()
        assert shown(app) == ["One", "Three"]


async def test_what_is_folded_goes_with_its_heading() -> None:
    app = book()
    async with app.run_test(size=(60, 24)) as pilot:
        document = app.pane.document
        await pilot.press("left", "alt+down")
        assert sources(document) == ["# Three", "# One", "a", "## Two", "b", "c"]
        await pilot.press("z", "end", "alt+up", "k")
        assert sources(document) == ["# One", "a", "## Two", "b", "c", "# Three"]
        await pilot.press("z", "home", "b")
        assert sources(document)[4:] == ["", "# Three", "c"]
        assert len(shown(app)) == 7
        await pilot.press("z", "home", "left", "x")
        assert sources(document) == ["# Three", "c"]
        await pilot.press("end", "v")
        assert sources(document) == ["# Three", "c", "# One", "a", "## Two", "b"]


async def test_what_others_do_in_what_i_folded() -> None:
    app = book()
    async with app.run_test(size=(60, 24)) as pilot:
        bob = Somebody(app.pane.document)
        await pilot.press("left", "end")
        one, _, two = keys(app)[:3]
        insert(bob, 2, "new")
        bob.types(two, 0, "#")
        bob.stands(Place(schema.input_of(two), 1, None, two))
        assert shown(app) == ["One", "Three", "c"]
        assert rows(app)[1].endswith("4 cells folded  BO")
        bob.types(one, 0, "not ")
        assert shown(app) == ["not # One", "a", "new", "Two", "b", "Three", "c"]
        bob.types(one, 0, "", delete=4)
        assert shown(app) == ["One", "Three", "c"]
        bob.does(*schema.delete_cells([one]))
        assert shown(app) == ["a", "new", "Two", "b", "Three", "c"]


async def test_going_to_a_folded_cell_unfolds_it() -> None:
    app = book()
    async with app.run_test(size=(60, 24)) as pilot:
        hidden = keys(app)[3]
        await pilot.press("j", "j", "left", "home", "left")
        app.pane.select(hidden)
        assert shown(app) == ["One", "a", "Two", "b", "Three", "c"]
        await pilot.press("left", "left")
        assert "b" not in shown(app)
        app.pane.edit(hidden)
        assert "b" in shown(app)


async def test_the_table_of_contents_leads_to_a_heading() -> None:
    cells = [cell(f"text {n}\n\n## Part {n}", "markdown") for n in range(9)]
    app = NotebookDesk(document_of([cell("# Top", "markdown"), *cells]))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("t")
        await pilot.pause()
        await pilot.press(*"part 5", "enter")
        await pilot.pause()
        assert app.pane.where() == "cell 7 of 10"
        assert app.pane.window.top == app.pane.stack.top(app.pane.active)
    async with desk("a") as (app, pilot):
        await pilot.press("t")
        await pilot.pause()
        assert app.notices == ["No markdown cell has a heading"]


@pytest.mark.parametrize(
    ("before", "key", "after"),
    [
        ("a", "1", "# a"),
        ("# a\nb", "3", "### a\nb"),
        ("### a", "1", "# a"),
        ("\n##   a", "2", "\n## a"),
        ("# a", "1", "# a"),
        ("", "6", "###### "),
    ],
)
async def test_a_cell_becomes_a_heading(before: str, key: str, after: str) -> None:
    async with desk(before, "x") as (app, pilot):
        await pilot.press(key)
        assert sources(app.pane.document) == [after, "x"]
        assert app.pane.stack.cells[0].kind == "markdown"
        await pilot.press("z")
        assert sources(app.pane.document) == [before, "x"]
        assert app.pane.stack.cells[0].kind == "code"
