"""What is said of runs."""

from __future__ import annotations

from typing import Any

import pytest

from cocalc_tui.protocol.events import CellRun
from cocalc_tui.widgets.notebook.runs import duration, label, long_run, ordinal, past, prompt, queue


def run(state: str, **more: Any) -> CellRun:
    return CellRun(cell="c", run="r", state=state, user="u", **({"asked": 0} | more))


@pytest.mark.parametrize(
    ("made", "count", "shown"),
    [
        (None, None, "[ ]"),
        (None, 6, "[6]"),
        (run("queued"), 6, "[*]"),
        (run("running", count=7), 6, "[*]"),
        (run("done", count=7), 6, "[7]"),
        (run("done"), 6, "[6]"),
        (run("stopped"), None, "[ ]"),
    ],
)
def test_prompts(made: CellRun | None, count: int | None, shown: str) -> None:
    assert prompt(made, count) == shown


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (None, ""),
        (run("queued"), "3rd in queue"),
        (run("running", started=500), "9 s ▶"),
        (run("running", started=99_000), "0 s ▶"),
        (run("running", started=-70_000), "1 min 20 s ▶"),
        (run("done", started=1, finished=30), ""),
        (run("done", started=1, finished=1201), "1.2 s"),
        (run("error", started=1, finished=2), "✗"),
        (run("error", started=1, finished=2001), "✗ 2.0 s"),
        (run("stopped"), "not run"),
        (run("stopped", started=1, finished=2001), "stopped after 2.0 s"),
        (run("done"), ""),
    ],
)
def test_labels(made: CellRun | None, shown: str) -> None:
    assert label(made, 10_000, 3) == shown


def test_what_runs_of_before_took() -> None:
    going = run("running", started=500)
    assert label(going, 10_000, 0, [30_000, 31_000, 5_000]) == "9 s of 30 s ▶"
    assert label(going, 10_000, 0, [2_000]) == "9 s ▶"
    assert [past([]), past([3_000, 12]), past([12, 3_000])] == ["", "", "3.0 s"]


def test_the_end_of_a_long_run() -> None:
    times = {"started": 1, "finished": 12_001}
    said = [long_run(run(state, **times), 3) for state in ("done", "error", "stopped")]
    assert said == [f"cell 3 {how} after 12 s" for how in ("is done", "failed", "was stopped")]


def test_the_next_in_the_queue() -> None:
    assert label(run("queued"), 0, 1) == "next in queue"
    waiting = [run("queued", asked=5), run("running"), run("done")]
    assert queue(waiting) == {"c": 1}


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (0, "0.0 s"),
        (9_940, "9.9 s"),
        (10_000, "10 s"),
        (59_999, "59 s"),
        (185_000, "3 min 05 s"),
        (7_440_000, "2 h 04 min"),
    ],
)
def test_durations(ms: int, shown: str) -> None:
    assert duration(ms) == shown


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        *("1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"),
    ]
