"""Real kernels behind real keepers, from a request to document and apps."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from cocalc_tui.notebook import schema
from cocalc_tui.notebook.blobs import put_back
from cocalc_tui.notebook.printed import HEAD, TAIL
from cocalc_tui.server.environment import clean
from cocalc_tui.server.keeper.registry import lives
from cocalc_tui.server.kernels import progress, writing
from cocalc_tui.server.kernels.inputs import DOTS
from cocalc_tui.server.kernels.runner import KernelError
from cocalc_tui.sync.patch import Json, Remove, Splice
from tests.server.kernels.running import Running, Taking, notebook
from tests.server.processes.look import alive

TICKS = "import time\nfor n in range({0}):\n    print('tick', n, flush=True)\n    time.sleep({1})"


def ticks(count: int) -> str:
    return "".join(f"tick {n}\n" for n in range(count))


def named(name: str) -> dict[str, Json]:
    return {"kernelspec": {"name": name, "display_name": name, "language": "x"}}


def with_kernel(project: Path, name: str, *argv: str) -> dict[str, str]:
    """An environment in which this kernel is installed."""
    folder = project.parent / "jupyter" / "kernels" / name
    folder.mkdir(parents=True)
    said = {"argv": argv, "display_name": f"The {name}", "language": "x"}
    (folder / "kernel.json").write_text(json.dumps(said))
    return clean({**os.environ, "JUPYTER_PATH": str(project.parent / "jupyter")})


@pytest.fixture
async def running(project: Path) -> AsyncIterator[Running]:
    document = notebook("x = 40", "x += 2\nprint(x)", "1/0", "print('after')")
    async with Running(project, document) as made:
        yield made


# --- running -----------------------------------------------------------------------------------


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


# --- input -------------------------------------------------------------------------------------


async def test_input_is_answered_by_anybody(project: Path) -> None:
    code = "a = input('who? ')\nb = input('and? ')\nprint('hello', a, b)"
    async with Running(project, notebook(code)) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.prompt == "who? ")
        asking = running.heard.app.asking
        assert (asking.cell, asking.run) == ("c0", running.heard.runs["c0"].run)
        assert not asking.password
        await running.runner.answer("doc1", asking.run, "al")
        await running.until(lambda: running.heard.app.asking.prompt == "and? ")
        await running.runner.answer("doc1", asking.run, "")
        await running.over("c0")
        assert running.text("c0") == "who? al\nand? \nhello al \n"
        await running.until(lambda: running.heard.app.asking.run == "")
        with pytest.raises(KernelError, match="does not wait for input any more"):
            await running.runner.answer("doc1", asking.run, "again")


async def test_a_question_outlives_the_relay(project: Path) -> None:
    document = notebook("print('said', input('who? '))")
    async with Running(project, document) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.run)
        await running.abandon()
    async with Running(project, document) as running:
        await running.until(lambda: running.heard.app.asking.prompt == "who? ")
        await running.runner.answer("doc1", running.heard.app.asking.run, "bo")
        await running.over("c0")
        assert running.text("c0") == "who? bo\nsaid bo\n"


async def test_what_was_asked_is_over_with_an_interrupt(project: Path) -> None:
    async with Running(project, notebook("input('who? ')")) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.run)
        await running.runner.interrupt("doc1", "al")
        await running.over("c0")
        await running.until(lambda: running.heard.app.asking.run == "")


async def test_a_password_is_written_nowhere(project: Path) -> None:
    code = "import getpass\nn = len(getpass.getpass('key: '))\nprint(n)"
    async with Running(project, notebook(code)) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.asking.run)
        asking = running.heard.app.asking
        assert asking.password
        await running.runner.answer("doc1", asking.run, "correct horse battery")
        await running.over("c0")
        assert running.text("c0") == f"key: {DOTS}\n21\n"
        kept = [path for path in running.where.state.rglob("*") if path.is_file()]
        assert any(path.suffix == ".spool" for path in kept)
        assert all(b"correct horse" not in path.read_bytes() for path in kept)
        assert "correct horse" not in repr(running.heard.all)


# --- live output -------------------------------------------------------------------------------


async def test_apps_see_output_before_the_cell_is_over(project: Path) -> None:
    async with Running(project, notebook(TICKS.format(5, 0.1))) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.app.output("c0"))
        (item,) = running.heard.app.output("c0") or []
        assert ticks(5).startswith(str(item["text"]))
        assert running.outputs("c0") == []
        await running.over("c0")
        assert running.heard.app.output("c0") is None
        assert running.text("c0") == ticks(5)


async def test_who_comes_late_gets_all_of_it_and_then_what_follows(project: Path) -> None:
    async with Running(project, notebook(TICKS.format(20, 0.05))) as running:
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


# --- the relay comes and goes ------------------------------------------------------------------


@pytest.mark.parametrize("commit", [0.0, 0.3, 10.0])
async def test_the_relay_is_killed_in_mid_run_and_another_goes_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, commit: float
) -> None:
    monkeypatch.setattr(writing, "COMMIT", commit)
    document = notebook(TICKS.format(30, 0.03), "print('behind')")
    running = Running(project, document)
    async with running:
        await running.run("c0", "c1")
        await running.until(lambda: len(running.heard.batches) > 2)
    for _ in range(3):
        async with Running(project, document) as running:
            assert running.found == [("doc1", "a.ipynb")]
            await running.until(lambda: running.heard.batches)
            await running.abandon()
    async with Running(project, document) as running:
        await running.over("c0", "c1")
        assert running.text("c0") == ticks(30)
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
        assert not running.runner.needs("doc1")


async def test_a_late_app_sees_output_of_before_the_relay_died(project: Path) -> None:
    document = notebook(TICKS.format(40, 0.03))
    async with Running(project, document) as running:
        await running.run("c0")
        await running.until(lambda: len(running.heard.batches) > 3)
        await running.abandon()
    async with Running(project, document) as running:
        await running.until(lambda: "c0" in running.heard.runs and running.heard.batches)
        run = running.heard.runs["c0"].run
        (item,) = running.runner.outputs("doc1", run, 0).items
        assert str(item["text"]).startswith(ticks(2))
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
    async with Running(project, notebook(TICKS.format(20, 0.03), "print('on')")) as running:
        await running.run("c0")
        await running.until(lambda: running.heard.batches)
        session = running.runner._notebooks["doc1"].session
        assert session is not None
        await session.link.close()
        await running.over("c0")
        await running.ran("c1")
        assert (running.text("c0"), running.text("c1")) == (ticks(20), "on\n")


async def test_a_spool_above_its_cap_says_what_is_lost(project: Path) -> None:
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
    min(folder.glob("*.spool")).unlink()
    async with Running(project, document) as running:
        (project / "printed").unlink()
        await running.over("c0")
        assert "bytes of output are lost" in running.text("c0")
        assert running.text("c0").endswith("end\n")
        assert running.count("c0") == 1


async def test_a_deleted_cell_is_not_brought_back(project: Path) -> None:
    async with Running(project, notebook(TICKS.format(10, 0.05), "print('other')")) as running:
        await running.run("c0", "c1")
        await running.until(lambda: running.heard.batches)
        running.document.change([Remove("c0")])
        await running.over("c0", "c1")
        assert schema.cells(running.document.replica) == ["c1"]
        assert running.text("c1") == "other\n"


# --- interrupt, restart, choose, stop ----------------------------------------------------------


async def test_interrupt(project: Path) -> None:
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


# --- kernels that fail -------------------------------------------------------------------------


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
    assert reason.startswith("the kernel was killed (SIGKILL, exit code 137; often")
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
