"""Real keepers with real kernels."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cocalc_tui.server.keeper import pulse
from tests.server.keeper.talking import Talking


def test_cells_run_in_order_and_share_their_state(kept: Talking) -> None:
    first, second, third = kept.execute("x = 40", "x += 2", "print(x)")
    assert kept.finished(third)["state"] == "done"
    assert [kept.row(run)["count"] for run in (first, second, third)] == [1, 2, 3]
    assert kept.text(third) == "42\n"
    row = kept.row(third)
    assert row["started"] <= row["finished"]


def test_what_a_kernel_says_wakes_the_keeper(kept: Talking) -> None:
    kept.finished(kept.execute("1")[0])
    began = time.monotonic()
    for _ in range(10):
        kept.finished(kept.execute("1")[0])
    assert time.monotonic() - began < pulse.EVERY, "each waited for the next beat"


def test_rows_frame_the_output_of_their_run(kept: Talking) -> None:
    runs = kept.execute(*[f"print({n})" for n in range(20)])
    kept.finished(runs[-1])
    running = ""
    for record in kept.records:
        if record["kind"] == "row" and record["row"]["state"] in ("running", "done"):
            running = record["row"]["run"] if record["row"]["state"] == "running" else ""
        if record["kind"] == "io":
            assert record["run"] == running


def test_an_error_stops_that_users_cells(kept: Talking) -> None:
    failing, behind = kept.execute("import time; time.sleep(0.5); 1/0", "print('behind')")
    (others,) = kept.execute("print('mine')", user="bo")
    assert kept.finished(others)["state"] == "done"
    assert kept.row(failing)["state"] == "error"
    assert kept.row(behind)["state"] == "stopped"
    assert [record["type"] for record in kept.outputs(failing)] == ["error"]
    assert kept.outputs(behind) == []


@pytest.mark.parametrize("by_message", [False, True])
def test_interrupt_stops_what_runs_and_empties_the_queue(project: Path, by_message: bool) -> None:
    with Talking(project, by_message=by_message) as kept:
        running, behind = kept.execute("print('on', flush=True)\nwhile True: pass", "print(1)")
        kept.until(lambda: kept.text(running))
        kept.ask("interrupt")
        assert kept.finished(running)["state"] == "error"
        assert kept.outputs(running)[-1]["content"]["ename"] == "KeyboardInterrupt"
        assert kept.row(behind)["state"] == "stopped"
        (after,) = kept.execute("print('still here')")
        kept.finished(after)
        assert kept.text(after) == "still here\n"


def test_a_cell_is_interrupted_though_it_has_only_just_been_sent(kept: Talking) -> None:
    kept.started()
    (run,) = kept.execute("while True: pass")
    kept.ask("interrupt")
    assert kept.finished(run)["state"] in ("error", "stopped")


def test_interrupting_a_kernel_that_starts_does_not_end_it(kept: Talking) -> None:
    kept.ask("interrupt")
    assert kept.started()["state"] == "idle"


def test_input_goes_to_the_run_that_asked(kept: Talking) -> None:
    (run,) = kept.execute("print('hello', input('who? '))", input_allowed=True)
    (asked,) = kept.until(lambda: [r for r in kept.records if r["kind"] == "ask"])
    assert (asked["run"], asked["prompt"], asked["password"]) == (run, "who? ", False)
    assert "does not wait" in kept.ask("input", run="other", text="x")["error"]
    kept.ask("input", run=run, text="al")
    kept.finished(run)
    assert kept.text(run).endswith("hello al\n")
    assert "does not wait" in kept.ask("input", run=run, text="again")["error"]


def test_input_that_nobody_could_give_is_an_error_not_a_hang(kept: Talking) -> None:
    (run,) = kept.execute("input()")
    assert kept.finished(run)["state"] == "error"


def test_help_is_output(kept: Talking) -> None:
    (run,) = kept.execute("len?")
    kept.finished(run)
    (page,) = kept.outputs(run)
    assert "Return the number of items" in page["content"]["data"]["text/plain"]


def test_nonsense_is_answered(kept: Talking) -> None:
    assert "cannot do" in kept.ask("dance")["error"]
    assert "error" in kept.ask("execute", runs=[{"cell": "x"}])
    kept.socket.sendall(b"nonsense\n")
    assert kept.lines.readline() == ""
    kept.close()
    kept.connect()
    assert kept.greeting["about"]["doc"] == "doc"


def test_what_prepares_the_kernel_leaves_no_trace(kept: Talking) -> None:
    (run,) = kept.execute("print(sorted(set(globals()) - set(dir(__builtins__))), In)")
    row = kept.finished(run)
    assert row["count"] == 1
    assert "thread" not in kept.text(run)
    assert "schedule" not in kept.text(run)
