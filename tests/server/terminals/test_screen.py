"""The screen model beside tmux, which is fed the same bytes."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cocalc_tui.server.terminals.screen import Screen
from tests.e2e.tmux import needs_tmux

SGR = re.compile(r"\x1b\[[0-9;:]*m")
CORPUS = {
    "plain": b"one\r\ntwo\tafter a tab\r\nthree\r\n",
    "wrapping": b"x" * 200 + b"\r\n" + "ü".encode() * 90,
    "moving": b"\x1b[2J\x1b[5;10Hhere\x1b[3A\x1b[4Dup\x1b[10;70Hat the margin goes on",
    "erasing": b"aaaa\r\nbbbb\r\ncccc\x1b[2;3H\x1b[K\x1b[1J\x1b[3;2H\x1b[1P\x1b[2@\x1b[1X",
    "regions": b"".join(b"%d\r\n" % n for n in range(30))
    + b"\x1b[5;10r\x1b[10;1H\n\n\n\x1b[5;1H\x1bM",
    "lines": b"a\r\nb\r\nc\r\nd\x1b[2;1H\x1b[2L\x1b[4;1H\x1b[1M",
    "alternate": b"first\r\n\x1b[?1049h\x1b[2J\x1b[Hsecond\x1b[?1049l third",
    "scrolling": b"".join(b"line %d\r\n" % n for n in range(60)) + b"\x1b[3S\x1b[2T",
    "colours": b"\x1b[1;31mred\x1b[0m \x1b[38;5;200mpink\x1b[48;2;1;2;3mtrue\x1b[m \x1b[7minv",
    "wide": "中文字 mixed 漢字\r\n".encode() + b"a" * 79 + "中".encode(),
    "combining": "e\u0301a\u0308 n\u0303\r\n".encode(),
    "tabs": b"\x1b[3g\x1b[10G\x1bH\r\tx\x1b[20G\x1bH\r\t\ty",
    "repeat": b"ab\x1b[5b|",
    "insert mode": b"abcdef\x1b[3G\x1b[4hXY\x1b[4l",
    "origin": b"\x1b[3;8r\x1b[?6h\x1b[1;1Htop\x1b[9;1Hlow\x1b[?6l\x1b[r",
    "strings": b"a\x1b]0;title\x07b\x1bP+q544e\x1b\\c\x1b_apc\x1b\\d\x1b^pm\x1b\\e",
    "progress": b"".join(b"\r%3d%%|%s" % (n, b"#" * (n // 5)) for n in range(0, 101, 7)),
    "kitty and modify": b"\x1b[>4;2m\x1b[>1u\x1b[?2004h ok \x1b[<u\x1b[?2004l",
}


def rows(screen: Screen) -> list[str]:
    return [SGR.sub("", row).rstrip() for row in screen.frame().rows]


@pytest.fixture(scope="module")
def reference() -> Iterator[dict[str, list[str]]]:
    """What tmux shows of each, in one server."""
    tmux = shutil.which("tmux")
    if tmux is None:
        pytest.skip("needs tmux")
    socket = f"screen-{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="ct-") as name:
        run = [tmux, "-L", socket, "-f", "/dev/null"]
        for number, data in enumerate(CORPUS.values()):
            (Path(name) / str(number)).write_bytes(data)
            show = f"stty raw -echo; cat {name}/{number}; touch {name}/{number}.done; sleep 600"
            command = ["new-session", "-d", "-s", f"s{number}", "-x", "80", "-y", "24", show]
            subprocess.run([*run, *command], check=True)
        found = {}
        for number, what in enumerate(CORPUS):
            deadline = time.monotonic() + 20
            while not (Path(name) / f"{number}.done").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            found[what] = captured(run, f"s{number}", deadline)
        yield found
        subprocess.run([*run, "kill-server"], check=False)


def captured(run: list[str], session: str, deadline: float) -> list[str]:
    """The rows of a session, once they rest."""
    before: list[str] = []
    while time.monotonic() < deadline:
        said = subprocess.run(
            [*run, "capture-pane", "-p", "-t", session], capture_output=True, text=True, check=True
        )
        now = [row.rstrip() for row in said.stdout.split("\n")[:24]]
        if now == before and any(now):
            return now
        before = now
        time.sleep(0.1)
    return before


@needs_tmux
@pytest.mark.needs_tmux
@pytest.mark.parametrize("what", CORPUS)
def test_rows_are_those_of_tmux(what: str, reference: dict[str, list[str]]) -> None:
    screen = Screen(80, 24)
    screen.feed(CORPUS[what])
    assert rows(screen) == reference[what]


@pytest.mark.parametrize("what", CORPUS)
def test_in_any_pieces_it_is_the_same(what: str) -> None:
    whole, pieces, random_ = Screen(80, 24), Screen(80, 24), random.Random(what)
    data = CORPUS[what]
    whole.feed(data)
    while data:
        cut = random_.randint(1, 7)
        pieces.feed(data[:cut])
        data = data[cut:]
    assert pieces.frame() == whole.frame()


@pytest.mark.parametrize("what", CORPUS)
def test_rows_say_all_of_the_screen(what: str) -> None:
    """Who comes late draws the rows, and has the same screen."""
    screen, late = Screen(80, 24), Screen(80, 24)
    screen.feed(CORPUS[what])
    frame = screen.frame()
    for y, row in enumerate(frame.rows):
        late.feed(f"\x1b[{y + 1};1H\x1b[m{row}".encode())
    assert rows(late) == rows(screen)


def test_rows_hold_nothing_but_text_and_styles() -> None:
    screen = Screen(80, 24)
    screen.feed(b"\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://x\x07link\x1b]8;;\x07\x1b]0;t\x07\x9b31mx")
    for row in screen.frame().rows:
        assert "\x1b" not in SGR.sub("", row)
        assert not set(SGR.sub("", row)) & {chr(n) for n in (*range(32), *range(127, 160))}


def test_questions_are_answered_once() -> None:
    screen = Screen(80, 24)
    assert screen.feed(b"\x1b[6n") == b"\x1b[1;1R"
    assert screen.feed(b"\x1b[c").startswith(b"\x1b[?")
    assert screen.feed(b"nothing asked") == b""


def test_what_scrolled_out_is_kept() -> None:
    screen = Screen(80, 24)
    screen.feed(b"".join(b"line %d\r\n" % n for n in range(5000)))
    assert screen.history_length == 5000 + 1 - 24
    assert [SGR.sub("", row) for row in screen.history(100, 2)] == ["line 100", "line 101"]
    assert screen.history(4999, 10) == ()


def test_another_size() -> None:
    screen = Screen(80, 24)
    screen.feed(b"y" * 100)
    screen.resize(40, 10)
    assert screen.size == (40, 10)
    assert [len(row) for row in rows(screen)[:3]] == [40, 40, 20]
