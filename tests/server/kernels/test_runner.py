"""Real kernels behind real keepers, from a request to document and apps."""

from __future__ import annotations

from pathlib import Path

import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.server.kernels.runner import KernelError
from cocalc_tui.sync.patch import Splice
from tests.server.kernels.running import (
    Running,
    named,
    notebook,
)
from tests.server.processes.look import alive


async def test_cells_run_and_their_output_is_in_the_document(running: Running) -> None:
    await running.ran("c0", "c1")
    assert running.outputs("c0") == []
    assert running.outputs("c1") == [{"output_type": "stream", "name": "stdout", "text": "42\n"}]
    assert [running.count(cell) for cell in ("c0", "c1", "c2")] == [1, 2, None]
    assert running.heard.kernel.state == "idle"
    assert running.heard.kernel.pid > 0


async def test_what_runs_is_what_was_there_when_it_was_asked(running: Running) -> None:
    await running.run("c0", "c1")
    running.document.change([Splice(0, 0, "x = 'changed'\n", schema.input_of("c1"))])
    await running.over("c1")
    assert running.text("c1") == "42\n"


async def test_an_error_stops_the_cells_behind_it(running: Running) -> None:
    await running.ran("c2", "c3")
    runs = running.heard.runs
    assert (runs["c2"].state, runs["c3"].state) == ("error", "stopped")
    assert running.outputs("c2")[0]["ename"] == "ZeroDivisionError"
    assert running.outputs("c3") == []


async def test_output_is_written_on_behalf_of_who_asked(running: Running) -> None:
    await running.ran("c0", "c1", user="al")
    await running.ran("c3", user="bo")
    by = [p.acting_for for p in running.document.replica.patches() if p.kind == "output"]
    assert set(by) >= {"al", "bo"}
    assert running.heard.runs["c3"].user == "bo"


async def test_running_again_replaces_the_output(running: Running) -> None:
    await running.ran("c0", "c1")
    await running.ran("c1")
    assert running.text("c1") == "44\n"
    assert running.count("c1") == 3


async def test_only_code_is_run_and_what_is_not_there_is_passed_over(running: Running) -> None:
    running.document.change(schema.set_type("c0", "markdown"))
    await running.run("c0", "nowhere")
    assert running.heard.of("runs")[-1].cells == []
    assert running.keepers() == []


async def test_status_names_the_kernel(running: Running) -> None:
    assert running.runner.status() == []
    await running.ran("c0")
    (info,) = running.runner.status()
    assert (info.path, info.name, info.state) == ("a.ipynb", "python3", "idle")
    assert (info.user, info.title) == ("al", running.heard.kernel.title)
    assert alive(info.pid)
    assert alive(info.keeper)
    assert running.runner.needs("doc1")
    assert not running.runner.running


async def test_a_notebook_without_a_kernel_gets_its_name_written(running: Running) -> None:
    await running.ran("c0")
    metadata = schema.metadata(running.document.replica)
    assert metadata["kernelspec"] == {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    assert isinstance(metadata["language_info"], dict)
    assert metadata["language_info"]["name"] == "python"


async def test_a_notebook_that_names_a_kernel_is_left_as_it_is(project: Path) -> None:
    metadata = named("python3")
    async with Running(project, notebook("1", metadata=metadata)) as running:
        await running.ran("c0")
        assert schema.metadata(running.document.replica) == metadata


async def test_who_may_not_be_written_is_not_run(running: Running) -> None:
    running.document.readonly = "a.ipynb: the project's account may not write this file"
    with pytest.raises(KernelError, match="output has nowhere to go"):
        await running.run("c0")


async def test_what_the_kernel_uses_is_told(running: Running) -> None:
    running.document.change([Splice(0, 6, "while True: pass", schema.input_of("c0"))])
    await running.run("c0")
    await running.until(lambda: running.heard.kernel.cpu > 5)
    assert 20_000_000 < running.heard.kernel.memory < 1_000_000_000
    await running.runner.interrupt("doc1", "al")
    await running.until(lambda: running.heard.kernel.cpu < 5)
