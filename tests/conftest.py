"""Hypothesis the same in every run, and without deadlines: a busy machine is no failure.

`make fuzz` is the run with new cases.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")
