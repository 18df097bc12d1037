"""Finding over cells and outputs, and replacing, by key."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import Key
from textual.widgets import Static

from cocalc_tui.widgets.dialogs import Ask, Confirm
from cocalc_tui.widgets.outputs.rows import WHOLE
from cocalc_tui.widgets.reader.screen import OutputScreen
from cocalc_tui.widgets.seeking import Seek
from tests.widgets.notebook.desk import (
    NotebookDesk,
    Pilots,
    cell,
    document_of,
    printed,
    rows,
    sources,
)


async def until(pilot: Pilots, true: Callable[[], object]) -> None:
    while not true():
        await pilot.pause(0.01)


async def answer(app: NotebookDesk, pilot: Pilots, text: str) -> None:
    while not isinstance(app.screen, Ask | Seek):
        await pilot.pause(0.01)
    before = app.screen
    await pilot.press(*text, "enter")
    while app.screen is before:
        await pilot.pause(0.01)


def made() -> NotebookDesk:
    cells = [
        cell("alpha = 1\nbeta = alpha", "code", printed("nothing\n" * 40 + "Alpha at last\n")),
        cell("# A page on alpha", "markdown"),
        cell("gamma"),
    ]
    return NotebookDesk(document_of(cells))


def lit(app: NotebookDesk) -> list[tuple[int, int] | None]:
    """What stands out in the first cell: the place that is looked at, then all."""
    over = app.pane.stack.cells[0].source.painter.over
    return [over.match, *over.matches]


async def test_places_one_after_the_other_round_the_end() -> None:
    app = made()
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.press("ctrl+f")
        await answer(app, pilot, "alpha")
        first, page, _ = app.pane.stack.cells
        await until(pilot, lambda: lit(app) == [(0, 5), (0, 5), (17, 22)])
        await pilot.press("f3")
        await until(pilot, lambda: lit(app)[0] == (17, 22))
        await pilot.press("f3")
        await until(pilot, lambda: lit(app) == [None])
        assert "Alpha at last" in "\n".join(rows(app))
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.active == page.key)
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.active == first.key and lit(app)[0] == (0, 5))
        await pilot.press("shift+f3")
        await until(pilot, lambda: app.pane.active == page.key)
        await pilot.press("f3", "escape")
        await until(pilot, lambda: app.pane.active == first.key and lit(app) == [None])
        await pilot.press("ctrl+f")
        await answer(app, pilot, "delta")
        await until(pilot, lambda: app.notices == ["Not found: delta"])


def shining(app: NotebookDesk) -> list[str]:
    """What stands out on the screen, by row."""
    match = app.pane.look.source.match.bgcolor
    now = app.pane.look.source.match_current.bgcolor
    assert match is not None
    strips = [app.pane.render_line(y) for y in range(app.pane.size.height)]
    found = (
        "".join(text for text, style, _ in strip if style and style.bgcolor in (match, now))
        for strip in strips
    )
    return [text for text in found if text]


async def test_all_of_an_output_is_looked_through_and_what_is_found_is_shown() -> None:
    lines = "".join(f"row {n}\n" for n in range(300))
    cells = [cell("a", "code", printed(lines)), cell("b", "code", printed("row 150\n"))]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(50, 30)) as pilot:
        await pilot.press("j", "o", "k", "ctrl+f")
        await answer(app, pilot, "row 150")
        await until(pilot, lambda: shining(app) == ["row 150"])
        foot = next(row for row in rows(app) if "of 300" in row)
        assert foot.endswith("rows 145 to 164 of 300")
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.active == app.pane.stack.cells[1].key)
        assert shining(app) == ["row 150"], "what was hidden shows again"
        await pilot.press("escape")
        await until(pilot, lambda: not shining(app))


async def test_what_is_broken_into_rows_is_found() -> None:
    text = "x" * 38 + "needle" + "y" * 9
    app = NotebookDesk(document_of([cell("a", "code", printed(text))]))
    async with app.run_test(size=(50, 20)) as pilot:
        await pilot.press("ctrl+f")
        await answer(app, pilot, "needle")
        await until(pilot, lambda: shining(app) == ["nee", "dle"])


def with_a_long_output() -> NotebookDesk:
    """One cell of which not all that it printed can be drawn, and one that printed as little."""
    text = "".join(f"row {n}\n" for n in range(2 * WHOLE))
    return NotebookDesk(document_of([cell("row", "code", printed(text)), cell("b")]))


async def test_what_is_not_drawn_is_found_on_the_screen_that_shows_all() -> None:
    app = with_a_long_output()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("ctrl+f")
        await answer(app, pilot, f"row {WHOLE}")
        await until(pilot, lambda: isinstance(app.screen, OutputScreen))
        screen = app.screen
        assert isinstance(screen, OutputScreen)
        await until(pilot, lambda: screen.body.at is not None)
        here = screen.body.at
        assert here is not None
        assert screen.body.reader.strip(here).text == f"row {WHOLE}"
        await pilot.press("escape", "escape", "ctrl+f")
        await answer(app, pilot, "needle")
        await until(pilot, lambda: app.notices == ["Not found: needle"])
        await pilot.press("ctrl+f")
        await answer(app, pilot, f"row {2 * WHOLE - 1}")
        await pilot.press("f3")
        said = "Round the end; more is in the output of cell 1: w shows all"
        await until(pilot, lambda: app.notices[-1] == said)


async def test_a_pattern_finds_what_is_not_drawn_and_one_without_end_is_said() -> None:
    app = with_a_long_output()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("ctrl+f")
        await seeking(app, pilot)
        await pilot.press("alt+r", *rf"^row {WHOLE // 10}[7-9]$", "enter")
        await until(pilot, lambda: isinstance(app.screen, OutputScreen))
        screen = app.screen
        assert isinstance(screen, OutputScreen)
        await until(pilot, lambda: screen.body.at is not None)
        here = screen.body.at
        assert here is not None
        assert screen.body.reader.strip(here).text == f"row {WHOLE + 7}"
        await pilot.press("escape", "escape", "ctrl+f")
        await answer(app, pilot, r"(\w|\s|\d)+[^\w\s]")
        await until(pilot, lambda: "takes too long" in "".join(app.notices))


async def test_in_a_text_what_was_found_is_selected() -> None:
    app = made()
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.press("enter", "ctrl+home", "right", "ctrl+f")
        await answer(app, pilot, "alpha")
        editor = app.pane.text_editor()
        assert editor is not None
        await until(pilot, lambda: editor.selected == "alpha")
        assert editor.selection == (17, 22)


async def test_replacing_in_all_cells_is_one_step() -> None:
    app = made()
    async with app.run_test(size=(50, 12)) as pilot:
        before = sources(app.pane.document)
        after = ["omega = 1\nbeta = omega", "# A page on omega", "gamma"]
        await pilot.press("alt+h")
        await answer(app, pilot, "alpha")
        await answer(app, pilot, "omega")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        assert isinstance(app.screen, Confirm)
        assert "3 places" in app.screen._question
        await pilot.press("y")
        await until(pilot, lambda: sources(app.pane.document) == after)
        await pilot.press("z")
        assert sources(app.pane.document) == before
        await pilot.press("alt+h")
        await answer(app, pilot, "a")
        await answer(app, pilot, "-")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("n")
        await pilot.pause()
        assert sources(app.pane.document) == before


async def seeking(app: NotebookDesk, pilot: Pilots) -> Seek:
    await until(pilot, lambda: isinstance(app.screen, Seek))
    assert isinstance(app.screen, Seek)
    return app.screen


async def test_a_regular_expression_over_cells_with_its_groups() -> None:
    app = made()
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press("f")
        screen = await seeking(app, pilot)
        await pilot.press("alt+r", *"al(", "enter")
        await until(
            pilot, lambda: "not a pattern" in str(screen.query_one("#wrong", Static).content)
        )
        assert app.screen is screen, "what means nothing is not looked for"
        await pilot.press(*"p)ha", "enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press(*"<$1|$&>", "enter")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        after = ["<p|alpha> = 1\nbeta = <p|alpha>", "# A page on <p|alpha>", "gamma"]
        await until(pilot, lambda: sources(app.pane.document) == after)
        assert "Alpha at last" in app.pane.stack.cells[0].results.text


async def test_alt_with_a_letter_is_no_letter() -> None:
    """As a terminal sends it: with the letter."""
    app = made()
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press("ctrl+f")
        screen = await seeking(app, pilot)
        for _ in range(2):
            app.post_message(Key("alt+r", "r"))
            await pilot.pause()
        app.post_message(Key("alt+w", "w"))
        await until(pilot, lambda: screen._how == "words")
        assert screen._input.value == ""


async def test_a_group_that_is_not_there_is_said_and_nothing_changes() -> None:
    app = made()
    async with app.run_test(size=(60, 14)) as pilot:
        before = sources(app.pane.document)
        await pilot.press("f")
        await seeking(app, pilot)
        await pilot.press("alt+r", *"alpha")
        await answer(app, pilot, "")
        await answer(app, pilot, "$7")
        await until(pilot, lambda: app.notices)
        assert app.notices[0].startswith("alpha: in its place:")
        assert sources(app.pane.document) == before


async def test_what_is_in_output_only_is_found_and_not_replaced() -> None:
    app = made()
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.press("ctrl+f")
        await seeking(app, pilot)
        await pilot.press("alt+r", *r"at\s+last$")
        await answer(app, pilot, "")
        await until(pilot, lambda: "Alpha at last" in "\n".join(rows(app)))
        await pilot.press("f")
        await seeking(app, pilot)
        await answer(app, pilot, "at last")
        await answer(app, pilot, "x")
        await until(pilot, lambda: app.notices)
        assert app.notices == ["In output only, which stays as it was printed: at last"]


async def test_case_and_words_count_where_they_are_to() -> None:
    app = NotebookDesk(document_of([cell("beta Beta alphabet"), cell("bet")]))
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.press("ctrl+f")
        screen = await seeking(app, pilot)
        await pilot.press("alt+w", "alt+c", *"bet")
        assert str(screen.query_one("#how", Static).content) == "case · words"
        await pilot.press("enter")
        await until(pilot, lambda: app.pane.where() == "cell 2 of 2")
