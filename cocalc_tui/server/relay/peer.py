"""One connection as the relay sees it, and the policy for readers that do not keep up.

A slow reader never slows others and never fills the memory: above `BEHIND` waiting bytes it gets no
new entries pushed and is served from the log as it drains; above `CUT_OFF` it is cut off, and comes
back by itself from where it was. The log is the queue, so there is no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.connection import RelaySide
from cocalc_tui.protocol.transport import TransportClosed
from cocalc_tui.server.relay.link import BEHIND, CUT_OFF, Frame, Link
from cocalc_tui.server.store import StoreTrouble

if TYPE_CHECKING:
    from cocalc_tui.server.relay.room import Room

SLICE = BEHIND // 2
"""Bytes of the log served at a time."""
MOST_BEGUN = 100
"""Things being done for one connection (documents opened, questions at the host side) before it is
read on: honest apps have a few at a time, and nobody waits for somebody else's flood."""
MOST_PENDING = 2 * 2**20
"""Bytes of one connection's patches on their way to the disk before it is read on."""


@dataclass(eq=False, slots=True)
class Membership:
    """That a connection takes part in a document."""

    peer: Peer
    room: Room
    cursor: int
    """Entries 1..cursor were handed over, or were there before."""
    live: bool = False
    """Gets new entries as they come; else it is being served from the log."""
    missed: bool = False
    """Something that was said was not handed over."""


class Peer:
    """One connection of a user, or the host side's."""

    __slots__ = (
        "_bulk",
        "_closing",
        "_pending",
        "_serving",
        "_tasks",
        "_unclogged",
        "asked",
        "host",
        "id",
        "link",
        "memberships",
        "session",
        "side",
        "since",
        "user",
    )

    def __init__(self, link: Link, user: str, connection: str, *, host: bool) -> None:
        self.link = link
        self.user = user
        self.id = connection
        self.host = host
        self.side = RelaySide()
        self.session = ""
        self.since = 0
        self.memberships: dict[str, Membership] = {}
        self.asked: dict[int, int] = {}
        """Requests that the host side has yet to answer, and their bytes."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing: asyncio.Future[None] | None = None
        self._serving = False
        self._bulk = 0
        self._pending = 0
        self._unclogged: asyncio.Event | None = None

    @property
    def role(self) -> m.Role:
        """What it may do now."""
        return self.side.role

    @property
    def person(self) -> m.Person:
        """As the others see it."""
        return m.Person(
            connection=self.id, user=self.user, role=self.role.name.lower(), since=self.since
        )

    @property
    def behind(self) -> bool:
        """Whether it does not keep up."""
        return self.link.waiting > BEHIND

    # --- saying --------------------------------------------------------------------------------

    def say(self, message: m.Message) -> None:
        """Send it a message that it waits for."""
        self.hand(Frame.of(message), hurry=True)

    def answer(self, id_: int, result: object) -> None:
        """Answer a request of its with a result."""
        self.say(m.Answer(id=id_, result=msgspec.Raw(msgspec.msgpack.encode(result))))

    def hand(self, frame: Frame, *, hurry: bool = False) -> None:
        """Send it a frame; cuts it off where too much is waiting."""
        if self._closing is not None:
            return
        waiting = self.link.send(frame, hurry=hurry)
        if waiting > BEHIND:
            for member in self.memberships.values():
                member.live = False
            self.serve_log()
            # What waits for the host side is bounded where it is asked for.
            if waiting > CUT_OFF + self._bulk and not self.host:
                self.link.cut()

    def push(self, member: Membership, frame: Frame, first: int, last: int) -> None:
        """Hand over new entries `first`..`last` of a document, or see that they follow."""
        if not member.live or last <= member.cursor:
            return
        if first > member.cursor + 1 or len(frame.payload) > BEHIND:
            member.live = False
            self.serve_log()
            return
        member.cursor = last
        self.hand(frame)

    def tell(self, member: Membership, frame: Frame) -> None:
        """Hand over what is not in the log; a reader that is behind hears the last of it later."""
        if not self.behind:
            self.hand(frame)
            return
        member.missed = True
        member.live = False
        self.serve_log()

    def serve_log(self) -> None:
        """Bring it up to date in all its documents, as fast as it reads."""
        if not self._serving:
            self._serving = True
            self.spawn(self._serve_log())

    async def _serve_log(self) -> None:
        try:
            while (member := self._lagging()) is not None:
                await self.link.drained()
                self._bulk = 0
                await self._serve_part(member)
        except StoreTrouble as trouble:
            self.end("disk", str(trouble))
        finally:
            self._serving = False

    def _lagging(self) -> Membership | None:
        return next((one for one in self.memberships.values() if not one.live), None)

    async def _serve_part(self, member: Membership) -> None:
        room = member.room
        if member.cursor < room.seq:
            part = await room.read(member.cursor, SLICE)
            if self.memberships.get(room.doc) is not member:
                return  # it left, or opened the document anew: this is not what it waits for
            member.cursor = part.upto
            self._bulk = sum(map(len, part.blocks)) + SLICE
            self._bulk += sum(len(entry.patch.ops) for entry in part.entries)
            self.say(m.Entries(doc=room.doc, entries=part.entries, blocks=part.blocks))
            return
        member.live = True
        if member.missed:
            member.missed = False
            room.tell_kept(self)

    # --- hearing -------------------------------------------------------------------------------

    @property
    def clogged(self) -> bool:
        """Whether too much of what it sent is still to be done."""
        begun = len(self._tasks) + len(self.asked)
        return self._pending > MOST_PENDING or (begun > MOST_BEGUN and not self.host)

    async def unclogged(self) -> None:
        """Wait until not too much of what it sent is still to be done."""
        while self.clogged:
            self._unclogged = asyncio.Event()
            await self._unclogged.wait()

    def when_unclogged(self) -> Awaitable[None] | None:
        """What is to be waited for before more of it is read, None for nothing."""
        return self.unclogged() if self.clogged else None

    def begin(self, size: int) -> None:
        """So many bytes that it sent are being dealt with now."""
        self._pending += size

    def finish(self, size: int) -> None:
        """So many bytes that it sent are dealt with."""
        self._pending -= size
        self._look_again()

    def _look_again(self) -> None:
        if self._unclogged is not None:
            self._unclogged.set()

    def ask(self, id_: int, size: int) -> None:
        """Note a request for the host side, of so many bytes."""
        self.answered(id_)
        self.asked[id_] = size
        self.begin(size)

    def answered(self, id_: int) -> bool:
        """The host side answered a request; whether it was waited for."""
        size = self.asked.pop(id_, None)
        if size is not None:
            self.finish(size)
        return size is not None

    # --- life ----------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something for it that takes a while; ends with the connection."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._look_again()
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TransportClosed):
            text = f"what {self.user} asked for failed"
            task.get_loop().call_exception_handler({"message": text, "exception": error})

    def end(self, code: str, text: str, moved: str = "") -> None:
        """Say why, and end the connection; `moved` is where a project that was moved is."""
        if self._closing is None:
            self.link.send(Frame(self.side.end(code, text, moved)))
            self._closing = asyncio.ensure_future(self.link.close())

    async def ended(self) -> None:
        """Wait until the connection is closed."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self.link.close())
        await asyncio.shield(self._closing)

    def forget(self) -> None:
        """End all that is being done for it."""
        for task in list(self._tasks):
            task.cancel()
