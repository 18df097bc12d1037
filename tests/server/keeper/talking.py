"""A real keeper with a real kernel, and the plainest relay that could talk to it."""

from __future__ import annotations

import itertools
import json
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cocalc_tui.server.daemon import python_command
from cocalc_tui.server.environment import clean
from cocalc_tui.server.keeper.order import Order, write_order
from cocalc_tui.server.keeper.registry import About
from cocalc_tui.server.keeper.spool import SpoolReader
from cocalc_tui.server.paths import places, prepare

IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
Record = dict[str, Any]


class Talking:
    """Starts a keeper and speaks to it, reading its spool like a relay."""

    def __init__(
        self,
        project: Path,
        argv: list[str] | None = None,
        *,
        env: dict[str, str] | None = None,
        id_: str = "one",
        by_message: bool = False,
        silent: float = 30.0,
    ) -> None:
        where = places(project)
        prepare(where)
        self.folder = where.keepers / id_
        self.folder.mkdir(0o700)
        self.sockets = where.kernel_sockets / id_
        self.reader = SpoolReader(self.folder)
        self.records: list[Record] = []
        self._ids = itertools.count(1)
        about = About(id_, "doc", "a.ipynb", "python3", "Python 3", "", "python", 0, 1)
        order = Order(
            about=about,
            argv=argv or IPYKERNEL,
            env=env or clean(os.environ),
            cwd=str(project),
            umask=0o022,
            interrupt_by_message=by_message,
            sockets=str(self.sockets),
            silent=silent,
        )
        write_order(self.folder, order)
        command = python_command("cocalc_tui.server.main", "keeper", str(self.folder))
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=60)
        assert done.stdout == "ready\n"
        self.greeting: Record = {}

    def connect(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(str(self.sockets / "keeper.sock"))
        self.lines = self.socket.makefile("r")
        self.greeting = json.loads(self.lines.readline())

    def close(self) -> None:
        self.lines.close()
        self.socket.close()

    def __enter__(self) -> Talking:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, do: str, **words: object) -> Record:
        id_ = next(self._ids)
        self.socket.sendall(json.dumps({"id": id_, "do": do, **words}).encode() + b"\n")
        while True:
            said: Record = json.loads(self.lines.readline())
            if said.get("id") == id_:
                return said

    def execute(self, *codes: str, user: str = "al", input_allowed: bool = False) -> list[str]:
        runs = [
            {
                "cell": f"c{next(self._ids)}",
                "run": f"r{next(self._ids)}",
                "user": user,
                "asked": 1,
                "code": code,
                "input_allowed": input_allowed,
            }
            for code in codes
        ]
        assert "error" not in self.ask("execute", runs=runs)
        return [str(run["run"]) for run in runs]

    def read(self) -> None:
        while records := self.reader.read():
            self.records += [json.loads(record) for _, record in records]

    def until(self, happened: Any, within: float = 60) -> Any:
        """Read the spool until `happened()` is true, and return that."""
        end = time.monotonic() + within
        while not (got := happened()):
            assert time.monotonic() < end, self.records[-5:]
            time.sleep(0.01)
            self.read()
        return got

    def row(self, run: str) -> Record:
        rows = [r["row"] for r in self.records if r["kind"] == "row" and r["row"]["run"] == run]
        return rows[-1] if rows else {"state": ""}

    def finished(self, run: str, within: float = 60) -> Record:
        over = ("done", "error", "stopped")
        self.until(lambda: self.row(run)["state"] in over, within)
        return self.row(run)

    def text(self, run: str, name: str = "stdout") -> str:
        return "".join(
            r["content"]["text"]
            for r in self.outputs(run)
            if r["type"] == "stream" and r["content"]["name"] == name
        )

    def outputs(self, run: str) -> list[Record]:
        return [r for r in self.records if r["kind"] == "io" and r["run"] == run]

    def kernel(self) -> Record:
        states = [r for r in self.records if r["kind"] == "kernel"]
        return states[-1] if states else {"state": "", "pid": 0}

    def started(self) -> Record:
        self.until(lambda: self.kernel()["state"] in ("idle", "dead"))
        return self.kernel()

    def dead(self) -> str:
        self.until(lambda: self.kernel()["state"] == "dead")
        return str(self.kernel()["reason"])

    @property
    def keeper_pid(self) -> int:
        return int(json.loads((self.folder / "about.json").read_text())["pid"])

    def wait_readable(self, seconds: float) -> bool:
        return bool(select.select([self.socket], [], [], seconds)[0])
