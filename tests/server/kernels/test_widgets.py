"""Widgets of a real kernel: their outputs say what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from cocalc_tui.notebook.outputs import Item, RunOutput
from cocalc_tui.notebook.widgets import VIEW
from cocalc_tui.server.kernels import session
from cocalc_tui.server.kernels.capturing import MOST
from cocalc_tui.server.kernels.session import FORGET
from cocalc_tui.server.kernels.widgets import Shown
from tests.server.kernels.running import Running, notebook

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
SLIDER = """\
import ipywidgets as w
slider = w.IntSlider(value=7, description="n")
slider
"""
BAR = """\
import os, time
from tqdm.notebook import tqdm
bar = tqdm(total=50, desc="Fit", mininterval=0)
for _ in range(25): bar.update()
while not os.path.exists("go"): time.sleep(0.01)
for _ in range(25): bar.update()
bar.close()
"""


def shown(running: Running, cell: str) -> list[str]:
    """The texts of the widgets that a cell shows."""
    data = [cast("dict[str, Any]", one.get("data", {})) for one in running.outputs(cell)]
    assert all(VIEW in one for one in data)
    return [str(one["text/plain"]) for one in data]


async def test_a_slider_and_a_bar_are_followed(project: Path) -> None:
    document = notebook(SLIDER, "slider.value = 50", BAR, "slider.close()")
    async with Running(project, document) as running:
        await running.ran("c0")
        assert shown(running, "c0") == ["n: ─●────────────────── 7"]
        await running.ran("c1")
        await running.until(lambda: shown(running, "c0") == ["n: ──────────●───────── 50"])
        await running.run("c2")
        await running.until(lambda: "25/50" in str(running.heard.batches))
        (project / "go").touch()
        await running.over("c2")
        (bar,) = shown(running, "c2")
        assert bar.startswith("Fit: 100%  ████████████████████ ✓  50/50 [")
        patches = [patch for patch in document.replica.patches() if patch.kind == "output"]
        assert len(patches) < 12
        await running.ran("c3")
        assert shown(running, "c0") == ["n: ──────────●───────── 50"]
        await running.runner.close(everything=True)


WITHIN = """\
import ipywidgets as w
from IPython.display import clear_output, display
out = w.Output()
with out:
    print("early")
print("before")
display(w.VBox([w.Label("box"), out]))
with out:
    print("late")
    display({"text/plain": "shown"}, raw=True)
print("after")
"""
INTERACT = """\
@w.interact(n=w.IntSlider(value=3, max=10))
def square(n):
    print("square", n * n)
