"""A document that several people have open: this app's copy of it, and who else is there.

What is typed is in the replica, and on the screen, before anything is sent (`client.editable`). The
relay's answers only turn lights on. So the document is usable without a relay at all (`offline`),
and a lost connection changes nothing but the lights.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cocalc_tui.client.editable import Editable
from cocalc_tui.client.events import Changed, LightsChanged, PeopleMoved
from cocalc_tui.client.hearing import Hearing
from cocalc_tui.client.outbox import Outbox, follow_on
from cocalc_tui.client.places import Place, Seen, to_wire
from cocalc_tui.client.wire import NoWire, Wire
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Entry, Json, Op, Patch, PatchId

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


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class SharedDocument(Editable):
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
        super().__init__(path, type, session, first_n, clock)
        self.doc = ""
        self.attached = False
        """Whether the relay has this app in the document just now."""
        self.log = ""
        self.epoch = 0
        self.author_of: dict[str, str] = {}
        """User name by session, as the relay stamped it."""
        self.hearing = Hearing(self)
        self._wire: Wire = wire or NoWire()
        self._held_back = ""

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
            self.outgoing()
        self.emit(LightsChanged())

    def acknowledged(self, seqs: Sequence[tuple[int, int]]) -> None:
        """Patches of this app are on disk."""
        for n, seq in seqs:
            self.numbers.learn(self.replica.patch(PatchId(self.session, n)), seq)
        self._held_back = ""
        self.outbox.acknowledged({n for n, _ in seqs})
        self.outgoing()
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
        self.outgoing()
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

    def outgoing(self) -> None:
        """Hand what waits in the outbox to the connection."""
        self._wire.outgoing(self)

    # --- people, lights, runs ------------------------------------------------------------------

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
