"""One notebook run by two people at once: real relay, real kernel, two panes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.notebook import schema
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.environment import clean
from cocalc_tui.server.kernels.runner import Runner
from cocalc_tui.server.kernels.starting import Grounds
from cocalc_tui.server.paths import places, prepare
from tests.server.hosting import QUICK, Box, until
from tests.widgets.notebook.desk import NotebookDesk, cell, rows

OVER = ("done", "error", "stopped")
SOURCES = [
    "order = []",
    "import time; time.sleep(0.4); order.append('a1'); print(len(order))",
    "order.append('b1'); print(len(order))",
    "order.append('a2'); print(len(order))",
    "order.append('b2'); print(len(order))",
    "print(*order)",
]


class KernelBox(Box):
    """A project whose host side runs real kernels."""

    def __init__(self, project: Path) -> None:
        super().__init__(project, QUICK)
        where = places(project)
        prepare(where)
        grounds = Grounds(
            project=project,
            keepers=where.keepers,
            outputs=where.outputs,
            blobs=BlobStore(where.blobs),
            sockets=where.kernel_sockets,
            environment=clean(os.environ),
            umask=0o022,
        )
        self.make_runner = lambda say: Runner(grounds, say, wall_clock)


@pytest.fixture
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.server.hosting.PATIENCE", 30)


def counts(document: SharedDocument) -> list[int | None]:
    replica = document.replica
    return [schema.execution_count(replica, key) for key in schema.cells(replica)]


def over(document: SharedDocument, keys: list[str]) -> bool:
    return all(key in document.runs and document.runs[key].state in OVER for key in keys)


@pytest.mark.usefixtures("_patience")
async def test_one_queue_one_order_equal_screens_and_an_equal_file(tmp_path: Path) -> None:
    notebook = {"cells": [cell(text) for text in SOURCES], "metadata": {}}
    text = json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"
    (tmp_path / "fit.ipynb").write_text(text)
    box = KernelBox(tmp_path)
    await box.start()
    try:
        alice = await box.person("alice")
        await alice.sharing.give("ben", "runner")
        ben = await box.person("ben")
        mine, theirs = [await person.open("fit.ipynb") for person in (alice, ben)]
        await _run_together(mine, theirs)
        await mine.save()
        await until(lambda: mine.saved and theirs.saved)
        found = json.loads(box.read("fit.ipynb"))
        assert [one["execution_count"] for one in found["cells"]] == counts(theirs)
        printed = [_printed(one) for one in found["cells"]]
        assert sorted(printed[1:5]) == ["1\n", "2\n", "3\n", "4\n"]
        by_count = sorted(range(1, 5), key=lambda at: int(printed[at]))
        names = ["", "a1", "b1", "a2", "b2"]
        assert printed[5] == " ".join(names[at] for at in by_count) + "\n"
    finally:
        for person in box.people:
            await person.close()
        await box.host.close(everything=True)
        await box.relay.close()


async def _run_together(mine: SharedDocument, theirs: SharedDocument) -> None:
    one, other = NotebookDesk(mine), NotebookDesk(theirs)
    keys = schema.cells(mine.replica)
    async with one.run_test(size=(70, 40)) as first, other.run_test(size=(70, 40)) as second:
        await first.press("f5")
        await until(lambda: over(mine, keys[:1]))
        await first.press("j", "f5", "j", "j", "f5")
        await second.press("j", "j", "f5", "j", "j", "f5")
        await until(lambda: len(mine.runs) == 5 == len(theirs.runs))
        waiting = [run.cell for run in mine.runs.values() if run.state == "queued"]
        assert waiting == [run.cell for run in theirs.runs.values() if run.state == "queued"]
        await until(lambda: over(mine, keys[:5]) and over(theirs, keys[:5]))
        await second.press("end", "f5")
        await until(lambda: over(mine, keys) and over(theirs, keys))
        assert sorted(counts(mine), key=int) == [1, 2, 3, 4, 5, 6]  # type: ignore[arg-type]  # all ran
        assert counts(mine) == counts(theirs)
        who = [mine.runs[key].user for key in keys]
        assert who == ["alice", "alice", "ben", "alice", "ben", "ben"]
        await first.press("end")
        await until(lambda: _screen(one) == _screen(other))


def _screen(app: NotebookDesk) -> list[str]:
    """The rows, but for who else is where: of that each sees the other."""
    return [re.sub(r" +(AL|BE|alice|ben)$", "", row[1:]) for row in rows(app)]


def _printed(cell: dict[str, Any]) -> str:
    return "".join("".join(output.get("text", [])) for output in cell["outputs"])
