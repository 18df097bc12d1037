"""Outputs in a window of their own: by key, by mouse, while a cell prints, and when found in."""

from __future__ import annotations

import asyncio

from textual.events import MouseScrollDown

from cocalc_tui.widgets.notebook.results import WINDOW
from tests.widgets.notebook.desk import (
    NotebookDesk,
    cell,
    document_of,
    live,
    printed,
    rows,
    run_of,
    runs,
)

LONG = printed("".join(f"line {number}\n" for number in range(100)))


def window(app: NotebookDesk) -> tuple[str, str, str]:
    """The first and the last row of the window, and what stands below it."""
    shown = [row[8:].rstrip() for row in rows(app)]
    foot = next(n for n, row in enumerate(shown) if row.strip().startswith("rows "))
    first, last = shown[foot - WINDOW], shown[foot - 1]
    return first.rstrip("│▐ "), last.rstrip("│▐ "), shown[foot].strip()


async def test_a_window_scrolls_by_key_and_is_left_again() -> None:
    app = NotebookDesk(document_of([cell("a", "code", LONG), cell("b")]))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.press("O")
        assert window(app) == ("line 0", "line 19", "rows 1 to 20 of 100")
        assert rows(app)[24] == " [ ]    b", "what is below comes up"
        await pilot.press(">")
        assert window(app) == ("line 19", "line 38", "rows 20 to 39 of 100")
        await pilot.press(*"<" * 3)
        assert window(app)[0] == "line 0"
        await pilot.press(*">" * 9)
        assert window(app) == ("line 80", "line 99", "rows 81 to 100 of 100")
        await pilot.press("O")
        assert app.pane.stack.cells[0].height == 63


async def test_the_wheel_scrolls_it_and_then_the_notebook() -> None:
    cells = [cell("a", "code", LONG), *[cell(f"c{n}") for n in range(30)]]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.press("O")
        await pilot.pause()

        async def turn() -> None:
            wheel = MouseScrollDown(app.pane, 20, 8, 0, 3, 0, False, False, False, 20, 8)
            app.pane.on_mouse_scroll_down(wheel)
            await pilot.pause()

        await turn()
        assert (window(app)[0], app.pane.window.top) == ("line 3", 0)
        for _ in range(30):
            await turn()
        assert app.pane.window.top > 0


async def test_short_outputs_have_no_window() -> None:
    app = NotebookDesk(document_of([cell("a", "code", printed("one\ntwo\n")), cell("b")]))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("O", ">")
        assert rows(app)[2:6] == ["▌       one", "▌       two", "", " [ ]    b"]


async def test_the_file_may_say_so() -> None:
    said = {**cell("a", "code", LONG), "metadata": {"scrolled": True}}
    app = NotebookDesk(document_of([said]))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.pause()
        assert window(app)[2] == "rows 1 to 20 of 100"


async def test_its_end_is_followed_while_a_cell_prints() -> None:
    document = document_of([cell("a", "code", LONG)])
    app = NotebookDesk(document)
    async with app.run_test(size=(60, 40)) as pilot:
        key = app.pane.stack.cells[0].key
        runs(document, run_of(key, "running", started=1))
        await pilot.press("O")
        live(document, key, 0, LONG, printed("more\n"))
        await _until(app, "of 101")
        assert window(app)[0] == "line 0", "whoever reads its beginning stays there"
        await pilot.press(*">" * 6)
        live(document, key, 2, printed("".join(f"more {n}\n" for n in range(50))))
        await _until(app, "of 151")
        assert window(app)[1] == "more 49"


async def _until(app: NotebookDesk, foot: str) -> None:
    while foot not in window(app)[2]:
        await asyncio.sleep(0.01)


async def test_what_is_found_comes_into_the_window() -> None:
    from tests.widgets.notebook.test_finding import answer, until

    app = NotebookDesk(document_of([cell("a", "code", LONG)]))
    async with app.run_test(size=(60, 40)) as pilot:
        await pilot.press("O", "ctrl+f")
        await answer(app, pilot, "line 70")
        await until(pilot, lambda: "line 70" in "\n".join(rows(app)))
        assert window(app)[2].startswith("rows 65")


async def test_what_my_cell_prints_is_followed_while_its_text_stays() -> None:
    app = NotebookDesk(document_of([cell(f"cell {n}") for n in range(6)]))
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press("end")
        key, document = app.pane.active, app.pane.document
        runs(document, run_of(key, "running", app.user))
        await pilot.pause()
        for first in range(0, 30, 3):
            live(document, key, first, *[printed(f"line {first + n}\n") for n in range(3)])
            app.pane._print()
        shown = [row[8:] for row in rows(app)]
        assert shown[0].startswith("cell 5 "), "the first row of the cell stays"
        assert shown[-1] == "line 12"


async def test_what_others_cells_print_moves_nothing() -> None:
    app = NotebookDesk(document_of([cell(f"cell {n}") for n in range(6)]))
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press("end")
        key, document = app.pane.active, app.pane.document
        runs(document, run_of(key, "running", "somebody"))
        await pilot.pause()
        before = app.pane.window.top
        live(document, key, 0, printed("line\n" * 30))
        app.pane._print()
        assert app.pane.window.top == before
