"""A project folder with its runtime folder, for real kernels."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.kernels.running import Running, notebook
from tests.server.processes.conftest import project, runtime

__all__ = ["project", "running", "runtime"]


@pytest.fixture
async def running(project: Path) -> AsyncIterator[Running]:
    document = notebook("x = 40", "x += 2\nprint(x)", "1/0", "print('after')")
    async with Running(project, document) as made:
        yield made
