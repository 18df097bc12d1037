"""A document that several people have open: this app's replica of it, and who else is there.

What is typed is in the replica, and on the screen, before anything is sent. The relay's answers
only turn lights on. So the document is usable without a relay at all (`offline`), and a lost
connection changes nothing but the lights.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cocalc_tui.client.events import (
    Changed,
    DocumentEvent,
    LightsChanged,
    PeopleMoved,
    Replaced,
)
from cocalc_tui.client.hearing import Hearing
from cocalc_tui.client.outbox import Numbers, Outbox, pieces
from cocalc_tui.client.places import Other, Place, Places, Seen, follow, to_wire
from cocalc_tui.client.wire import NoWire as NoWire
from cocalc_tui.client.wire import ReadOnlyError as ReadOnlyError
from cocalc_tui.client.wire import Wire
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import (
    Change,
    Entry,
    Json,
    Op,
    Patch,
    PatchId,
    TextChange,
)
from cocalc_tui.sync.undo import UndoStack

if TYPE_CHECKING:
    from cocalc_tui.client.blobs import Blobs
    from cocalc_tui.protocol.events import (
        Asking,
        CellRun,
        Completion,
        Inspection,
        KeptText,
        KernelChoice,
        KernelState,
    )

Listener = Callable[[DocumentEvent], None]


def follow_on(replica: Document, unsent: Sequence[Patch]) -> list[Patch] | None:
    """Those of unsent patches that a log does not have; None where they do not belong in it.

    They belong where everything that they follow is there, their own session's patches included.
    """
    fresh = [patch for patch in unsent if patch.id not in replica]
    known = {patch.id for patch in fresh}
    counts = replica.counts()
    for patch in fresh:
        session, n = patch.id
        if n != counts.get(session, 0):
            return None
        counts[session] = n + 1
        if any(parent not in known and parent not in replica for parent in patch.parents):
            return None
    return fresh


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class SharedDocument:
    """One document as this app has it."""

    def __init__(
        self,
        path: str,
        type: str,  # noqa: A002 - the protocol's word for it
        session: str,
        *,
        wire: Wire | None = None,
        first_n: int = 0,
        clock: Callable[[], int] = wall_clock,
    ) -> None:
        self.path = path
        self.type = type
        self.doc = ""
        self.session = session
        self.attached = False
        """Whether the relay has this app in the document just now."""
        self.stale = False
        """Whether the replica holds what the relay will never have, until it is loaded anew."""
        self.readonly: str | None = None
        self.replica = Document()
        self.outbox = Outbox(session, first_n)
        self.numbers = Numbers()
        self.log = ""
        self.epoch = 0
        self.author_of: dict[str, str] = {}
        """User name by session, as the relay stamped it."""
        self.hearing = Hearing(self)
        self._wire: Wire = wire or NoWire()
        self._clock = clock
        self._ahead = 0
        """Milliseconds by which that clock is ahead of what the relay takes."""
        self._held_back = ""
        self._undo = UndoStack()
        self._places = Places(self.numbers.of)
        self._me = Other("", "", Place(), session, 0)
        """I, as the others work out where I am."""
        self._listeners: list[Listener] = []

    @classmethod
    def offline(
        cls,
        path: str,
        type: str = "text",  # noqa: A002 - the protocol's word for it
        ops: Sequence[Op] = (),
        *,
        session: str = "0" * 16,
    ) -> SharedDocument:
        """A document without a relay, made by `ops` as an import."""
        document = cls(path, type, session)
        if ops:
            document.replica.commit(PatchId("f" * 16, 0), 1, ops, "import")
        return document

    # --- changing it ---------------------------------------------------------------------------

    def change(
        self,
        ops: Sequence[Op],
        kind: str = "typing",
        *,
        step: bool = False,
        acting_for: str | None = None,
    ) -> list[Change]:
        """Change the document, here at once and for everybody soon.

        `step` starts a new undo step; otherwise typing without a pause is one. Raises
        ReadOnlyError, and `sync.document.DoesNotFit` where the operations do not fit.
        """
        now = self._now()
        step = self._undo.starts_step(now, kind, step)
        changes: list[Change] = []
        for part in pieces(ops):
            patch_id, made = self._make(part, kind, now, step=step, acting_for=acting_for)
            self._undo.typed(patch_id, now, step)
            changes += made
            step = False
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
        self._wire.outgoing(self)
        self.emit(Changed(changes, local=True))
        return changes

    # --- what the relay says -------------------------------------------------------------------

    def arrived(self, entries: Sequence[Entry]) -> None:
        """Committed patches came: those of others are merged, one's own are acknowledged."""
        for entry in entries:
            self.author_of[entry.patch.id.session] = entry.author
            self.numbers.learn(entry.patch, entry.seq)
        changes = self.replica.apply(entry.patch for entry in entries)
        if changes:
            self._moved(changes)
            self.emit(Changed(changes, local=False))
        own = {e.patch.id.n for e in entries if e.patch.id.session == self.session}
        if own:
            self.outbox.acknowledged(own)
            self._wire.outgoing(self)
        self.emit(LightsChanged())

    def acknowledged(self, seqs: Sequence[tuple[int, int]]) -> None:
        """Patches of this app are on disk."""
        for n, seq in seqs:
            self.numbers.learn(self.replica.patch(PatchId(self.session, n)), seq)
        self._held_back = ""
        self.outbox.acknowledged({n for n, _ in seqs})
        self._wire.outgoing(self)
        self.emit(LightsChanged())

    def clock_refused(self, n: int, time: int, now: int) -> None:
        """The relay, whose clock says `now`, did not take patch `n` of a time and all after it.

        They leave again under the same ids with times that it takes, and so does what comes. Where
        that is so already, it is not done again: the relay may have them by now as they are.
        """
        first = next((patch for patch in self.outbox.patches if patch.id.n == n), None)
        if first is None or (time and first.time != time):
            return
        self._ahead = self._clock() - now
        changes = self.replica.restamp(PatchId(self.session, n), now)
        self.outbox.resend([self.replica.patch(patch.id) for patch in self.outbox.patches])
        self._wire.outgoing(self)
        if changes:
            self.emit(Changed(changes, local=True))

    def held_back(self, reason: str) -> None:
        """The relay cannot store patches just now; they stay here and are sent again."""
        self._held_back = reason
        self.outbox.retry()
        self.emit(LightsChanged())

    def back(self) -> None:
        """The relay has this app in the document."""
        self.attached = True
        self._held_back = ""
        self.emit(LightsChanged())

    def somebody_moved(self, connection: str, user: str, wire: dict[str, Json] | None) -> None:
        """Somebody says where they are. Who just came does not know where I am: tell them."""
        came = wire is not None and connection not in {o.connection for o in self.others}
        self._places.moved(connection, user, wire)
        if came:
            self.say_place()
        self.emit(PeopleMoved())

    def offline_now(self) -> None:
        """The relay is gone: nobody can be seen."""
        self.attached = False
        self._places.forget()
        self.outbox.retry()
        self.emit(PeopleMoved())
        self.emit(LightsChanged())

    def load(self, replica: Document, seq: int) -> None:
        """Start from this state of the log, entries 1..seq."""
        self.replica = replica
        self.numbers = Numbers(seq, replica.heads)
        self._places = Places(self.numbers.of)
        self._undo = UndoStack()
        self.emit(Replaced())

    def start_anew(self) -> list[Patch]:
        """Forget the log, as the relay's is another; returns what was never sent."""
        self.stale = False
        unsent = self.outbox.drop_from(0)
        self.load(Document(), 0)
        return unsent

    def carry_over(self, unsent: Sequence[Patch]) -> bool:
        """Take up unsent patches in the log loaded anew; False where they do not belong there."""
        fresh = follow_on(self.replica, unsent)
        if fresh is None:
            return False
        self._moved(changes := self.replica.apply(fresh))
        for patch in fresh:
            self.outbox.add(patch)
        self.emit(Changed(changes, local=True))
        return True

    def counts_on(self) -> bool:
        """Whether the log has all that this session numbered and that is not in the outbox."""
        return self.replica.counts().get(self.session, 0) == self.outbox.next_n

    def renew_session(self, session: str) -> None:
        """Count anew under another name: numbers are never used twice, and never with a gap."""
        self.session = session
        self.outbox = Outbox(session)

    # --- people, lights, runs ------------------------------------------------------------------

    @property
    def others(self) -> list[Other]:
        """Everybody else who has it open; places are in my text."""
        return self._places.others()

    @property
    def place(self) -> Place:
        """Where I am in it, as the others have it."""
        return self._me.place

    def stand(self, place: Place | None) -> None:
        """Tell the others where I am, unless they know; None: here, nowhere in particular."""
        place = place or Place()
        if place != self._me.place:
            self._me = replace(self._me, place=place)
            self.say_place()

    def say_place(self) -> None:
        """Say where I am, as to somebody who just came."""
        seen = Seen(self.session, self.numbers.upto, self.outbox.next_n - 1)
        self._me = replace(self._me, n=seen.n)
        self._wire.stands(self, to_wire(self._me.place, seen))

    @property
    def sent(self) -> bool:
        """Whether the relay has everything on its disk."""
        return not self.outbox

    @property
    def saved(self) -> bool:
        """Whether the file holds everything."""
        return self.sent and self.hearing.saved_seq >= self.numbers.upto

    @property
    def saved_at(self) -> int:
        """When the file was last written, milliseconds; 0 for not since it was opened."""
        return self.hearing.saved_at

    @property
    def trouble(self) -> str:
        """What everybody in the document should know, "" for nothing."""
        return self._held_back or self.hearing.trouble

    @property
    def blobs(self) -> Blobs | None:
        """Where large parts of outputs come from; None where there is no connection."""
        return self._wire.blobs

    async def output_text(self, cell: str, run: str, index: int, start: int) -> KeptText:
        """Some of the middle of a long output, which is left out of it here."""
        return await self._wire.output_text(self, cell, run, index, start)

    @property
    def kernel(self) -> KernelState:
        """The notebook's kernel."""
        return self.hearing.kernel

    @property
    def runs(self) -> dict[str, CellRun]:
        """The cells that are queued, running or ran, by key."""
        return self.hearing.runs

    @property
    def asking(self) -> Asking:
        """Which cell waits for a line of text; its run is "" where none does."""
        return self.hearing.asking

    def output(self, cell: str) -> list[dict[str, Json]] | None:
        """Live output of the cell's run, None where it is not running."""
        return self.hearing.output(cell)

    def missing_output(self, run: str, after: int) -> None:
        """Ask for live output that was missed."""
        self._wire.missing_output(self, run, after)

    async def save(self) -> None:
        """Write it to disk now."""
        await self._wire.save(self)

    async def run(
        self, cells: list[str], *, fresh: bool = False, unattended: bool = False
    ) -> dict[str, str]:
        """Queue cells on the shared kernel; returns which run each of them got.

        `fresh`: on a kernel of their own instead. `unattended`: nobody will give input.
        """
        return await self._wire.run(self, cells, fresh=fresh, unattended=unattended)

    async def answer(self, run: str, text: str) -> None:
        """Give a run the line of text that it waits for."""
        await self._wire.answer(self, run, text)

    async def interrupt(self) -> None:
        """Interrupt the running cell and empty the queue."""
        await self._wire.interrupt(self)

    async def restart(self, *, stop: bool = False) -> None:
        """End the kernel and, unless `stop`, start it anew."""
        await self._wire.restart(self, stop=stop)

    async def kernels(self) -> list[KernelChoice]:
        """Kernels to choose from."""
        return await self._wire.kernels(self)

    async def choose_kernel(self, name: str) -> None:
        """Use this kernel from now on."""
        await self._wire.choose_kernel(self, name)

    async def complete(self, code: str, pos: int) -> Completion:
        """How code could go on at a place, as the kernel has it; never waits for a run."""
        return await self._wire.complete(self, code, pos)

    async def inspect(self, code: str, pos: int, detail: int = 0) -> Inspection:
        """What the kernel knows of what stands at a place; never waits for a run."""
        return await self._wire.inspect(self, code, pos, detail)

    async def clear_outputs(self, cells: list[str]) -> None:
        """Take away what cells printed."""
        await self._wire.clear_outputs(self, cells)

    async def copy_outputs(self, source: str, cells: list[tuple[str, str]]) -> None:
        """Give pasted cells (from, to) the output they had in the notebook at `source`."""
        await self._wire.copy_outputs(self, source, cells)

    def close(self) -> None:
        """Leave the document."""
        self._wire.shut(self)

    # --- listening -----------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of everything that happens, in order; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: DocumentEvent) -> None:
        """Tell all listeners."""
        for listener in self._listeners[:]:
            listener(event)

    def _moved(self, changes: list[Change]) -> None:
        for change in changes:
            if isinstance(change, TextChange):
                self._places.changed(change)
                self._me = follow(self._me, change)

    def unsent(self) -> list[Patch]:
        """Own patches the relay has not acknowledged."""
        return self.outbox.patches[:]
