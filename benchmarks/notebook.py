"""Notebooks of 20, 200 and 2,000 cells: CPU of what people do in them, beside a widget per cell.

The app runs in a real PTY, so what it writes is part of the cost. CPU is that of the process, all
threads, as the kernel counts it in nanoseconds; each step is waited for until nothing comes and
nothing is done any more. Beside our pane the same cells as widgets of Textual's own, one or more
per cell, in the same run; not 2,000 of them, which take minutes to open.

A key is measured alone, and with what is offered when the keyboard rests after it.
Another's edit is a patch that arrives: three characters in the cell below mine, on the screen.
Our pane is opened some times more, the sizes in turn, so that what else the machine does hits all
alike; opening is the median of them. Memory is what opening adds to the resident pages of the
process. Garbage is collected as the program does it, in both.
Prints a table on stderr and JSON on stdout.

    python -m benchmarks.notebook [--cells 20,200,2000] [--keys 50] [--openings 5]
                                  [--only pane,widgets]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.programs import in_pty
from cocalc_tui.garbage import garbage

STARTED = 1.0
"""Seconds without output after which a program, or what it opens, counts as there."""
RESTED = 0.3
"""The same with what is offered when the keyboard rests."""
BARS = {"open_s": 0.2, "key_ms": 4.0, "scroll_ms": 6.0}
"""Of `design.md` 6, for 200 cells."""
INDEPENDENT = 1.5
"""How much more than with 20 cells a step may cost with any number of them."""
WIDGETS = 200
"""Most cells that are opened as widgets."""
OPEN, WHEEL = b"\x1bOP", b"\x1b[<65;60;20M"
"""F1, by which the programs here open the notebook, and a turn of the wheel."""
REMOTE = signal.SIGUSR1
"""What stands for a patch that arrives: there is no key that nothing means anything by."""


def cells(count: int) -> list[dict[str, Any]]:
    """Cells as a working notebook has them: text, code, tables, printed lines, an error."""
    table = "".join(f"<tr><th>{n}</th><td>{n * 7}</td><td>{n / 3:.2f}</td></tr>" for n in range(6))
    html = f"<table><thead><tr><th></th><th>a</th><th>b</th></tr></thead>{table}</table>"
    plain = "\n".join(f"{n}  {n * 7}  {n / 3:.2f}" for n in range(6))
    outputs: list[list[dict[str, Any]]] = [
        [{"output_type": "stream", "name": "stdout", "text": "epoch 1\nepoch 2\ndone\n"}],
        [{"output_type": "execute_result", "data": {"text/html": html, "text/plain": plain}}],
        [{"output_type": "error", "traceback": ["\x1b[31mValueError\x1b[0m: no", "line 1"]}],
    ]
    return [_markdown(n) if n % 4 == 0 else _code(n, outputs[n % 3]) for n in range(count)]


def _markdown(number: int) -> dict[str, Any]:
    text = f"## Step {number}\n\nWe *fit* the data with `model_{number}`.\n\n- one\n- two\n"
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(number: int, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    source = (
        f"import math\n\ndef step_{number}(value: float) -> float:\n"
        f'    """Scale a value, case {number}."""\n'
        f"    return math.sqrt(value) * {number}  # quick\n\nstep_{number}({number}.5)"
    )
    code = {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs}
    return code | {"execution_count": number}


# --- the programs --------------------------------------------------------------------------------


def run_pane(count: int, *, offers: bool = False) -> None:
    """Our pane, alone in the plainest app."""
    from textual import events

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.client.events import Changed
    from cocalc_tui.notebook import ipynb, schema
    from cocalc_tui.notebook.model import creation
    from cocalc_tui.sync.patch import Patch, PatchId, Splice
    from cocalc_tui.widgets.actions import Registry, Scope
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.editor import actions as editor
    from cocalc_tui.widgets.notebook import actions
    from cocalc_tui.widgets.notebook.pane import NotebookPane

    garbage.hold_off()
    whole = {"cells": cells(count), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    ops = creation(ipynb.read(json.dumps(whole)))
    document = SharedDocument.offline("bench.ipynb", "notebook", ops)

    below = schema.input_of(schema.cells(document.replica)[2])

    class Alone(DeskApp):
        remote = 0

        def on_ready(self) -> None:
            self.call_after_refresh(garbage.settle)

        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                asyncio.get_running_loop().add_signal_handler(REMOTE, self.somebody_types)
                pane = NotebookPane(document)
                pane.offers = offers
                await self.mount(pane)
                pane.focus()
                pane.select(pane.stack.cells[1].key)
                pane.edit(pane.stack.cells[1].key)

        def somebody_types(self) -> None:
            replica = document.replica
            splice = Splice(0, 0, "abc", below)
            patch_id = PatchId("b" * 16, self.remote)
            patch = Patch(patch_id, replica.clock + 1, tuple(replica.heads), (splice,), "typing")
            self.remote += 1
            document.emit(Changed(replica.apply([patch]), local=False))

    scopes = [Scope("app", "Everywhere"), *editor.SCOPES, *actions.SCOPES]
    Alone(Registry(scopes, [*editor.ACTIONS, *actions.ACTIONS])).run()


def run_widgets(count: int) -> None:
    """A widget or more per cell: a text area for code, Textual's markdown, a static for output."""
    from textual import events
    from textual.app import App
    from textual.containers import Horizontal, Vertical, VerticalScroll
    from textual.widget import Widget
    from textual.widgets import Markdown, Static, TextArea

    garbage.hold_off()

    def code(cell: dict[str, Any]) -> Widget:
        area = TextArea.code_editor(
            cell["source"], language="python", soft_wrap=True, show_line_numbers=False
        )
        area.cursor_blink = False
        output = Static(_as_text(cell["outputs"][0]), markup=False)
        prompt = Static(f"[{cell['execution_count']}]", markup=False, classes="prompt")
        return Horizontal(prompt, Vertical(area, output))

    class Alone(App[None]):
        CSS = """
        Horizontal, Vertical, TextArea, Static { height: auto; }
        Vertical { width: 1fr; }
        TextArea { border: none; }
        .prompt { width: 7; }
        """

        def on_ready(self) -> None:
            self.call_after_refresh(garbage.settle)

        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                asyncio.get_running_loop().add_signal_handler(REMOTE, self.somebody_types)
                made = [
                    code(cell) if cell["cell_type"] == "code" else Markdown(cell["source"])
                    for cell in cells(count)
                ]
                await self.mount(VerticalScroll(*made, can_focus=False))
                self.query(TextArea).first().focus()

        def somebody_types(self) -> None:
            self.query(TextArea)[1].insert("abc", (0, 0))

    Alone().run()


