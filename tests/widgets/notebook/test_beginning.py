"""A new notebook, by key: one types at once, over a real relay."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.app import CocalcApp
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.notebook.pane import NotebookPane
from tests.server.hosting import QUICK, running, until
from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, rows, sources


async def test_what_is_typed_right_after_it_was_made_is_its_text(tmp_path: Path) -> None:
    async with running(tmp_path, QUICK) as box:
        app = CocalcApp(await box.person("ben"), "lab", [])
        async with app.run_test(size=(80, 24)) as pilot:
            await until(lambda: app.main.files.is_mounted and app.main.project.me)
            await pilot.press("ctrl+n", *"new.ipynb", "enter")
            await until(lambda: isinstance(app.focused, NotebookPane))
            pane = app.focused
            assert isinstance(pane, NotebookPane)
            assert pane.editing
            await pilot.press(*"print(1)")
            await until(lambda: sources(pane.document) == ["print(1)"])
            assert app.screen is app.main


async def test_what_the_empty_cell_says() -> None:
    app = NotebookDesk(document_of([cell("")]))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        assert "⏎ to write here" in rows(app)[1]
        app.pane.recall({})
        await pilot.pause()
        assert "ctrl+r runs it  esc for commands" in rows(app)[1]
        await pilot.press("enter")
        assert app.notices == ["You are writing in the cell already"]
        await pilot.press("enter", "x")
        assert sources(app.pane.document) == ["\nx"]
        assert "runs it" not in "\n".join(rows(app))


@pytest.mark.parametrize("case", ["a viewer", "text", "two cells"])
async def test_others_begin_in_command_mode(case: str) -> None:
    cells = {"text": [cell("x")], "two cells": [cell(""), cell("")]}.get(case, [cell("")])
    app = NotebookDesk(document_of(cells), Role.VIEWER if case == "a viewer" else Role.OWNER)
    if case == "a viewer":
        app.pane.document.readonly = "viewers look"
    async with app.run_test(size=(80, 12)) as pilot:
        app.pane.recall({})
        await pilot.pause()
        assert not app.pane.editing
        assert "write here" not in "\n".join(rows(app))
        assert len(schema.cells(app.pane.document.replica)) == len(cells)
