"""A notebook of 200 cells: CPU to open it, of a key in a cell, of a scroll step.

The app runs in a real PTY, so what it writes is part of the cost. CPU is that of the process, all
threads, as the kernel counts it in nanoseconds; each step is waited for until nothing comes and
nothing is done any more. Beside our pane the same cells as widgets of Textual's own, one or more
per cell, in the same run.
Prints a table on stderr and JSON on stdout.

    python benchmarks/notebook.py [--cells 200] [--keys 100] [--only pane,widgets]
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROWS, COLUMNS = 40, 120
QUIET = 0.08
"""Seconds without output after which a step counts as done."""
IDLE = 0.002
"""Seconds of CPU in that time that a program at rest may need."""
BARS = {"open_s": 0.2, "key_ms": 4.0, "scroll_ms": 6.0}
OPEN, WHEEL = b"\x1bOP", b"\x1b[<65;60;20M"
"""F1, by which the programs here open the notebook, and a turn of the wheel."""


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


def run_pane(count: int) -> None:
    """Our pane, alone in the plainest app."""
    from textual import events

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.notebook import ipynb
    from cocalc_tui.notebook.model import creation
    from cocalc_tui.widgets.actions import Registry, Scope
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.editor import actions as editor
    from cocalc_tui.widgets.notebook import actions
    from cocalc_tui.widgets.notebook.pane import NotebookPane

    whole = {"cells": cells(count), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    ops = creation(ipynb.read(json.dumps(whole)))
    document = SharedDocument.offline("bench.ipynb", "notebook", ops)

    class Alone(DeskApp):
        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                pane = NotebookPane(document)
                await self.mount(pane)
                pane.focus()
                pane.select(pane.stack.cells[1].key)
                pane.edit(pane.stack.cells[1].key)

    scopes = [Scope("app", "Everywhere"), *editor.SCOPES, *actions.SCOPES]
    Alone(Registry(scopes, [*editor.ACTIONS, *actions.ACTIONS])).run()


def run_widgets(count: int) -> None:
    """A widget or more per cell: a text area for code, Textual's markdown, a static for output."""
    from textual import events
    from textual.app import App
    from textual.containers import Horizontal, Vertical, VerticalScroll
    from textual.widget import Widget
    from textual.widgets import Markdown, Static, TextArea

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

        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                made = [
                    code(cell) if cell["cell_type"] == "code" else Markdown(cell["source"])
                    for cell in cells(count)
                ]
                await self.mount(VerticalScroll(*made, can_focus=False))
                self.query(TextArea).first().focus()

    Alone().run()


def _as_text(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    text = output.get("text") or data.get("text/plain") or "\n".join(output.get("traceback", ()))
    return str(text).replace("\x1b[31m", "").replace("\x1b[0m", "")


PROGRAMS: dict[str, Callable[[int], None]] = {"pane": run_pane, "widgets": run_widgets}


# --- measuring -----------------------------------------------------------------------------------


class Program:
    """A program in a PTY."""

    def __init__(self, pid: int, master: int) -> None:
        self._pid = pid
        self._master = master

    def settle(self, quiet: float = QUIET, within: float = 120.0) -> None:
        """Read until nothing comes any more and the program does nothing."""
        end = time.monotonic() + within
        spent = self.cpu()
        while time.monotonic() < end:
            if select.select([self._master], [], [], quiet)[0]:
                os.read(self._master, 1 << 16)
                continue
            before, spent = spent, self.cpu()
            if spent - before < IDLE:
                return

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        tasks = Path(f"/proc/{self._pid}/task")
        return (
            sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
        )

    def step(self, keys: bytes, quiet: float = QUIET) -> float:
        """Seconds of CPU that these keys cost."""
        before = self.cpu()
        os.write(self._master, keys)
        self.settle(quiet)
        return self.cpu() - before


@contextmanager
def program(name: str, count: int) -> Iterator[Program]:
    """Run one of the programs in a PTY."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("TMUX", None)
        PROGRAMS[name](count)
        os._exit(0)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        yield Program(pid, master)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)


def measure(name: str, count: int, keys: int) -> dict[str, float]:
    """CPU of opening, of a key and of a scroll step."""
    with program(name, count) as running:
        running.settle(quiet=2.0)
        opened = running.step(OPEN, quiet=1.5)
        pressed = [running.step(letter.encode()) for letter in "bcdfghjklm"[:10] * (keys // 10)]
        lines = [running.step(b"\r") for _ in range(10)]
        scrolled = [running.step(WHEEL) for _ in range(keys)]
    return {
        "open_s": round(opened, 3),
        "key_ms": round(statistics.median(pressed) * 1000, 2),
        "key_max_ms": round(max(pressed) * 1000, 2),
        "new_line_ms": round(statistics.median(lines) * 1000, 2),
        "scroll_ms": round(statistics.median(scrolled) * 1000, 2),
        "scroll_max_ms": round(max(scrolled) * 1000, 2),
    }


def table(results: dict[str, dict[str, float]], count: int) -> str:
    """The results for people."""
    columns = ("open s", "key ms (max)", "new line ms", "scroll step ms (max)")
    head = f"| {count} cells, CPU | {' | '.join(columns)} |\n|---|---|---|---|---|"
    lines = [
        f"| {name} | {row['open_s']} | {row['key_ms']} ({row['key_max_ms']})"
        f" | {row['new_line_ms']} | {row['scroll_ms']} ({row['scroll_max_ms']}) |"
        for name, row in results.items()
    ]
    bar = f"| bar for the pane | {BARS['open_s']} | {BARS['key_ms']} | | {BARS['scroll_ms']} |"
    return "\n".join([head, *lines, bar])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--keys", type=int, default=100)
    parser.add_argument("--only", default="pane,widgets", help="which programs")
    options = parser.parse_args()
    results = {name: measure(name, options.cells, options.keys) for name in options.only.split(",")}
    print(table(results, options.cells), file=sys.stderr)
    print(json.dumps({"cells": options.cells, "programs": results, "bars": BARS}, indent=2))


if __name__ == "__main__":
    main()
