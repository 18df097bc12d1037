"""Pictures that are fetched and decoded while the notebook is on the screen."""

from __future__ import annotations

import asyncio
from typing import Any

from cocalc_tui.client.blobs import Blobs
from cocalc_tui.client.events import Heard
from cocalc_tui.client.wire import NoWire
from cocalc_tui.notebook.blobs import take_out
from cocalc_tui.protocol.events import BlobPart
from cocalc_tui.widgets.outputs.pictures import pictures_of
from tests.widgets.notebook.desk import NotebookDesk, cell, document_of, rows
from tests.widgets.outputs.samples import plot


async def test_room_is_kept_and_nothing_moves(monkeypatch: Any) -> None:
    monkeypatch.setattr("cocalc_tui.notebook.blobs.PICTURES", 100)
    store: dict[str, bytes] = {}
    whole: dict[str, Any] = {
        "output_type": "display_data",
        "data": {"image/png": plot(), "text/plain": "<Figure>"},
        "metadata": {},
    }
    document = document_of(
        [cell("plot()", "code", take_out(whole, store.__setitem__)), cell("below")]
    )
    gate = asyncio.Event()

    async def ask(name: str, start: int) -> BlobPart:
        await gate.wait()
        return BlobPart(size=len(store[name]), data=store[name][start:])

    wire = document._wire = NoWire()
    wire.blobs = Blobs(ask, lambda: document.emit(Heard("blob", "")))
    app = NotebookDesk(document)
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.pause()
        before = rows(app)
        assert "▣ image/png  160×96" in before[2]
        assert before[9] == " [ ]    below"
        gate.set()
        while "▣" in rows(app)[2] or "▌" not in rows(app)[4][8:]:
            await asyncio.sleep(0.01)
            pictures_of(app).wait()
            await pilot.pause()
        assert rows(app)[9] == " [ ]    below"


async def test_what_is_gone_is_said(monkeypatch: Any) -> None:
    monkeypatch.setattr("cocalc_tui.notebook.blobs.PICTURES", 100)
    whole: dict[str, Any] = {
        "output_type": "display_data",
        "data": {"image/png": plot()},
        "metadata": {},
    }
    document = document_of([cell("plot()", "code", take_out(whole, lambda *_: None))])

    async def ask(name: str, start: int) -> BlobPart:
        return BlobPart(size=0, data=b"")

    wire = document._wire = NoWire()
    wire.blobs = Blobs(ask, lambda: document.emit(Heard("blob", "")))
    app = NotebookDesk(document)
    async with app.run_test(size=(80, 14)) as pilot:
        while "not in the project" not in rows(app)[2]:
            await pilot.pause()
