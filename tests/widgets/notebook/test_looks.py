"""How cells are looked at, and what lies in them: hidden texts, tags, attachments, copies."""

from __future__ import annotations

import json
from typing import Any

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.notebook.model import creation
from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, printed, rows, sources
from tests.widgets.notebook.test_command_mode import desk
from tests.widgets.notebook.test_together import keys


async def test_texts_hide_and_show() -> None:
    async with desk("a\nb", "c", size=(40, 10)) as (app, pilot):
        await pilot.press("I")
        assert rows(app)[1:4] == ["▌[ ]    … 2 lines hidden", "", " [ ]    c"]
        await pilot.press("J", "I")
        assert rows(app)[1:4] == ["▌[ ]    … 2 lines hidden", "", "▌[ ]    … 1 line hidden"]
        await pilot.press("escape", "k", "enter", "!")
        assert rows(app)[1:3] == ["▌[ ]    !a", "▌       b"]
        await pilot.press("escape", "I")
        assert rows(app)[1] == "▌[ ]    !a"


async def test_what_the_file_hides_is_hidden_at_first() -> None:
    cells = [cell("a", "code", printed("out\n")) for _ in range(4)]
    cells[0]["metadata"] = {"collapsed": True}
    cells[1]["metadata"] = {"jupyter": {"source_hidden": True}}
    cells[2]["metadata"] = {"jupyter": {"outputs_hidden": True}}
    cells[3]["metadata"] = {"jupyter": "odd", "collapsed": "yes"}
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(40, 14)) as pilot:
        await pilot.pause()
        assert [line[8:] for line in rows(app)] == [
            *("", "a", "… 1 output hidden"),
            *("", "… 1 line hidden", "out"),
            *("", "a", "… 1 output hidden"),
            *("", "a", "out", "", ""),
        ]
        await pilot.press("alt+o")
        assert "out" not in [line[8:] for line in rows(app)]
        await pilot.press("alt+o")
        assert [line[8:] for line in rows(app)].count("out") == 4


async def test_tags_are_given_and_taken() -> None:
    app = NotebookDesk(document_of([cell("a"), cell("b")]))
    async with app.run_test(size=(60, 12)) as pilot:
        replica = app.pane.document.replica
        await pilot.press("J", "T")
        await pilot.pause()
        await pilot.press(*"x y x", "enter")
        await pilot.pause()
        assert [schema.tags(replica, key) for key in keys(app)] == [["x", "y"]] * 2
        assert [line.rstrip() for line in rows(app) if "#" in line] == [
            f"▌[ ]    {text}{'#x #y':>49}" for text in "ab"
        ]
        await pilot.press("T")
        await pilot.pause()
        await pilot.press("ctrl+u", "-", "enter")
        await pilot.pause()
        assert [dict(replica.records[key]).get("metadata") for key in keys(app)] == [None, None]
        await pilot.press("z")
        assert schema.tags(replica, keys(app)[0]) == ["x", "y"]


async def test_attachments_are_listed() -> None:
    made = cell("![](attachment:a.png)", "markdown")
    made["attachments"] = {"a.png": {"image/png": "AAAA" * 500}, "b\x1b.txt": {"text/plain": ["x"]}}
    app = NotebookDesk(document_of([made, cell("b")]))
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.pause()
        text = "\n".join(rows(app))
        assert "attached: a.png  image/png 2 kB" in text
        assert "attached: b␛.txt  text/plain 0 B" in text
        await pilot.press("y")
        assert "attached" not in "\n".join(rows(app))
        await pilot.press("m")
        assert "attached: a.png" in "\n".join(rows(app))


class Asked:
    """A wire that notes which outputs are asked for."""

    def __init__(self, document: SharedDocument) -> None:
        self.outputs: list[Any] = []
        wire: Any = document._wire
        wire.copy_outputs = self._copy

    async def _copy(self, _: object, source: str, cells: object) -> None:
        self.outputs.append((source, cells))


async def test_cells_go_to_another_notebook_with_all_they_have() -> None:
    first = cell("a", "code", printed("out\n"), count=3)
    first["metadata"] = {"tags": ["t"]}
    second = cell("![](attachment:x)", "markdown")
    second["attachments"] = {"x": {"image/png": "AAAA"}}
    document = document_of([first, second, cell("c")], "one.ipynb")
    async with NotebookDesk(document).run_test() as pilot:
        await pilot.press("J", "J", "c")
    there = document_of([cell("x")], "two.ipynb")
    app, asked = NotebookDesk(there), Asked(there)
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.press("V")
        await pilot.pause()
        assert sources(there) == ["a", "![](attachment:x)", "c", "x"]
        made, source = keys(app), schema.cells(document.replica)
        records = there.replica.records
        assert schema.tags(there.replica, made[0]) == ["t"]
        assert records[made[1]]["attachments"] == {"x": {"image/png": "AAAA"}}
        assert schema.execution_count(there.replica, made[0]) == 3
        assert asked.outputs == [("one.ipynb", [(source[0], made[0])])]
        await pilot.press("z")
        assert sources(there) == ["x"]


async def test_an_old_format_is_said_before_the_first_edit() -> None:
    text = json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code"}]}]})
    document = SharedDocument.offline("old.ipynb", "notebook", creation(ipynb.read(text)))
    app = NotebookDesk(document)
    async with app.run_test() as pilot:
        await pilot.pause()
        said = "old.ipynb is of the old format 3; the first edit saves it in format 4"
        assert app.notices == [said]
        await pilot.press("enter", "x")
    app = NotebookDesk(document)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.notices == []
