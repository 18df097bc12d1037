"""Somebody in a project whose door and relay are real, and the notebook that they run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.link import connect_unix
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.paths import places
from cocalc_tui.server.start import ensure_relay

TICKS = "import time\nfor n in range({0}):\n    print('tick', n, flush=True)\n    time.sleep({1})"


@contextlib.asynccontextmanager
async def app(project: Path) -> AsyncIterator[Workspace]:
    async def connect() -> Transport:
        path = await asyncio.to_thread(ensure_relay, project)
        return await connect_unix(path, places(project).host)

    workspace = Workspace(connect, secrets.token_hex(8))
    workspace.start()
    try:
        async with asyncio.timeout(60):
            await workspace.ready()
        yield workspace
    finally:
        await workspace.close()


async def until(happened: Callable[[], object], within: float = 60) -> None:
    end = time.monotonic() + within
    while not happened():
        assert time.monotonic() < end, "it never happened"
        await asyncio.sleep(0.01)


def write_notebook(project: Path, *codes: str) -> None:
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell{n}",
            "metadata": {},
            "outputs": [],
            "source": code.splitlines(keepends=True),
        }
        for n, code in enumerate(codes)
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project / "a.ipynb").write_text(json.dumps(notebook, indent=1) + "\n")


def saved_text(project: Path) -> str:
    """What the first cell printed, as the file has it."""
    (first, *_) = json.loads((project / "a.ipynb").read_text())["cells"]
    return "".join("".join(output["text"]) for output in first["outputs"])


def text(document: SharedDocument, cell: str) -> str:
    outputs = schema.outputs_of(document.replica, cell)
    return "".join(str(output.get("text", "")) for output in outputs)


def ticks(count: int) -> str:
    return "".join(f"tick {n}\n" for n in range(count))
