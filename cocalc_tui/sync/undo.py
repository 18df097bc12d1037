"""What undo takes back next, and redo brings again: the own steps of one app in one document.

Undoing is a patch like any other: it cancels the patches of the step. So it takes back one's own
work and leaves everybody else's, however much they typed in between, and redoing cancels the
cancel. The steps live in the app and end with it; the log keeps what was cancelled by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.sync.patch import Cancel, Op, PatchId

PAUSE = 1000
"""Milliseconds without typing that end a step."""

Commit = Callable[[Sequence[Op]], PatchId]


class UndoStack:
    """The steps, each some patches of one session with successive numbers."""

    def __init__(self, pause: int = PAUSE) -> None:
        self._pause = pause
        self._undo: list[list[PatchId]] = []
        self._redo: list[tuple[list[PatchId], PatchId]] = []
        """Steps that are undone, and by which patch."""
        self._last_time = 0
        self._last_kind = ""
        self._open = False

    def starts_step(self, time: int, kind: str, step: bool | None) -> bool:
        """Whether what is typed now is a step of its own, rather than more of the last.

        `step` True: it is; None: it is more of the last, whatever and however long ago that was.
        """
        last, self._last_kind = self._last_kind, kind
        if step is None:
            return not self._open
        return step or not self._open or kind != last or time - self._last_time > self._pause

    def typed(self, id: PatchId, time: int, step: bool) -> None:  # noqa: A002 - the field's word
        """Patch `id` was made (or amended) at `time` and begins a step or belongs to the last."""
        self._redo.clear()
        self._last_time = time
        self._open = True
        if step or not self._undo:
            self._undo.append([id])
        elif self._undo[-1][-1] != id:
            self._undo[-1].append(id)

    def undo(self, commit: Commit) -> None:
        """Take back the last step by a patch that `commit` makes; nothing where there is none.

        After a redo it is the step that is cancelled once more, not the redo: who goes to and fro
        for long makes no tower of cancels, each of which would switch all below it.
        """
        if self._undo:
            self._redo.append((self._undo[-1], commit(cancels(self._undo[-1]))))
            self._undo.pop()
            self._open = False

    def redo(self, commit: Commit) -> None:
        """Bring back what the last undo took."""
        if self._redo:
            step, by = self._redo[-1]
            commit(cancels([by]))
            self._redo.pop()
            self._undo.append(step)
            self._open = False


def cancels(ids: Sequence[PatchId]) -> list[Op]:
    """The cancels of these patches, successive numbers of a session as one."""
    runs: list[Cancel] = []
    for session, n in sorted(ids):
        if runs and runs[-1].session == session and runs[-1].last == n - 1:
            runs[-1] = Cancel(session, runs[-1].first, n)
        else:
            runs.append(Cancel(session, n, n))
    return list(runs)
