"""What the processes of a project take of the memory, shared pages included."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks import relay_servers as servers
from benchmarks.keys import read_until, until_quiet
from benchmarks.relay_load import Crowd, Load
from benchmarks.summing import memory_of, missed

CONNECTIONS = 500
NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, '
    '"outputs": [], "source": "1 + 1"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)
PATIENCE = 60.0


def memory(say: Callable[[str], None]) -> dict[str, float]:
    """Measure and print."""
    found = _connections() | _processes()
    bars = {
        "relay core": 40.0,
        "a connection, kB": 16.0,
        "relay with host side": 70.0,
        "app": 60.0,
        "keeper": 25.0,
        "y-websocket": None,
        "y-websocket, a connection, kB": None,
    }
    say("memory | MB | bar")
    for name, bar in bars.items():
        if name in found:
            said = "" if bar is None else f"{bar:g}{missed(found[name] > bar)}"
            print(f"| {name} | {found[name]:.1f} | {said} |", file=sys.stderr)
    return found


def _connections() -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="relay-bench-") as folder:
        with servers.ours(Path(folder), durable=True) as ours:
            core, each = _grown(ours, "ours")
        found = {"relay core": core, "a connection, kB": each}
    if not servers.without_y_websocket():
        with servers.y_websocket() as theirs:
            core, each = _grown(theirs, "yjs")
        found |= {"y-websocket": core, "y-websocket, a connection, kB": each}
    return found


def _grown(server: servers.Server, protocol: str) -> tuple[float, float]:
    """Megabytes with a few clients, and kilobytes of each more."""
    rooms = [f"room-{number}" for number in range(10)]
    load = Load(protocol, server.address, rooms, 5, 0, 0, 0.0)
    few = Crowd(load)
    before = memory_of(server.pid)
    more = CONNECTIONS // len(rooms)
    many = Crowd(Load(protocol, server.address, rooms, more, 0, 0, 0.0))
    each = (memory_of(server.pid) - before) * 1024 / CONNECTIONS
    few.leave()
    many.leave()
    return before, each


def _processes() -> dict[str, float]:
    """A project with a text and a notebook open, whose cell ran."""
    from benchmarks.neighbours import terminal
    from benchmarks.program import OURS, end

    with tempfile.TemporaryDirectory(prefix="memory-bench-") as folder, ExitStack() as stack:
        project = Path(folder)
        (project / "notes.txt").write_text("some text\n" * 100)
        (project / "book.ipynb").write_text(NOTEBOOK)
        master = stack.enter_context(terminal([*OURS, "notes.txt", "book.ipynb"], project))
        if read_until(master, b"1 + 1", PATIENCE) is None:
            sys.exit("relay: the app never showed the notebook")
        ran = subprocess.run(
            [*OURS, "run", "book.ipynb"], cwd=project, check=False, capture_output=True
        )
        until_quiet(master, quiet=2.0)
        found = {
            name: memory_of(pid)
            for name, pid in _pids(folder).items()
            if name != "keeper" or ran.returncode == 0
        }
        end(folder)
        time.sleep(0.2)
        return found


def _pids(project: str) -> dict[str, int]:
    """The processes of a project, by what they are."""
    found: dict[str, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
            where = (entry / "cwd").resolve()
        except OSError:
            continue
        if "cocalc_tui.server.main" in words:
            kind = words[words.index("cocalc_tui.server.main") + 1]
            if project in words or (kind == "keeper" and _is_of(words, project)):
                name = {"relay": "relay with host side"}.get(kind, kind)
                found[name] = int(entry.name)
        elif "cocalc_tui" in words and str(where) == project:
            found["app"] = int(entry.name)
    return found


def _is_of(words: list[str], project: str) -> bool:
    from cocalc_tui.server.paths import places

    return str(places(Path(project)).keepers) in words[-2]
