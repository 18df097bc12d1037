"""Starting: CPU of `--help`, and CPU until the first paint of the app, warm.

The app runs in a real PTY in an empty project. The first paint is the first time the screen holds
a word of ours; the CPU is that of the process by then (its threads too, its children not), as the
kernel counts it. Prints a table on stderr and JSON on stdout.

    python -m benchmarks.start [--times 5]
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from benchmarks.program import OURS, end
from benchmarks.summing import cpu_of, missed

HELP_BAR, PAINT_BAR = 0.15, 0.5
"""Seconds of CPU."""
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def help_cpu() -> float:
    """Seconds of CPU of `cocalc-tui --help`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*OURS, "--help"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def paint_cpu(project: Path) -> float:
    """Seconds of CPU of the app until its first paint."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(project)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, OURS)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    try:
        _wait_for_word(master, project.name.encode())
        return cpu_of(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)


def _wait_for_word(master: int, word: bytes) -> None:
    seen = b""
    deadline = time.monotonic() + 30
    while word not in _SEQUENCE.sub(b"", seen):
        if not select.select([master], [], [], deadline - time.monotonic())[0]:
            sys.exit("start: the app painted nothing within 30 s")
        seen += os.read(master, 65536)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU of starting")
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory(prefix="startproject") as folder:
        project = Path(folder)
        help_cpu()
        paint_cpu(project)
        found = {
            "help_cpu_s": statistics.median(help_cpu() for _ in range(times)),
            "first_paint_cpu_s": statistics.median(paint_cpu(project) for _ in range(times)),
        }
        end(project)
    print("| start | CPU s | bar |\n|---|---|---|", file=sys.stderr)
    for name, key, bar in (
        ("`--help`", "help_cpu_s", HELP_BAR),
        ("first paint, warm", "first_paint_cpu_s", PAINT_BAR),
    ):
        print(f"| {name} | {found[key]:.3f} | {bar}{missed(found[key] > bar)} |", file=sys.stderr)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
