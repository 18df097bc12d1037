"""Relays killed while a terminal prints; `make fuzz` plays a thousand rounds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from cocalc_tui.server.paths import RUNTIME_VARIABLE
from tests.server.killing import rounds
from tests.server.terminals.rounds import Printing


async def test_no_line_is_lost_whenever_the_relay_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(
        prefix="ct-",
        dir="/tmp",
        ignore_cleanup_errors=True,  # a keeper may write its last words
    ) as folder:
        monkeypatch.setenv(RUNTIME_VARIABLE, folder)
        project = Path(folder) / "lab"
        project.mkdir()
        game = await rounds(Printing(project, 0), 5)
        assert game.seen > 20
        assert game.slowest < 5
