"""Pictures of the main screens. After a wanted change: `pytest tests/widgets --snapshot-update`."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.client.places import Place
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.notebook.model import creation
from cocalc_tui.protocol.events import CellRun, KernelState
from cocalc_tui.sync.patch import MAIN, Op
from cocalc_tui.widgets.editor.pane import EditorPane
from cocalc_tui.widgets.notebook.pane import NotebookPane
from cocalc_tui.widgets.settings import Settings
from tests.widgets.notebook.desk import cell, printed, runs
from tests.widgets.pretend import PretendProject

Compare = Callable[..., bool]
Script = Callable[[Pilot[None]], Awaitable[None]]
NOW = 1_700_000_000_000

MODEL = '''\
"""Two models of a decay."""

import numpy as np


def exponential(t, amplitude, rate):
    """Counts expected at time t."""
    return amplitude * np.exp(-rate * t)


def fit(data, model=exponential):
    # Start where the counts begin.
    guess = data.n.iloc[0], 0.5
    return least_squares(residuals, guess, args=(data, model))
'''
README = """\
# Decay of a sample

We compare two models of the same data.

- `data/` the runs, as the counter wrote them
- `fit.ipynb` the fits
- `model.py` the models
"""
TABLE = """\
<table><thead><tr><th></th><th>t</th><th>n</th><th>err</th></tr></thead><tbody>
<tr><th>0</th><td>0.0</td><td>981</td><td>31</td></tr>
<tr><th>1</th><td>0.5</td><td>744</td><td>27</td></tr></tbody></table>"""


def notebook() -> list[Op]:
    table: dict[str, Any] = {
        "output_type": "execute_result",
        "data": {"text/html": TABLE, "text/plain": "..."},
        "metadata": {},
        "execution_count": 6,
    }
    cells = [
        cell("# Fitting the decay\nWe compare two models of the same data.", "markdown"),
        cell('data = load("run1.csv")\ndata.head()', "code", table, count=6),
        cell('fit(data, model="exp")', "code", printed("epoch 31/100  loss 0.184\n")),
        cell("plot(data, fitted)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    return creation(ipynb.read(json.dumps(whole | {"nbformat_minor": 4})))


def lab(**more: Any) -> PretendProject:
    files: dict[str, str | list[Op]] = {
        "README.md": README,
        "data/run1.csv": "t,n,err\n0.0,981,31\n",
        "data/run2.csv": "t,n,err\n",
        "figures/decay.svg": "",
        "fit.ipynb": notebook(),
        "model.py": MODEL,
        "notes.md": "Run 2 was repeated.\n",
    }
    return PretendProject(files, **more)


@pytest.fixture(autouse=True)
def _names_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names beside carets would fade, sooner or later in the test."""
    assert EditorPane.__module__ in sys.modules
    for name in [name for name in sys.modules if name.startswith("cocalc_tui.widgets.")]:
        if hasattr(sys.modules[name], "NAMED_FOR"):
            monkeypatch.setattr(sys.modules[name], "NAMED_FOR", 3600.0)


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing moves any more."""
    app = pilot.app
    assert isinstance(app, CocalcApp)
    await pilot.pause()
    works = [one for one in app.workers if one.group in {"open", "files", "look"}]
    if works:
        await app.workers.wait_for_complete(works)
    await pilot.pause(0.1)
    app.main.show_now()
    await pilot.pause()


def people(*keys: str) -> Script:
    """Bob is in model.py, Cyd in the README; then these keys."""

    async def script(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app = pilot.app
        assert isinstance(app, CocalcApp)
        project = app.project
        assert isinstance(project, PretendProject)
        if "model.py" in project.documents:
            project.join("bob", "model.py", at=Place(MAIN, 120))
        if "README.md" in project.documents:
            project.join("cyd", "README.md", at=Place(MAIN, 40, 30))
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return script


async def running(pilot: Pilot[None]) -> None:
    """A notebook of which one cell runs and one waits."""
    await settle(pilot)
    app = pilot.app
    assert isinstance(app, CocalcApp)
    pane = app.main.tiles.pane
    assert isinstance(pane, NotebookPane)
    pane._clock = lambda: NOW
    document = pane.document
    keys = schema.cells(document.replica)
    document.hearing.kernel = KernelState(
        name="python3", title="Python 3", state="busy", memory=312_000_000, cpu=98.0
    )

    def run(key: str, state: str, **times: Any) -> CellRun:
        return CellRun(cell=key, run=key, state=state, user="bob", asked=NOW - 12_000, **times)

    runs(
        document,
        run(keys[1], "done", started=NOW - 20_000, finished=NOW - 19_800, count=6),
        run(keys[2], "running", started=NOW - 12_000),
        run(keys[3], "queued"),
    )
    project = app.project
    assert isinstance(project, PretendProject)
    project.join("bob", "fit.ipynb", at=Place(schema.input_of(keys[2]), 4, cell=keys[2]))
    project.join("cyd")
    await pilot.press("down")
    await settle(pilot)


def app_of(*paths: str, project: PretendProject | None = None, **more: Any) -> CocalcApp:
    return CocalcApp(project or lab(), "lab-2026", paths, **more)


@pytest.mark.parametrize("size", [(120, 34), (80, 24)], ids=["wide", "narrow"])
class TestScreens:
    def test_editor(self, snap_compare: Compare, size: tuple[int, int]) -> None:
        app = app_of("README.md", "model.py")
        assert snap_compare(app, terminal_size=size, run_before=people("down", "down"))

    def test_notebook(self, snap_compare: Compare, size: tuple[int, int]) -> None:
        app = app_of("model.py", "fit.ipynb")
        assert snap_compare(app, terminal_size=size, run_before=running)

    def test_commands(self, snap_compare: Compare, size: tuple[int, int]) -> None:
        app = app_of("README.md", "model.py")
        assert snap_compare(app, terminal_size=size, run_before=people("ctrl+p"))

    def test_help(self, snap_compare: Compare, size: tuple[int, int]) -> None:
        app = app_of("README.md", "model.py")
        assert snap_compare(app, terminal_size=size, run_before=people("f1"))

    def test_nothing_open(self, snap_compare: Compare, size: tuple[int, int]) -> None:
        assert snap_compare(app_of(), terminal_size=size, run_before=people())


class TestMore:
    def test_what_a_guest_sees_first(self, snap_compare: Compare) -> None:
        app = app_of(project=lab(role="viewer"))
        assert snap_compare(app, terminal_size=(80, 24), run_before=people())

    def test_light(self, snap_compare: Compare) -> None:
        app = app_of("model.py", "fit.ipynb", settings=Settings(screen_theme="quiet-light"))
        assert snap_compare(app, terminal_size=(120, 34), run_before=running)

    def test_tiles(self, snap_compare: Compare) -> None:
        app = app_of("fit.ipynb", "model.py")
        keys = ("ctrl+t", "r", "ctrl+t", "b", "ctrl+o", *"readme", "enter", "f6", "f6", "ctrl+t")
        assert snap_compare(app, terminal_size=(160, 48), run_before=people(*keys))

    def test_open(self, snap_compare: Compare) -> None:
        app = app_of("model.py")
        assert snap_compare(app, terminal_size=(120, 34), run_before=people("ctrl+o", *"run"))

    def test_jump(self, snap_compare: Compare) -> None:
        app = app_of("README.md", "model.py")
        assert snap_compare(app, terminal_size=(120, 34), run_before=people("f7"))

    def test_files(self, snap_compare: Compare) -> None:
        app = app_of("model.py")
        keys = ("ctrl+t", "f", "home", "right", "down", "r")
        assert snap_compare(app, terminal_size=(120, 34), run_before=people(*keys))

    def test_question(self, snap_compare: Compare) -> None:
        keys = ("ctrl+t", "f", "home", "down", "down", "d")
        assert snap_compare(app_of("model.py"), terminal_size=(80, 24), run_before=people(*keys))

    def test_line_asked_for(self, snap_compare: Compare) -> None:
        app = app_of("model.py")
        assert snap_compare(app, terminal_size=(80, 24), run_before=people("ctrl+n"))

    def test_cut_off(self, snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cocalc_tui.widgets.phrases.clock", lambda _: "14:02")

        async def cut_off(pilot: Pilot[None]) -> None:
            await people()(pilot)
            app = pilot.app
            assert isinstance(app, CocalcApp)
            project = app.project
            assert isinstance(project, PretendProject)
            project.lose()
            await settle(pilot)

        assert snap_compare(app_of("model.py"), terminal_size=(100, 30), run_before=cut_off)

    def test_too_small(self, snap_compare: Compare) -> None:
        assert snap_compare(app_of("model.py"), terminal_size=(40, 10), run_before=people())
