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
