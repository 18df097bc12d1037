"""Who is connected, and telling everybody so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from cocalc_tui.protocol import messages as m
from cocalc_tui.server.relay.link import Frame
from cocalc_tui.server.relay.peer import Peer
from cocalc_tui.sync.patch import Json

PAUSE = 0.05
"""Seconds between lists of people, for up to a few dozen of them."""
LARGEST_PLACE = 2048
"""Bytes of where somebody is in the project."""
SPENT = 2**20
"""Bytes a second that go into lists where there are many more: each gets a list of all."""


class Roster:
    """All connections that were let in."""

    def __init__(self) -> None:
        self._peers: dict[str, Peer] = {}
        self._new: list[Peer] = []
        """Who came in since the last list."""
        self._unaware: set[str] = set()
        """Connections that have yet to be told who is here."""
        self._timer: asyncio.Handle | None = None
        self._places: dict[str, Frame] = {}
        """Where everybody said last that they are, by connection."""
        self._moved: set[str] = set()
        """Of those, whom the others have yet to be told of."""
        self._places_timer: asyncio.Handle | None = None

    def __iter__(self) -> Iterator[Peer]:
        return iter(list(self._peers.values()))

    @property
    def people(self) -> list[m.Person]:
        """Everybody who is connected, the host side aside."""
        return [peer.person for peer in self._peers.values() if not peer.host]

    def add(self, peer: Peer) -> None:
        """Somebody was let in."""
        self._peers[peer.id] = peer
        if self._timer is not None and not self._new:
            asyncio.get_running_loop().call_soon(self._tell_new)
        self._new.append(peer)
        self.changed()

    def remove(self, peer: Peer) -> bool:
        """Somebody is gone; False where they never came in, or are gone already."""
        if self._peers.pop(peer.id, None) is None:
            return False
        self._places.pop(peer.id, None)
        self.changed()
        return True

    # --- where they are ------------------------------------------------------------------------

    def stand(self, peer: Peer, place: dict[str, Json] | None) -> None:
        """Somebody is elsewhere in the project: all are told, the latest and not too often."""
        frame = Frame.of(m.Present(doc="", connection=peer.id, user=peer.user, place=place))
        if len(frame) > LARGEST_PLACE:
            return
        self._places[peer.id] = frame
        self._moved.add(peer.id)
        if self._places_timer is None:
            self._tell_places()

    def tell_places(self, peer: Peer) -> None:
        """Tell somebody who just came where the others are."""
        for connection, frame in self._places.items():
            if connection != peer.id:
                peer.hand(frame)

    def _tell_places(self) -> None:
        self._places_timer = None
        moved = {one: self._places[one] for one in self._moved if one in self._places}
        self._moved.clear()
        if not moved:
            return
        for peer in self:
            for connection, frame in moved.items():
                if connection != peer.id and not peer.host and not peer.behind:
                    peer.hand(frame)
        spent = sum(map(len, moved.values())) * len(self._peers)
        loop = asyncio.get_running_loop()
        self._places_timer = loop.call_later(max(PAUSE, spent / SPENT), self._tell_places)

    def to_all(self, frame: Frame) -> None:
        """Hand a frame to everybody."""
        for peer in self:
            peer.hand(frame)

    def changed(self) -> None:
        """Tell everybody who is here, soon."""
        self._unaware = set(self._peers)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._unaware &= self._peers.keys()
        if not self._unaware:
            return
        frame = Frame.of(m.People(people=self.people))
        for peer in self:
            if peer.id in self._unaware and not peer.behind:
                self._unaware.discard(peer.id)
                peer.hand(frame)
        self._new.clear()
        pause = max(PAUSE, len(frame) * len(self._peers) / SPENT)
        self._timer = asyncio.get_running_loop().call_later(pause, self._tell)

    def _tell_new(self) -> None:
        """Who comes in need not wait until it is time for everybody."""
        frame = Frame.of(m.People(people=self.people))
        for peer in self._new:
            if peer.id in self._peers:
                peer.hand(frame)
        self._new.clear()

    def close(self) -> None:
        """Tell nobody any more."""
        self._unaware.clear()
        for timer in (self._timer, self._places_timer):
            if timer is not None:
                timer.cancel()
