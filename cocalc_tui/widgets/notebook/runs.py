"""What is said of runs: prompts, times, places in the queue. Text only.

All of it follows from what the relay told everybody, so it is the same on every screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cocalc_tui.protocol.events import CellRun

UNDER_WAY = ("queued", "running")
SHORTEST = 50
"""Milliseconds below which a finished run is not worth a word."""
WORTH_WAITING = 3_000
"""Milliseconds of earlier runs from which on it is said how long they took."""


def prompt(run: CellRun | None, count: int | None) -> str:
    """Jupyter's `[6]`, `[*]` while it runs or waits, `[ ]` where it never ran."""
    if run is not None and run.state in UNDER_WAY:
        return "[*]"
    if run is not None and run.count:
        count = run.count
    return f"[{count or ' '}]"


def past(times: Sequence[int]) -> str:
    """How long a cell took when it ran last, "" where that is not worth a word."""
    return duration(times[-1]) if times and times[-1] >= SHORTEST else ""


def usual(times: Sequence[int]) -> int:
    """How long a cell usually takes, milliseconds: the middle of its last runs."""
    return sorted(times)[len(times) // 2] if times else 0


def long_run(run: CellRun, number: int) -> str:
    """What is said of a long run that ended: `cell 3 is done after 12 s`."""
    how = {"done": "is done", "error": "failed"}.get(run.state, "was stopped")
    return f"cell {number} {how} after {duration(run.finished - run.started)}"


def label(run: CellRun | None, now: int, place: int, times: Sequence[int] = ()) -> str:
    """How a run stands: `12 s ▶`, `2nd in queue`, `0.2 s`, `✗ 0.2 s`, `stopped after 3.0 s`.

    `now`: the relay's clock, milliseconds; `place`: where in the queue, 1 for the next; `times`:
    how long its runs before took, for `12 s of 31 s ▶`.
    """
    if run is None:
        return ""
    if run.state == "queued":
        return "next in queue" if place == 1 else f"{ordinal(place)} in queue"
    if run.state == "running":
        expected = usual(times)
        of = f" of {elapsed(expected)}" if expected >= WORTH_WAITING else ""
        return f"{elapsed(now - run.started)}{of} ▶"
    if not run.started or not run.finished:
        return "not run" if run.state == "stopped" else ""
    took = run.finished - run.started
    if run.state == "stopped":
        return f"stopped after {duration(took)}"
    time = duration(took) if took >= SHORTEST else ""
    return f"✗ {time}".rstrip() if run.state == "error" else time


def elapsed(ms: int) -> str:
    """A time that goes on, in whole seconds: it is looked at again every second."""
    seconds = max(0, ms) // 1000
    return f"{seconds} s" if seconds < 60 else duration(seconds * 1000)


def duration(ms: int) -> str:
    """A time that something took: `0.2 s`, `12 s`, `3 min 05 s`, `2 h 04 min`."""
    if ms < 10_000:
        return f"{max(0, ms) / 1000:.1f} s"
    seconds = ms // 1000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    return f"{seconds // 3600} h {seconds // 60 % 60:02} min"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    special = {1: "st", 2: "nd", 3: "rd"} if number % 100 not in (11, 12, 13) else {}
    return f"{number}{special.get(number % 10, 'th')}"


def queue(runs: Iterable[CellRun]) -> dict[str, int]:
    """Cells that wait, by key, with their place in the queue, 1 for the next."""
    waiting = sorted((run for run in runs if run.state == "queued"), key=lambda run: run.asked)
    return {run.cell: place for place, run in enumerate(waiting, 1)}
