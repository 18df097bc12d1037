"""All rooms: finding a document by path or id, making it ready once, letting it go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import FOLLOWED
from cocalc_tui.protocol.kinds import kind_of
from cocalc_tui.server.relay.passing import NotReady, Passing
from cocalc_tui.server.relay.peer import Peer
from cocalc_tui.server.relay.room import Room
from cocalc_tui.server.store import DocumentInfo, Store

MOST_DOCUMENTS = 500
"""Documents that one connection may have open."""
MOST_PATH = 1000
"""Characters of a path."""
LEASE = 30_000
"""Milliseconds for which a relay takes the right to host a document."""


class Rooms:
    """The open documents of a relay."""

    def __init__(
        self,
        store: Store,
        passing: Passing,
        *,
        holder: str,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        hosted: bool,
    ) -> None:
        self._store = store
        self._passing = passing
        self._holder = holder
        self._clock = clock
        self._new_id = new_id
        self._hosted = hosted
        self._rooms: dict[str, Room] = {}
        self._finding = asyncio.Lock()

    def __iter__(self) -> Iterator[Room]:
        return iter(list(self._rooms.values()))

    def get(self, doc: str) -> Room | None:
        """Return the room of an open document."""
        return self._rooms.get(doc)

    async def open(self, peer: Peer, opening: m.Open) -> None:
        """Let a connection take part in a document; raises NotReady and StoreTrouble."""
        try:
            await self._open(peer, opening)
        except NotReady as not_ready:
            if not_ready.code != FOLLOWED:
                raise
            await self._open(peer, opening)  # the document that the file belongs to is there now

    async def _open(self, peer: Peer, opening: m.Open) -> None:
        if len(peer.memberships) >= MOST_DOCUMENTS:
            raise NotReady("busy", f"{MOST_DOCUMENTS} documents are open; close some")
        room = await self._enter(opening)
        try:
            if not peer.host:
                await self._prepared(room)
                await self._record(room)
            await room.admit(peer, opening)
        finally:
            room.openers -= 1
            if not peer.host and not room.people and not room.openers:
                self._unused(room)
            await self._close_if_empty(room)

    async def leave(self, peer: Peer, doc: str) -> None:
        """A connection takes part no more."""
        room = self._rooms.get(doc)
        if room is None or peer.id not in room.members:
            return
        room.leave(peer)
        if peer.host and (room.people or room.openers):
            room.prepared = None
            self.prepare_again(room)
        elif not peer.host and not room.people and not room.openers:
            self._unused(room)
        await self._close_if_empty(room)

    def prepare_again(self, room: Room) -> None:
        """The host side let go of a document that people have open, or is another one now."""
        if self._hosted and room.prepared is None:
            room.prepared = asyncio.ensure_future(self._prepare(room))
            room.prepared.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def rename(self, path: str, to: str) -> None:
        """Documents have another path; one that is only being made there is none."""
        for made in self:
            if not made.recorded and made.info.path == to:
                made.info = made.info._replace(path="")
        for info in await self._store.rename(path, to):
            if (room := self._rooms.get(info.doc)) is not None:
                room.info = room.info._replace(path=info.path)
        for room in self:
            if not room.recorded and (room.info.path + "/").startswith(f"{path}/"):
                room.info = room.info._replace(path=to + room.info.path[len(path) :])

    async def keep_leases(self) -> None:
        """Take the right to host what is open for longer."""
        now = self._clock()
        for room in self:
            await self._store.lease(room.doc, self._holder, now, now + LEASE)

    async def _enter(self, opening: m.Open) -> Room:
        path = clean_path(opening.path)
        async with self._finding:
            info = await self._find(opening.doc, path)
            room = self._rooms.get(info.doc)
            if room is None:
                recorded = await self._store.document(info.doc) is not None
                room = Room(info, self._store, recorded=recorded)
                await room.attach()
                self._rooms[info.doc] = room
            room.openers += 1
            return room

    async def _find(self, doc: str | None, path: str) -> DocumentInfo:
        if doc is not None:
            known = self._rooms.get(doc)
            info = known.info if known is not None else await self._store.document(doc)
            if info is not None and info.path:
                return info
        open_now = (room.info for room in self if room.info.path == path)
        info = next(open_now, None) or await self._store.document_at(path)
        if info is None:
            info = DocumentInfo(self._new_id(), path, kind_of(path), self._new_id(), 1)
        return info

    async def _prepared(self, room: Room) -> None:
        self.prepare_again(room)
        if room.prepared is not None:
            await asyncio.shield(room.prepared)

    async def _record(self, room: Room) -> None:
        """Remember the document, now that it is known to be one."""
        if room.recorded:
            return
        if (await self._store.create_document(room.info)).doc != room.doc:
            path = room.info.path
            room.info = room.info._replace(path="")
            raise NotReady("busy", f"{path} was opened elsewhere just now; open it again")
        room.recorded = True

    async def _prepare(self, room: Room) -> None:
        now = self._clock()
        if not await self._store.lease(room.doc, self._holder, now, now + LEASE):
            return
        try:
            ready = await self._passing.prepare(room.info.path, room.doc)
        except NotReady:
            if room.prepared is asyncio.current_task():
                room.prepared = None
            raise
        room.readonly = ready.readonly
        if ready.type != room.info.type:
            room.info = room.info._replace(type=ready.type)
            if room.recorded:
                await self._store.put_document(room.info)

    def _unused(self, room: Room) -> None:
        """Nobody has it open: the host side may let go, and is asked anew by who comes next."""
        room.prepared = None
        host = self._passing.host
        if host is not None and host.id in room.members:
            host.say(m.Unused(doc=room.doc))

    async def _close_if_empty(self, room: Room) -> None:
        if not room.members and not room.openers and self._rooms.get(room.doc) is room:
            del self._rooms[room.doc]
            room.detach()
            await self._store.release(room.doc, self._holder)


def clean_path(path: str) -> str:
    """Return a project path in its one form; raises NotReady for what is none."""
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if len(path) > MOST_PATH or not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise NotReady("form", f"{path[:200]!r} is not the path of a file in this project")
    return "/".join(parts)
