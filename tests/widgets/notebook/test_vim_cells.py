"""Vim's keys in the text of cells."""

from __future__ import annotations

from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, sources


async def test_modes_motions_and_the_way_out() -> None:
    app = NotebookDesk(document_of([cell("one two\nthree"), cell("four")]))
    app.pane.use_keys("vim")
    async with app.run_test(size=(60, 12)) as pilot:
        pane = app.pane
        assert pane.mode() == "command"
        await pilot.press("enter")
        assert pane.mode() == "normal"
        await pilot.press("g", "g", "0", "d", "w")
        assert sources(pane.document) == ["two\nthree", "four"]
        await pilot.press("i", "x", "escape")
        assert sources(pane.document) == ["xtwo\nthree", "four"]
        await pilot.press("u")
        assert sources(pane.document) == ["two\nthree", "four"]
        await pilot.press("G", "y", "y", "p")
        assert sources(pane.document) == ["two\nthree\nthree", "four"]
        await pilot.press("escape")
        assert pane.mode() == "command"
        await pilot.press("j", "enter", "A", "!", "escape")
        assert sources(pane.document)[1] == "four!"
        assert pane.mode() == "normal"


async def test_an_empty_line_at_the_end_of_a_cell_is_a_line() -> None:
    app = NotebookDesk(document_of([cell("one\n"), cell("two")]))
    app.pane.use_keys("vim")
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("enter", "g", "g", "j", "i", "x", "escape", "g", "g", "G", "A", "y")
        assert sources(app.pane.document) == ["one\nxy", "two"]
        await pilot.press("escape", "equals_sign", "equals_sign", "d", "d")
        assert sources(app.pane.document) == ["one", "two"]
