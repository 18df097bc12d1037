"""Pictures of the notebook pane, for what rows of text cannot show: colours and grounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from cocalc_tui.client.places import Place
from cocalc_tui.notebook import schema
from cocalc_tui.widgets.outputs.pictures import pictures_of
from tests.widgets.notebook.desk import (
    NOW,
    NotebookDesk,
    Somebody,
    cell,
    document_of,
    live,
    printed,
    run_of,
    runs,
)
from tests.widgets.outputs.samples import plot

CODE = '''\
import pandas as pd

def load(name: str) -> pd.DataFrame:
    """Read one run."""
    return pd.read_csv(f"data/{name}")  # quiet

data = load("run1.csv")
data.head(2)'''
TABLE = """<table><thead><tr><th></th><th>t</th><th>n</th><th>name</th></tr></thead><tbody>
<tr><th>0</th><td>0.0</td><td>981</td><td>ada</td></tr>
<tr><th>1</th><td>0.5</td><td>744</td><td>bo</td></tr></tbody></table>"""
ERROR = [
    "\x1b[31m" + "-" * 75 + "\x1b[39m",
    "\x1b[31mZeroDivisionError\x1b[39m" + " " * 25 + "Traceback (most recent call last)",
    "\x1b[36mCell\x1b[39m \x1b[32mIn[8]\x1b[39m\n\x1b[32m----> 1\x1b[39m 1\x1b[43m/\x1b[49m0",
    "\x1b[31mZeroDivisionError\x1b[39m: division by zero",
]


def display(**forms: str) -> dict[str, Any]:
    data = {name.replace("_", "/", 1): value for name, value in forms.items()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def notebook() -> list[Any]:
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ERROR}
    picture = display(image_png=plot(size=(320, 160)), text_plain="<Figure size 320x160>")
    return [
        cell("# Fitting the decay\n\nTwo *models* of the same data, see `model.py`.", "markdown"),
        cell(CODE, "code", display(text_html=TABLE), count=6),
        cell('for epoch in range(100):\n    fit(data, model="exp")', "code"),
        cell("plot(data, fitted)", "code"),
        cell("1/0", "code", error, count=8),
        cell("plt.plot(x)", "code", picture, printed("log of zero\n", "stderr"), count=9),
    ]


async def _play(pilot: Pilot[None]) -> None:
    """Two others are here, a cell runs, one waits, one failed."""
    app = pilot.app
    assert isinstance(app, NotebookDesk)
    document = app.pane.document
    keys = schema.cells(document.replica)
    await pilot.pause()
    runs(
        document,
        run_of(keys[1], "done", started=1, finished=201, count=6),
        run_of(keys[2], "running", "bob", started=NOW - 12_500),
        run_of(keys[3], "queued"),
        run_of(keys[4], "error", started=1, finished=31, count=8),
    )
    live(document, keys[2], 0, printed("epoch 31/100 ███████▌            loss 0.184"))
    Somebody(document, "bob").stands(Place(schema.input_of(keys[2]), 47, 30, keys[2]))
    Somebody(document, "cyd").stands(Place(cell=keys[5]))
    await pilot.pause()
    pictures_of(app).wait()
    await pilot.pause()


@pytest.fixture(autouse=True)
def _names_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocalc_tui.widgets.editor.visitors.NAMED_FOR", 1e9)


def test_people_runs_and_outputs(snap_compare: Callable[..., bool]) -> None:
    app = NotebookDesk(document_of(notebook()))
    assert snap_compare(app, terminal_size=(80, 42), run_before=_play)


def test_editing_in_the_light(snap_compare: Callable[..., bool]) -> None:
    async def play(pilot: Pilot[None]) -> None:
        pilot.app.theme = "quiet-light"
        await _play(pilot)
        await pilot.press("j", "enter", "down", "down", "end", "shift+home")

    app = NotebookDesk(document_of(notebook()))
    assert snap_compare(app, terminal_size=(80, 42), run_before=play)
