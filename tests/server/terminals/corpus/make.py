"""`python -m tests.server.terminals.corpus.make [NAME...]`: record programs anew, as root.

Each runs in a PTY of 80x24, in namespaces of its own: what is recorded says nothing of the machine.
Keys are pressed once the screen is at rest, and where it was is noted: a mark, at which the screen
is compared. Needs apt's vim, neovim, less, htop, mc, bash and tmux, and tqdm for the system's
python3; the Textual app runs in this environment.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import pty
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

from cocalc_tui.server.terminals.screen import Screen

FOLDER = Path(__file__).parent
LAB = Path("/tmp/lab")
SIZE = (80, 24)
MOST = 256 * 2**10
"""Bytes of one recording."""
REST, PATIENCE = 0.4, 2.0
"""Seconds of silence that are a rest, and that are waited for one at most."""
CODE = "".join(
    f'def part_{n}(values: list[int]) -> int:\n    """Part {n}: ü, 中文, 😀."""\n'
    f"    return sum(value * {n} for value in values if value > {n})\n\n\n"
    for n in range(30)
)
LOG = "".join(
    f"\x1b[3{n % 7 + 1}mstep {n:3}\x1b[0m \x1b[1;48;5;{n + 16}mcompiling\x1b[0m módulo_{n}.c 漢字\n"
    for n in range(120)
)
PROGRESS = """
import time
from tqdm import tqdm
for n in tqdm(range(60), desc="épochs", colour="green"):
    time.sleep(0.01)
"""
PROGRAMS: dict[str, tuple[list[str], str]] = {
    "vim": (
        ["vim", "-u", "NONE", "-N", "--cmd", "set nu hls is list tgc ruler", "code.py"],
        """:syntax on\r
/value\r
nnn
ihéllo 世界\x1b
:vsplit\r
\x17l20jVjj
d:split\r
\x06\x06\x02
u
:only\r
:%s/sum/max/g\r
G$
:q!\r""",
    ),
    "nvim": (
        ["nvim", "-u", "NONE", "--cmd", "set nu hls list termguicolors cursorline", "code.py"],
        """:syntax on\r
/part_1\r
nn
o# ↓ ünder\x1b
:vsplit\r
\x17l\x06vjj
y
:terminal echo in a terminal\r
:bd!\r
:q\r
:q!\r""",
    ),
    "less": (
        ["less", "-R", "-N", "log"],
        """\x20
\x20
/módulo_5\r
n
G
g
10j
-S\r
\x1b[C
\x1b[D
q""",
    ),
    "htop": (
        ["htop", "-d", "5"],
        """\x1bOB\x1bOB
t
\x1bOQ
\x1bOB\x1bOB
q
q""",
    ),
    "mc": (
        ["mc", "-u", "-S", "default", "."],
        """\x1bOF
\x1bOA
\x1bOR
q
\t
\x1bOB\x1bOB
\x1b[20~
\x1bOC
\x1bOB
\x1b\x1b
\x1b[21~
\r""",
    ),
    "bash": (
        ["bash", "--norc", "-i"],
        """ls --color=always -la\r
cat log | head -50\r
python3 progress.py\r
echo a long line that wraps {1..40}\r
\x1b[A\x01\x06\x06XX\x0b
\x03
printf '\\033[2J\\033[5;9Hhere\\033[1;31mred'\r
exit\r""",
    ),
    "tmux": (
        ["tmux", "-L", "corpus", "-f", "/dev/null", "new", "bash --norc -i"],
        """ls --color=always\r
\x02"
less -R log\r
\x20
\x02%
top -b -n1 | head\r
\x02z
\x02z
\x02[
\x1b[5~
q
\x02:kill-server\r""",
    ),
    "textual": (
        [sys.executable, "-m", "tests.server.terminals.corpus.app"],
        """\t\t
\x1b[B\x1b[B
typed é 漢字
\x1b[6~
\x10
quit
\x1b
\x11""",
    ),
}
"""What is run, and what is pressed at each rest, a line each."""


def record(name: str) -> None:
    """Run one program, and leave `NAME.gz` and its marks."""
    argv, presses = PROGRAMS[name]
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(LAB)
        kept = {"HOME": str(LAB), "PATH": os.environ["PATH"], "PS1": "lab$ ", "SHELL": "/bin/bash"}
        kept |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        kept |= {"PYTHONPATH": str(FOLDER.parents[3]), "TEXTUAL_ANIMATIONS": "none"}
        alone = ["unshare", "--uts", "--pid", "--fork", "--mount-proc"]
        inside = ["sh", "-c", 'hostname lab; exec "$@"', "sh", *argv]
        os.execvpe("unshare", [*alone, *inside], kept)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    screen, data, marks = Screen(*SIZE), b"", []
    for keys in ["", *presses.split("\n")]:
        os.write(master, keys.encode())
        data += _until_rest(master, screen)
        if len(data) > MOST:
            break
        marks.append(len(data))
    os.close(master)
    os.waitpid(pid, 0)
    data = data[: marks[-1]]
    (FOLDER / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    kept_marks = json.loads((FOLDER / "marks.json").read_text("utf-8"))
    kept_marks[name] = sorted(set(marks))
    (FOLDER / "marks.json").write_text(json.dumps(kept_marks, indent=1, sort_keys=True) + "\n")
    print(f"{name}: {len(data)} bytes, {len(marks)} marks", file=sys.stderr)


def _until_rest(master: int, screen: Screen) -> bytes:
    """What comes until nothing does, with the program's questions answered."""
    found, until = b"", time.monotonic() + PATIENCE
    while time.monotonic() < until and select.select([master], [], [], REST)[0]:
        try:
            part = os.read(master, 2**16)
        except OSError:
            break
        found += part
        os.write(master, screen.feed(part))
    return found


def main() -> None:
    """Record what is named, or all."""
    shutil.rmtree(LAB, ignore_errors=True)
    for folder in ("data", "figures", "notes"):
        (LAB / folder).mkdir(parents=True)
    (LAB / "code.py").write_text(CODE, "utf-8")
    (LAB / "log").write_text(LOG, "utf-8")
    (LAB / "progress.py").write_text(PROGRESS, "utf-8")
    subprocess.run(["touch", "-d", "2026-01-02", *LAB.iterdir(), LAB], check=True)
    if not (FOLDER / "marks.json").exists():
        (FOLDER / "marks.json").write_text("{}")
    for name in sys.argv[1:] or PROGRAMS:
        record(name)
    shutil.rmtree(LAB)


if __name__ == "__main__":
    main()
