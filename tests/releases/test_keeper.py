"""A kernel that an earlier release started goes on under a relay of this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cocalc_tui.server.environment import clean
from cocalc_tui.server.paths import Places, places, prepare
from tests.releases.kept import of_each_release
from tests.server.kernels.running import Running, notebook
from tests.server.processes.conftest import project, runtime
from tests.server.processes.look import alive

__all__ = ["project", "runtime"]
OLD = """
import json, os, socket, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from cocalc_tui.server.keeper.keeper import keep
from cocalc_tui.server.keeper.order import Order, write_order
from cocalc_tui.server.keeper.registry import About
told = json.loads(sys.argv[2])
folder = Path(told["folder"])
os.umask(0o077)
folder.mkdir()
about = About("one", "doc1", "a.ipynb", "python3", "Python 3", "", "python", 0, 1)
write_order(folder, Order(about, told["argv"], told["env"], told["cwd"], 0o022, False, told["at"]))
keep(folder)
"""
SAY = """
import json, socket, sys
sys.path.insert(0, sys.argv[1])
keeper = socket.socket(socket.AF_UNIX)
keeper.connect(sys.argv[2])
lines = keeper.makefile("r")
json.loads(lines.readline())
keeper.sendall(sys.argv[3].encode() + b"\\n")
while json.loads(lines.readline()).get("id") != 1:
    pass
"""


class OldKeeper:
    """A real keeper of an earlier release, and a relay of that release that asks it something."""

    def __init__(self, release: Path, where: Places) -> None:
        self.code = release / "keeper.zip"
        self.folder = where.keepers / "one"
        self.socket = where.kernel_sockets / "one" / "keeper.sock"
        told: dict[str, Any] = {
            "folder": str(self.folder),
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "env": clean(os.environ),
            "cwd": str(where.project),
            "at": str(self.socket.parent),
        }
        assert self._run(OLD, json.dumps(told)) == "ready\n"

    def _run(self, program: str, *words: str) -> str:
        command = [sys.executable, "-P", "-c", program, str(self.code), *words]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
        return done.stdout

    def execute(self, cell: str, run: str, code: str) -> None:
        told = {"cell": cell, "run": run, "user": "al", "asked": 1, "code": code}
        runs = [{**told, "input_allowed": False}]
        self._run(SAY, str(self.socket), json.dumps({"id": 1, "do": "execute", "runs": runs}))

    @property
    def pid(self) -> int:
        return int(json.loads((self.folder / "about.json").read_text())["pid"])


@pytest.fixture
def old(release: Path, project: Path) -> Iterator[OldKeeper]:
    where = places(project)
    prepare(where)
    keeper = OldKeeper(release, where)
    pid = keeper.pid
    yield keeper
    if alive(pid):
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 60
        while alive(pid):
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.01)


@of_each_release
async def test_it_is_taken_over_and_goes_on(release: Path, project: Path, old: OldKeeper) -> None:
    old.execute("c0", "r0", "x = 41; print('before')")
    async with Running(project, notebook("", "x += 1; print(x)")) as relay:
        assert relay.found == [("doc1", "a.ipynb")]
        await relay.until(lambda: relay.text("c0") == "before\n")
        await relay.until(lambda: relay.heard.kernel.state == "idle")
        await relay.ran("c1")
        assert relay.text("c1") == "42\n"
        assert relay.count("c1") == 2
        await relay.abandon()
    async with Running(project, relay.document) as relay:
        await relay.until(lambda: relay.heard.kernel.state == "idle")
        assert (relay.text("c0"), relay.text("c1")) == ("before\n", "42\n")
        await relay.runner.interrupt("doc1", "al")
        await relay.runner.restart("doc1", "al", stop=True)
        await relay.until(lambda: not alive(old_pid(old)))


def old_pid(keeper: OldKeeper) -> int:
    try:
        return keeper.pid
    except OSError:
        return 0  # its folder is gone, and it with it
