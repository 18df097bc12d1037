"""What is asked about one document: to open and shut it, its log, its checkpoint, another log.

What is pushed to it has a way of its own (`pushing.py`), as everybody's keys go along it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cocalc_tui.protocol import messages as m
from cocalc_tui.server.relay.passing import NotReady
from cocalc_tui.server.relay.peer import SLICE, Peer
from cocalc_tui.server.relay.rooms import Rooms
from cocalc_tui.server.store import Draft, Store, StoreTrouble


class Documents:
    """The part of a relay that answers; each takes who asks, and their message."""

    def __init__(
        self,
        store: Store,
        rooms: Rooms,
        *,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        purged: Callable[[str, str], None],
    ) -> None:
        """`purged` is told the path of a document whose history is gone, and by whom."""
        self._store = store
        self._rooms = rooms
        self._clock = clock
        self._new_id = new_id
        self._purged = purged

    # --- taking part ---------------------------------------------------------------------------

    def open(self, peer: Peer, message: m.Open) -> Awaitable[None] | None:
        """Let somebody take part; what else they say meanwhile does not wait."""
        peer.spawn(self._opening(peer, message))
        return peer.when_unclogged()

    async def _opening(self, peer: Peer, message: m.Open) -> None:
        try:
            await self._rooms.open(peer, message)
        except NotReady as not_ready:
            peer.say(m.Failed(id=message.id, code=not_ready.code, text=str(not_ready)))
        except StoreTrouble as trouble:
            peer.say(m.Failed(id=message.id, code="disk", text=str(trouble)))

    async def shut(self, peer: Peer, message: m.Shut) -> None:
        """Somebody takes part no more."""
        await self._rooms.leave(peer, message.doc)

    # --- the log -------------------------------------------------------------------------------

    def fetch(self, peer: Peer, message: m.Fetch) -> Awaitable[None] | None:
        """Give a part of the log, as fast as it is read."""
        peer.spawn(self._fetching(peer, message))
        return peer.when_unclogged()

    async def _fetching(self, peer: Peer, message: m.Fetch) -> None:
        member = peer.memberships.get(message.doc)
        if member is None:
            text = "open the document before asking for its log"
            peer.say(m.Failed(id=message.id, code="missing", text=text))
            return
        await peer.link.drained()
        after = min(max(0, message.after), member.room.seq)
        try:
            part = await member.room.read(after, SLICE)
        except StoreTrouble as trouble:
            peer.say(m.Failed(id=message.id, code="disk", text=str(trouble)))
            return
        entries = [entry for entry in part.entries if entry.seq <= message.upto]
        peer.say(m.Fetched(id=message.id, upto=part.upto, blocks=part.blocks, entries=entries))

    async def checkpoint(self, _peer: Peer, message: m.Checkpoint) -> None:
        """Keep what a document is at some entry, for whoever opens it."""
        await self._store.put_checkpoint(message.doc, message.seq, message.data)

    def measured(self, _peer: Peer, message: m.Size) -> None:
        """So large is a document now; it may not grow beyond what can be opened."""
        if (room := self._rooms.get(message.doc)) is not None:
            room.growth.measured(message.seq, message.size)

    async def anew(self, peer: Peer, message: m.Anew) -> None:
        """Another log takes the place of a document's: whoever has it open opens that one."""
        room = self._rooms.get(message.doc)
        if room is None:
            peer.say(m.Failed(id=message.id, code="missing", text="the document is not open"))
            return
        patches = room.gathered(message)
        if patches is None:
            peer.answer(message.id, True)
            return
        drafts = [Draft(room.doc, peer.user, "host", patch) for patch in patches]
        info = room.info._replace(log=self._new_id(), epoch=room.info.epoch + 1)
        try:
            done = await self._store.replace(info, drafts, message.seq, self._clock())
        except (StoreTrouble, ValueError) as trouble:
            peer.say(m.Failed(id=message.id, code="disk", text=str(trouble)))
            return
        if done:
            self._purged(room.info.path, message.user)
            room.begin_anew(info, len(drafts))
        peer.answer(message.id, done)
