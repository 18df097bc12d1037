"""What people ask the relay about its project: who may join, what is open, how large it is.

Also who is let in and who is put out, while the relay itself knows connections and documents.
"""

from __future__ import annotations

from pathlib import Path

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    HistorySize,
    OpenDocument,
    ProjectStatus,
)
from cocalc_tui.server.access import Access, AccessError
from cocalc_tui.server.relay.mentions import mentioned
from cocalc_tui.server.relay.peer import Peer
from cocalc_tui.server.relay.rooms import Rooms
from cocalc_tui.server.relay.roster import Roster
from cocalc_tui.server.relay.surroundings import Surroundings
from cocalc_tui.server.store import Store, StoreTrouble
from cocalc_tui.sync.columns import DamagedLog


class Project:
    """The part of a relay that answers these questions; each takes who asks, and their message."""

    def __init__(
        self,
        name: str,
        store: Store,
        access: Access,
        roster: Roster,
        rooms: Rooms,
        around: Surroundings,
    ) -> None:
        self._name = name
        self._store = store
        self._access = access
        self._roster = roster
        self._rooms = rooms
        self._around = around

    # --- who may join --------------------------------------------------------------------------

    def stranger(self, user: str) -> str:
        """Why somebody is not let in."""
        return (
            f"{user} is not a member of {self._name}: ask {self._access.host_user} to run "
            f"`cocalc-tui share {user}` there"
        )

    async def share(self, peer: Peer, message: m.Share) -> None:
        """Let somebody join, with another role, or no more."""
        try:
            await self._access.share(message.user, message.role)
        except AccessError as error:
            peer.say(m.Failed(id=message.id, code=error.code, text=str(error)))
            return
        except StoreTrouble as trouble:
            peer.say(m.Failed(id=message.id, code="disk", text=str(trouble)))
            return
        await self._access.look_up({one.user for one in self._roster})
        self._roles_changed()
        peer.say(m.Answer(id=message.id))

    async def check_groups(self) -> None:
        """Somebody may have been taken out of a Unix group that the project is shared with."""
        if not self._access.has_groups:
            return
        peers = [peer for peer in self._roster if not peer.host]
        await self._access.look_up({peer.user for peer in peers})
        if any(peer.role is not self._access.role(peer.user) for peer in peers):
            self._roles_changed()

    def _roles_changed(self) -> None:
        for peer in list(self._roster):
            if peer.host:
                continue
            peer.side.role = self._access.role(peer.user)
            if peer.role is m.Role.NOBODY:
                peer.end("role", self.stranger(peer.user))
        self._roster.changed()

    def members(self, peer: Peer, message: m.Members) -> None:
        """Say who may join."""
        peer.answer(message.id, self._access.members())

    # --- what it holds -------------------------------------------------------------------------

    def status(self, peer: Peer, message: m.Status) -> None:
        """Say who is there, what is open and what runs."""
        processes = self._around.processes()
        documents = [
            OpenDocument(
                path=room.info.path,
                people=sorted({member.peer.user for member in room.people}),
                seq=room.seq,
            )
            for room in self._rooms
            if room.people
        ]
        status = ProjectStatus(
            project=self._name,
            pid=processes.pid,
            door=processes.door,
            started=processes.started,
            people=sorted({one.user for one in self._roster.people if one.connection != peer.id}),
            documents=documents,
            kernels=processes.kernels,
            terminals=processes.terminals,
            ended=processes.ended,
        )
        peer.answer(message.id, status)

    async def back_up(self, peer: Peer, message: m.Backup) -> None:
        """Copy the log to a file; what else is asked meanwhile does not wait."""
        peer.spawn(self._backing_up(peer, message))

    async def _backing_up(self, peer: Peer, message: m.Backup) -> None:
        try:
            await self._around.backup(Path(message.file))
        except StoreTrouble as trouble:
            peer.say(m.Failed(id=message.id, code="disk", text=str(trouble)))
        else:
            peer.say(m.Answer(id=message.id))

    async def sizes(self, peer: Peer, message: m.HistorySizes) -> None:
        """Say how large each document's history is."""
        found = await self._store.sizes()
        peer.answer(
            message.id,
            [
                HistorySize(
                    path=one.path,
                    patches=one.patches,
                    sealed=one.sealed,
                    rows=one.rows,
                    archived=one.archived,
                )
                for one in found
            ],
        )

    async def mentioned(self, peer: Peer, message: m.Mentioned) -> None:
        """Say which hashes are still named; all logs are read, so nothing else waits for it."""
        peer.spawn(self._mentioning(peer, message))

    async def _mentioning(self, peer: Peer, message: m.Mentioned) -> None:
        opened = [room.info.doc for room in self._rooms]
        try:
            peer.answer(message.id, await mentioned(self._store, message.hashes, opened))
        except (StoreTrouble, DamagedLog) as trouble:
            peer.say(m.Failed(id=message.id, code="disk", text=str(trouble)))
