"""The editor at 1,000, 10,000 and 100,000 lines: CPU of a key, a scroll step, a neighbour's edit.

Each runs in a real PTY on Python of that many lines with its colours, caret in the middle; beside
ours Textual's own text area in the same run. Opening is what it costs from a text in memory to the
first screen; memory is what opening added. The last column of ours compares each with the smallest
file: it may not depend on the size.
Prints a table on stderr and JSON on stdout.

    python -m benchmarks.editor [--lines 1000,10000,100000] [--keys 20] [--only editor,textarea]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial

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


def run_editor(lines: int) -> None:
    """Our pane, alone in the plainest app."""
    from textual import events

    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Entry, Patch, PatchId, Splice
    from cocalc_tui.widgets.actions import Registry, Scope
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.editor.actions import ACTIONS, SCOPES
    from cocalc_tui.widgets.editor.pane import EditorPane

    text = python_file(lines)

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
                place = replica.text().offset(lines // 2 - 4, 0)
                identity = PatchId("9" * 16, self.edits)
                ops = (Splice(place, 0, "x"),)
                patch = Patch(identity, replica.clock + 1, replica.heads, ops)
                self.edits += 1
                self.document.arrived([Entry(self.edits, "bob", "editor", 0, patch)])

    Alone(Registry([Scope("app", "Everywhere"), *SCOPES], ACTIONS)).run()


def run_textarea(lines: int) -> None:
    """Textual's own editor."""
    from textual import events
    from textual.app import App
    from textual.widgets import TextArea

    text = python_file(lines)

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


PROGRAMS: dict[str, Callable[[int], None]] = {"editor": run_editor, "textarea": run_textarea}


def measure(name: str, lines: int, keys: int) -> dict[str, float]:
    """What opening, a key, a line, a scroll step and a neighbour's edit cost."""
    count = keys if name == "editor" else min(keys, FEW.get(lines, 1))
    with in_pty(partial(PROGRAMS[name], lines)) as running:
        running.settle(quiet=1.5)
        before = running.memory()
        opened = running.step(OPEN, quiet=1.0)
        added = running.memory() - before
        return {
            "open_s": round(opened, 3),
            "memory_mb": round(added, 1),
            "key_ms": _median(running, (letter.encode() for letter in _letters(count))),
            "new_line_ms": _median(running, (b"\r" for _ in range(max(count // 4, 1)))),
            "scroll_ms": _median(running, (WHEEL for _ in range(count))),
            "remote_ms": _median(running, (REMOTE for _ in range(count))),
        }


def _letters(count: int) -> Iterator[str]:
    for number in range(count):
        yield "bcdfghjklm"[number % 10]


def _median(running: Program, steps: Iterator[bytes]) -> float:
    return round(statistics.median(running.step(keys) for keys in steps) * 1000, 2)


def growth(rows: dict[int, dict[str, float]]) -> dict[str, float]:
    """How much more the longest file costs than the shortest, of what may not depend on size."""
    first, last = rows[min(rows)], rows[max(rows)]
    return {name: round(last[name] / first[name], 2) for name in COLUMNS[2:]}


def table(results: dict[str, dict[int, dict[str, float]]]) -> str:
    """The results for people."""
    heads = [name.replace("_", " ") for name in COLUMNS]
    lines = [f"| CPU | lines | {' | '.join(heads)} |", "|---" * (len(heads) + 2) + "|"]
    for name, rows in results.items():
        for size, row in rows.items():
            cells = " | ".join(str(row[column]) for column in COLUMNS)
            lines.append(f"| {name} | {size:,} | {cells} |")
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
    parser.add_argument("--only", default="editor,textarea", help="which programs")
    options = parser.parse_args()
    sizes = [int(size) for size in options.lines.split(",")]
    results = {
        name: {size: measure(name, size, options.keys) for size in sizes}
        for name in options.only.split(",")
    }
    print(table(results), file=sys.stderr)
    print(json.dumps({"programs": results, "bar": BAR}, indent=2))


if __name__ == "__main__":
    main()
