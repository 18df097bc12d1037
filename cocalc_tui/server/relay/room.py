"""A document that somebody has open: who takes part, and what they are sent.

New entries come from the store's subscription. They are encoded once per commit, and the same
bytes go to every reader that keeps up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.protocol.events import ANEW
from cocalc_tui.server.relay.growth import Growth
from cocalc_tui.server.relay.link import Frame
from cocalc_tui.server.relay.peer import Membership, Peer
from cocalc_tui.server.store import DocumentInfo, LogPart, Store
from cocalc_tui.sync.identity import digest
from cocalc_tui.sync.patch import Json

LARGEST_CHECKPOINT = MAX_FRAME - 2**20
"""Bytes of a checkpoint that still fits into `Opened`."""
LARGEST_PLACE = 4096
"""Bytes of a presence; where somebody is fits into a few hundred."""
PRESENCE_PAUSE = 0.05
"""Seconds between presences of one document: carets need no more than 20 a second."""


class Room:
    """One open document."""

    def __init__(self, info: DocumentInfo, store: Store, *, recorded: bool) -> None:
        self.info = info
        self.recorded = recorded
        """Whether the store knows the document."""
        self.readonly: str | None = None
        self.seq = 0
        """Entries 1..seq came from the subscription or were there before it."""
        self.members: dict[str, Membership] = {}
        """By connection."""
        self.growth = Growth()
        self.openers = 0
        """How many are about to become members."""
        self.prepared: asyncio.Task[None] | None = None
        self._store = store
        self._kept: dict[str, Frame] = {}
        self._places: dict[str, tuple[Peer, dict[str, Json] | None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._parts: list[m.WirePatch] = []
        """Of a log that is to take the place of this one."""

    @property
    def doc(self) -> str:
        """The document's id."""
        return self.info.doc

    @property
    def people(self) -> list[Membership]:
        """Members that are not the host side."""
        return [member for member in self.members.values() if not member.peer.host]

    # --- the log -------------------------------------------------------------------------------

    async def attach(self) -> None:
        """Begin to hear of new entries."""
        self.seq = max(self.seq, await self._store.subscribe(self.doc, self._arrived))

    def detach(self) -> None:
        """Hear no more."""
        self._store.unsubscribe(self.doc, self._arrived)
        if self._timer is not None:
            self._timer.cancel()

    def _arrived(self, doc: str, entries: Sequence[m.WireEntry]) -> None:
        first, last = entries[0].seq, entries[-1].seq
        self.seq = max(self.seq, last)
        self.growth.came(entries)
        frame = Frame.of(m.Entries(doc=doc, entries=list(entries)))
        for member in self.members.values():
            member.peer.push(member, frame, first, last)

    async def read(self, after: int, size: int) -> LogPart:
        """Return a part of the log."""
        return await self._store.read(self.doc, after, size)

    # --- coming and going ----------------------------------------------------------------------

    async def admit(self, peer: Peer, opening: m.Open) -> None:
        """Answer an `Open`: the document as the app does not hold it yet, then what is new."""
        resumed = opening.have is not None and await self._agrees(opening.have)
        after, checkpoint = 0, None
        if resumed and opening.have is not None:
            after = opening.have.seq
        elif not opening.whole:
            after, checkpoint = await self._checkpoint()
        member = Membership(peer, self, after)
        self.members[peer.id] = peer.memberships[self.doc] = member
        peer.say(
            m.Opened(
                id=opening.id,
                doc=self.doc,
                path=self.info.path,
                type=self.info.type,
                log=self.info.log,
                epoch=self.info.epoch,
                seq=self.seq,
                after=after,
                resumed=resumed,
                checkpoint=checkpoint,
                readonly=self.readonly,
            )
        )
        self.tell_kept(peer)
        peer.serve_log()

    async def _agrees(self, have: m.Have) -> bool:
        """Whether what an app holds is the beginning of this log.

        Where it is not though it names this log, the log here lost something (a restored backup,
        a copied folder): from now on its numbers mean something else, which the epoch says.
        """
        if have.log != self.info.log:
            return False
        if 0 <= have.seq <= self.seq:
            heads = await self._store.heads(self.doc, have.seq)
            if digest(heads) == have.digest:
                return True
        if have.epoch == self.info.epoch:
            self.info = self.info._replace(epoch=have.epoch + 1)
            await self._store.put_document(self.info)
        return False

    async def _checkpoint(self) -> tuple[int, bytes | None]:
        found = await self._store.checkpoint(self.doc)
        if found is None or found[0] > self.seq or len(found[1]) > LARGEST_CHECKPOINT:
            return 0, None
        return found

    def gathered(self, message: m.Anew) -> list[m.WirePatch] | None:
        """What is to take the place of the log, once its last part is here."""
        if not message.part:
            self._parts.clear()
        self._parts += message.patches
        if message.more:
            return None
        found, self._parts = self._parts, []
        return found

    def begin_anew(self, info: DocumentInfo, seq: int) -> None:
        """Another log is there: nobody takes part any more until they open that."""
        self.info, self.seq, self.growth = info, seq, Growth()
        frame = Frame.of(m.Told(doc=self.doc, topic=ANEW, data=msgspec.Raw(b"\xc0")))
        for member in list(self.members.values()):
            if not member.peer.host:
                member.peer.hand(frame)
            self.leave(member.peer)

    def leave(self, peer: Peer) -> None:
        """A connection takes part no more."""
        if self.members.pop(peer.id, None) is not None:
            peer.memberships.pop(self.doc, None)
            if not peer.host:
                self.stand(peer, None)

    # --- what skips the log --------------------------------------------------------------------

    def stand(self, peer: Peer, place: dict[str, Json] | None) -> None:
        """Somebody is at another place: the latest one is told, and not too often."""
        self._places[peer.id] = (peer, place)
        if self._timer is None:
            self._tell_places()

    def _tell_places(self) -> None:
        self._timer = None
        if not self._places:
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(PRESENCE_PAUSE, self._tell_places)
        places, self._places = self._places, {}
        for peer, place in places.values():
            present = m.Present(doc=self.doc, connection=peer.id, user=peer.user, place=place)
            frame = Frame.of(present)
            if len(frame) > LARGEST_PLACE:
                continue
            for member in list(self.members.values()):
                if member.peer is not peer and not member.peer.behind:
                    member.peer.hand(frame)

    def tell(self, topic: str, data: msgspec.Raw, *, keep: bool) -> None:
        """The host side says something to all."""
        frame = Frame.of(m.Told(doc=self.doc, topic=topic, data=data))
        if keep:
            self._kept[topic] = frame
        for member in list(self.members.values()):
            member.peer.tell(member, frame)

    def tell_kept(self, peer: Peer) -> None:
        """Say again the last of each topic that is remembered."""
        for frame in self._kept.values():
            peer.hand(frame)
