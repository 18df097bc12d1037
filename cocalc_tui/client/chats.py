"""What an app asks about the chats of a project."""

from __future__ import annotations

from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import ChatState


class Chats:
    """The chats of the project; every call raises RequestFailed."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def all(self) -> list[ChatState]:
        """Those in which something was said, the latest first."""
        return await self._requests.result(lambda id_: m.ListChats(id=id_), list[ChatState])

    async def unread(self, doc: str) -> list[str]:
        """The keys of what I have not read in a chat, the latest last."""
        return await self._requests.result(lambda id_: m.UnreadMessages(id=id_, doc=doc), list[str])

    async def readers(self, doc: str) -> dict[str, str]:
        """How far each person has read a chat: the key of the last message that was there."""
        return await self._requests.result(lambda id_: m.ReadMarks(id=id_, doc=doc), dict[str, str])

    async def mark(self, doc: str, seq: int) -> None:
        """Say that I have read a chat up to patch `seq`."""
        await self._requests.ask(lambda id_: m.MarkRead(id=id_, doc=doc, seq=seq))
