from __future__ import annotations

import pytest

from cocalc_tui.server.terminals.pace import LOOK, Bucket, Flow, Processors


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


def test_who_owes_can_be_given_some() -> None:
    bucket = Bucket(8, 30, 100.0)
    bucket.take(100, 100.0)
    bucket.give(4, 100.0)
    assert bucket.wait(4, 100.0) == 0
    assert bucket.wait(5, 100.0) > 0
    bucket.give(2, 100.0)
    assert bucket.wait(4, 100.0) == 0, "nothing is taken away"


def test_what_floods_takes_what_the_machine_has_left() -> None:
    idle = iter([1.0, 1.0, 1.0, 0.1, 0.1, 1.0])
    flow = Flow(8, (10, 30), 0.0, lambda: next(idle))
    flow.adapt(LOOK / 2)
    assert flow.rate == 10
    rates = []
    for number in range(1, 6):
        flow.adapt(number * LOOK * 1.1)
        rates.append(flow.rate)
    assert rates == [15, 22.5, 30, 15, 10]
    flow.adapt(100 * LOOK)
    assert flow.rate == 10, "how the machine was in a pause says nothing"


def test_the_processors_are_looked_at() -> None:
    processors = Processors()
    assert 0 <= processors.idle() <= 1
    assert 0 <= processors.idle() <= 1
