"""Hypothesis the same in every run, and without deadlines: a busy machine is no failure.

`make fuzz` is the run with new cases.
"""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


OWN = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()
LONGEST_NAME = 60


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