slider = square.widget.children[0]
"""


def all_of(running: Running, cell: str) -> list[str]:
    """What a cell shows, output by output, from above."""
    return [
        str(one.get("text") or cast("dict[str, Any]", one["data"])["text/plain"])
        for one in running.outputs(cell)
    ]


async def test_what_is_printed_within_an_output_widget_is_the_widgets(project: Path) -> None:
    document = notebook(
        WITHIN,
        "with out:\n    clear_output()\n    print('new')\nprint('here')",
        "out.clear_output(wait=True)\nwith out:\n    print('newer')",
        "out",
    )
    async with Running(project, document) as running:
        await running.ran("c0")
        assert all_of(running, "c0") == ["before\n", "box", "early\nlate\n", "shown", "after\n"]
        await running.ran("c1")
        await running.until(
            lambda: all_of(running, "c0") == ["before\n", "box", "new\n", "after\n"]
        )
        assert all_of(running, "c1") == ["here\n"]
        await running.ran("c2")
        await running.until(
            lambda: all_of(running, "c0") == ["before\n", "box", "newer\n", "after\n"]
        )
        await running.ran("c3")
        assert all_of(running, "c3") == ["", "newer\n"]
        await running.runner.close(everything=True)


@pytest.mark.parametrize("forgets", [0, FORGET], ids=["noted", "spooled"])
async def test_widgets_of_before_a_relay_died_move_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, forgets: int
) -> None:
    monkeypatch.setattr(session, "FORGET", forgets)
    document = notebook(WITHIN, INTERACT, "slider.value = 5", "with out:\n    print('later')")
    async with Running(project, document) as running:
        await running.ran("c0", "c1")
        assert all_of(running, "c1") == ["n: ──────●───────────── 3", "square 9\n"]
        await running.abandon()
    async with Running(project, document) as running:
        await running.until(lambda: running.heard.kernel.state == "idle")
        await running.ran("c2", "c3")
        await running.until(
            lambda: all_of(running, "c1") == ["n: ──────────●───────── 5", "square 25\n"]
        )
        printed = ["early\nlate\n", "shown", "later\n"]
        await running.until(
            lambda: all_of(running, "c0") == ["before\n", "box", *printed, "after\n"]
        )
        await running.runner.close(everything=True)


CONTENT = {"comm_id": "m", "target_name": "jupyter.widget"}


def shows(widgets: Shown, **state: Any) -> None:
    widgets.take("r", "comm_open", {**CONTENT, "data": {"state": state}})


def view(name: str = "m", **more: Any) -> dict[str, Any]:
    data = {VIEW: {"model_id": name}, "text/plain": "X()"}
    return {"output_type": "display_data", "data": data, **more}


def test_a_display_with_an_id_of_its_own_keeps_it() -> None:
    widgets = Shown()
    shows(widgets, _model_name="X", value=1)
    ((place, displayed),) = widgets.placed("r", view(transient={"display_id": "mine"}))
    assert (place, displayed["transient"]) == ("r", {"display_id": "mine"})
    assert displayed["data"]["text/plain"] == "1"  # type: ignore[call-overload, index]  # an output is JSON of any form
    assert widgets.updates() == []
    widgets.take("r", "comm_msg", {"comm_id": "m", "data": {"state": {"value": 2}}})
    ((run, update),) = widgets.updates()
    assert (run, update["output_type"]) == ("r", "update_display_data")
    assert update["data"]["text/plain"] == "2"  # type: ignore[call-overload, index]  # an output is JSON of any form
    assert widgets.placed("r", printed("x")) == [("r", printed("x"))]
    widgets.placed("r", {"output_type": "clear_output", "wait": True})
    widgets.take("r", "comm_msg", {"comm_id": "m", "data": {"state": {"value": 3}}})
    assert widgets.updates() == []


def test_an_output_widget_that_shows_itself_ends() -> None:
    widgets = Shown()
    shows(widgets, _model_name="OutputModel", msg_id="1")
    assert widgets.placed("r", view()) == []
    widgets.over("r")
    found = widgets.placed("s", view())
    assert [(place, item.get("within")) for place, item in found] == [("s", None), ("s", "m")]


def listening(widgets: Shown, name: str) -> None:
    widgets.take("r", "comm_msg", {"comm_id": name, "data": {"state": {"msg_id": "1"}}})


def printed(text: str) -> Item:
    return {"output_type": "stream", "name": "stdout", "text": text}


def texts(made: RunOutput) -> list[str]:
    """What a run shows, from above."""
    items: list[Any] = made.items()
    return [one.get("text") or one["data"]["text/plain"] for one in items]


def test_what_is_printed_into_widgets_of_a_box_stands_by_their_places() -> None:
    widgets, made = Shown(), RunOutput()
    state = {"data": {"state": {"_model_name": "OutputModel"}}}
    for name in ("one", "two", "deep"):
        widgets.take("r", "comm_open", {**CONTENT, "comm_id": name, **state})
    shows(widgets, _model_name="VBoxModel", children=["IPY_MODEL_one", "IPY_MODEL_two"])

    def comes(item: Item, into: str = "") -> None:
        if into:
            listening(widgets, into)
        for _, one in widgets.placed("r", item):
            made.add(one)
        widgets.over("r")

    comes(view())
    comes(printed("after\n"))
    comes(printed("second\n"), "two")
    comes(view("deep"), "one")
    comes(printed("first\n"), "one")
    comes(printed("deep\n"), "deep")
    assert texts(made) == ["", "", "deep\n", "first\n", "second\n", "after\n"]
    comes({"output_type": "clear_output", "wait": False}, "one")
    assert texts(made) == ["", "second\n", "after\n"]
    shows(widgets, children=["IPY_MODEL_one"])
    for _, one in widgets.updates():
        made.add(one)
    assert texts(made) == ["", "after\n"]
    comes(printed("unseen\n"), "two")
    comes(printed("seen\n"), "one")
    assert texts(made) == ["", "seen\n", "after\n"]
    shows(widgets, children=["IPY_MODEL_one", "IPY_MODEL_two"])
    for _, one in widgets.updates():
        made.add(one)
    assert texts(made) == ["", "seen\n", "second\nunseen\n", "after\n"]
    assert widgets.updates() == []


def test_a_kernel_cannot_make_more_than_is_kept() -> None:
    widgets = Shown()
    for n in range(MOST + 5):
        listening(widgets, f"w{n}")
        widgets.placed("r", printed(str(n)))
    assert len(list(widgets.held())) == MOST
