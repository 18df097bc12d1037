"""Hypothesis the same in every run, and without deadlines: a busy machine is no failure.

`make fuzz` is the run with new cases.
"""

from __future__ import annotations

import gc
import inspect
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


OWN = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()
LONGEST_NAME = 60
WITH_SCREENS = Path(__file__).parent / "widgets"


def pytest_configure(config: pytest.Config) -> None:
    """Neither read what whoever runs the tests has of the program, nor leave anything there."""
    config.stash[OWN] = folder = tempfile.TemporaryDirectory(
        prefix="ct-", ignore_cleanup_errors=True
    )
    os.environ["XDG_STATE_HOME"] = os.path.join(folder.name, "state")
    os.environ["XDG_CONFIG_HOME"] = os.path.join(folder.name, "config")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take it away again."""
    config.stash[OWN].cleanup()


def pytest_make_parametrize_id(val: object) -> str | None:
    """A text of megabytes is not its test's name: reports and workers hold that many times over."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{val[: LONGEST_NAME // 2]!a}... {len(val)}"
    return None


def pytest_collection_finish() -> None:
    """What there is by now stays: whoever collects garbage need not look through it again."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have a test fail for what it left open, and not one that comes later.

    This is the first fixture of a test, and so the last to be over. Screens have no sockets, and
    are so much garbage that to look for more after each would take long.
    """
    yield
    if inspect.iscoroutinefunction(request.function) and WITH_SCREENS not in request.path.parents:
        request.node.funcargs.clear()
        gc.collect()
