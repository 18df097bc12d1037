"""The terminal goes away under a running app: a dead ssh line, a closed window, tmux ended."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.widgets.terminal import Terminal

WORDS = [f"w{number} " for number in range(200)]


def test_what_was_typed_last_is_kept_and_nobody_stays_behind(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    file = project / "notes.txt"
    file.write_text("the file\n")
    env = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": ""}
    try:
        with Terminal("cocalc_tui", str(file), env=env) as terminal:
            terminal.wait_for_all(["the file", "sent"])
            terminal.press("".join(WORDS), quiet=0)
            terminal.wait_for("w0")
            assert terminal.hang_up() == 0
        until = time.monotonic() + 60
        while (text := file.read_text()) != "".join(WORDS) + "the file\n":
            assert time.monotonic() < until, text
            time.sleep(0.05)
    finally:
        command = [sys.executable, "-m", "cocalc_tui", "stop", "--all"]
        subprocess.run(command, cwd=project, env=env, check=True, capture_output=True)
