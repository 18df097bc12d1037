"""Doors, relays, keepers and apps killed and stopped under load; `make fuzz` plays a thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.rounds import game


@pytest.mark.parametrize(("hosted", "rounds"), [(True, 3), (False, 2)])
async def test_nothing_acknowledged_is_lost_and_everybody_comes_back(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hosted: bool,
    rounds: int,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    async with game(project, seed=0, hosted=hosted) as one:
        outcome = await one.play(rounds)
    assert (outcome.lost, outcome.twice) == ([], [])
    assert outcome.acknowledged > 20
    assert len(outcome.back) == rounds
