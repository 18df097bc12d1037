"""Key press to own screen: how long until a typed character is on the terminal.

Each editor runs in a real PTY on the same 10,000-line Python file, caret in the middle. A key is
written to the PTY and the clock stops when the character is in what the program wrote back. Then,
for ours, the same with a key that changes colours (`#` makes the rest of the row a comment): the
clock stops at the last byte that comes. Prints a table on stderr and JSON on stdout.

    python -m benchmarks.keys [--keys 200] [--lines 10000] [--only editor,textarea,vim]
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import random
import re
import select
import shutil
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.summing import cpu_of, missed

ROWS, COLUMNS = 40, 120
QUIET = 0.06
"""Seconds without output after which a screen counts as finished."""
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
SLOW_KEYS = 15
"""Keys for a program that takes most of a second for each."""
LETTERS = "bcdghjklmnpqrstvwxz"
COLUMNS_SHOWN = ("median", "p10", "p90", "p99", "cpu", "colours_median")
BAR_MS = 3.0
COLOUR_BAR_MS = 30.0


def python_file(lines: int) -> str:
    """Python of some variety, always the same."""
    chance = random.Random(7)
    found: list[str] = ["import math", ""]
    while len(found) < lines:
        name = f"step_{len(found)}"
        found += [
            f"def {name}(value: float, *, scale: int = {chance.randint(1, 99)}) -> float:",
            f'    """Scale a value, case {chance.randint(1, 999)}."""',
            f"    if value > {chance.random():.3f} and scale != {chance.randint(1, 9)}:",
            f"        return math.sqrt(value) * scale  # {name}",
            f'    words = [f"{{value}}-{{scale}}", "{name}", None]',
            "    return sum(len(word or '') for word in words)",
            "",
        ]
    return "\n".join(found[:lines]) + "\n"


# --- the programs --------------------------------------------------------------------------------


def run_editor(path: str, line: int) -> None:
    """Our editor's pane, alone in the plainest app."""
    from cocalc_tui.garbage import garbage

    garbage.hold_off()
    from cocalc_tui.client.document import SharedDocument
    from cocalc_tui.sync.patch import Splice
    from cocalc_tui.widgets.actions import Registry
    from cocalc_tui.widgets.desk import DeskApp
    from cocalc_tui.widgets.editor.actions import ACTIONS, SCOPES
    from cocalc_tui.widgets.editor.pane import EditorPane

    text = Path(path).read_text("utf-8")
    document = SharedDocument.offline(path, "text", [Splice(0, 0, text)])
    pane = EditorPane(document)
    pane.recall({"caret": document.replica.text().offset(line, 0)})

    class Alone(DeskApp):
        def compose(self) -> Iterator[EditorPane]:
            yield pane

        def on_ready(self) -> None:
            pane.focus()
            self.call_after_refresh(garbage.settle)

    Alone(Registry(SCOPES, ACTIONS)).run()


def run_textarea(path: str, line: int) -> None:
    """Textual's own editor."""
    from textual.app import App
    from textual.widgets import TextArea

    area = TextArea.code_editor(Path(path).read_text("utf-8"), language="python")
    area.cursor_blink = False

    class Alone(App[None]):
        def compose(self) -> Iterator[TextArea]:
            yield area

        def on_ready(self) -> None:
            area.focus()
            self.call_after_refresh(area.move_cursor, (line, 0), center=True)

    Alone().run()


def run_vim(path: str, line: int) -> None:
    """Vim, with its colours."""
    os.execvp(
        "vim",
        ["vim", "-u", "NONE", "-N", "-c", "syntax on", "-c", f"normal {line + 1}G", path],
    )


PROGRAMS: dict[str, Callable[[str, int], None]] = {
    "editor": run_editor,
    "textarea": run_textarea,
    "vim": run_vim,
}


# --- the terminal --------------------------------------------------------------------------------


@contextmanager
def in_pty(name: str, path: str, line: int) -> Iterator[tuple[int, int]]:
    """Run one of the programs in a PTY; gives its pid and the end that a terminal has."""
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("TMUX", None)
        PROGRAMS[name](path, line)
        os._exit(0)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        yield pid, master
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)


