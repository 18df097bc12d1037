"""A picture of each kind of output, in the notebook and on the whole screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from cocalc_tui.notebook.widgets import VIEW
from cocalc_tui.widgets.outputs.pictures import pictures_of
from cocalc_tui.widgets.reader.screen import OutputScreen
from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, printed
from tests.widgets.notebook.test_notebook_pictures import ERROR, TABLE
from tests.widgets.outputs.samples import SVG, plot


def shows(**data: Any) -> dict[str, Any]:
    bundle = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": bundle}


def kind(mime: str, value: Any, plain: str = "<Object>") -> dict[str, Any]:
    data = {mime: value, "text/plain": plain}
    return {"output_type": "display_data", "metadata": {}, "data": data}


WIDGET = "Fit: 60%  ████████████░░░░░░░░  60%  60/100 [00:01]\nn: ──────●─────────────── 7\n[x] log"
PLOTLY = {"data": [{"type": "scatter", "name": "run 1", "y": [1, 4, 2, 8]}], "layout": {}}
TEXTS = [
    cell("stream", "code", printed("plain \x1b[1;32mgreen\x1b[0m\n10%\r100% done\n")),
    cell("stderr", "code", printed("a warning\n", "stderr")),
    cell("error", "code", {"output_type": "error", "ename": "E", "evalue": "", "traceback": ERROR}),
    cell("long", "code", printed("".join(f"line {n}\n" for n in range(200)))),
]
OBJECTS = [
    cell("frame", "code", kind("text/html", TABLE)),
    cell("markdown", "code", kind("text/markdown", "A *list*:\n\n- $x^2$\n- `code`")),
    cell("latex", "code", kind("text/latex", r"$\frac{a+b}{2} = \sum_{i=0}^n x_i$")),
    cell("json", "code", kind("application/json", {"a": [1, None], "b": {"c": "d"}})),
    cell("widget", "code", kind(VIEW, {"model_id": "m"}, WIDGET)),
    cell("plotly", "code", kind("application/vnd.plotly.v1+json", PLOTLY)),
    cell("pdf", "code", kind("application/pdf", "JVBERi0=")),
    cell("unknown", "code", {"output_type": "hologram"}),
]
IMAGES = [
    cell("png", "code", shows(image_png=plot(size=(320, 96)))),
    cell("svg", "code", kind("image/svg+xml", SVG)),
    cell("broken", "code", shows(image_png="iVBORw0KGgo=")),
]


async def _drawn(pilot: Pilot[None]) -> None:
    await pilot.pause()
    pictures_of(pilot.app).wait()
    await pilot.pause()


@pytest.mark.parametrize(
    ("cells", "rows"),
    [(TEXTS, 90), (OBJECTS, 60), (IMAGES, 30)],
    ids=["texts", "objects", "images"],
)
def test_kinds_of_output(cells: list[Any], rows: int, snap_compare: Callable[..., bool]) -> None:
    app = NotebookDesk(document_of(cells))
    assert snap_compare(app, terminal_size=(80, rows), run_before=_drawn)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["narrow", "wide"])
def test_a_plot_on_the_whole_screen(
    size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("w")
        await _drawn(pilot)

    app = NotebookDesk(document_of(IMAGES))
    assert snap_compare(app, terminal_size=size, run_before=play)


def test_a_long_text_on_the_whole_screen(snap_compare: Callable[..., bool]) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await pilot.press("end", "w")
        await pilot.pause()
        await pilot.press("slash", *"line 12", "enter")
        while not (isinstance(screen := pilot.app.screen, OutputScreen) and screen.body.at):
            await pilot.pause(0.01)
        await pilot.pause()

    app = NotebookDesk(document_of(TEXTS))
    assert snap_compare(app, terminal_size=(80, 24), run_before=play)
