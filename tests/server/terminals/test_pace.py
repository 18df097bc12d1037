from __future__ import annotations

import pytest

from cocalc_tui.server.terminals.pace import Bucket


def test_so_much_at_once_and_so_much_for_ever() -> None:
    bucket = Bucket(8, 30, 100.0)
    for _ in range(8):
        assert bucket.wait(1, 100.0) == 0
        bucket.take(1, 100.0)
    assert bucket.wait(1, 100.0) == pytest.approx(1 / 30)
    assert bucket.wait(1, 100.0 + 1 / 29) == 0
    bucket.take(31, 101.0)
    assert bucket.wait(1, 101.0) == pytest.approx(24 / 30)
    assert bucket.wait(8, 1000.0) == 0
