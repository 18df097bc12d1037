"""What tmux shows of bytes: the terminal that ours is compared with, cell by cell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from cocalc_tui.notebook.pen import PLAIN, Pen, turn
from cocalc_tui.server.terminals.screen import Screen

COLUMNS, LINES = 80, 24
PATIENCE = 60.0
Cell = tuple[str, Pen]
_PARTS = re.compile(r"\x1b\[([0-9;:]*)m|\x1b\]8;[^\x1b]*\x1b\\|(\x0e)|(\x0f)|(.)")
_LINE_DRAWING = dict(zip("`afgjklmnopqrstuvwxyz{|}~", "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", strict=True))


class Shown(NamedTuple):
    """A screen, as it looks: what leaves no trace on paper is left out."""

    rows: list[list[Cell]]
    cursor: tuple[int, int] | None

    @property
    def text(self) -> list[str]:
        """Without colours."""
        return ["".join(text for text, _ in row) for row in self.rows]


def cells(rows: Iterable[str], *, carries: bool) -> list[list[Cell]]:
    """Characters with their pens; `carries`: a row begins with the pen that the one before had."""
    found, pen, drawing = [], PLAIN, False
    for row in rows:
        pen = pen if carries else PLAIN
        line: list[Cell] = []
        for part in _PARTS.finditer(row):
            if part[1] is not None:
                pen = turn(pen, part[1])
            elif part[4]:
                text = _LINE_DRAWING.get(part[4], part[4]) if drawing else part[4]
                line.append((text, _visible(text, pen)))
            elif part[2] or part[3]:
                drawing = bool(part[2])
        while line and line[-1][0] == " " and line[-1][1]._replace(back=None) == PLAIN:
            line.pop()
        found.append(line)
    return found


def _visible(text: str, pen: Pen) -> Pen:
    """What is seen of a pen: nothing of how letters look where there is none."""
    if text != " ":
        return pen
    front = pen.front if pen.reverse or pen.underline or pen.strike else None
    return pen._replace(front=front, bold=False, dim=False, italic=False)


def ours(screen: Screen) -> Shown:
    """What our screen model shows."""
    frame = screen.frame()
    return Shown(cells(frame.rows, carries=False), frame.cursor)


class Tmux:
    """A server whose panes are fed by us."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._run = ["tmux", "-u", "-L", f"reference-{os.getpid()}", "-f", "/dev/null"]

    def say(self, *words: str) -> str:
        """Have tmux do something."""
        done = subprocess.run([*self._run, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def start(self, name: str) -> int:
        """A new pane; returns what feeds it."""
        pipe = self._folder / name
        os.mkfifo(pipe)
        show = f"stty raw -echo; exec cat {pipe}"
        self.say("new-session", "-d", "-s", name, "-x", str(COLUMNS), "-y", str(LINES), show)
        return os.open(pipe, os.O_WRONLY)

    def shows(self, name: str, feed: int, data: bytes, mark: str) -> Shown:
        """Feed it, and look at it once it took all."""
        data += f"\x1b]2;{mark}\x1b\\".encode()
        while data:
            data = data[os.write(feed, data) :]
        until = time.monotonic() + PATIENCE
        asked = "#{pane_title} #{cursor_flag} #{cursor_x} #{cursor_y}"
        while True:
            title, *numbers = self.say("display-message", "-p", "-t", name, asked).split(" ")
            if title == mark:
                break
            assert time.monotonic() < until, f"{name}: tmux never came to {mark}"
            time.sleep(0.005)
        seen, x, y = map(int, numbers)
        rows = self.say("capture-pane", "-p", "-e", "-N", "-t", name).split("\n")[:LINES]
        # Behind a full row tmux says 80 for what is the last column, with a wrap to come.
        return Shown(cells(rows, carries=True), (min(x, COLUMNS - 1), y) if seen else None)

    def follow(self, name: str, pieces: Sequence[bytes]) -> list[Shown]:
        """What it shows after each of some pieces."""
        feed = self.start(name)
        try:
            return [self.shows(name, feed, data, f"at-{n}") for n, data in enumerate(pieces)]
        finally:
            os.close(feed)


@contextmanager
def tmux() -> Iterator[Tmux]:
    """A server with this machine's tmux."""
    if shutil.which("tmux") is None:
        pytest.skip("needs tmux")
    with tempfile.TemporaryDirectory(prefix="ct-", dir="/tmp") as folder:
        server = Tmux(Path(folder))
        server.start("first")
        server.say("set-option", "-g", "remain-on-exit", "on")
        try:
            yield server
        finally:
            server.say("kill-server")
