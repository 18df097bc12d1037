"""A document as it is changed here: at once, undoably, and with everybody's places carried along.

Nothing in it waits for a relay. What the relay says, and what is asked of it, is the business of
`client.document.SharedDocument`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.client.events import Changed, DocumentEvent, Replaced
from cocalc_tui.client.outbox import Numbers, Outbox, pieces
from cocalc_tui.client.places import Other, Place, Places, follow
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Change, Op, Patch, PatchId, TextChange
from cocalc_tui.sync.undo import UndoStack

Listener = Callable[[DocumentEvent], None]


class Editable:
    """An app's copy of a document, and what of it the relay does not have yet."""

    def __init__(
        self,
        path: str,
        type: str,  # noqa: A002 - the protocol's word for it
        session: str,
        first_n: int,
        clock: Callable[[], int],
    ) -> None:
        self.path = path
        self.type = type
        self.session = session
        self.stale = False
        """Whether the replica holds what the relay will never have, until it is loaded anew."""
        self.readonly: str | None = None
        """Why it cannot be changed here, in one line."""
        self.replica = Document()
        self.outbox = Outbox(session, first_n)
        self.numbers = Numbers()
        self._clock = clock
        self._ahead = 0
        """Milliseconds by which that clock is ahead of what the relay takes."""
        self._undo = UndoStack()
        self._places = Places(self.numbers.of)
        self._me = Other("", "", Place(), session, 0)
        """I, as the others work out where I am."""
        self._listeners: list[Listener] = []

    def load(self, replica: Document, seq: int) -> None:
        """Start from this state of the log, entries 1..seq."""
        self.replica = replica
        self.numbers = Numbers(seq, replica.heads)
        self._places = Places(self.numbers.of)
        self._undo = UndoStack()
        self.emit(Replaced())

    # --- changing it ---------------------------------------------------------------------------

    def change(
        self,
        ops: Sequence[Op],
        kind: str = "typing",
        *,
        step: bool | None = False,
        acting_for: str | None = None,
    ) -> list[Change]:
        """Change the document, here at once and for everybody soon.

        `step` starts a new undo step; otherwise typing without a pause is one; with None it is more
        of the last. Raises ReadOnlyError, and `sync.document.DoesNotFit` where the operations do
        not fit.
        """
        now = self._now()
        starts = self._undo.starts_step(now, kind, step)
        changes: list[Change] = []
        for part in pieces(ops):
            patch_id, made = self._make(part, kind, now, step=starts, acting_for=acting_for)
            self._undo.typed(patch_id, now, starts)
            changes += made
            starts = False
        return self._done(changes)

    def undo(self) -> list[Change]:
        """Take back this app's last step, and nobody else's work."""
        return self._cancel(self._undo.undo, "undo")

    def redo(self) -> list[Change]:
        """Bring back what undo took."""
        return self._cancel(self._undo.redo, "redo")

    def _make(
        self, ops: Sequence[Op], kind: str, now: int, *, step: bool, acting_for: str | None
    ) -> tuple[PatchId, list[Change]]:
        if self.readonly is not None:
            raise ReadOnlyError(self.readonly)
        last = self.outbox.open_patch()
        if (
            last is not None
            and not (step or self.stale)
            and (last.kind, last.acting_for) == (kind, acting_for)
            and self.replica.heads == (last.id,)
        ):
            changes = self.replica.amend(ops)
            self.outbox.replace_last(self.replica.patch(last.id))
            return last.id, changes
        patch_id = PatchId(self.session, self.outbox.next_n)
        stamp = max(now, self.replica.clock + 1)
        changes = self.replica.commit(patch_id, stamp, ops, kind, acting_for=acting_for)
        self.outbox.add(self.replica.patch(patch_id))
        return patch_id, changes

    def _cancel(
        self, take: Callable[[Callable[[Sequence[Op]], PatchId]], None], kind: str
    ) -> list[Change]:
        made: list[Change] = []

        def commit(ops: Sequence[Op]) -> PatchId:
            patch_id, changes = self._make(ops, kind, self._now(), step=True, acting_for=None)
            made.extend(changes)
            return patch_id

        take(commit)
        return self._done(made) if made else made

    def _now(self) -> int:
        return self._clock() - self._ahead

    def _done(self, changes: list[Change]) -> list[Change]:
        self._moved(changes)
        self.outgoing()
        self.emit(Changed(changes, local=True))
        return changes

    def outgoing(self) -> None:
        """Something waits to be sent."""
        raise NotImplementedError

    def _moved(self, changes: list[Change]) -> None:
        for change in changes:
            if isinstance(change, TextChange):
                self._places.changed(change)
                self._me = follow(self._me, change)

    # --- what of it is elsewhere ---------------------------------------------------------------

    @property
    def others(self) -> list[Other]:
        """Everybody else who has it open; places are in my text."""
        return self._places.others()

    @property
    def place(self) -> Place:
        """Where I am in it, as the others have it."""
        return self._me.place

    @property
    def sent(self) -> bool:
        """Whether the relay has everything on its disk."""
        return not self.outbox

    def unsent(self) -> list[Patch]:
        """Own patches the relay has not acknowledged."""
        return self.outbox.patches[:]

    # --- listening -----------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of everything that happens, in order; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: DocumentEvent) -> None:
        """Tell all listeners."""
        for listener in self._listeners[:]:
            listener(event)
