"""Whole lives of a project, each from its seed; `make fuzz` plays many more."""

from __future__ import annotations

import pytest

from tests.sim.play import command, play

# What SQLite asks a failing disk when it can go on without an answer, as what is left of a journal,
# it asks where nothing can be raised.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:(?s)Exception ignored in. None.*apsw\.(IOError|FullError)"
    ":pytest.PytestUnraisableExceptionWarning"
)

SEEDS = (*range(22), 125, 534, 643, 670, 840, 1787, 2461)
"""The last ones once found something."""


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_promised_is_kept(seed: int) -> None:
    played = play(seed)
    assert not played.fault, f"{played.fault}\n{command(seed)}"


def test_a_seed_is_always_the_same_life() -> None:
    one, other = play(3), play(3)
    assert one.trace == other.trace
    assert len(one.trace) > 200
    assert one.trace != play(4).trace