def _as_text(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    text = output.get("text") or data.get("text/plain") or "\n".join(output.get("traceback", ()))
    return str(text).replace("\x1b[31m", "").replace("\x1b[0m", "")


def run_offering(count: int) -> None:
    """Our pane, with what is offered while typing."""
    run_pane(count, offers=True)


PROGRAMS: dict[str, Callable[[int], None]] = {
    "pane": run_pane,
    "offering": run_offering,
    "widgets": run_widgets,
}


# --- measuring -----------------------------------------------------------------------------------


def measure(name: str, count: int, keys: int) -> dict[str, float]:
    """CPU of opening and of each kind of step, and the memory that opening takes."""
    with in_pty(partial(PROGRAMS[name], count)) as running:
        running.settle(STARTED)
        empty = running.memory()
        opened = running.step(OPEN, STARTED)
        memory = running.memory() - empty
        pressed = [running.step(letter) for letter in _letters(keys)]
        lines = [running.step(b"\r") for _ in range(10)]
        remote = [running.step(REMOTE) for _ in range(keys)]
        scrolled = [running.step(WHEEL) for _ in range(keys)]
    steps = {"key": pressed, "new_line": lines, "remote": remote, "scroll": scrolled}
    return {"open_s": round(opened, 3), "memory_mb": round(memory, 1), **_summary(steps)}


def measure_openings(counts: list[int], times: int) -> dict[int, list[float]]:
    """CPU of opening our pane, a program each time."""
    found: dict[int, list[float]] = {count: [] for count in counts}
    for _ in range(times):
        for count in counts:
            with in_pty(partial(run_pane, count)) as running:
                running.settle(STARTED)
                found[count].append(running.step(OPEN, STARTED))
    return found


def measure_offering(count: int, keys: int) -> dict[str, float]:
    """CPU of a key with what is offered after it."""
    with in_pty(partial(run_offering, count)) as running:
        running.settle(STARTED)
        running.step(OPEN, STARTED)
        return _summary({"offered": [running.step(one, RESTED) for one in _letters(keys // 2)]})


def _letters(count: int) -> list[bytes]:
    """What is typed: words, some of which others in the notebook begin with."""
    text = "value step return model fit the data " * (count // 30 + 1)
    return [letter.encode() for letter in text[:count]]


def _summary(steps: dict[str, list[float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, seconds in steps.items():
        found[f"{name}_ms"] = round(statistics.median(seconds) * 1000, 2)
        found[f"{name}_max_ms"] = round(max(seconds) * 1000, 2)
    return found


COLUMNS_OF_TABLE = (
    ("open s", "open_s"),
    ("memory MB", "memory_mb"),
    ("key ms", "key_ms"),
    ("with offers ms", "offered_ms"),
    ("new line ms", "new_line_ms"),
    ("another's edit ms", "remote_ms"),
    ("scroll step ms", "scroll_ms"),
)


def table(results: dict[str, dict[str, float]]) -> str:
    """The results for people: medians of CPU, and the bars."""
    head = f"| cells | {' | '.join(title for title, _ in COLUMNS_OF_TABLE)} |"
    lines = [
        f"| {name} | {' | '.join(str(row.get(field, '')) for _, field in COLUMNS_OF_TABLE)} |"
        for name, row in results.items()
    ]
    bars = " | ".join(str(BARS.get(field, "")) for _, field in COLUMNS_OF_TABLE)
    return "\n".join(
        [head, "|---" * 8 + "|", *lines, f"| bar for 200 | {bars} |", *_ratios(results)]
    )


def _ratios(results: dict[str, dict[str, float]]) -> list[str]:
    """How much more the most cells cost than the fewest."""
    ours = [row for name, row in results.items() if name.endswith("pane")]
    if len(ours) < 2:
        return []
    steps = ("open_s", "key_ms", "new_line_ms", "remote_ms", "scroll_ms")
    cells = [
        f"{ours[-1][field] / ours[0][field]:.2f}" if field in steps else ""
        for _, field in COLUMNS_OF_TABLE
    ]
    return [f"| most / fewest (bar {INDEPENDENT}) | {' | '.join(cells)} |"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cells", default="20,200,2000", help="how many")
    parser.add_argument("--keys", type=int, default=50)
    parser.add_argument("--openings", type=int, default=5, help="of our pane, for each count")
    parser.add_argument("--only", default="pane,widgets", help="which programs")
    options = parser.parse_args()
    counts = [int(count) for count in options.cells.split(",")]
    results: dict[str, dict[str, float]] = {}
    for name in options.only.split(","):
        for count in counts if name == "pane" else [one for one in counts if one <= WIDGETS]:
            results[f"{count:,} {name}"] = measure(name, count, options.keys)
    if "pane" in options.only.split(","):
        openings = measure_openings(counts, options.openings)
        for count in counts:
            row = results[f"{count:,} pane"]
            row |= measure_offering(count, options.keys)
            row["open_s"] = round(statistics.median([row["open_s"], *openings[count]]), 3)
    print(table(results), file=sys.stderr)
    print(json.dumps({"programs": results, "bars": BARS}, indent=2))


if __name__ == "__main__":
    main()
