"""Relays killed while a kernel and a terminal print; `make fuzz` plays a thousand rounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.kernels.printer import check
from tests.server.killing import rounds
from tests.server.processes.conftest import project, runtime

__all__ = ["project", "runtime"]


async def test_nothing_printed_is_lost_or_doubled_when_relays_are_killed(project: Path) -> None:
    game = await rounds(project, 0, 5)
    assert game.slowest < 20


@pytest.mark.parametrize(
    "text",
    [
        "line 0\nline 2\nlast 2\n",
        "line 0\nline 0\nlast 1\n",
        "line 0\nline 1\nlast 3\n",
        "line 0\nlin",
        "line 0\n... 7 characters left out ...\nlast 2\n",
    ],
)
def test_what_would_be_wrong(text: str) -> None:
    with pytest.raises(AssertionError):
        check(text)
