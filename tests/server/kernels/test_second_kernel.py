"""A kernel of another language, for real: bash_kernel."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from cocalc_tui.protocol.events import KernelChoice
from cocalc_tui.server.environment import clean
from tests.server.kernels.running import Running, notebook

pytest.importorskip("bash_kernel", reason="bash_kernel is not installed")


def installed(folder: Path) -> dict[str, str]:
    """Make its specification in a folder of kernels; returns an environment that finds it."""
    (folder / "kernels" / "bash").mkdir(parents=True)
    about = {
        "argv": [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"],
        "display_name": "Bash",
        "language": "bash",
        "env": {"PS1": "$"},
    }
    (folder / "kernels" / "bash" / "kernel.json").write_text(json.dumps(about))
    return {**clean(os.environ), "JUPYTER_PATH": str(folder)}


async def test_it_is_chosen_runs_fails_completes_and_is_interrupted(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = installed(tmp_path_factory.mktemp("jupyter"))
    document = notebook(
        "who=world; echo hello $who",
        "echo out; echo err >&2; false",
        "echo $who; sleep 60",
        "echo after $who",
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    async with Running(project, document, environment=environment) as running:
        kernels: list[KernelChoice] = await running.runner.kernels("doc1")
        assert "bash" in [kernel.name for kernel in kernels]
        await running.runner.choose("doc1", "bash", "al")
        await running.ran("c0")
        assert (running.text("c0"), running.count("c0")) == ("hello world\n", 1)
        assert (running.heard.kernel.title, running.heard.kernel.state) == ("Bash", "idle")
        await running.ran("c1")
        assert running.heard.runs["c1"].state == "error"
        assert running.text("c1").splitlines() == ["out", "err"]
        found = await running.runner.complete("doc1", "ech", 3)
        assert "echo" in [match.text for match in found.matches]
        await running.run("c2")
        await running.until(lambda: running.heard.app.output("c2"))
        await running.runner.interrupt("doc1", "al")
        await running.over("c2")
        await running.ran("c3")
        assert running.text("c3") == "after world\n"
        await running.runner.close(everything=True)
