"""Terminals by command line, over a relay that is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-m", "cocalc_tui"]
ROUNDS = int(os.environ.get("COCALC_TUI_ROUNDS", "3"))
LINES = 600


@pytest.fixture
def lab() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ct-") as folder:
        path = Path(folder) / "lab"
        path.mkdir()
        yield path
        run("stop", "--all", "--project", str(path), cwd=path)


def run(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        [*PROGRAM, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*words: str, cwd: Path) -> str:
    done = subprocess.run(
        [*PROGRAM, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_no_line_is_lost_when_the_relay_is_killed(lab: Path) -> None:
    count = f"for i in $(seq 1 {LINES}); do echo line $i; sleep 0.01; done"
    run("term", "count", "--send", count, cwd=lab)
    (terminal,) = json.loads(run("status", "--json", cwd=lab))["terminals"]
    assert terminal["path"] == "count.term"
    for _ in range(ROUNDS):
        relay = json.loads(run("status", "--json", cwd=lab))["pid"]
        os.kill(relay, signal.SIGKILL)
    deadline = time.monotonic() + 60
    found: list[int] = []
    while not found or found[-1] != LINES:
        assert time.monotonic() < deadline, found[-5:]
        tail = run("term", "count", "--tail", str(LINES + 20), cwd=lab)
        found = [int(n) for n in re.findall(r"^line (\d+)$", tail, re.MULTILINE)]
    assert found == list(range(1, LINES + 1))
    (after,) = json.loads(run("status", "--json", cwd=lab))["terminals"]
    assert after["pid"] == terminal["pid"]


def test_it_is_recorded(lab: Path) -> None:
    run("term", "count", "--send", "echo $((6*7)) is the answer", "--tail", "5", cwd=lab)
    run("term", "count", "--record", "count.cast", cwd=lab)
    assert "42 is the answer" in (lab / "count.cast").read_text()
    assert "42 is the answer" in run("export", "count.term", "--history", cwd=lab)
    assert "nothing is recorded" in refused("term", "other", "--record", "-", cwd=lab)


def test_text_may_come_from_stdin(lab: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "term", "build", "--send", "-", "--tail", "5"],
        cwd=lab,
        input="echo $((6*7))",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "42" in done.stdout.split()
