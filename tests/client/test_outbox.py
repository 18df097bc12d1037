"""What waits to be sent, and up to which number nothing is missing."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.outbox import (
    MAX_AMENDED,
    MAX_OPS,
    MAX_TEXT,
    Numbers,
    Outbox,
    pieces,
    text_size,
)
from cocalc_tui.protocol import codec
from cocalc_tui.sync.patch import Op, Patch, PatchId, Splice

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


def test_many_operations_leave_piece_by_piece() -> None:
    """Nor is any piece more than the relay takes, when it has grown."""
    assert MAX_OPS + MAX_AMENDED < codec.MAX_OPS
    document = SharedDocument.offline("a.txt", ops=[Splice(0, 0, "cat " * 3 * MAX_OPS)])
    before = str(document.replica.text())
    document.change([Splice(0, 0, "x")])
    places = reversed(range(1, len(before), 4))
    document.change([Splice(at, 3, "dogs") for at in places], "replace", step=True)
    sizes = [len(patch.ops) for patch in document.outbox.patches[1:]]
    assert sizes == [MAX_OPS] * 3
    left = [patch.id.n for patch in document.outbox.take()]
    assert left == [0, 1], "the next waits until that is there"
    document.undo()
    assert str(document.replica.text()) == "x" + before, "it is one step"


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


def test_what_left_once_never_grows_again() -> None:
    """The relay may have it, though the connection was lost before it said so."""
    outbox = Outbox(ME)
    outbox.add(patch(0))
    outbox.take()
    outbox.retry()
    assert outbox.open_patch() is None
    outbox.add(patch(1))
    assert outbox.open_patch() == patch(1)


def test_what_is_refused_is_handed_back() -> None:
    outbox = Outbox(ME)
    for n in range(3):
        outbox.add(patch(n))
    outbox.take()
    assert [p.id.n for p in outbox.drop_from(1)] == [1, 2]
    outbox.acknowledged({0})
    assert not outbox


def test_what_is_sent_again_keeps_ids_and_order() -> None:
    outbox = Outbox(ME)
    for n in range(3):
        outbox.add(patch(n))
    outbox.take()
    outbox.resend([waiting._replace(time=1000 + waiting.id.n) for waiting in outbox.patches])
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


@given(st.lists(st.integers(0, 3 * MAX_TEXT), max_size=4), st.integers(0, 3))
def test_large_pastes_are_several_patches_of_the_same_text(sizes: list[int], delete: int) -> None:
    ops = [Splice(3 * i, delete, "x" * size) for i, size in enumerate(sizes)]
    parts = list(pieces(ops))
    assert all(text_size(part) <= MAX_TEXT for part in parts)
    assert apply([op for part in parts for op in part]) == apply(ops)


def apply(ops: Sequence[Op]) -> str:
    text = "base" * 10
    for op in ops:
        assert isinstance(op, Splice)
        text = text[: op.pos] + op.insert + text[op.pos + op.delete :]
    return text


def test_much_text_leaves_in_several_messages() -> None:
    outbox = Outbox(ME)
    for n in range(4):
        big = patch(n)._replace(ops=(Splice(0, 0, "x" * MAX_TEXT),))
        outbox.add(big)
    assert [p.id.n for p in outbox.take()] == [0]
    outbox.acknowledged({0})
    assert [p.id.n for p in outbox.take()] == [1]
