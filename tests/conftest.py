"""Hypothesis the same in every run, and without deadlines: a busy machine is no failure.

`make fuzz` is the run with new cases.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


LONGEST_NAME = 60


def pytest_make_parametrize_id(val: object) -> str | None:
    """A text of megabytes is not its test's name: reports and workers hold that many times over."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{val[: LONGEST_NAME // 2]!a}... {len(val)}"
    return None
