"""One app's side of one connection to a project's relay: what it hears, and who is there.

The connection comes and goes; the workspace stays. Whenever it is there, the workspace takes part
in its documents from where each was and sends what is unsent (`client.attending`). Those who listen
hear `Online` and `Offline`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable

import msgspec

from cocalc_tui.client import whereabouts
from cocalc_tui.client.attending import Attending
from cocalc_tui.client.blobs import Blobs
from cocalc_tui.client.connection import Connection
from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.events import (
    FilesChanged,
    Heard,
    NotKept,
    Offline,
    Online,
    PeopleChanged,
    ProjectMoved,
    ProjectTold,
    SomebodyStands,
    WorkspaceEvent,
)
from cocalc_tui.client.files import Files
from cocalc_tui.client.journal import Journal
from cocalc_tui.client.link import Connect
from cocalc_tui.client.recovery import Recovery
from cocalc_tui.client.requests import RequestFailed
from cocalc_tui.client.safekeeping import Safekeeping
from cocalc_tui.client.sharing import Sharing
from cocalc_tui.client.whereabouts import Whereabouts
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import BlobPart

Listener = Callable[[WorkspaceEvent], None]


class Workspace(Attending):
    """A project, as one start of an app sees it."""

    def __init__(
        self,
        connect: Connect,
        session: str,
        *,
        rejoin: Connect | None = None,
        follow: Callable[[str], None] = lambda _path: None,
        clock: Callable[[], int] = wall_clock,
        new_session: Callable[[], str] = lambda: secrets.token_hex(8),
        journal: Journal | None = None,
    ) -> None:
        """Make an app's side; `session` is new for this start: 16 random hex digits.

        `rejoin` connects like `connect`, but starts no relay where none runs; without it, it is
        over when somebody ends the relay. `follow` has both connect to another folder, where the
        project was moved.
        With a `journal` unsent work outlives the app, and what another start of it left unsent is
        sent.
        """
        super().__init__(session, clock, new_session)
        self.people: list[m.Person] = []
        self.whereabouts: dict[str, Whereabouts] = {}
        """Where the others are in the project, by connection."""
        self._here = Whereabouts()
        self.offline_since: float | None = time.time()
        self.handlers: dict[type[m.Message], Callable[[m.Message], None]] = {}
        """What else is to be done with messages, as the host side does with `Asked`."""
        self._listeners: list[Listener] = []
        self._connection = self._new_connection(connect, rejoin)
        self._follow = follow
        self.blobs = Blobs(self._blob_part, self._blob_came)
        self.files = Files(self.requests)
        self.sharing = Sharing(self.requests)
        self._safe: Safekeeping | None = None
        self._recovery: Recovery | None = None
        if journal is not None:
            self._keep(journal)

    def _new_connection(self, connect: Connect, rejoin: Connect | None) -> Connection:
        """The connection, not begun yet; what it hears comes to me."""
        return Connection(
            connect,
            self.session,
            up=self._up,
            down=self._down,
            heard=self._heard,
            rejoin=rejoin,
            moved=self._project_moved,
        )

    def _keep(self, journal: Journal) -> None:
        """Have unsent work outlive the app, and take up what another start of it left."""
        self._safe = Safekeeping(
            journal, self.documents.values, lambda reason: self.emit(NotKept(reason))
        )
        self._recovery = Recovery(self, journal, self.emit)

    async def _blob_part(self, name: str, start: int) -> BlobPart:
        return await self.requests.result(
            lambda id_: m.Blob(id=id_, name=name, start=start), BlobPart
        )

    def _blob_came(self) -> None:
        for document in self.documents.values():
            document.emit(Heard("blob", ""))

    # --- the connection ------------------------------------------------------------------------

    @property
    def online(self) -> bool:
        """Whether the relay answers."""
        return self._connection.online

    @property
    def latency(self) -> float | None:
        """Round trip to the relay in seconds, None while it is not known."""
        return self._connection.latency

    def start(self) -> None:
        """Connect, and again whenever the connection is lost, until `close`."""
        self._connection.start()

    def start_again(self) -> None:
        """Start a relay after somebody ended it."""
        self._connection.start_again()

    async def ready(self) -> None:
        """Wait for the first connection; raises RequestFailed where the relay says no."""
        if not await self._connection.ready():
            code = "offline" if self._connection.nobody_there else "role"
            raise RequestFailed(code, self._connection.why_not)

    async def close(self) -> None:
        """Send what is unsent if that is quick, then leave."""
        if self._recovery is not None:
            await self._recovery.stop()
        if self.online:
            with contextlib.suppress(TimeoutError, RequestFailed):
                async with asyncio.timeout(2):
                    for document in list(self.documents.values()):
                        await self.settled(document)
        await self._connection.close()
        if self._safe is not None:
            await self._safe.finish()

    def send(self, message: m.Message) -> bool:
        """Send a message; False where there is no connection."""
        return self._connection.send(message)

    def _up(self, welcome: m.Welcome) -> None:
        self.me = welcome
        self.blobs.forget_failures()
        self.offline_since = None
        if self._here != Whereabouts():
            self.send(m.Presence(doc="", place=whereabouts.to_wire(self._here)))
        self._all_back()
        self.emit(Online())
        if self._recovery is not None:
            self._recovery.start(welcome.place)

    def _down(self, gone: Offline) -> None:
        self.offline_since = self.offline_since or self._connection.heard_at
        self.people = []
        self.whereabouts.clear()
        self._all_gone()
        self.emit(gone)

    def _project_moved(self, path: str) -> None:
        self._follow(path)
        self.emit(ProjectMoved(path))

    # --- what the relay says -------------------------------------------------------------------

    def _heard(self, message: m.Message) -> None:
        match message:
            case m.Present(doc=""):
                self._somebody_stands(message)
            case m.People():
                self.people = message.people
                here = {person.connection for person in self.people}
                for gone in self.whereabouts.keys() - here:
                    del self.whereabouts[gone]
                self._learn_role()
                self.emit(PeopleChanged())
            case _ if not self._heard_of_documents(message):
                if (handler := self.handlers.get(type(message))) is not None:
                    handler(message)

    def _learn_role(self) -> None:
        """Somebody may have given me another role: what is open may be changed, or no more."""
        me = self.me
        roles = (one.role for one in self.people if me and one.connection == me.connection)
        role = next(roles, None)
        if me is not None and role not in {None, me.role}:
            self.me = msgspec.structs.replace(me, role=role)
            self.reopen_all()

    def stand(self, here: Whereabouts) -> None:
        """Tell everybody where I am in the project, now and whenever the relay is back."""
        if here != self._here:
            self._here = here
            self.send(m.Presence(doc="", place=whereabouts.to_wire(here)))

    def _somebody_stands(self, message: m.Present) -> None:
        before = self.whereabouts.get(message.connection)
        now = self.whereabouts[message.connection] = whereabouts.from_wire(message.place or {})
        self.emit(SomebodyStands(message.connection, message.user, before, now))

    def _told(self, message: m.Told) -> None:
        if message.topic == "files":
            self.emit(FilesChanged())
        elif not message.doc:
            self.emit(ProjectTold(message.topic, bytes(message.data)))
        super()._told(message)

    def outgoing(self, document: SharedDocument) -> None:
        """Send what waits in the document's outbox, unless something is on its way."""
        if self._safe is not None:
            self._safe.touched()
        super().outgoing(document)

    # --- listening -----------------------------------------------------------------------------

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of everything that happens; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: WorkspaceEvent) -> None:
        """Tell all listeners."""
        for listener in self._listeners[:]:
            listener(event)


def new_workspace(
    key: str, connect: Connect, rejoin: Connect, follow: Callable[[str], None], *, keep: bool
) -> Workspace:
    """A new app's side of the project that `key` stands for; the ways to it as in `Workspace`.

    With `keep` unsent work outlives it, and what another start left is sent.
    """
    session = secrets.token_hex(8)
    journal = Journal(key, session) if keep else None
    return Workspace(connect, session, rejoin=rejoin, follow=follow, journal=journal)
