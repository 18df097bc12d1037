"""What waits to be sent, and up to which number nothing is missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.client.outbox import Numbers, Outbox
from cocalc_tui.sync.patch import Patch, PatchId, Splice

ME = "a" * 16


def patch(n: int) -> Patch:
    parents = (PatchId(ME, n - 1),) if n else ()
    return Patch(PatchId(ME, n), n + 1, parents, (Splice(0, 0, "x"),))


def test_the_first_leaves_at_once_and_the_rest_with_the_answer() -> None:
    outbox = Outbox(ME)
    outbox.add(patch(0))
    assert [p.id.n for p in outbox.take()] == [0]
    outbox.add(patch(1))
    outbox.add(patch(2))
    assert outbox.take() == []
    outbox.acknowledged({0})
    assert [p.id.n for p in outbox.take()] == [1, 2]


def test_a_patch_grows_only_before_it_leaves() -> None:
    outbox = Outbox(ME)
    outbox.add(patch(0))
    assert outbox.open_patch() == patch(0)
    outbox.take()
    assert outbox.open_patch() is None


def test_a_new_connection_sends_everything_again() -> None:
    outbox = Outbox(ME)
    for n in range(3):
        outbox.add(patch(n))
    outbox.take()
    outbox.acknowledged({0})
    outbox.retry()
    assert [p.id.n for p in outbox.take()] == [1, 2]


def test_what_is_refused_is_handed_back() -> None:
    outbox = Outbox(ME)
    for n in range(3):
        outbox.add(patch(n))
    outbox.take()
    assert [p.id.n for p in outbox.drop_from(1)] == [1, 2]
    outbox.acknowledged({0})
    assert not outbox


def test_restamping_keeps_ids_and_order() -> None:
    outbox = Outbox(ME)
    for n in range(3):
        outbox.add(patch(n))
    outbox.take()
    outbox.restamp(1000)
    assert [(p.id.n, p.time) for p in outbox.take()] == [(0, 1000), (1, 1001), (2, 1002)]


@given(st.permutations(range(1, 9)), st.integers(0, 8))
def test_numbers_are_known_up_to_the_first_gap(order: list[int], missing: int) -> None:
    numbers = Numbers()
    for seq in order:
        if seq != missing:
            numbers.learn(patch(seq - 1), seq)
    assert numbers.upto == (missing - 1 if missing else 8)
    assert numbers.heads == ((PatchId(ME, numbers.upto - 1),) if numbers.upto else ())
    if missing:
        numbers.learn(patch(missing - 1), missing)
    assert numbers.upto == 8
    assert numbers.of(PatchId(ME, 3)) == 4
