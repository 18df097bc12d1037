"""A shared terminal beside tmux: output to two viewers, key echo, and what floods do to others.

Two apps in real PTYs have one terminal of a project with a real relay open; beside them two tmux
clients of one session. 4 MB are printed by `cat`, and the clock stops when both viewers show the
line that follows. Keys are typed by one and looked for at the other. Then four terminals run `yes`
while keys are typed in a fifth, at once and when what may be written at full speed is over, and a
`cat` of 1 GB is stopped with ctrl+c. How much of a key's time is the keeper's is told by who asks
that without a relay. Table on stderr, JSON on stdout.

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
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.keys import read_until, until_quiet
from benchmarks.neighbours import terminal, type_and_watch
from benchmarks.program import OURS, end
from benchmarks.summing import cpu_of, missed, times_of
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.terminals import Terminal
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.joining import join
from cocalc_tui.protocol.events import ProjectStatus
from cocalc_tui.protocol.messages import Status
from cocalc_tui.server.keeper.following import KeeperLink
from cocalc_tui.server.terminals.order import living
from cocalc_tui.server.terminals.session import screen_of

SIZE = 4 * 2**20
RATE_BAR, ECHO_BAR, STOP_BAR = 10.0, 10.0, 50.0
ECHOES = {
    "flooded": "while four others run `yes`",
    "keeper_flooded": "of this the keeper's",
    "first": "in their first seconds",
    "alone": "while nothing floods",
    "keeper_alone": "of this the keeper's",
}
FIRST, CALMED = 60, 6.0
"""Keys while what floods may still be written at full speed, and seconds until that is over."""
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
        end(name)
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

    rows: Mapping[int, str]
    """Those that changed last."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    async def type(self, text: str = "", keys: Sequence[str] = ()) -> None:
        """Type keys by their names, then a text."""
        raise NotImplementedError

    async def until(self, true: Callable[[str], bool]) -> None:
        """Wait until one of the rows that changed last is such."""
        async with asyncio.timeout(60):
            while not any(true(SGR.sub("", row).rstrip()) for row in self.rows.values()):
                self._woken.clear()
                await self._woken.wait()


class Relayed(Watched):
    """As an app has it: through the relay."""

    def __init__(self, document: SharedDocument, requests: Terminal) -> None:
        super().__init__()
        self._document = document
        self._terminal = requests
        self._unsubscribe = document.subscribe(lambda _: self._woken.set())

    @classmethod
    async def open(cls, workspace: Workspace, path: str) -> Relayed:
        """Open it, with a shell that is ready."""
        document = await workspace.open(path)
        found = cls(document, Terminal(workspace.requests, document.doc))
        await found._terminal.open()
        await found.type("exec env PS1='rea''dy> ' sh\r")
        await found.until(lambda text: text.endswith("ready>"))
        return found

    @property
    def rows(self) -> Mapping[int, str]:  # type: ignore[override]  # read only
        """Those that changed last."""
        return self._document.hearing.screen.rows

    async def type(self, text: str = "", keys: Sequence[str] = ()) -> None:
        """Type keys by their names, then a text."""
        await self._terminal.type(keys=keys, text=text)