def read_until(
    master: int, wanted: bytes, within: float, began: float | None = None
) -> float | None:
    """Seconds from `began` (now) until these characters are on the screen; None: not in time."""
    began = began or time.perf_counter()
    seen = b""
    while (left := began + within - time.perf_counter()) > 0:
        if select.select([master], [], [], left)[0]:
            seen += os.read(master, 65536)
            if wanted in _SEQUENCE.sub(b"", seen):
                return time.perf_counter() - began
    return None


def until_quiet(master: int, quiet: float = QUIET, within: float = 30.0) -> float:
    """Read until nothing comes; seconds from now to the last byte."""
    began = last = time.perf_counter()
    while time.perf_counter() - began < within and select.select([master], [], [], quiet)[0]:
        if not os.read(master, 65536):
            break
        last = time.perf_counter()
    return last - began


def measure(name: str, path: str, line: int, keys: int) -> dict[str, float]:
    """Milliseconds from key to screen in one program."""
    keys = min(keys, SLOW_KEYS) if name == "textarea" else keys
    with in_pty(name, path, line) as (pid, master):
        if read_until(master, b"sqrt", 60.0) is None:
            raise SystemExit(f"{name} never showed the file")
        until_quiet(master, quiet=2.0)
        if name == "vim":
            os.write(master, b"O")
            until_quiet(master)
        typed = ""
        times: list[float] = []
        chance = random.Random(1)
        used = cpu_of(pid)
        for _ in range(keys):
            key = chance.choice(LETTERS)
            typed = (typed + key)[-3:]
            wanted = (key if name == "vim" else typed).encode()
            began = time.perf_counter()
            os.write(master, key.encode())
            took = read_until(master, wanted, 5.0, began)
            if took is None:
                raise SystemExit(f"{name}: the key {key!r} never came to the screen")
            times.append(took * 1000)
            until_quiet(master)
        found = summary(times) | {"cpu_ms": round((cpu_of(pid) - used) * 1000 / keys, 3)}
        return found | colours(master) if name == "editor" else found


def colours(master: int) -> dict[str, float]:
    """Milliseconds from a key that turns a row into a comment to its last byte."""
    os.write(master, b"\x1b[B\x1b[H")
    until_quiet(master, quiet=0.3)
    times: list[float] = []
    for _ in range(20):
        os.write(master, b"#")
        times.append(until_quiet(master, quiet=0.2) * 1000)
        os.write(master, b"\x7f")
        until_quiet(master, quiet=0.2)
    return {"colours_median_ms": round(statistics.median(times), 3)}


def summary(times: list[float]) -> dict[str, float]:
    """Median, tenth and ninetieth percentile, and the hundredth worst."""
    times = sorted(times)

    def part(share: float) -> float:
        return round(times[min(int(len(times) * share), len(times) - 1)], 3)

    return {
        "keys": len(times),
        "median_ms": round(statistics.median(times), 3),
        "p10_ms": part(0.1),
        "p90_ms": part(0.9),
        "p99_ms": part(0.99),
    }


def table(results: dict[str, dict[str, float]]) -> str:
    """The results for people."""
    heads = [name.removesuffix("_median") for name in COLUMNS_SHOWN]
    lines = [f"| key to own screen, ms | {' | '.join(heads)} |", "|---|" + "---|" * len(heads)]
    for name, row in results.items():
        values = [row.get(f"{key}_ms") for key in COLUMNS_SHOWN]
        cells = ["" if value is None else f"{value:.2f}" for value in values]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    ours = results.get("editor", {})
    bars = {"median": BAR_MS, "colours_median": COLOUR_BAR_MS}
    cells = [
        f"{bars[key]:g}{missed(ours.get(f'{key}_ms', 0) > bars[key])}" if key in bars else ""
        for key in COLUMNS_SHOWN
    ]
    return "\n".join([*lines, f"| bar for the editor | {' | '.join(cells)} |"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--only", default="editor,textarea,vim", help="which programs")
    options = parser.parse_args()
    names = [name for name in options.only.split(",") if name != "vim" or shutil.which("vim")]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "steps.py")
        Path(path).write_text(python_file(options.lines), "utf-8")
        results = {name: measure(name, path, options.lines // 2, options.keys) for name in names}
    print(table(results), file=sys.stderr)
    print(json.dumps({"lines": options.lines, "programs": results}, indent=2))


if __name__ == "__main__":
    main()
