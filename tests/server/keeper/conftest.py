"""A project folder with its runtime folder, for real keepers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.keeper.talking import Talking
from tests.server.processes.conftest import project, runtime

__all__ = ["kept", "project", "runtime"]


@pytest.fixture
def kept(project: Path) -> Iterator[Talking]:
    with Talking(project) as talking:
        yield talking
