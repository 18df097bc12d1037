"""How much is unread in all chats of a project, counted along without asking for each message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cocalc_tui.chat.mentions import EVERYBODY
from cocalc_tui.protocol.events import ChatNews, ChatRead, ChatState


class Count(NamedTuple):
    """Messages that I have not read, and those of them that mention me."""

    messages: int = 0
    mentions: int = 0


class Unread:
    """What is unread for one person; asked for once a connection, then told of news."""

    def __init__(self) -> None:
        self._of: dict[str, Count] = {}
        """By the chat's document id."""

    def know(self, states: Iterable[ChatState]) -> None:
        """Begin with what the relay says."""
        self._of = {one.doc: Count(one.unread, one.mentions) for one in states}

    def heard(self, news: ChatNews, me: str) -> bool:
        """Count something that was said; returns whether it mentions me."""
        if news.user == me:
            return False
        mentioned = not {me, EVERYBODY}.isdisjoint(news.names)
        before = self._of.get(news.doc, Count())
        more = mentioned or not news.edited
        self._of[news.doc] = Count(before.messages + more, before.mentions + mentioned)
        return mentioned

    def read(self, said: ChatRead, me: str) -> None:
        """Somebody has read a chat; where it was me, on whichever screen, nothing is unread."""
        if said.user == me:
            self._of.pop(said.doc, None)

    @property
    def total(self) -> Count:
        """Of all chats."""
        counts = self._of.values()
        return Count(sum(one.messages for one in counts), sum(one.mentions for one in counts))
