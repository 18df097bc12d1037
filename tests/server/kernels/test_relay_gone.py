"""Runs that go on while relays are killed and come again."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.server.keeper.registry import lives
from cocalc_tui.server.kernels import writing
from cocalc_tui.sync.patch import Remove
from tests.server.kernels.running import (
    FOR_A_WHILE,
    TICKS,
    Running,
    Taking,
    notebook,
    ticks,
)


@pytest.mark.parametrize("commit", [0.0, 0.3, 10.0])
async def test_the_relay_is_killed_in_mid_run_and_another_goes_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, commit: float
) -> None:
    monkeypatch.setattr(writing, "COMMIT", commit)
    document = notebook(FOR_A_WHILE, "print('behind')")
    running = Running(project, document)
    async with running:
        await running.run("c0", "c1")
        await running.until(lambda: len(running.heard.batches) > 2)
    for _ in range(3):
        async with Running(project, document) as running:
            assert running.found == [("doc1", "a.ipynb")]
            await running.until(lambda: running.heard.batches)
            await running.abandon()
    (project / "enough").touch()
    async with Running(project, document) as running:
        await running.over("c0", "c1")
        assert running.text("c0") == ticks(running.text("c0").count("\n"))
        assert running.text("c1") == "behind\n"
        assert [running.count(cell) for cell in ("c0", "c1")] == [1, 2]
        assert running.heard.kernel.state == "idle"
        await running.ran("c1")


async def test_all_happened_while_no_relay_was_there(project: Path) -> None:
    document = notebook(TICKS.format(3, 0.01), "1/0", "print('never')")
    async with Running(project, document) as running:
        await running.run("c0", "c1", "c2")
        folder = running.keepers()[0]
        await running.abandon()
    (about,) = (json.loads((folder / "about.json").read_text()),)
    os.kill(about["pid"], signal.SIGTERM)
    await running.until(lambda: not lives(folder))
    async with Running(project, document) as running:
        await running.until(lambda: running.heard.kernel.state == "none" and not running.keepers())
        states = {cell: run.state for cell, run in running.heard.runs.items()}
        assert set(states.values()) <= {"done", "error", "stopped"}
        assert running.text("c0") in [ticks(n) for n in range(4)]
        await running.until(lambda: not running.runner.needs("doc1"))


async def test_who_runs_a_cell_at_once_gets_the_kernel_of_before(project: Path) -> None:
    document = notebook("x = 1", "print(x)")
    async with Running(project, document) as running:
        await running.ran("c0")
        await running.abandon()
    async with Running(project, document) as running:
        assert running.runner.needs("doc1")
        await running.ran("c1")
        assert running.text("c1") == "1\n"
        assert len(running.keepers()) == 1


async def test_a_late_app_sees_output_of_before_the_relay_died(project: Path) -> None:
    document = notebook(FOR_A_WHILE)
    async with Running(project, document) as running:
        await running.run("c0")
        await running.until(lambda: len(running.heard.batches) > 3)
        await running.abandon()
    async with Running(project, document) as running:
        await running.until(lambda: "c0" in running.heard.runs and running.heard.batches)
        run = running.heard.runs["c0"].run
        (item,) = running.runner.outputs("doc1", run, 0).items
        assert str(item["text"]).startswith(ticks(2))
        (project / "enough").touch()
        await running.over("c0")


async def test_nothing_is_forgotten_before_the_relay_has_it(project: Path) -> None:
    document = notebook("print('x' * 3_000_000)", "print('second')")
    wire = document._wire
    assert isinstance(wire, Taking)
    async with Running(project, document) as running:
        wire.holding = True
        await running.run("c0", "c1")
        await running.until(lambda: running.text("c1"))
        folder = running.keepers()[0]
        spooled = sum(path.stat().st_size for path in folder.glob("*.spool"))
        assert spooled > 3_000_000
        wire.holding = False
        wire.outgoing(document)
        await running.over("c0", "c1")


async def test_a_lost_connection_to_the_keeper_is_made_again(project: Path) -> None:
    async with Running(project, notebook(FOR_A_WHILE, "print('on')")) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.batches)
        session = running.runner._notebooks["doc1"].session
        assert session is not None
        await session.link.close()
        told = len(running.heard.batches)
        await running.until(lambda: len(running.heard.batches) > told)
        (project / "enough").touch()
        await running.over("c0")
        await running.ran("c1")
        assert running.text("c0") == ticks(running.text("c0").count("\n"))
        assert running.text("c1") == "on\n"


@pytest.mark.parametrize("over", [False, True])
async def test_a_spool_above_its_cap_says_what_is_lost(project: Path, over: bool) -> None:
    """Whether the run goes on when somebody reads on, or is over by then."""
    code = (
        "import os, time\nfor n in range(3): print(str(n) * 5_000_000, flush=True)\n"
        "open('printed', 'w').close()\n"
        "while os.path.exists('printed'): time.sleep(0.01)\nprint('end')"
    )
    document = notebook(code)
    async with Running(project, document) as running:
        await running.run("c0")
        await running.abandon()
        await running.until((project / "printed").exists)
        (folder,) = running.keepers()
        await running.until(lambda: len(list(folder.glob("*.spool"))) > 2)
        if over:
            (project / "printed").unlink()
            await running.until(
                lambda: b'"state": "done"' in max(folder.glob("*.spool")).read_bytes()
            )
    min(folder.glob("*.spool")).unlink()
    async with Running(project, document) as running:
        (project / "printed").unlink(missing_ok=True)
        await running.over("c0")
        await running.until(lambda: running.text("c0").endswith("end\n"))
        assert "bytes of output are lost" in running.text("c0")
        assert running.count("c0") == 1


async def test_a_deleted_cell_is_not_brought_back(project: Path) -> None:
    async with Running(project, notebook(FOR_A_WHILE, "print('other')")) as running:
        await running.run("c0", "c1")
        await running.until(lambda: running.heard.batches)
        running.document.change([Remove("c0")])
        (project / "enough").touch()
        await running.over("c0", "c1")
        assert schema.cells(running.document.replica) == ["c1"]
        assert running.text("c1") == "other\n"
