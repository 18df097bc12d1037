"""The editor at 1,000, 10,000 and 100,000 lines: CPU of a key, a scroll step, a neighbour's edit.

Each runs in a real PTY on Python of that many lines with its colours, caret in the middle; beside
ours Textual's own text area in the same run. Opening is what it costs from a text in memory to the
first screen; memory is what opening added. The last row of ours compares the longest file with the
shortest: a key may not depend on the size. `line` is a file of one line of 10 MB, the caret at its
end; `log` one of 100 MB of lines, which opens to be read only, so that nothing is typed into it.
Prints a table on stderr and JSON on stdout.

    python -m benchmarks.editor [--lines 1000,10000,100000] [--keys 20]
                                [--only editor,line,log,textarea]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from benchmarks.keys import python_file
from benchmarks.programs import Program, in_pty

OPEN, REMOTE, WHEEL = b"\x1bOP", b"\x1bOQ", b"\x1b[<65;60;20M"
"""F1, by which the programs here open the file, F2, by which somebody else types, and a turn of
the wheel."""
FEW = {1_000: 10, 10_000: 3, 100_000: 1}
"""Steps of the text area, which takes seconds for one in a long file."""
BAR = 1.5
"""How much more the longest file may cost than the shortest."""
COLUMNS = ("open_s", "memory_mb", "key_ms", "new_line_ms", "scroll_ms", "remote_ms")
ONE_LINE = 10_000_000
"""Code points of the file that is one line."""
LOG = 100_000_000
"""Bytes of the log."""
END = b"\x1b[1;5F"


def run_editor(text: str) -> None:
    """Our pane, alone in the plainest app, the caret in the middle."""
    from textual import events

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Entry, Patch, PatchId, Splice
    from cocalc_tui.widgets.actions import Registry, Scope
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.editor.actions import ACTIONS, SCOPES
    from cocalc_tui.widgets.editor.pane import EditorPane

    lines = text.count("\n")

    class Alone(DeskApp):
        document: SharedDocument
        edits = 0

        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                self.document = SharedDocument.offline("a.py", "text", [Splice(0, 0, text)])
                pane = EditorPane(self.document)
                await self.mount(pane)
                pane.focus()
                pane.go_to_line(lines // 2)
            elif event.key == "f2":
                replica = self.document.replica
                place = replica.text().offset(max(lines // 2 - 4, 0), 0)
                identity = PatchId("9" * 16, self.edits)
                ops = (Splice(place, 0, "x"),)
                patch = Patch(identity, replica.clock + 1, replica.heads, ops)
                self.edits += 1
                self.document.arrived([Entry(self.edits, "bob", "editor", 0, patch)])

    Alone(Registry([Scope("app", "Everywhere"), *SCOPES], ACTIONS)).run()


def run_log(data: bytes) -> None:
    """Our pane for files that are too large to be edited."""
    from textual import events

    from cocalc_tui.client.files import Files
    from cocalc_tui.protocol.events import FilePart, LineCounts
    from cocalc_tui.protocol.messages import MAX_PART
    from cocalc_tui.widgets.actions import Registry, Scope
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.large.actions import ACTIONS, SCOPES
    from cocalc_tui.widgets.large.pane import LargePane
    from cocalc_tui.widgets.large.source import Source

    class Relay:
        """Answers with blocks of the file; the lines are counted elsewhere, too."""

        async def read_part(self, path: str, at: int) -> FilePart:
            return FilePart(data=data[at : at + MAX_PART], total=len(data), stamp="")

        async def count_lines(self, path: str, at: int) -> LineCounts:
            blocks = range(at, len(data), MAX_PART)
            return LineCounts(counts=[MAX_PART // 100 for _ in blocks], total=len(data))

    class Alone(DeskApp):
        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                pane = LargePane(Source(cast(Files, Relay()), "a.log", len(data)))
                await self.mount(pane)
                pane.focus()

    Alone(Registry([Scope("app", "Everywhere"), *SCOPES], ACTIONS)).run()


def run_textarea(text: str) -> None:
    """Textual's own editor."""
    from textual import events
    from textual.app import App
    from textual.widgets import TextArea

    lines = text.count("\n")

    class Alone(App[None]):
        async def on_key(self, event: events.Key) -> None:
            if event.key == "f1":
                area = TextArea.code_editor(text, language="python", soft_wrap=False)
                area.cursor_blink = False
                await self.mount(area)
                area.focus()
                area.move_cursor((lines // 2, 0), center=True)
            elif event.key == "f2":
                area = self.query_one(TextArea)
                area.insert("x", (lines // 2 - 4, 0), maintain_selection_offset=True)

    Alone().run()


def measure(
    program: Callable[[], None], keys: int, before: bytes = b"", *, typed: bool = True
) -> dict[str, float]:
    """What opening, a key, a line, a scroll step and a neighbour's edit cost."""
    with in_pty(program) as running:
        running.settle(quiet=1.5)
        had = running.memory()
        opened = running.step(OPEN, quiet=1.0)
        row = {"open_s": round(opened, 3), "memory_mb": round(running.memory() - had, 1)}
        if not typed:
            return row | {"scroll_ms": _median(running, (WHEEL for _ in range(keys)))}
        if before:
            running.step(before)
        return row | _typed(running, keys)


def _typed(running: Program, count: int) -> dict[str, float]:
    return {
        "key_ms": _median(running, (letter.encode() for letter in _letters(count))),
        "new_line_ms": _median(running, (b"\r" for _ in range(max(count // 4, 1)))),
        "scroll_ms": _median(running, (WHEEL for _ in range(count))),
        "remote_ms": _median(running, (REMOTE for _ in range(count))),
    }


def sized(name: str, lines: int, keys: int) -> dict[str, float]:
    """An editor in a Python file of some length."""
    run = run_editor if name == "editor" else run_textarea
    count = keys if name == "editor" else min(keys, FEW.get(lines, 1))
    return measure(partial(run, python_file(lines)), count)


def one_line(keys: int) -> dict[str, float]:
    """Our editor at the end of one line of megabytes."""
    pattern = '{"name": "value", "list": [1, 2, 3]}, '
    text = (pattern * (ONE_LINE // len(pattern) + 1))[:ONE_LINE]
    return measure(partial(run_editor, text), keys, END)


def log(keys: int) -> dict[str, float]:
    """Our reader in a log."""
    line = b"2026-11-26 06:30:00 INFO worker 12: fetched 200 rows in 31 ms, 4 of them again".ljust(
        99
    )
    return measure(partial(run_log, (line + b"\n") * (LOG // 100)), keys, typed=False)


def _letters(count: int) -> Iterator[str]:
    for number in range(count):
        yield "bcdfghjklm"[number % 10]


def _median(running: Program, steps: Iterator[bytes]) -> float:
    return round(statistics.median(running.step(keys) for keys in steps) * 1000, 2)


def growth(rows: dict[str, dict[str, float]]) -> dict[str, float]:
    """How much more the longest file costs than the shortest, of what may not depend on size."""
    first, *_, last = rows.values()
    return {name: round(last[name] / first[name], 2) for name in COLUMNS[2:]}


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """The results for people."""
    heads = [name.replace("_", " ") for name in COLUMNS]
    lines = [f"| CPU | lines | {' | '.join(heads)} |", "|---" * (len(heads) + 2) + "|"]
    for name, rows in results.items():
        for size, row in rows.items():
            cells = " | ".join(str(row.get(column, "")) for column in COLUMNS)
            lines.append(f"| {name} | {size} | {cells} |")
    if len(results.get("editor", ())) > 1:
        grown = growth(results["editor"])
        cells = " | ".join(str(grown.get(column, "")) for column in COLUMNS)
        lines.append(f"| editor, longest / shortest (bar {BAR}) | | {cells} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", default="1000,10000,100000", help="sizes of the file")
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--only", default="editor,line,log,textarea", help="which programs")
    options = parser.parse_args()
    results: dict[str, dict[str, dict[str, float]]] = {}
    for name in options.only.split(","):
        if name == "line":
            results[name] = {"1 of 10 MB": one_line(options.keys)}
        elif name == "log":
            results[name] = {"1,000,000, read only": log(options.keys)}
        else:
            sizes = map(int, options.lines.split(","))
            results[name] = {f"{size:,}": sized(name, size, options.keys) for size in sizes}
    print(table(results), file=sys.stderr)
    print(json.dumps({"programs": results, "bar": BAR}, indent=2))


if __name__ == "__main__":
    main()
