"""What the relay does not serve itself: passed to the host side, and its answers passed back."""

from __future__ import annotations

import asyncio
import itertools

import msgspec

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import FrameError, MessageError, decode, encode
from cocalc_tui.server.relay.link import Frame
from cocalc_tui.server.relay.peer import Peer

AWAY = "the host side of this project is starting anew; try again in a moment"

PATIENCE = 60.0
"""Seconds for which somebody waits for a document to be made ready."""


class NotReady(Exception):  # noqa: N818 - it is an answer
    """The host side cannot make a document ready; the text says why, in one line."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Passing:
    """The way to the host side, while there is one."""

    def __init__(self) -> None:
        self.host: Peer | None = None
        self._ids = itertools.count(1)
        self._preparing: dict[int, asyncio.Future[m.Ready]] = {}
        self._askers: dict[str, Peer] = {}

    def gone(self) -> None:
        """The host side is gone: nobody waits for its answers."""
        self.host = None
        for future in self._preparing.values():
            if not future.done():
                future.set_exception(NotReady("busy", AWAY))
        for peer in self._askers.values():
            for id_ in list(peer.asked):
                peer.say(m.Failed(id=id_, code="busy", text=AWAY))
                peer.answered(id_)
        self._askers.clear()

    def ask(self, peer: Peer, request: m.Message) -> None:
        """Pass on a request; its role is checked already."""
        id_: int = getattr(request, "id", 0)
        if self.host is None:
            peer.say(m.Failed(id=id_, code="busy", text=AWAY))
            return
        packed = encode(request)
        peer.ask(id_, len(packed))
        self._askers[peer.id] = peer
        self.host.say(
            m.Asked(
                connection=peer.id,
                user=peer.user,
                role=peer.role.name.lower(),
                request=msgspec.Raw(packed),
            )
        )

    def answered(self, answered: m.Answered) -> None:
        """Pass an answer back to who asked, if they are still there and wait for it."""
        peer = self._askers.get(answered.connection)
        frame = bytes(answered.answer)
        try:
            answer = decode(frame)
        except (FrameError, MessageError):
            return
        if peer is None or not isinstance(answer, m.Answer | m.Failed):
            return
        if peer.answered(answer.id):
            peer.hand(Frame(frame))

    def forget(self, peer: Peer) -> None:
        """Nobody waits for answers there any more."""
        self._askers.pop(peer.id, None)

    async def prepare(self, path: str, doc: str) -> m.Ready:
        """Have a document made ready; raises NotReady."""
        if self.host is None:
            raise NotReady("busy", AWAY)
        id_ = next(self._ids)
        future: asyncio.Future[m.Ready] = asyncio.get_running_loop().create_future()
        self._preparing[id_] = future
        self.host.say(m.Prepare(id=id_, path=path, doc=doc))
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError:
            raise NotReady("busy", f"{path} takes very long to open; try again later") from None
        finally:
            del self._preparing[id_]

    def ready(self, answer: m.Ready | m.Failed) -> None:
        """The host side made a document ready, or could not."""
        future = self._preparing.get(answer.id)
        if future is None or future.done():
            return
        if isinstance(answer, m.Failed):
            future.set_exception(NotReady(answer.code, answer.text))
        else:
            future.set_result(answer)
