"""How often the screen is drawn."""

from __future__ import annotations

import pytest
from textual import constants, screen

from cocalc_tui.widgets import frames


@pytest.mark.parametrize(("wanted", "period"), [(60, 1 / frames.FRAMES), (30, 1 / 30)])
def test_frames_are_ours_unless_somebody_asked_for_others(
    monkeypatch: pytest.MonkeyPatch, wanted: int, period: float
) -> None:
    monkeypatch.setattr(constants, "MAX_FPS", wanted)
    monkeypatch.setattr(screen, "UPDATE_PERIOD", 1 / wanted)
    frames.install()
    assert period == screen.UPDATE_PERIOD
