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

from tests.widgets.terminal import Terminal

PROGRAM = [sys.executable, "-m", "cocalc_tui"]
ROUNDS = int(os.environ.get("COCALC_TUI_ROUNDS", "3"))
LINES = 600


@pytest.fixture
def lab() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
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
    assert done.returncode == 2, done.stderr
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
    run("term", "count", "--send", "echo $((6*7)) is the answer", cwd=lab)
    deadline = time.monotonic() + 60
    while "42 is the answer" not in run("term", "count", "--tail", "5", cwd=lab):
        assert time.monotonic() < deadline
    run("term", "count", "--record", "count.cast", cwd=lab)
    assert "42 is the answer" in (lab / "count.cast").read_text()
    assert "42 is the answer" in run("export", "count.term", "--history", cwd=lab)
    assert "no such terminal" in refused("term", "other", "--record", "-", cwd=lab)


def test_what_an_ended_program_printed_is_there(lab: Path) -> None:
    long = "l" * 200
    run("term", "job", "--send", f"seq 1 2500; echo {long}; exit 3", cwd=lab)
    deadline = time.monotonic() + 60
    while "ended     job.term  exit code 3" not in run("status", cwd=lab):
        assert time.monotonic() < deadline
    found = subprocess.run(
        [*PROGRAM, "term", "job", "--tail", "2502"],
        cwd=lab,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert found.stderr == "job.term: the program ended (exit code 3)\n"
    lines = found.stdout.splitlines()
    assert lines[lines.index("1") :][:2501] == [*map(str, range(1, 2501)), long]


def test_text_may_come_from_stdin(lab: Path) -> None:
    subprocess.run(
        [*PROGRAM, "term", "build", "--send", "-"],
        cwd=lab,
        input="echo $((6*7))",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    deadline = time.monotonic() + 60
    while "42" not in run("term", "build", "--tail", "5", cwd=lab).split():
        assert time.monotonic() < deadline


TYPED = {
    "esc, then a character": ("\x1b:wq", "\x1b:wq"),
    "alt and a character": ("\x1bx\x1b1\x1bf\x1b\r\x1b\x7f", "\x1bx\x1b1\x1bf\x1b\r\x1b\x7f"),
    "ctrl and a character": ("\x00\x01\x03\x1a\x1c\x1f\x7f\t", "\x00\x01\x03\x1a\x1c\x1f\x7f\t"),
    "function keys": ("\x1bOP\x1b[15~\x1b[1;2Q", "\x1bOP\x1b[15~\x1b[1;2Q"),
    "arrows": ("\x1b[A\x1b[1;5D\x1b[1;3H", "\x1b[A\x1b[1;5D\x1b[1;3H"),
    "what a terminal sends that tells more": (
        "\x1b[13;2u\x1b[58;3u\x1b[99;5u\x1b[97;;97u",
        "\r\x1b:\x03a",
    ),
    "letters of all kinds": ("ü漢😀", "ü漢😀"),
    "what is pasted": ("\x1b[200~two\nlines\x1b[201~", "two\rlines"),
}
"""Typed, and what the program is to read."""


def test_the_program_reads_what_is_typed(lab: Path) -> None:
    read = "".join(bytes_ for _, bytes_ in TYPED.values()).encode()
    (lab / "read.sh").write_text(
        f"stty raw -echo; echo rea''dy; head -c {len(read)} | od -An -v -tx1 -w16; stty sane\n"
    )
    env = {"HOME": str(lab), "XDG_RUNTIME_DIR": ""}
    with Terminal("cocalc_tui", str(lab / "keys.term"), env=env) as terminal:
        terminal.wait_for("by ")
        terminal.press("sh read.sh; echo over\r")
        terminal.wait_for("ready")
        for typed, _ in TYPED.values():
            terminal.press(typed)
        terminal.wait_for("over")
        found = re.findall(r"(?: [0-9a-f]{2})+", terminal.seen.rpartition("ready")[2])
    assert "".join(found).split() == [f"{one:02x}" for one in read]
