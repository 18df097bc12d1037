"""A shared terminal beside tmux: output to two viewers, key echo, and what floods do to others.

Two apps in real PTYs have one terminal of a project with a real relay open; beside them two tmux
clients of one session. 4 MB are printed by `cat`, and the clock stops when both viewers show the
line that follows. Keys are typed by one and looked for at the other. Then four terminals run `yes`
while keys are typed in a fifth, and a `cat` of 1 GB is stopped with ctrl+c. Table on stderr, JSON
on stdout.

    python -m benchmarks.terminal [--keys 100]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.keys import read_until, until_quiet
from benchmarks.neighbours import OURS, terminal, type_and_watch
from benchmarks.summing import cpu_of, missed, times_of
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.protocol.events import ProjectStatus, TerminalScreen
from cocalc_tui.protocol.messages import Status

SIZE = 4 * 2**20
RATE_BAR, ECHO_BAR, STOP_BAR = 10.0, 10.0, 50.0
SGR = re.compile(r"\x1b\[[0-9;:]*m")


def measure(typist: int, watcher: int, folder: Path, keys: int) -> dict[str, float]:
    """Megabytes a second of `cat`, and milliseconds of a key, between two viewers of a shell."""
    words = "log line of a build, as they are: compiling module\n"
    (folder / "big").write_text((words * (SIZE // len(words) + 1))[:SIZE] + "\n")
    rates = []
    for number in range(3):
        # What is typed does not hold what is waited for.
        line = f"cat {folder}/big; printf 'en%s\\n' d{number}d\r"
        os.write(typist, line.encode())
        began = time.perf_counter()
        for viewer in (typist, watcher):
            if read_until(viewer, f"end{number}d".encode(), 60) is None:
                sys.exit("terminal: the end of the file never came")
        rates.append(SIZE / 2**20 / (time.perf_counter() - began))
        until_quiet(typist, quiet=0.5)
        until_quiet(watcher, quiet=0.5)
    os.write(typist, b"clear; cat\r")
    until_quiet(typist, quiet=1.0)
    until_quiet(watcher, quiet=1.0)
    echo = type_and_watch(typist, watcher, keys)
    return {"rate": sorted(rates)[1], **echo}


def apps(keys: int) -> dict[str, float]:
    """Two of our apps."""
    with tempfile.TemporaryDirectory(prefix="terminal-") as name, ExitStack() as stack:
        masters = []
        for _ in range(2):
            master = stack.enter_context(terminal([*OURS, "bench.term"], Path(name)))
            until_quiet(master, quiet=4.0)
            masters.append(master)
        typist, watcher = masters
        found = measure(typist, watcher, Path(name), keys)
        subprocess.run([*OURS, "stop", "--all", "--project", name], check=False)
        return found


def tmux(keys: int) -> dict[str, float]:
    """Two clients of one tmux session."""
    server = f"terminal-{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="terminal-") as name, ExitStack() as stack:
        new = ["tmux", "-L", server, "-f", "/dev/null", "new-session", "-s", "s", "sh"]
        typist = stack.enter_context(terminal(new, Path("/")))
        until_quiet(typist, quiet=1.0)
        attach = ["tmux", "-L", server, "attach", "-t", "s"]
        watcher = stack.enter_context(terminal(attach, Path("/")))
        until_quiet(watcher, quiet=1.0)
        found = measure(typist, watcher, Path(name), keys)
        subprocess.run(["tmux", "-L", server, "kill-server"], check=False)
        return found


# --- floods ------------------------------------------------------------------------------------


class Watched:
    """A terminal without a screen, for timing."""

    def __init__(self, document: SharedDocument, requests: Terminal) -> None:
        self.document = document
        self.terminal = requests
        self._woken = asyncio.Event()
        self._unsubscribe = document.subscribe(lambda _: self._woken.set())

    @classmethod
    async def open(cls, workspace: Workspace, path: str) -> Watched:
        """Open it, with a shell that is ready."""
        document = await workspace.open(path)
        found = cls(document, Terminal(workspace.requests, document.doc))
        await found.terminal.open()
        await found.type("exec env PS1='rea''dy> ' sh\r")
        await found.until(lambda text: text.endswith("ready>"))
        return found

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.terminal.type(text=text)

    async def until(self, true: Callable[[str], bool]) -> None:
        """Wait until the rows that changed last are such."""
        async with asyncio.timeout(60):
            while True:
                screen: TerminalScreen = self.document.hearing.screen
                if any(true(SGR.sub("", row).rstrip()) for row in screen.rows.values()):
                    return
                self._woken.clear()
                await self._woken.wait()


async def floods(keys: int) -> dict[str, float]:
    """Echo in a terminal while four others flood, and how soon ctrl+c stops a flood."""
    with tempfile.TemporaryDirectory(prefix="terminal-", ignore_cleanup_errors=True) as name:
        workspace = join([Path(name)]).workspace(start=True)
        workspace.start()
        await workspace.ready()
        calm = await Watched.open(workspace, "calm.term")
        loud = [await Watched.open(workspace, f"loud{n}.term") for n in range(4)]
        (Path(name) / "huge").touch()
        os.truncate(f"{name}/huge", 2**30)
        quiet = await echo(calm, keys)
        for one in loud:
            await one.type("yes\r")
        await asyncio.sleep(3)  # what they may write at full speed is over by then
        status = await workspace.requests.result(lambda id_: Status(id=id_), ProjectStatus)
        began, before = time.monotonic(), cpu_of(status.pid)
        flooded = await echo(calm, keys)
        relay = (cpu_of(status.pid) - before) / (time.monotonic() - began)
        stops = []
        for one in loud:
            stops.append(await stop(one))
            await one.type("cat huge | tr '\\0' 'x'\r")
            await asyncio.sleep(0.5)
            stops.append(await stop(one))
        with contextlib.suppress(Exception):
            await workspace.stop(everything=True)
        await workspace.close()
        found = {"echo_alone_p99": times_of(quiet).p99, "echo_p50": times_of(flooded).p50}
        found |= {"echo_p99": times_of(flooded).p99, "relay_cpu": relay * 100}
        return found | {"ctrl_c_worst": max(stops) * 1000}


async def echo(calm: Watched, keys: int) -> list[float]:
    """Seconds from a key to the row that shows it."""
    times: list[float] = []
    while len(times) < keys:
        await calm.terminal.type(keys=["ctrl+c"])
        await calm.until(lambda text: text.endswith("ready>"))
        for typed in range(1, 31):
            await asyncio.sleep(0.05)
            began = time.perf_counter()
            await calm.type("x")
            await calm.until(partial(_ends, f"> {'x' * typed}"))
            times.append(time.perf_counter() - began)
    return times


def _ends(end: str, text: str) -> bool:
    return text.endswith(end)


async def stop(loud: Watched) -> float:
    """Seconds from ctrl+c to the prompt."""
    began = time.perf_counter()
    await loud.terminal.type(keys=["ctrl+c"])
    await loud.until(lambda text: text.endswith("ready>"))
    return time.perf_counter() - began


def say(text: str) -> None:
    """A line of the table."""
    print(text, file=sys.stderr)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keys", type=int, default=100)
    keys = parser.parse_args().keys
    rows = {"two apps": apps(keys)}
    if shutil.which("tmux"):
        rows["two tmux clients"] = tmux(keys)
    flood = asyncio.run(floods(keys * 2))
    say("| one terminal, two viewers | 4 MB of `cat`, MB/s | echo median ms | p99 |")
    say("|---|---|---|---|")
    for name, row in rows.items():
        say(f"| {name} | {row['rate']:.1f} | {row['median_ms']:.2f} | {row['p99_ms']:.2f} |")
    say(f"| bar | {RATE_BAR:g}{missed(rows['two apps']['rate'] < RATE_BAR)} | | |")
    say("")
    say("| floods | | bar |")
    say("|---|---|---|")
    over = missed(flood["echo_p99"] > ECHO_BAR)
    say(f"| key echo while four others run `yes`, median ms | {flood['echo_p50']:.2f} | |")
    say(f"| p99 ms | {flood['echo_p99']:.2f} | {ECHO_BAR:g}{over} |")
    say(f"| p99 ms while nothing floods | {flood['echo_alone_p99']:.2f} | |")
    say(f"| relay, % of a core meanwhile | {flood['relay_cpu']:.0f} | |")
    over = missed(flood["ctrl_c_worst"] > STOP_BAR)
    worst = f"{flood['ctrl_c_worst']:.1f} | {STOP_BAR:g}{over}"
    say(f"| ctrl+c to the prompt, worst of 8, ms | {worst} |")
    print(json.dumps({**rows, "floods": flood}, indent=2))


if __name__ == "__main__":
    main()
