"""Where terminals of a test run, and what ends them."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cocalc_tui.server.environment import clean
from cocalc_tui.server.terminals.order import living
from cocalc_tui.server.terminals.starting import TerminalGrounds
from tests.server.terminals.relay_side import until


@pytest.fixture
async def grounds(tmp_path: Path) -> AsyncIterator[TerminalGrounds]:
    with tempfile.TemporaryDirectory(prefix="ct-") as sockets:
        project = tmp_path / "lab"
        project.mkdir()
        own = {"PS1": "$ ", "SHELL": "/bin/sh", "HOME": f"{tmp_path}"}
        environment = {**clean(os.environ), **own}
        found = TerminalGrounds(project, tmp_path / "t", Path(sockets) / "k", environment, 0o022)
        yield found
        for _, about in living(found.terminals):
            with contextlib.suppress(ProcessLookupError):
                os.kill(about.program, signal.SIGKILL)
        await until(lambda: not living(found.terminals))


@pytest.fixture
def notes(grounds: TerminalGrounds) -> Path:
    (grounds.project / "notes.md").write_text("notes")
    (grounds.project.parent / "secret").write_text("secret")
    return grounds.project / "notes.md"
