"""The undo stack: which patches a step is, and what undo and redo cancel next."""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.sync.patch import Cancel, Op, PatchId
from cocalc_tui.sync.undo import PAUSE, UndoStack, cancels

ME = "a" * 16


class Log:
    """Gives numbers to patches and remembers what they cancel."""

    def __init__(self) -> None:
        self.n = 0
        self.ops: list[list[Op]] = []

    def type(self, stack: UndoStack, time: int, kind: str = "typing", *, step: bool = False) -> int:
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


def test_an_amended_patch_is_in_its_step_once() -> None:
    log, stack = Log(), UndoStack()
    stack.typed(PatchId(ME, 0), 0, stack.starts_step(0, "typing", step=False))
    stack.typed(PatchId(ME, 0), 1, stack.starts_step(1, "typing", step=False))
    log.n = 1
    stack.undo(log.commit)
    assert log.ops == [[Cancel(ME, 0, 0)]]


def test_redo_cancels_the_undo_and_undo_the_redo() -> None:
    log, stack = Log(), UndoStack()
    log.type(stack, 0)
    stack.undo(log.commit)
    stack.redo(log.commit)
    stack.undo(log.commit)
    stack.redo(log.commit)
    stack.redo(log.commit)
    assert log.ops == [[Cancel(ME, n, n)] for n in (0, 1, 2, 3)]


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
