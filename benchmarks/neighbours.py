"""Key press to the neighbour's screen, durable, beside two clients of one tmux session.

Two apps, each in a real PTY, have the same file of a project with a real relay open. A key is
written to one PTY, and the clock stops when its character is in what the other app wrote: by then
the patch is on the relay's disk. The same with two tmux clients of one session that runs `cat`,
where nothing is kept. The disk's own fsync is printed beside. Table on stderr, JSON on stdout.

    python -m benchmarks.neighbours [--keys 200]
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.keys import LETTERS, read_until, summary, until_quiet
from benchmarks.program import OURS, end
from benchmarks.summing import fsync, missed

MEDIAN_BAR, P99_BAR = 6.0, 25.0


@contextmanager
def terminal(command: Sequence[str], cwd: Path) -> Iterator[int]:
    """Run a command in a PTY; gives the end that a terminal has."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("TMUX", None)
        os.execvp(command[0], list(command))
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        yield master
    finally:
        os.kill(pid, signal.SIGTERM)
        time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)


def type_and_watch(typist: int, watcher: int, keys: int) -> dict[str, float]:
    """Milliseconds from a key in one terminal to its character in the other."""
    times: list[float] = []
    typed = ""
    chance = random.Random(1)
    for _ in range(keys):
        key = chance.choice(LETTERS)
        typed = (typed + key)[-3:]
        os.write(typist, key.encode())
        took = read_until(watcher, key.encode(), 5.0)
        if took is None:
            sys.exit(f"neighbours: the key {key!r} never came to the other screen")
        times.append(took * 1000)
        until_quiet(typist)
        until_quiet(watcher)
    return summary(times)


def apps(keys: int) -> dict[str, float]:
    """Two of our apps."""
    with tempfile.TemporaryDirectory(prefix="neighbours-") as folder, ExitStack() as stack:
        project = Path(folder)
        (project / "shared.txt").write_text("first line\n" * 5)
        masters = []
        for _ in range(2):
            master = stack.enter_context(terminal([*OURS, "shared.txt"], project))
            if read_until(master, b"first line", 30) is None:
                sys.exit("neighbours: the app never showed the file")
            until_quiet(master, quiet=3.0)
            masters.append(master)
        typist, watcher = masters
        os.write(typist, b"warm up ")
        until_quiet(typist, quiet=1.0)
        until_quiet(watcher, quiet=3.0)
        found = type_and_watch(typist, watcher, keys)
        end(folder)
        return found


def tmux(keys: int) -> dict[str, float]:
    """Two clients of one tmux session."""
    server = f"neighbours-{os.getpid()}"
    with ExitStack() as stack:
        new = ["tmux", "-L", server, "-f", "/dev/null", "new-session", "-s", "s", "cat"]
        typist = stack.enter_context(terminal(new, Path("/")))
        until_quiet(typist, quiet=1.0)
        attach = ["tmux", "-L", server, "attach", "-t", "s"]
        watcher = stack.enter_context(terminal(attach, Path("/")))
        until_quiet(watcher, quiet=1.0)
        found = type_and_watch(typist, watcher, keys)
        subprocess.run(["tmux", "-L", server, "kill-server"], check=False)
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keys", type=int, default=200)
    keys = parser.parse_args().keys
    results = {"two apps, durable": apps(keys)}
    if shutil.which("tmux"):
        results["two tmux clients"] = tmux(keys)
    disk = fsync()
    print("| key to the neighbour's screen | median ms | p90 | p99 |", file=sys.stderr)
    print("|---|---|---|---|", file=sys.stderr)
    for name, row in results.items():
        shown = " | ".join(f"{row[f'{part}_ms']:.2f}" for part in ("median", "p90", "p99"))
        print(f"| {name} | {shown} |", file=sys.stderr)
    print(f"| fsync of this disk | {disk.p50:.2f} | | {disk.p99:.2f} |", file=sys.stderr)
    ours = results["two apps, durable"]
    median = f"{MEDIAN_BAR:g}{missed(ours['median_ms'] > MEDIAN_BAR)}"
    worst = f"{P99_BAR:g}{missed(ours['p99_ms'] > P99_BAR)}"
    print(f"| bar where fsync takes 1 ms or less | {median} | | {worst} |", file=sys.stderr)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
