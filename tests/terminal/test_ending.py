"""How a program ended, in words."""

from __future__ import annotations

import pytest

from cocalc_tui.terminal.ending import ending


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "exit code 0"), (3, "exit code 3"), (-9, "SIGKILL"), (-99, "signal 99")],
)
def test_in_words(code: int, words: str) -> None:
    assert ending(code) == words


def test_what_never_started() -> None:
    assert ending(None) == "not started"
