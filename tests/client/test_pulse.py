"""Signs of life: when they are asked for, and when a connection counts as dead."""

from __future__ import annotations

from cocalc_tui.client.pulse import ASLEEP, EVERY, PATIENCE, TICK, WOKEN, Beat, Pulse


def ticks(pulse: Pulse, start: float, seconds: float, *, answered: bool) -> list[Beat]:
    beats = []
    for step in range(1, int(seconds / TICK) + 1):
        beats.append(pulse.tick(start + step * TICK))
        if answered and beats[-1] is Beat.ASK:
            pulse.heard()
    return beats


def test_a_connection_that_answers_is_asked_now_and_then() -> None:
    beats = ticks(Pulse(0), 0, 60, answered=True)
    assert beats[0] is Beat.ASK
    assert Beat.DEAD not in beats
    assert beats.count(Beat.ASK) == 60 / EVERY


def test_a_silent_one_is_dead_in_time() -> None:
    beats = ticks(Pulse(0), 0, 60, answered=False)
    assert beats.index(Beat.DEAD) == PATIENCE / TICK


def test_what_is_heard_without_being_asked_counts() -> None:
    pulse = Pulse(0)
    for second in range(1, 60):
        assert pulse.tick(second) is not Beat.DEAD
        pulse.heard()


def test_after_sleep_it_must_answer_at_once() -> None:
    pulse = Pulse(0)
    ticks(pulse, 0, 10, answered=True)
    woken = 10 + 3600.0
    assert pulse.tick(woken) is Beat.ASK
    beats = ticks(pulse, woken, 10, answered=False)
    assert beats.index(Beat.DEAD) <= WOKEN / TICK


def test_sleep_while_an_answer_was_due_does_not_count_against_it() -> None:
    pulse = Pulse(0)
    assert pulse.tick(TICK) is Beat.ASK
    assert pulse.tick(TICK + ASLEEP + PATIENCE) is Beat.ASK
    pulse.heard()
    assert pulse.tick(TICK + ASLEEP + PATIENCE + TICK) is Beat.QUIET
