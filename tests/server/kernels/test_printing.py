"""What real kernels print: what apps and the document get of it."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest

from cocalc_tui.notebook.blobs import put_back
from cocalc_tui.notebook.printed import HEAD, TAIL
from cocalc_tui.server.kernels import progress
from tests.server.kernels.running import (
    FOR_A_WHILE,
    Running,
    notebook,
    ticks,
)


async def test_apps_see_output_before_the_cell_is_over(project: Path) -> None:
    async with Running(project, notebook(FOR_A_WHILE)) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.output("c0"))
        (item,) = running.heard.app.output("c0") or []
        assert ticks(10_000).startswith(str(item["text"]))
        assert running.outputs("c0") == []
        (project / "enough").touch()
        await running.over("c0")
        assert running.heard.app.output("c0") is None
        assert running.text("c0") == ticks(running.text("c0").count("\n"))


async def test_who_comes_late_gets_all_of_it_and_then_what_follows(project: Path) -> None:
    async with Running(project, notebook(FOR_A_WHILE)) as running:
        await running.run("c0")
        await running.until(lambda: len(running.heard.batches) > 3)
        late = type(running.heard)(running.document)
        run = running.heard.runs["c0"].run
        late.app.heard("runs", msgspec.msgpack.encode(running.heard.of("runs")[-1]))
        whole = running.runner.outputs("doc1", run, 0)
        assert whole.whole
        late.app.heard("output", msgspec.msgpack.encode(whole))
        seen = len(running.heard.all)
        await running.until(lambda: len(running.heard.all) > seen + 3)
        for topic, said in running.heard.all[seen:]:
            if topic == "output":
                late.app.heard(topic, msgspec.msgpack.encode(said))
        assert late.app.output("c0") == running.heard.app.output("c0")
        (project / "enough").touch()
        await running.over("c0")


async def test_output_that_nobody_runs_is_empty(running: Running) -> None:
    batch = running.runner.outputs("doc1", "nothing", 7)
    assert (batch.items, batch.first, batch.whole) == ([], 7, True)


async def test_a_run_is_over_for_apps_when_its_output_is_there(running: Running) -> None:
    """Otherwise the screen would show the old output for a moment."""
    running_states: list[tuple[str, str]] = []
    say = running.heard.say

    def watch(doc: str, topic: str, said: msgspec.Struct, *, keep: bool) -> None:
        say(doc, topic, said, keep=keep)
        if topic == "runs" and "c3" in running.heard.runs:
            running_states.append((running.heard.runs["c3"].state, running.text("c3")))

    running.runner._notebooks["doc1"]._say = watch
    await running.ran("c3")
    assert ("done", "") not in running_states
    assert ("done", "after\n") in running_states


async def test_a_flood_is_bounded_for_apps_and_document(project: Path) -> None:
    code = "for n in range(400_000): print(n)"
    async with Running(project, notebook(code)) as running:
        await running.run("c0")
        began = time.process_time()
        await running.until(lambda: "c0" in running.heard.runs)
        await running.over("c0")
        spent = time.process_time() - began
        text = running.text("c0")
        assert text.startswith("0\n1\n2\n")
        assert text.endswith("399998\n399999\n")
        assert "characters left out" in text
        assert len(text) <= HEAD + TAIL + 100
        told = sum(len(msgspec.msgpack.encode(batch)) for batch in running.heard.batches)
        assert told < 7_000_000
        assert spent < 3, "seconds of CPU, the waiting of this test included"
        patches = [p for p in running.document.replica.patches() if p.kind == "output"]
        assert len(patches) <= 4
        assert await running.whole_text("c0") == "".join(f"{n}\n" for n in range(400_000))


async def test_a_flood_is_kept_whole_though_relays_are_killed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY", 2**17)
    code = (
        "import time\nfor n in range(300_000):\n    print(n)\n"
        "    if n % 10_000 == 0: time.sleep(0.05)"
    )
    document = notebook(code)
    running = Running(project, document)
    async with running:
        await running.run("c0")
        await running.until(lambda: running.heard.batches)
        await running.abandon()
    for _ in range(3):
        async with Running(project, document) as running:
            await running.notes_more()
            await running.abandon()
    async with Running(project, document) as running:
        await running.over("c0")
        assert await running.whole_text("c0") == "".join(f"{n}\n" for n in range(300_000))


async def test_what_a_cell_printed_before_goes_when_it_runs_again(project: Path) -> None:
    async with Running(project, notebook("for n in range(9999): print('y' * 99)")) as running:
        await running.ran("c0")
        assert len(await running.whole_text("c0")) > 900_000
        await running.ran("c0")
        runs = [path.name for path in running.where.outputs.glob("*/c0/*")]
        assert runs == [running.heard.runs["c0"].run]


async def test_a_progress_bar_is_one_line(project: Path) -> None:
    code = (
        "import sys\nfor n in range(4001):\n"
        "    sys.stdout.write(f'\\r{n / 40:.1f}%'); sys.stdout.flush()\n"
        "print()"
    )
    async with Running(project, notebook(code)) as running:
        await running.ran("c0")
        assert running.text("c0") == "100.0%\n"


async def test_displays_are_cleared_and_updated_also_from_another_cell(project: Path) -> None:
    codes = (
        "from IPython.display import *\nh = display('one', display_id=True)\nprint('kept')",
        "h.update('two')",
        "display('a'); clear_output(wait=True); display('b'); clear_output(wait=True)",
    )
    async with Running(project, notebook(*codes)) as running:
        await running.ran("c0", "c1", "c2")
        shown = running.outputs("c0")
        assert shown[0]["data"] == {"text/plain": "'two'"}
        assert shown[1]["text"] == "kept\n"
        assert [output["data"] for output in running.outputs("c2")] == [{"text/plain": "'b'"}]


async def test_output_that_cannot_be_stored_is_made_so(project: Path) -> None:
    code = (
        "from IPython.display import display\n"
        "deep = 1\nfor _ in range(200): deep = [deep]\n"
        "for data in ({'application/json': deep}, {'application/json': {'n': 10**400}},\n"
        "             {'image/png': 'x' * 9_000_000, 'text/plain': 'a picture'}):\n"
        "    display(data, raw=True)\n"
    )
    async with Running(project, notebook(code)) as running:
        await running.ran("c0")
        outputs = running.outputs("c0")
        assert outputs[2]["data"] == {"image/png": "", "text/plain": "a picture"}
        whole = put_back(outputs[2], running.grounds.blobs.get)
        assert whole["data"] == {"image/png": "x" * 9_000_000, "text/plain": "a picture"}
        msgspec.msgpack.encode(outputs)


async def test_large_displays_go_to_the_document_in_parts_the_relay_takes(project: Path) -> None:
    code = (
        "from IPython.display import display\n"
        "for n in range(6): display({'image/png': str(n) * 1_500_000}, raw=True)"
    )
    async with Running(project, notebook(code)) as running:
        await running.ran("c0")
        assert len(running.outputs("c0")) == 6
        for patch in running.document.replica.patches():
            assert len(msgspec.msgpack.encode(patch.ops)) < 4 * 2**20
