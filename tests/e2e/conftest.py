"""The program where every user can run it, once for all end-to-end tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unix_users import program_for_all


@pytest.fixture(scope="session")
def program() -> Iterator[Path]:
    """A python that has the program, in a place where everybody may run it."""
    with tempfile.TemporaryDirectory(prefix="ct-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield program_for_all(Path(folder))
