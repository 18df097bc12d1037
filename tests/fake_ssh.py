"""Stands for ssh: runs what it is asked to run on this machine, as another login would.

`python -m tests.fake_ssh FOLDER` as the ssh command; `FOLDER` holds what the other machine is like:
`home` (its home folder), `rc` (what login files print), `fails` (what ssh says instead, exit 255),
`log` (what was asked, a line each).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Take ssh's arguments and run the command."""
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    at = words.index("--")
    options, host, command = words[:at], words[at + 1], words[at + 2]
    with (folder / "log").open("a") as log:
        log.write(json.dumps({"options": options, "host": host, "pid": os.getpid()}) + "\n")
    fails = folder / "fails"
    if fails.exists():
        sys.stderr.write(fails.read_text())
        sys.exit(255)
    rc = folder / "rc"
    if rc.exists():
        sys.stdout.buffer.write(rc.read_bytes())
        sys.stdout.buffer.flush()
    home = folder / "home"
    home.mkdir(exist_ok=True)
    os.chdir(home)
    environment = {
        "HOME": str(home),
        "PATH": (folder / "path").read_text() if (folder / "path").exists() else "/usr/bin:/bin",
        "SHELL": str(folder / "shell") if (folder / "shell").exists() else "/bin/sh",
        **{name: os.environ[name] for name in ("COCALC_TUI_RUNTIME_DIR",) if name in os.environ},
    }
    os.execve("/bin/sh", ["sh", "-c", f"exec {command}"], environment)


main()