class Kept(Watched):
    """As the relay has it: from its keeper."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = {}
        self._link = KeeperLink(self._heard)

    @classmethod
    async def open(cls, project: Path, path: str) -> Kept:
        """Go to its keeper."""
        found = cls()
        terminals = living(project / ".cocalc-tui/terminals")
        (about,) = [about for _, about in terminals if about.path == path]
        await found._link.connect(Path(about.socket))
        return found

    async def close(self) -> None:
        """Leave it."""
        await self._link.close()

    def _heard(self, said: dict[str, Any] | None) -> None:
        if said is not None and "frame" in said:
            self.rows = screen_of(said["frame"]).rows
            self._woken.set()

    async def type(self, text: str = "", keys: Sequence[str] = ()) -> None:
        """Type keys by their names, then a text."""
        await self._link.ask("type", text=text, keys=list(keys))


async def floods(keys: int) -> dict[str, float]:
    """Echo in a terminal while four others flood, and how soon ctrl+c stops a flood."""
    with tempfile.TemporaryDirectory(prefix="terminal-", ignore_cleanup_errors=True) as name:
        workspace = join([Path(name)]).workspace(start=True)
        workspace.start()
        await workspace.ready()
        calm = await Relayed.open(workspace, "calm.term")
        kept = await Kept.open(Path(name), "calm.term")
        loud = [await Relayed.open(workspace, f"loud{n}.term") for n in range(4)]
        (Path(name) / "huge").touch()
        os.truncate(f"{name}/huge", 2**30)
        found: dict[str, float] = {}
        note(found, "alone", await echo(calm, keys))
        note(found, "keeper_alone", await echo(kept, keys))
        for one in loud:
            await one.type("yes\r")
        note(found, "first", await echo(calm, min(keys, FIRST)))
        await asyncio.sleep(CALMED)
        status = await workspace.requests.result(lambda id_: Status(id=id_), ProjectStatus)
        groups = {"relay": [status.pid], "keepers": [], "programs": []}
        for _, about in living(Path(name) / ".cocalc-tui/terminals"):
            groups["keepers"] += [about.pid] * about.path.startswith("loud")
        for pid in (one.pid for one in status.terminals if one.path.startswith("loud")):
            groups["programs"] += [int(word) for word in children(pid)]
        began, before = time.monotonic(), {what: used(pids) for what, pids in groups.items()}
        note(found, "flooded", await echo(calm, keys))
        took = time.monotonic() - began
        found |= {f"{w}_cpu": (used(p) - before[w]) / took * 100 for w, p in groups.items()}
        note(found, "keeper_flooded", await echo(kept, keys))
        await kept.close()
        stops = []
        for one in loud:
            stops.append(await stop(one))
            await one.type("cat huge | tr '\\0' 'x'\r")
            await asyncio.sleep(0.5)
            stops.append(await stop(one))
        with contextlib.suppress(Exception):
            await workspace.stop(everything=True)
        await workspace.close()
        return found | {"ctrl_c_worst": max(stops) * 1000}


def note(found: dict[str, float], what: str, times: Sequence[float]) -> None:
    """Add the middle one and the hundredth worst, in milliseconds."""
    summed = times_of(times)
    found |= {f"{what}_p50": summed.p50, f"{what}_p99": summed.p99}


def children(pid: int) -> list[str]:
    """Of a process, as numbers."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def used(pids: Sequence[int]) -> float:
    """Seconds of a processor that these have used."""
    return sum(cpu_of(pid) for pid in pids)


async def echo(calm: Watched, keys: int) -> list[float]:
    """Seconds from a key to the row that shows it."""
    times: list[float] = []
    while len(times) < keys:
        await calm.type(keys=["ctrl+c"])
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
    await loud.type(keys=["ctrl+c"])
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
    for what, title in ECHOES.items():
        p50, p99 = flood[f"{what}_p50"], flood[f"{what}_p99"]
        bar = f"{ECHO_BAR:g}{missed(p99 > ECHO_BAR)}" if what == "flooded" else ""
        say(f"| key echo {title}, median / p99 ms | {p50:.2f} / {p99:.2f} | {bar} |")
    shares = " / ".join(f"{flood[f'{what}_cpu']:.0f}" for what in ("relay", "keepers", "programs"))
    say(f"| relay / four keepers / four `yes`, % of a core meanwhile | {shares} | |")
    over = missed(flood["ctrl_c_worst"] > STOP_BAR)
    worst = f"{flood['ctrl_c_worst']:.1f} | {STOP_BAR:g}{over}"
    say(f"| ctrl+c to the prompt, worst of 8, ms | {worst} |")
    print(json.dumps({**rows, "floods": flood}, indent=2))


if __name__ == "__main__":
    main()
