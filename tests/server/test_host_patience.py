"""Is a file finished, or in the midst of being written?"""

from __future__ import annotations

from cocalc_tui.server.host.patience import (
    BETWEEN,
    EMPTY,
    GONE,
    HELD,
    SPOILT,
    STILL,
    Patience,
    Sight,
)


def waited(patience: Patience, sight: Sight, most: float = 60) -> float:
    """How long it waits while it sees the same all the time."""
    steps = 0
    while patience.waits(sight, steps * BETWEEN):
        steps += 1
        assert steps * BETWEEN < most
    return round(steps * BETWEEN, 6)


def test_the_less_it_looks_like_a_result_the_longer_it_waits() -> None:
    assert waited(Patience(100, 0), Sight(1, 120)) == STILL
    assert waited(Patience(100, 0), Sight(1, 50)) == STILL
    assert waited(Patience(100, 0), Sight(None)) == GONE
    assert waited(Patience(100, 0), Sight(1, 0)) == EMPTY
    assert waited(Patience(0, 0), Sight(1, 0)) == STILL
    assert waited(Patience(100, 0), Sight(1, 50, held=True)) == HELD
    assert waited(Patience(100, 0), Sight(1, 120, held=True)) == STILL


def test_what_changes_starts_anew_but_not_for_ever() -> None:
    patience = Patience(100, 0)
    now = 0.0
    while patience.waits(Sight(now, 50), now):
        now += BETWEEN
    assert HELD <= now < HELD + 2 * BETWEEN


def test_a_file_that_was_empty_for_a_moment_and_is_whole_now() -> None:
    patience = Patience(100, 0)
    assert patience.waits(Sight(1, 0), 0)
    assert patience.waits(Sight(1, 0), 1)
    assert patience.waits(Sight(2, 90), 1.5)
    assert not patience.waits(Sight(2, 90), 1.5 + STILL)


def test_hope_ends() -> None:
    patience = Patience(100, 0)
    patience.waits(Sight(1, 90), 0)
    assert patience.hopes(SPOILT - 0.1)
    assert not patience.hopes(SPOILT)
