"""Kernels that do not start, die or are killed: what everybody is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.server.environment import clean
from cocalc_tui.server.keeper.registry import lives
from cocalc_tui.server.kernels.runner import KernelError
from cocalc_tui.sync.patch import Splice
from tests.server.kernels.running import (
    TICKS,
    Running,
    named,
    notebook,
    with_kernel,
)


async def failed(running: Running) -> str:
    await running.until(lambda: running.heard.kernel.state == "dead" and not running.keepers())
    reason = str(running.heard.kernel.reason)
    assert "\n" not in reason
    return reason


async def test_an_unknown_kernel(project: Path) -> None:
    async with Running(project, notebook("1", metadata=named("no-such"))) as running:
        with pytest.raises(KernelError) as caught:
            await running.run("c0")
        assert str(caught.value).startswith("a.ipynb: the kernel 'no-such' is not installed here;")
        assert running.heard.kernel.state == "dead"
        assert running.heard.kernel.reason == str(caught.value)


async def test_a_kernel_that_dies_at_its_start(project: Path) -> None:
    program = "import sys, time; print('cannot open the sky', file=sys.stderr); sys.exit(3)"
    environment = with_kernel(project, "bad", sys.executable, "-c", program)
    document = notebook("1", metadata=named("bad"))
    async with Running(project, document, environment=environment) as running:
        with contextlib.suppress(KernelError):
            await running.run("c0")
        reason = await failed(running)
        assert reason == (
            'the kernel ended with exit code 3: "cannot open the sky" at its start; '
            "choose another, or mend this one"
        )
        await running.until(lambda: running.heard.runs["c0"].state == "stopped")
        await running.until(lambda: not running.runner.needs("doc1"))


async def test_a_kernel_that_is_killed_is_started_anew_by_the_next_cell(running: Running) -> None:
    running.document.change([Splice(0, 6, "while True: pass", schema.input_of("c0"))])
    await running.run("c0", "c1")
    await running.until(lambda: running.heard.kernel.state == "busy")
    os.kill(running.heard.kernel.pid, signal.SIGKILL)
    reason = await failed(running)
    assert reason.startswith("the kernel was killed (SIGKILL, exit code 137; ")
    assert "it had taken" in reason
    assert {run.state for run in running.heard.runs.values()} == {"stopped"}
    await running.ran("c3")
    assert running.text("c3") == "after\n"
    assert running.heard.kernel.state == "idle"


async def test_a_keeper_that_is_killed(running: Running) -> None:
    running.document.change([Splice(0, 6, TICKS.format(1000, 0.05), schema.input_of("c0"))])
    await running.run("c0")
    await running.until(lambda: running.heard.batches)
    (info,) = running.runner.status()
    os.kill(info.keeper, signal.SIGKILL)
    assert "keeper was killed" in await failed(running)
    assert running.heard.runs["c0"].state == "stopped"
    assert running.text("c0").startswith("tick 0\n")
    await running.ran("c3")


async def test_a_kernel_that_can_only_tcp(project: Path) -> None:
    module = (sys.executable, "-m", "ipykernel_launcher", "--transport=tcp", "--ip=127.0.0.1")
    environment = with_kernel(project, "loud", *module)
    document = notebook("1", metadata=named("loud"))
    async with Running(project, document, environment=environment) as running:
        await running.run("c0")
        assert "only over TCP" in await failed(running)
        assert running.heard.runs["c0"].state == "stopped"


async def test_a_kernel_whose_program_is_gone(project: Path) -> None:
    environment = with_kernel(project, "gone", "/no/such/program")
    document = notebook("1", metadata=named("gone"))
    async with Running(project, document, environment=environment) as running:
        with pytest.raises(KernelError, match="cannot be started: /no/such/program"):
            await running.run("c0")
        assert "No such file" in await failed(running)


async def test_a_reason_read_by_the_next_relay(project: Path) -> None:
    document = notebook("import os; os._exit(7)")
    async with Running(project, document) as running:
        session_folder = None
        await running.run("c0")
        (session_folder,) = running.keepers()
        await running.abandon()
    await running.until(lambda: not lives(session_folder))
    async with Running(project, document) as running:
        assert "exit code 7" in await failed(running)


async def test_a_keeper_folder_that_makes_no_sense_is_removed(project: Path) -> None:
    document = notebook("1")
    running = Running(project, document)
    (running.where.keepers / "empty").mkdir()
    (running.where.keepers / "odd").mkdir()
    (running.where.keepers / "odd" / "about.json").write_text("[1]")
    async with running:
        assert running.found == []
        assert running.keepers() == []


async def test_planted_variables_do_not_reach_the_kernel(project: Path) -> None:
    planted = {**os.environ, "SSH_AUTH_SOCK": "/tmp/agent", "MY_TOKEN": "secret"}
    document = notebook("import os; print(sorted(os.environ))")
    async with Running(project, document, environment=clean(planted)) as running:
        await running.ran("c0")
        assert "HOME" in running.text("c0")
        assert not any(name in running.text("c0") for name in ("SSH_AUTH_SOCK", "MY_TOKEN"))


async def test_many_quick_cells(project: Path) -> None:
    document = notebook(*(f"print({n})" for n in range(60)))
    async with Running(project, document) as running:
        cells = [f"c{n}" for n in range(60)]
        await running.run(*cells)
        await asyncio.sleep(0)
        await running.over(*cells)
        assert [running.text(cell) for cell in cells] == [f"{n}\n" for n in range(60)]
        assert [running.count(cell) for cell in cells] == list(range(1, 61))
