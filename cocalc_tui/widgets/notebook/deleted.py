"""Cells that were deleted while the notebook is looked at, by whomever, so that they can come back.

One's own undo takes back one's own deletions only. What somebody else deleted, or another program
in the file, would be out of reach of the keys but for this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.sync.patch import Cancel, Op, PatchId, RecordChange
from cocalc_tui.widgets.notebook.copying import CopiedCell
from cocalc_tui.widgets.notebook.stack import Stack

KEPT = 100
"""Deletions that are remembered."""


class Deletion(NamedTuple):
    """Cells that went with one patch."""

    by: PatchId
    place: int
    """Where the first of them was."""
    cells: tuple[CopiedCell, ...]


class Deletions:
    """The deletions in a document, the last one last."""

    def __init__(self, document: SharedDocument) -> None:
        self._document = document
        self._known: list[Deletion] = []

    def note(self, changes: Iterable[RecordChange], stack: Stack) -> None:
        """Records changed; `stack` is as it was before that."""
        went: dict[PatchId, list[str]] = {}
        for change in changes:
            if change.what == "removed" and change.key in stack:
                went.setdefault(change.by, []).append(change.key)
        for by, keys in went.items():
            keys.sort(key=stack.place)
            cells = tuple(CopiedCell(stack[key].kind, stack[key].text, key=key) for key in keys)
            self._known.append(Deletion(by, stack.place(keys[0]), cells))
        del self._known[:-KEPT]

    def last(self) -> Deletion | None:
        """The last one whose cells are still gone."""
        records = self._document.replica.records
        while self._known:
            if not all(records.live(cell.key) for cell in self._known[-1].cells):
                return self._known[-1]
            self._known.pop()
        return None

    def came_back(self, deletion: Deletion) -> None:
        """Forget one."""
        self._known = [known for known in self._known if known is not deletion]

    def who(self, by: PatchId) -> str:
        """Who did it, as the relay stamped it; "" where it was another program."""
        if by.session == self._document.session:
            return "you"
        if self._by_a_program(by):
            return ""
        return self._document.author_of.get(by.session, "somebody")

    def _by_a_program(self, by: PatchId) -> bool:
        return self._document.replica.patch(by).kind == "disk"

    def taking_back(self, deletion: Deletion) -> list[Op]:
        """Return what brings the very cells back; none where another program took them.

        Its patch holds more than this one deletion.
        """
        by = deletion.by
        return [] if self._by_a_program(by) else [Cancel(by.session, by.n, by.n)]
