"""The undo stack: which patches a step is, and what undo and redo cancel next."""

from __future__ import annotations

from collections.abc import Sequence
from time import process_time

from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Cancel, Op, Patch, PatchId, Splice
from cocalc_tui.sync.undo import PAUSE, UndoStack, cancels

ME = "a" * 16


class Log:
    """Gives numbers to patches and remembers what they cancel."""

    def __init__(self) -> None:
        self.n = 0
        self.ops: list[list[Op]] = []

    def type(
        self, stack: UndoStack, time: int, kind: str = "typing", *, step: bool | None = False
    ) -> int:
        starts = stack.starts_step(time, kind, step)
        stack.typed(PatchId(ME, self.n), time, starts)
        self.n += 1
        return self.n - 1

    def commit(self, ops: Sequence[Op]) -> PatchId:
        self.ops.append(list(ops))
        self.n += 1
        return PatchId(ME, self.n - 1)


def test_typing_without_a_pause_is_one_step() -> None:
    log, stack = Log(), UndoStack()
    log.type(stack, 0)
    log.type(stack, PAUSE)
    log.type(stack, 3 * PAUSE)
    stack.undo(log.commit)
    stack.undo(log.commit)
    stack.undo(log.commit)
    assert log.ops == [[Cancel(ME, 2, 2)], [Cancel(ME, 0, 1)]]


def test_another_kind_or_a_wish_begins_a_step() -> None:
    log, stack = Log(), UndoStack()
    log.type(stack, 0)
    log.type(stack, 1, "paste")
    log.type(stack, 2, "paste", step=True)
    for _ in range(3):
        stack.undo(log.commit)
    assert log.ops == [[Cancel(ME, n, n)] for n in (2, 1, 0)]


def test_what_goes_on_is_one_step_whatever_it_is_and_however_late() -> None:
    log, stack = Log(), UndoStack()
    log.type(stack, 0, step=None)
    log.type(stack, 1, step=True)
    log.type(stack, 3 * PAUSE, "paste", step=None)
    stack.undo(log.commit)
    log.type(stack, 4 * PAUSE, "paste", step=None)
    stack.undo(log.commit)
    stack.undo(log.commit)
    assert log.ops == [[Cancel(ME, 1, 2)], [Cancel(ME, 4, 4)], [Cancel(ME, 0, 0)]]


def test_an_amended_patch_is_in_its_step_once() -> None:
    log, stack = Log(), UndoStack()
    stack.typed(PatchId(ME, 0), 0, stack.starts_step(0, "typing", step=False))
    stack.typed(PatchId(ME, 0), 1, stack.starts_step(1, "typing", step=False))
    log.n = 1
    stack.undo(log.commit)
    assert log.ops == [[Cancel(ME, 0, 0)]]


def test_redo_cancels_the_undo_and_undo_the_step_again() -> None:
    log, stack = Log(), UndoStack()
    log.type(stack, 0)
    stack.undo(log.commit)
    stack.redo(log.commit)
    stack.undo(log.commit)
    stack.redo(log.commit)
    stack.redo(log.commit)
    stack.undo(log.commit)
    assert log.ops == [[Cancel(ME, n, n)] for n in (0, 1, 0, 3, 0)]


def test_to_and_fro_a_thousand_times_costs_no_more_at_the_end() -> None:
    document, stack = Document(), UndoStack()

    def commit(ops: Sequence[Op]) -> PatchId:
        patch_id = PatchId(ME, document.counts().get(ME, 0))
        document.commit(patch_id, document.clock + 1, ops)
        return patch_id

    for n in range(5):
        stack.typed(commit([Splice(n, 0, "x")]), n, step=n == 2)
    document.apply([Patch(PatchId("b" * 16, 0), 9, document.heads, (Splice(1, 0, "other"),))])
    document.commit(PatchId(ME, 5), 20, [Splice(0, 0, "mine ")])
    stack.typed(PatchId(ME, 5), 20, step=False)
    texts, taken = set(), []
    for _ in range(10):
        start = process_time()
        for _ in range(100):
            stack.undo(commit)
            undone = str(document.text())
            stack.redo(commit)
            texts.add((undone, str(document.text())))
        taken.append(process_time() - start)
    assert texts == {("xotherx", "mine xotherxxxx")}
    assert min(taken[5:]) < 4 * max(taken[:5])


def test_typing_forgets_what_could_be_redone() -> None:
    log, stack = Log(), UndoStack()
    log.type(stack, 0)
    stack.undo(log.commit)
    log.type(stack, 1)
    stack.redo(log.commit)
    assert len(log.ops) == 1


def test_gaps_and_other_sessions_are_cancels_of_their_own() -> None:
    other = "b" * 16
    ids = [PatchId(other, 4), PatchId(ME, 1), PatchId(ME, 0), PatchId(ME, 3)]
    assert cancels(ids) == [Cancel(ME, 0, 1), Cancel(ME, 3, 3), Cancel(other, 4, 4)]
