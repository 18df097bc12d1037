"""Real terminals: tmux panes in which people press keys, and what they see."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
PATIENCE = 60.0


class Pane:
    """One person's terminal."""

    def __init__(self, server: str, session: str) -> None:
        self._server = server
        self._session = session

    def tmux(self, *words: str) -> str:
        """Run a tmux command on this pane's server."""
        done = subprocess.run(
            ["tmux", "-L", self._server, *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"tmux {words}: {done.stderr}"
        return done.stdout

    def keys(self, *keys: str, pause: float = 0.0) -> None:
        """Press keys by tmux's names, such as `C-q`, `F5`, `Escape`."""
        for key in keys:
            self.tmux("send-keys", "-t", self._session, key)
            time.sleep(pause)

    def type(self, text: str, pause: float = 0.0) -> None:
        """Type text, letter by letter where there is a pause."""
        for part in text if pause else [text]:
            self.tmux("send-keys", "-t", self._session, "-l", part)
            time.sleep(pause)

    def screen(self) -> str:
        """What is on the screen."""
        return self.tmux("capture-pane", "-p", "-t", self._session)

    def lines(self) -> list[str]:
        """All that was written, also above the screen, with lines whole that the terminal broke."""
        whole = self.tmux("capture-pane", "-p", "-J", "-S", "-", "-t", self._session)
        return [line.rstrip() for line in whole.splitlines()]

    def wait(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Wait until a pattern is on the screen, and return the screen."""
        deadline = time.monotonic() + patience
        while True:
            screen = self.screen()
            found = re.search(wanted, screen) if isinstance(wanted, str) else wanted(screen)
            if found:
                return screen
            assert time.monotonic() < deadline, f"never saw {wanted!r} on\n{screen}"
            time.sleep(0.05)

    def gone(self) -> bool:
        """Whether its program has ended."""
        return "dead" in self.tmux("list-panes", "-t", self._session, "-F", "#{?pane_dead,dead,}")


@contextmanager
def pane(
    command: Sequence[str], *, width: int = 100, height: int = 30, cwd: Path | None = None
) -> Iterator[Pane]:
    """Run a command in a terminal of its own."""
    server = f"cocalc-tui-test-{uuid.uuid4().hex[:8]}"
    at = ["-c", str(cwd)] if cwd is not None else []
    size = ["-x", str(width), "-y", str(height)]
    start = ["tmux", "-L", server, "-f", "/dev/null", "new-session", "-d", "-s", "p", *size, *at]
    keep = [";", "set-option", "-g", "remain-on-exit", "on"]
    subprocess.run([*start, *command, *keep], check=True)
    try:
        yield Pane(server, "p")
    finally:
        subprocess.run(["tmux", "-L", server, "kill-server"], check=False, capture_output=True)
