"""A recording stays small, keeps what was before a flood, and misses no line of a build."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cocalc_tui.server.terminals.recording import CAP, FILES, Recording
from cocalc_tui.server.terminals.screen import Screen
from cocalc_tui.terminal.cast import GOES_ON, Shown, joined, marked
from cocalc_tui.terminal.replay import Replay

BEGUN = 1_700_000_000_000
HOUR = 3_600_000
SGR = re.compile(r"\x1b\[[0-9;:]*m")


class Life:
    """A terminal and its recording, on a clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.screen = Screen(80, 24)
        self.now = BEGUN
        self.recording = Recording(folder, "build.term")
        self.folder = folder

    def prints(self, data: bytes) -> None:
        self.screen.feed(data)
        self.recording.changed(self.now)
        if (due := self.recording.due) is not None and due <= self.now:
            self.record()

    def record(self) -> None:
        frame = self.screen.frame()
        shown = Shown(*self.screen.size, marked(frame.rows, frame.wraps), frame.cursor)
        self.recording.take(self.screen, shown, self.now, "ann")

    @property
    def text(self) -> str:
        files = sorted(self.folder.glob("*.cast"), key=lambda file: int(file.stem))
        return joined([file.read_text() for file in files])

    @property
    def last(self) -> Shown:
        replay = Replay(self.text)
        return replay.screen(len(replay) - 1)


def test_a_day_of_yes_costs_megabytes_and_keeps_the_morning(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.prints(b"$ make paper\r\nall is well\r\n$ yes\r\n")
    while life.now < BEGUN + 24 * HOUR:
        life.now += 900
        life.recording.changed(life.now)
        if (life.recording.due or 0) <= life.now:
            life.prints(b"y\r\n" * 20)
    size = sum(file.stat().st_size for file in tmp_path.glob("*.cast"))
    assert size < 7 * 2**20 < CAP * FILES
    replay = Replay(life.text)
    assert "all is well" in "\n".join(replay.screen(0).rows)
    assert replay.times[-1] > BEGUN + 23 * HOUR


def test_the_cap_holds_whatever_comes(tmp_path: Path) -> None:
    life = Life(tmp_path)
    for number in range(300):
        life.now += 60_000
        life.prints(b"".join(b"%d %s\r\n" % (number, b"x" * 70) for _ in range(500)))
    files = list(tmp_path.glob("*.cast"))
    assert len(files) == FILES
    assert all(file.stat().st_size < CAP + 2**18 for file in files)
    assert "299 xxx" in "\n".join(life.last.rows)


def test_a_build_has_every_line(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.prints(b"")
    for start in range(0, 12_000, 300):
        life.now += 100
        life.prints(b"".join(b"line %d\r\n" % n for n in range(start, start + 300)))
    player = Screen(80, 24)
    for line in life.text.splitlines()[1:]:
        _, kind, data = json.loads(line)
        if kind == "o":
            player.feed(data.encode())
    assert player.frame().rows == life.screen.frame().rows
    past = player.history(player.history_length - 9000, 9000)
    assert past == life.screen.history(life.screen.history_length - 9000, 9000)


def test_it_is_known_which_rows_the_window_broke(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.prints(b"")
    for text in ("x" * 200, "中" * 100, *map(str, range(30)), "y" * 80, "z" * 81):
        life.now += 200
        life.prints(text.encode() + b"\r\n")
    events = [json.loads(line) for line in life.text.splitlines()[1:]]
    seen = "".join(data for _, kind, data in events if kind == "o")
    for row, count in (("x" * 80, 2), ("中" * 40, 2), ("z" * 80, 1)):
        assert seen.count(row + GOES_ON) == count, row
    assert "y" * 80 in seen
    assert "y" * 80 + GOES_ON not in seen
    assert life.last.rows[-3:] == (f"{'z' * 80}{GOES_ON}", "z", "")


def test_a_full_screen_program_and_another_size(tmp_path: Path) -> None:
    life = Life(tmp_path)
    for data in (b"one\r\n", b"\x1b[?1049h\x1b[2J\x1b[Hfull", b"\x1b[5;5Hmore", b"\x1b[?1049l"):
        life.now += 200
        life.prints(data)
    life.screen.resize(40, 10)
    life.now += 200
    life.prints(b"two\r\n" * 30)
    replay = Replay(life.text)
    tops = [SGR.sub("", replay.screen(n).rows[0]) for n in range(4)]
    assert tops == ["one", "full", "full", "one"]
    assert replay.screen(4) == Shown(40, 10, life.screen.frame().rows, life.screen.frame().cursor)
