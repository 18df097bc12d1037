"""Questions to a real kernel: they never wait for a run, and a run never waits for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cocalc_tui.server.kernels.errors import KernelError
from tests.server.kernels.running import Running, notebook

UNTIL_GO = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)"


async def test_completion_and_inspection(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cocalc_tui.server.kernels.asking.PATIENCE", 60)
    document = notebook("def area(width: float, height: float) -> float:\n    'Of a room.'")
    async with Running(project, document) as box:
        with pytest.raises(KernelError, match="no kernel runs") as caught:
            await box.runner.complete("doc1", "ar", 2)
        assert caught.value.code == "kernel"
        await box.ran("c0")
        found = await box.runner.complete("doc1", "x = are(1)", 7)
        assert (found.start, found.end) == (4, 7)
        assert "area" in [match.text for match in found.matches]
        assert {match.kind for match in found.matches if match.text == "area"} == {"function"}
        about = await box.runner.inspect("doc1", "area(", 5, 0)
        assert "area(width: float, height: float) -> float" in _plain(about.data["text/plain"])
        assert "Of a room." in about.data["text/plain"]
        assert (await box.runner.inspect("doc1", "nothing_here", 3, 0)).data == {}
        assert (await box.runner.complete("doc1", "😀.", 2)).end <= 2


async def test_a_kernel_at_work_is_not_asked(project: Path) -> None:
    document = notebook(UNTIL_GO, "print('after')")
    async with Running(project, document) as box:
        await box.run("c0", "c1")
        await box.until(lambda: "c0" in box.heard.runs and box.heard.runs["c0"].count)
        with pytest.raises(KernelError, match="busy") as caught:
            await box.runner.complete("doc1", "ti", 2)
        assert caught.value.code == "busy"
        with pytest.raises(KernelError, match="busy"):
            await box.runner.inspect("doc1", "time", 2, 0)
        (project / "go").touch()
        await box.over("c1")
        assert box.text("c1") == "after\n"


async def test_a_kernel_that_does_not_answer_is_given_up_soon(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cocalc_tui.server.kernels.asking.PATIENCE", 0.3)
    look = UNTIL_GO.replace("\n", "\n        ")
    slow = f"class Slow:\n    def __dir__(self):\n        {look}\n        return []\ns = Slow()"
    document = notebook(slow + "\nget_ipython().Completer.use_jedi = False", "1 + 1")
    async with Running(project, document) as box:
        await box.ran("c0")
        asked = [box.runner.complete("doc1", "s.", 2) for _ in range(3)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, KernelError) and one.code == "busy" for one in answers)
        (project / "go").touch()
        await box.ran("c1")
        assert box.outputs("c1")


async def test_outputs_are_cleared_and_copied(project: Path) -> None:
    slow = f"print('one', flush=True)\n{UNTIL_GO}\nprint('two')"
    document = notebook("print('x')", slow, "")
    async with Running(project, document) as box:
        await box.ran("c0")
        box.runner.copy_outputs(
            "doc1", "a.ipynb", [("c0", "c2"), ("c0", "c0"), ("gone", "c1")], "al"
        )
        assert box.outputs("c2") == box.outputs("c0") != []
        with pytest.raises(KernelError, match=r"b\.ipynb is closed"):
            box.runner.copy_outputs("doc1", "b.ipynb", [], "al")
        await box.runner.clear("doc1", ["c0", "c2"], "al")
        assert (box.outputs("c0"), box.outputs("c2"), box.count("c0")) == ([], [], None)
        await box.until(lambda: "c0" not in box.heard.runs)
        await box.run("c1")
        await box.until(lambda: box.heard.app.output("c1"))
        await box.runner.clear("doc1", ["c1"], "al")
        await box.until(lambda: box.heard.app.output("c1") == [])
        (project / "go").touch()
        await box.over("c1")
        assert (box.text("c1"), box.count("c1")) == ("two\n", 2)


def _plain(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)
