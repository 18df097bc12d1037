"""Whatever others put into a notebook: rows keep their width and hold no control character."""

from __future__ import annotations

import json

import msgspec
import pytest

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.places import Place
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.notebook.model import creation
from cocalc_tui.protocol.events import KernelState
from tests.shared_data import notebooks
from tests.widgets.notebook.desk import (
    NotebookDesk,
    Somebody,
    cell,
    document_of,
    printed,
    rows,
    run_of,
    runs,
)

EVIL = "\x1b]52;c;aGk=\x07\x1b[6n\x9b2J\x1bPq\x1b\\\u202e\u200b\x00é👩\u200d🔬🇩🇪\x85\u2028e\u0301"


def display(**forms: object) -> dict[str, object]:
    data = {name.replace("_", "/", 1): value for name, value in forms.items()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


@pytest.mark.parametrize("width", [24, 40, 80])
async def test_hostile_text_everywhere(width: int) -> None:
    error = {"output_type": "error", "ename": EVIL, "evalue": EVIL, "traceback": [EVIL]}
    cells = [
        cell(EVIL, "code", printed(EVIL), printed(EVIL, "stderr"), error),
        cell(EVIL, "code", display(text_html=f"<table><tr><td>{EVIL}</td></tr></table>")),
        cell(f"# {EVIL}\n\n[{EVIL}](http://{EVIL})\n\n`{EVIL}`\n\n<b>{EVIL}</b>", "markdown"),
        cell("x", "code", display(text_markdown=EVIL), display(**{f"a_{EVIL}": EVIL})),
        cell(EVIL, "raw"),
    ]
    app = NotebookDesk(document_of(cells))
    async with app.run_test(size=(width, 60)) as pilot:
        await pilot.pause()
        document = app.pane.document
        keys = schema.cells(document.replica)
        bob = Somebody(document, EVIL)
        bob.stands(Place(schema.input_of(keys[0]), 1, None, keys[0]))
        runs(document, run_of(keys[1], "running", EVIL, started=1))
        state = KernelState(name=EVIL, title=EVIL, state="dead", reason=EVIL)
        document.hearing.heard("kernel", msgspec.msgpack.encode(state))
        for line in rows(app):
            assert line.isprintable(), line
        await pilot.press("enter", "down", "l", "escape", "j", "enter", "end", "backspace")
        for line in rows(app):
            assert line.isprintable(), line


@pytest.mark.parametrize("size", [(20, 8), (80, 24)])
async def test_real_notebooks(size: tuple[int, int]) -> None:
    for path in sorted(notebooks().glob("*.ipynb"))[::8]:
        try:
            ops = creation(ipynb.read(path.read_text("utf-8")))
        except ValueError:
            continue
        app = NotebookDesk(SharedDocument.offline(path.name, "notebook", ops))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            for key in ("space", "space", "end", "enter", "x", "escape", "home"):
                await pilot.press(key)
                rows(app)


async def test_an_output_without_a_type_or_data() -> None:
    text = json.dumps(
        {
            "cells": [
                {"cell_type": "code", "metadata": {}, "source": "", "outputs": [{}, {"data": 3}]},
                {"cell_type": "future", "metadata": {}, "source": "what?"},
            ],
            "metadata": {"kernelspec": 7, "language_info": {"name": 3}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    try:
        ops = creation(ipynb.read(text))
    except ValueError:
        pytest.skip("the reader refuses it, so it never reaches the screen")
    app = NotebookDesk(SharedDocument.offline("odd.ipynb", "notebook", ops))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("j", "enter", "x", "escape")
        assert any("what?" in line for line in rows(app))
