"""The history of a document: preparing it, showing versions of it, stepping, its time line.

`python -m benchmarks.history TRACE [--json]`, a trace as for `replay.py`; beside Loro, where that
is installed (`make bench` does), which checks out versions of the same text. CPU seconds.
`python -m benchmarks.history --branches 50`: so many people who typed at once, none of whom had
seen what the others did, in turn, until they all met.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import ComposeResult

from benchmarks.collector import tamed
from benchmarks.offline import BASE, key_by_key
from benchmarks.replay import merged, sealed, seconds
from benchmarks.traces import SPREAD, Trace, TraceError, Txn, patches, read_trace, sessions
from cocalc_tui.history import words
from cocalc_tui.history.pasts import LogPast
from cocalc_tui.protocol.kinds import TEXT
from cocalc_tui.sync.versions import Versions
from cocalc_tui.widgets.desk import DeskApp
from cocalc_tui.widgets.history.body import Body
from cocalc_tui.widgets.history.line import TimeLineView
from cocalc_tui.widgets.registry import registry

BARS = {"prepare_s": 1.5, "version_s": 0.005, "step_s": 1 / 30}
SHOWN = 200
"""Versions that are shown, and steps that are made."""
KEYS = 1000
"""Of each branch."""


def branches(count: int) -> Trace:
    """A trace of so many branches, whose keys came in turn, and their merge."""
    typed = [list(key_by_key(random.Random(n), KEYS, len(BASE))) for n in range(count)]
    txns = [Txn(0, (), [(0, 0, BASE)], 0)]
    for key in range(KEYS):
        for agent in range(count):
            parent = len(txns) - count if key else 0
            txns.append(Txn(agent, (parent,), typed[agent][key], len(txns) * SPREAD))
    ends = tuple(range(len(txns) - count, len(txns)))
    txns.append(Txn(0, ends, [(0, 0, "all met\n")], len(txns) * SPREAD))
    made = patches(Trace("", True, 1, txns), sessions(txns), [txn.time for txn in txns])
    return Trace(str(merged(made).text()), True, 1, txns)


def took(do: Callable[[], object]) -> float:
    """CPU seconds of doing something."""
    start = time.process_time()
    do()
    return time.process_time() - start


def measure(trace: Trace) -> dict[str, Any]:
    """Figures of ours."""
    made = patches(trace, sessions(trace.txns), [txn.time for txn in trace.txns])
    log = sealed(trace, made, seconds(trace), 0)
    found: dict[str, Any] = {}
    start = time.process_time()
    versions = Versions(log)
    found["prepare_s"] = time.process_time() - start
    start = time.process_time()
    past = LogPast(versions, TEXT)
    line = past.line
    found["time_line_s"] = time.process_time() - start
    picked = random.Random(1).choices(range(versions.latest + 1), k=SHOWN)
    shown = [took(partial(versions.text, version)) for version in picked]
    found["version_s"], found["version_worst_s"] = statistics.median(shown), max(shown)

    steps = asyncio.run(held_down(past, sorted(picked)))
    found["step_s"], found["step_worst_s"] = statistics.median(steps), max(steps)
    found["versions"], found["bursts"] = versions.latest, sum(1 for _ in line.bursts())
    found["exact"] = versions.text(versions.latest) == trace.end
    return found


class Screen(DeskApp, inherit_bindings=False):
    """What of the history screen changes with a step: the text and the time line."""

    def __init__(self) -> None:
        super().__init__(registry())
        self.body = Body()
        self.view = TimeLineView(self.faces.colour, lambda _: None)

    def compose(self) -> ComposeResult:
        """The text above the time line."""
        yield self.body
        yield self.view


async def held_down(past: LogPast, stops: Sequence[int]) -> list[float]:
    """CPU seconds of steps as a held key makes them, each from its difference to its rows."""
    app = Screen()
    times = []
    async with app.run_test(size=(160, 48)) as pilot:
        app.view.open(past.line, past.cells)
        await pilot.pause()
        for version in stops:
            start = time.process_time()
            lines = words.lines(past.difference(past.line.step(version, -1), version))
            app.body.show(lines, columns=False, blamed=())
            app.view.show(version, None)
            for widget in (app.body, app.view):
                for y in range(widget.size.height):
                    widget.render_line(y)
            times.append(time.process_time() - start)
            await pilot.pause(0)
    return times


def loro(trace: Trace) -> float | None:
    """Median CPU seconds of a checkout by Loro; None where it is not there or not comparable."""
    if trace.concurrent or importlib.util.find_spec("loro") is None:
        return None
    import loro

    doc = loro.LoroDoc()
    text = doc.get_text("t")
    frontiers: list[Any] = []
    keep = max(len(trace.txns) // SHOWN, 1)
    for number, txn in enumerate(trace.txns):
        for pos, delete, insert in txn.edits:
            if delete:
                text.delete(pos, delete)
            if insert:
                text.insert(pos, insert)
        doc.commit()
        if number % keep == 0:
            frontiers.append(doc.oplog_frontiers)
    random.Random(1).shuffle(frontiers)
    times = []
    for frontier in frontiers[:SHOWN]:
        start = time.process_time()
        doc.checkout(frontier)
        text.to_string()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main(arguments: list[str]) -> int:
    """Print the figures; exit code 1 where a version is not exact, 2 for a bad trace."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("trace", type=Path, nargs="?")
    parser.add_argument("--branches", type=int, default=50, help="where there is no trace")
    parser.add_argument("--json", action="store_true")
    words_ = parser.parse_args(arguments)
    try:
        trace = read_trace(words_.trace) if words_.trace else branches(words_.branches)
    except TraceError as error:
        print(f"history: {error}", file=sys.stderr)
        return 2
    with tamed():
        found = {**measure(trace), "loro_checkout_s": loro(trace)}
    if words_.json:
        print(json.dumps(found, indent=1))
    else:
        print("| what | ms | bar |\n|---|---|---|")
        for name, value in found.items():
            if name.endswith("_s") and value is not None:
                bar = f"{BARS[name] * 1000:.1f}" if name in BARS else ""
                late = " (missed)" if name in BARS and value > BARS[name] else ""
                print(f"| {name.removesuffix('_s')} | {value * 1000:.2f} | {bar}{late} |")
    return 0 if found["exact"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
