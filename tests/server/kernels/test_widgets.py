"""Widgets of a real kernel: their outputs say what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from cocalc_tui.notebook.widgets import VIEW
from cocalc_tui.server.kernels.widgets import Shown
from tests.server.kernels.running import Running, notebook

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
SLIDER = """\
import ipywidgets as w
slider = w.IntSlider(value=7, description="n")
slider
"""
BAR = """\
from tqdm.notebook import tqdm
for _ in tqdm(range(50), desc="Fit", mininterval=0):
    pass
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
        await running.ran("c2")
        (bar,) = shown(running, "c2")
        assert bar.startswith("Fit: 100%  ████████████████████ ✓  50/50 [")
        live = [item for batch in running.heard.batches for item in batch.items]
        assert live
        patches = [patch for patch in document.replica.patches() if patch.kind == "output"]
        assert len(patches) < 12
        await running.ran("c3")
        assert shown(running, "c0") == ["n: ──────────●───────── 50"]
        await running.runner.close(everything=True)


def test_a_display_with_an_id_of_its_own_keeps_it() -> None:
    widgets = Shown()
    content = {"comm_id": "m", "target_name": "jupyter.widget"}
    widgets.take("comm_open", {**content, "data": {"state": {"_model_name": "X", "value": 1}}})
    item: dict[str, Any] = {
        "output_type": "display_data",
        "data": {VIEW: {"model_id": "m"}, "text/plain": "X()"},
        "transient": {"display_id": "mine"},
    }
    displayed = widgets.displayed("r", item)
    assert displayed["transient"] == {"display_id": "mine"}
    assert displayed["data"]["text/plain"] == "1"  # type: ignore[call-overload, index]  # an output is JSON of any form
    assert widgets.updates() == []
    widgets.take("comm_msg", {"comm_id": "m", "data": {"state": {"value": 2}}})
    ((run, update),) = widgets.updates()
    assert (run, update["output_type"]) == ("r", "update_display_data")
    assert update["data"]["text/plain"] == "2"  # type: ignore[call-overload, index]  # an output is JSON of any form
    plain: dict[str, Any] = {"output_type": "stream", "text": "x"}
    assert widgets.displayed("r", plain) is plain
