"""What floods gives way to others, and has its whole share again at once where somebody types."""

from __future__ import annotations

import errno
import math
from pathlib import Path

import pytest

from cocalc_tui.server.terminals.intake import ANSWER, BURST, HURRY, REST, Intake
from cocalc_tui.server.terminals.share import AGAIN, NICE, Share


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """As /proc has two processes."""
    for pid in ("1", "2"):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "autogroup").write_text("0")
    return tmp_path


def niceness(sessions: Path) -> list[int]:
    return [int((sessions / pid / "autogroup").read_text()) for pid in ("1", "2")]


def test_what_floods_gives_way_until_somebody_types_or_it_rests(sessions: Path) -> None:
    intake = Intake(Share([1, 2], sessions), 0.0)

    def floods_at(now: float) -> list[int]:
        intake.took(BURST + ANSWER, now)
        intake.settle(now)
        return niceness(sessions)

    assert (floods_at(2.0), intake.floods) == ([NICE, NICE], True)
    assert 0 < intake.wait(2.0) < REST
    intake.hurry(2.1)
    intake.settle(2.1)
    assert niceness(sessions) == [0, 0]
    assert intake.is_due(2.1)
    assert floods_at(2.2) == [0, 0], "what was typed for is not over"
    assert floods_at(2.1 + 2 * HURRY) == [NICE, NICE]
    rests = 2.2 + 2 * HURRY + REST
    assert intake.wait(rests) == 0
    intake.settle(rests)
    assert niceness(sessions) == [0, 0]


def test_what_prints_in_moderation_has_its_share(sessions: Path) -> None:
    share = Share([1, 2], sessions)
    intake = Intake(share, 0.0)
    for number in range(200):
        intake.took(1000, number / 10)
        intake.settle(number / 10)
        assert share.is_even
    assert niceness(sessions) == [0, 0]


def test_a_system_that_listens_seldom_is_asked_again(
    sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = Share([1, 2], sessions)
    asked = []

    def refuse(file: Path, text: str) -> None:
        asked.append((file.parent.name, text))
        raise OSError(errno.EAGAIN if len(asked) < 2 else errno.ENOENT, "")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", refuse)
        share.give_way()
        assert share.wait(5.0) == 0
        share.settle(5.0)
        assert share.wait(5.0) == pytest.approx(AGAIN)
        share.settle(5.0 + AGAIN / 2)
        assert asked == [("1", str(NICE))]
        share.settle(5.1 + AGAIN)
    assert asked[1:] == [("1", str(NICE)), ("2", str(NICE))]
    assert share.wait(6.0) == math.inf, "a system without such shares is not asked for ever"
