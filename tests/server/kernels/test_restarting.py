"""Interrupting, restarting, choosing and stopping real kernels."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.server.keeper.registry import lives
from cocalc_tui.server.kernels.runner import KernelError
from tests.server.kernels.running import (
    Running,
    notebook,
    with_kernel,
)
from tests.server.processes.look import alive


@pytest.fixture
def ignored() -> Iterator[None]:
    """SIGINT as a background job of a script has it, and what it starts: ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


async def test_interrupt(project: Path, ignored: None) -> None:
    async with Running(project, notebook("while True: pass", "print('behind')")) as running:
        await running.run("c0", "c1")
        await running.until(lambda: running.heard.kernel.state == "busy")
        assert running.runner.running
        await running.runner.interrupt("doc1", "al")
        await running.over("c0", "c1")
        assert running.outputs("c0")[0]["ename"] == "KeyboardInterrupt"
        assert running.heard.runs["c1"].state == "stopped"


async def test_restart_forgets_and_stop_leaves_nothing(running: Running) -> None:
    await running.ran("c0", "c1")
    before = running.heard.kernel.pid
    await running.runner.restart("doc1", "al")
    assert running.heard.of("runs")[-1].cells == []
    await running.ran("c1")
    assert running.outputs("c1")[0]["ename"] == "NameError"
    assert running.heard.kernel.pid != before
    assert not alive(before)
    await running.runner.restart("doc1", "al", stop=True)
    assert running.heard.kernel.state == "none"
    assert running.keepers() == []
    assert not running.runner.needs("doc1")
    running.runner.detach("doc1")
    with pytest.raises(KernelError, match="no notebook is open"):
        await running.run("c0")


async def test_restart_while_something_runs_keeps_its_output(project: Path) -> None:
    code = "print('so far', flush=True)\nwhile True: pass"
    async with Running(project, notebook(code, "print('behind')")) as running:
        await running.run("c0", "c1")
        await running.until(lambda: running.heard.batches)
        await running.runner.restart("doc1", "al")
        assert running.text("c0") == "so far\n"
        await running.ran("c1")
        assert running.text("c1") == "behind\n"


async def test_choosing_is_written_and_ends_the_other(project: Path) -> None:
    module = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")
    environment = with_kernel(project, "mine", *module)
    document = notebook("import os; print(os.getpid())")
    async with Running(project, document, environment=environment) as running:
        await running.ran("c0")
        before = running.heard.kernel.pid
        await running.runner.choose("doc1", "mine", "al")
        assert running.heard.kernel.title == "The mine"
        assert not alive(before)
        await running.ran("c0")
        assert int(running.text("c0")) == running.heard.kernel.pid
        assert schema.metadata(document.replica)["kernelspec"] == {
            "display_name": "The mine",
            "language": "x",
            "name": "mine",
        }
        assert document.replica.heads[0] in document.replica
        with pytest.raises(KernelError, match="did you mean 'mine'"):
            await running.runner.choose("doc1", "mime", "al")
        listed = await running.runner.kernels("doc1")
        assert {"python3", "mine"} <= {choice.name for choice in listed}


async def test_stop_everything_ends_orphans_too(project: Path) -> None:
    async with Running(project, notebook("1")) as running:
        await running.ran("c0")
        await running.abandon()
    orphan = notebook("1")
    async with Running(project, orphan) as running:
        pids = [info.pid for info in running.runner.status()]
        folders = running.keepers()
        running.runner._notebooks.clear()
        await running.runner.close(everything=True)
    assert not any(map(alive, pids))
    assert not any(map(lives, folders))
